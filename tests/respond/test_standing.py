"""The tally of one alarm stays small, keeps the worst and counts exactly."""

import math
from collections.abc import Sequence

import pytest

from medmon.records import Finding, Priority, Span, Verdict
from medmon.respond.standing import (
    EVIDENCE_MAX,
    MINUTE_NS,
    PACES,
    REASONS_MAX,
    TRANSMISSIONS_MAX,
    Standing,
    urgency,
)

REMINDER_NS = 10 * MINUTE_NS  # of medium priority


def _finding(feature: str = "f", score: float = 0.5, number: int = 0) -> Finding:
    span = Span("a.cu8", number * 100, 50)
    return Finding("d", "s", feature, number, "0", "text", 0, score, None, (f"t{number}",), (span,))


def _verdict(
    *findings: Finding, time_ns: int = 0, priority: Priority = "medium", title: str = "Title"
) -> Verdict:
    return Verdict("p", priority, "security", title, "Act.", "s", time_ns, findings)


def _standing(verdicts: Sequence[Verdict]) -> Standing:
    standing = Standing(verdicts[0], seen_ns=verdicts[0].time_ns)
    for verdict in verdicts:
        standing.take(verdict, seen_ns=verdict.time_ns)
    return standing


def test_alarm_holds_everything_a_person_needs() -> None:
    """Who, what, since when, how often, why, and where in the recording."""
    standing = _standing([_verdict(_finding(number=3), time_ns=5)])
    alarm = standing.announce("start", time_ns=5)
    assert (alarm.phase, alarm.state, alarm.priority, alarm.kind) == (
        "start", "active", "medium", "security",
    )  # fmt: skip
    assert (alarm.policy, alarm.subject, alarm.title, alarm.action) == ("p", "s", "Title", "Act.")
    assert (alarm.first_ns, alarm.last_ns, alarm.count) == (5, 5, 1)
    assert alarm.transmissions == ("t3",)
    assert [(e.file, e.sample_start, e.sample_count) for e in alarm.evidence] == [
        ("a.cu8", 300, 50)
    ]


def test_first_and_last_are_of_what_happened() -> None:
    """A message that took long to put together does not shift the beginning."""
    alarm = _standing([_verdict(time_ns=9), _verdict(time_ns=4)]).announce("update", time_ns=9)
    assert (alarm.first_ns, alarm.last_ns) == (4, 9)


def test_reasons_are_the_worst_few_and_each_once() -> None:
    """A person reads a handful of sentences, the worst one first."""
    findings = [_finding(f"f{n}", score=n / 10) for n in range(8)]
    findings += [_finding("f1", score=0.95), _finding("f7", score=0.1)]
    reasons = _standing([_verdict(f) for f in findings]).announce("update", time_ns=0).reasons
    assert len(reasons) == REASONS_MAX
    assert [r.feature for r in reasons] == ["f1", "f7", "f6", "f5", "f4"]


def test_latest_transmissions_and_samples_are_kept() -> None:
    """The lists are bounded, and what came again counts as late."""
    numbers = [*range(TRANSMISSIONS_MAX + 5), 6]
    alarm = _standing([_verdict(_finding(number=n)) for n in numbers]).announce("update", time_ns=0)
    assert len(alarm.transmissions) == TRANSMISSIONS_MAX
    assert len(alarm.evidence) == EVIDENCE_MAX
    assert alarm.transmissions[0] == "t5"
    assert alarm.transmissions[-2:] == (f"t{TRANSMISSIONS_MAX + 4}", "t6")
    assert alarm.evidence[-1].sample_start == 600


def test_more_urgent_verdict_speaks_for_the_alarm() -> None:
    """The most urgent title is the one that is shown, also when lesser ones follow."""
    verdicts = [
        _verdict(priority="low", title="small"),
        _verdict(priority="high", title="big"),
        _verdict(priority="info", title="tiny"),
    ]
    alarm = _standing(verdicts).announce("update", time_ns=0)
    assert (alarm.priority, alarm.title, alarm.count) == ("high", "big", 3)


def test_escalation_is_announced_at_once() -> None:
    """A nurse is told immediately when it is more urgent, worse, or something else."""
    standing = _standing([_verdict(_finding(score=0.5), priority="low")])
    standing.announce("start", time_ns=0)
    assert standing.take(_verdict(_finding(score=0.55), priority="low"), seen_ns=0) is None
    assert standing.take(_verdict(priority="medium"), seen_ns=0) == "update"
    assert standing.take(_verdict(_finding(score=0.7)), seen_ns=0) == "update"
    assert standing.take(_verdict(_finding(score=0.7)), seen_ns=0) is None
    assert standing.take(_verdict(_finding("g", score=0.1)), seen_ns=0) == "update"


def test_what_is_only_worth_knowing_has_no_hurry() -> None:
    """A neighbour's pump that says this and that is told once an hour, unless it gets worse."""
    standing = _standing([_verdict(_finding(score=0.3), priority="info")])
    standing.announce("start", time_ns=0)
    for number in range(50):
        assert standing.take(_verdict(_finding(f"f{number}", 0.3), priority="info"), seen_ns=0) is (
            None
        )
        assert not standing.is_due(time_ns=60 * MINUTE_NS - 1)
    assert standing.is_due(time_ns=60 * MINUTE_NS)
    assert standing.take(_verdict(_finding(score=0.5), priority="info"), seen_ns=0) == "update"


def test_first_latch_is_announced_and_later_turns_wait() -> None:
    """Whoever sends just after each hold time gets no record each time."""
    standing = _standing([_verdict()])
    standing.announce("start", time_ns=0)
    assert standing.put("latch", time_ns=MINUTE_NS) == "update"
    standing.announce("update", time_ns=MINUTE_NS)
    assert standing.put("raise", time_ns=2 * MINUTE_NS) is None
    assert (standing.state, standing.due_ns) == ("active", MINUTE_NS + REMINDER_NS)
    assert standing.put("latch", time_ns=3 * MINUTE_NS) is None
    assert standing.due_ns is None, "what was announced is so again"
    assert standing.put("raise", time_ns=MINUTE_NS + REMINDER_NS) == "update"


def test_what_a_person_did_is_announced_at_once() -> None:
    """A button that seems to do nothing is pressed again."""
    standing = _standing([_verdict()])
    standing.announce("start", time_ns=0)
    assert standing.put("acknowledge", time_ns=0) == "update"
    assert standing.put("latch", time_ns=0) == "end"


def test_deadlines_of_an_alarm() -> None:
    """It lapses a hold time after the latest verdict, and news wait for the reminder at most."""
    long = Verdict("p", "medium", "security", "", "", "s", 0, (), hold_s=1_800.0)
    standing = _standing([long])
    standing.announce("start", time_ns=0)
    assert (standing.lapses_ns, standing.due_ns) == (30 * MINUTE_NS, None)
    standing.take(_verdict(), seen_ns=MINUTE_NS)
    assert (standing.lapses_ns, standing.due_ns) == (31 * MINUTE_NS, REMINDER_NS)
    assert standing.deadline_ns == REMINDER_NS
    standing.put("latch", time_ns=31 * MINUTE_NS)
    standing.announce("update", time_ns=31 * MINUTE_NS)
    assert standing.deadline_ns is None


def test_less_urgent_alarms_are_told_again_less_often() -> None:
    """A glucose monitor reminds every five minutes when it is urgent."""
    paces = [PACES[priority].reminder_ns for priority in ("high", "medium", "low", "info")]
    assert paces == sorted(paces)
    assert (paces[0], paces[-1]) == (5 * MINUTE_NS, 60 * MINUTE_NS)


def test_update_when_the_count_doubled() -> None:
    """Records of a flood grow with the logarithm of its size."""
    standing = _standing([_verdict()] * 4)
    standing.announce("update", time_ns=0)
    told = []
    for count in range(5, 33):
        standing.take(_verdict(), seen_ns=0)
        if standing.is_due(time_ns=0):
            told.append(count)
            standing.announce("update", time_ns=0)
    assert told == [8, 16, 32]


def test_update_when_the_time_is_up_and_there_is_something_new() -> None:
    """What goes on slowly is told again, what does not go on is not."""
    standing = _standing([_verdict()] * 100)
    standing.announce("update", time_ns=0)
    assert not standing.is_due(time_ns=REMINDER_NS)
    standing.take(_verdict(), seen_ns=0)
    assert not standing.is_due(time_ns=REMINDER_NS - 1)
    assert standing.is_due(time_ns=REMINDER_NS)


def test_score_that_is_not_a_number_is_the_worst() -> None:
    """A broken detector alarms; it does not fall silent."""
    standing = _standing([_verdict(_finding("a", 0.2)), _verdict(_finding("b", math.nan))])
    assert standing.announce("start", time_ns=0).reasons[0].feature == "b"


def test_identifier_is_of_policy_subject_and_beginning() -> None:
    """Replay and live agree, and no two alarms share one."""
    base = Standing(_verdict(), seen_ns=7).id
    other = Verdict("p", "low", "security", "", "", "s2", 0, ())
    assert base == Standing(_verdict(title="else"), seen_ns=7).id
    pod = Verdict("p", "low", "security", "", "", "s", 0, (), protocol="omnipod")
    others = [Standing(_verdict(), seen_ns=8), *(Standing(v, seen_ns=7) for v in (other, pod))]
    assert len({base, *(standing.id for standing in others)}) == 4


def test_one_latching_verdict_makes_the_alarm_latch() -> None:
    """A lesser verdict cannot take the latch off."""
    loose = Verdict("p", "low", "security", "", "", "s", 0, (), latching=False)
    assert not _standing([loose]).latching
    assert _standing([loose, _verdict(), loose]).latching


def test_nothing_is_announced_before_it_was_raised() -> None:
    """An idle alarm in a record would be our own bug."""
    with pytest.raises(AssertionError):
        Standing(_verdict(), seen_ns=0).announce("start", time_ns=0)


def test_order_of_urgency() -> None:
    """High is above medium is above low is above information."""
    words: list[Priority] = ["medium", "info", "high", "low"]
    assert sorted(words, key=urgency) == ["info", "low", "medium", "high"]
