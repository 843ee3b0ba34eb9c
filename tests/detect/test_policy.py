"""The policy table: shipped rows, a site's changes, and every mistake at once."""

import math
import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.config import Config, config_from_text
from medmon.detect.policy import Policy, policies_from_config, shipped_rows
from medmon.errors import ConfigError
from medmon.plugins import names
from medmon.records import Finding

FINDING = Finding("d", "123456", "x", 1, "0", "X.", 1_000, 0.6)


def _policies(text: str) -> dict[str, Policy]:
    return {policy.id: policy for policy in policies_from_config(config_from_text(text))}


def _mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        _policies(text)
    return caught.value.mistakes


DOSE_LIMIT = _policies("")["dose-limit"]


def test_every_detector_has_a_row() -> None:
    """A detector nobody switched on protects nobody."""
    assert {row.detector for row in shipped_rows()} == set(names("detectors"))


def test_shipped_rows_are_complete() -> None:
    """Each row says how urgent it is, what happened and what to do, in full sentences."""
    policies = policies_from_config(Config())
    assert len(policies) == len(shipped_rows()) == len({policy.id for policy in policies})
    for policy, row in zip(policies, shipped_rows(), strict=True):
        assert row.threshold is not None
        assert 0 < policy.threshold <= 1
        assert (row.priority, row.kind, row.latching) == (
            policy.priority,
            policy.kind,
            policy.latching,
        )
        assert re.fullmatch(r"[A-Z][^.]{10,60}", policy.title), policy.title
        assert re.fullmatch(r"[A-Z].{20,400}\.", policy.action), policy.action


def test_numbers_of_a_row_are_floats_however_they_are_written() -> None:
    """Records say 1800.0 whether the shipped row or a site's row was written as 1800."""
    policies = [
        *policies_from_config(Config()),
        _policies("[policies.quiet-hours]\nhold_s = 60")["quiet-hours"],
    ]
    assert {type(number) for row in policies for number in (row.hold_s, row.threshold)} == {float}


def test_urgent_rows_stay_until_somebody_looks() -> None:
    """An attack of one second must not be gone before anybody saw it."""
    for policy in policies_from_config(Config()):
        if policy.priority == "high":
            assert policy.latching, policy.id
            assert policy.kind == "security", policy.id
        if policy.detector == "rssi-band":
            assert policy.priority in ("low", "info"), "signal strength alone is never urgent"


@pytest.mark.parametrize(
    ("row", "priority"),
    [
        ("foreign-session", "high"),
        ("foreign-remote", "high"),
        ("foreign-command", "high"),
        ("replayed-command", "high"),
        ("dose-limit", "high"),
        ("stacked-dose", "high"),
        ("glucose-jump", "medium"),
        ("sensor-silent", "medium"),
        ("foreign-contact", "low"),
        ("signal-strength", "low"),
        ("unknown-device", "info"),
    ],
)
def test_priorities_follow_the_derivation(row: str, priority: str) -> None:
    """The derivation in docs (result of no response, and how soon) gives these."""
    assert _policies("")[row].priority == priority


@pytest.mark.parametrize(
    ("row", "cadence_s"),
    [
        ("unknown-device", 300),  # a neighbour's sensor, and a day of visits
        ("foreign-contact", 300),  # a loop that is not registered
        ("remote-used", 600),  # somebody who works with the remote
        ("wakeup-flood", 3_600),  # counted in an hour
        ("sensor-silent", 990),  # three reports missing, 90 s of tolerance
        ("signal-strength", 300),
        ("monitor-deaf", 300),  # counted in five minutes
    ],
)
def test_what_ends_by_itself_holds_for_its_cadence(row: str, cadence_s: float) -> None:
    """One thing that goes on is one alarm, not one each time it is seen."""
    policies = _policies("")
    assert not policies[row].latching
    assert policies[row].hold_s >= cadence_s


def test_row_switched_off() -> None:
    """A site may do without a row; the others stay."""
    policies = _policies("[policies]\nunknown-device = false\n")
    assert len(policies) == len(shipped_rows()) - 1
    assert "unknown-device" not in policies


def test_row_changed() -> None:
    """A change touches what it names and nothing else; options are merged one by one."""
    before = _policies("")["stacked-dose"]
    after = _policies(
        """
        [policies.stacked-dose]
        enable = true
        threshold = 0.7
        priority = "medium"
        latching = false
        hold_s = "45m"
        options = { window_s = 3600 }
        """
    )["stacked-dose"]
    options = replace(before.options, window_s=3600)
    changed = replace(
        before, threshold=0.7, priority="medium", latching=False, hold_s=2_700, options=options
    )
    assert after == changed
    assert after.options.max_boluses_count == 2


def test_row_added() -> None:
    """A site's own row needs a detector; the rest has usable defaults."""
    policies = _policies(
        """
        [[policy]]
        id = "night-bolus"
        detector = "quiet-hours"
        options = { hours = "23:00-05:00", commands = ["bolus"] }
        """
    )
    row = policies["night-bolus"]
    assert (row.threshold, row.priority, row.kind, row.latching) == (
        0.5,
        "medium",
        "security",
        True,
    )
    assert (row.options.hours, row.options.commands) == ("23:00-05:00", ("bolus",))
    assert row.title == "Local rule night-bolus"
    assert "pump" in row.action
    assert list(policies)[-1] == "night-bolus"
    assert row.hold_s == 60


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("[policies]\nreply = false", "policies.reply: no such policy; there are: bolus-interval"),
        ('[policies.replayed-command]\ndetector = "suspend"', "keeps its detector"),
        ("[policies.dose-limit]\nthreshold = 1.5", "dose-limit: threshold: expected 0 to 1"),
        ("[policies.dose-limit]\nthreshold = -0.1", "dose-limit: threshold: expected 0 to 1"),
        ("[policies.dose-limit.options]\nmax_bolus = 5", "options.max_bolus: no such option"),
        ("[policies.dose-limit.options]\nmax_bolus_iu = '5'", "options.max_bolus_iu: expected a"),
        ("[policies.quiet-hours.options]\nhours = 'night'", "options.hours: expected hours such"),
        ("[[policy]]\nid = 'x'", "policy x: detector: expected the name of a detector"),
        ("[[policy]]\nid = 'x'\ndetector = 'y'", "policy x: detector: no detector named 'y'"),
        ("[[policy]]\nid = 'dose-limit'\ndetector = 'dose-limit'", "dose-limit: the id is taken"),
        (
            "[policies.dose-limit]\nenable = false\noptions = { max_bolus = 5 }",
            "options.max_bolus: no such option",
        ),
    ],
)
def test_mistakes_say_where_and_what(text: str, mistake: str) -> None:
    """A misspelt limit that is silently ignored is worse than no limit."""
    (found,) = _mistakes(text)
    assert mistake in found


def test_two_rows_of_one_id() -> None:
    """The second of two own rows with one id would never be seen."""
    row = "[[policy]]\nid = 'x'\ndetector = 'suspend'\n"
    (found,) = _mistakes(row + row)
    assert "policy.x: the id is taken" in found


def test_all_mistakes_at_once() -> None:
    """Who mends a configuration does not want to be told one mistake at a time."""
    text = (
        "[policies]\nreply = false\n[policies.dose-limit]\nthreshold = 2.0\n"
        "options = { a = 1, b = 2 }\n[[policy]]\nid = 'x'\ndetector = 'y'\n"
    )
    assert len(_mistakes(text)) == 5


def test_error_names_the_file() -> None:
    """With several configuration files the message says which one."""
    config = config_from_text("[policies]\nreply = false")
    with pytest.raises(ConfigError, match=r"ward7\.toml: 1 mistake"):
        policies_from_config(config, file="ward7.toml")


def test_verdicts_by_device() -> None:
    """Findings about one device are one verdict; another device has its own."""
    policy = _policies("")["dose-limit"]
    later = replace(FINDING, time_ns=2_000, feature="y")
    other = replace(FINDING, subject="999999")
    first, second = policy.verdicts([FINDING, other, later])
    assert (first.subject, first.findings, first.time_ns) == ("123456", (FINDING, later), 2_000)
    assert (second.subject, second.findings) == ("999999", (other,))
    assert (first.policy, first.priority, first.kind, first.latching) == (
        "dose-limit",
        "high",
        "security",
        True,
    )
    assert (first.title, first.action) == (policy.title, policy.action)
    assert first.hold_s == policy.hold_s


def test_verdicts_by_radio_system() -> None:
    """A pod with the number of the pump is not the pump."""
    pump, pod = replace(FINDING, protocol="medtronic"), replace(FINDING, protocol="omnipod")
    first, second = DOSE_LIMIT.verdicts([pump, pod, pump])
    assert (first.subject, first.protocol, first.findings) == ("123456", "medtronic", (pump, pump))
    assert (second.subject, second.protocol, second.findings) == ("123456", "omnipod", (pod,))


@pytest.mark.parametrize(
    ("score", "count"), [(0.49, 0), (0.5, 1), (1.0, 1), (math.nan, 1), (math.inf, 1)]
)
def test_threshold_belongs_to_the_alarm(score: float, count: int) -> None:
    """At the threshold is enough, and a score that is no number is an alarm, never silence."""
    policy = _policies("")["dose-limit"]
    assert len(policy.verdicts([replace(FINDING, score=score)])) == count


@settings(deadline=None)
@given(
    scores=st.lists(st.floats(0, 1), max_size=20),
    thresholds=st.lists(st.floats(0, 1), min_size=2, max_size=5),
)
def test_lower_threshold_never_finds_less(scores: list[float], thresholds: list[float]) -> None:
    """Whoever lowers a threshold gets at least what he had."""
    policy = DOSE_LIMIT
    findings = [replace(FINDING, score=score) for score in scores]
    counts = [
        sum(len(verdict.findings) for verdict in replace(policy, threshold=t).verdicts(findings))
        for t in sorted(thresholds)
    ]
    assert all(more >= less for more, less in pairwise(counts))
