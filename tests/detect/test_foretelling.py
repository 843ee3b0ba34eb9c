"""What is said early is borne out or taken back: in the end only whole packets count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from medmon.config import config_from_text
from medmon.detect import Judge, policies_from_config, setting_from_config
from medmon.detect.foretelling import OPEN_MAX, WAIT_NS
from medmon.records import (
    Command,
    Direction,
    FieldValue,
    Heading,
    Message,
    Radio,
    Role,
    Span,
    Verdict,
)

if TYPE_CHECKING:
    from tests.detect.conftest import Hear

BED = """
[[device]]
id = "123456"
protocol = "medtronic"
role = "pump"
"""
RADIO = Radio(916.5e6, 0.0, 25e3, -40.0, 30.0, -70.0, 5e3, "ook")
SECOND_NS = 1_000_000_000
HEADING_NS = 13_000_000
"""How long after the beginning of a pump's packet its heading is in."""


def _judge() -> Judge:
    config = config_from_text(BED)
    return Judge(policies_from_config(config), setting_from_config(config))


def _heading(
    time_ns: int,
    device: str = "999999",
    command: Command = "bolus",
    direction: Direction = "to-device",
    role: Role = "pump",
    checked: Mapping[str, FieldValue] | None = None,
) -> Heading:
    said = Message(device, command, direction, role, checked or {})
    span, is_checked = Span("air", 0, 9), checked is not None
    return Heading(f"h{time_ns}", span, time_ns, RADIO, "medtronic", said, is_checked)


def _stages(verdicts: list[Verdict]) -> list[tuple[str, str, str]]:
    return [(verdict.policy, verdict.subject, verdict.stage) for verdict in verdicts]


def test_a_stranger_is_told_early_and_confirmed(hear: Hear) -> None:
    """The alarm is up while the packet is on the air, and stays when it was what it seemed."""
    judge = _judge()
    heard = hear("14:05", "bolus", device="999999")
    early = judge.glance(_heading(heard.time_ns + HEADING_NS))
    assert _stages(early) == [("foreign-command", "999999", "early")]
    (finding,) = early[0].findings
    assert (finding.early, finding.transmissions) == (True, ())
    assert judge.findings == (finding,)
    told = judge.feed(heard)
    assert ("foreign-command", "999999", "confirmed") in _stages(told)
    confirmed = next(verdict for verdict in told if verdict.stage == "confirmed")
    assert confirmed.findings[0].transmissions == (heard.id,)
    assert not confirmed.findings[0].early
    assert judge.advance(heard.time_ns + 2 * WAIT_NS) == []


def test_an_early_finding_says_what_the_whole_packet_says(hear: Hear) -> None:
    """Else a person is told twice of one thing, in other words."""
    judge = _judge()
    heard = hear("14:05", "suspend")
    early = judge.glance(_heading(heard.time_ns + HEADING_NS, "123456", "suspend"))
    assert [verdict.policy for verdict in early] == ["foreign-session"]
    whole = next(v for v in judge.feed(heard) if v.policy == "foreign-session")
    one, other = early[0].findings[0], whole.findings[0]
    assert (one.text, one.score, one.value, one.command) == (
        other.text, other.score, other.value, other.command,
    )  # fmt: skip


def test_what_no_packet_bears_out_is_withdrawn(hear: Hear) -> None:
    """A packet that noise or a jammer damaged was obeyed by nobody, as far as one can know."""
    judge = _judge()
    damaged = hear("14:05", "bolus", device="999999", integrity="failed")
    (early,) = judge.glance(_heading(damaged.time_ns + HEADING_NS))
    assert judge.feed(damaged) == []
    assert judge.advance(early.time_ns + WAIT_NS - 1) == []
    (withdrawn,) = judge.advance(early.time_ns + WAIT_NS)
    assert (withdrawn.stage, withdrawn.policy) == ("withdrawn", early.policy)
    assert withdrawn.time_ns == early.time_ns + WAIT_NS
    assert judge.advance(early.time_ns + 3 * WAIT_NS) == []


def test_a_damaged_copy_withdraws_nothing(hear: Hear) -> None:
    """A press of a remote is sent 16 times; the first one may collide and the second arrive."""
    judge = _judge()
    damaged = hear("14:05", "bolus", device="999999", integrity="failed")
    judge.glance(_heading(damaged.time_ns + HEADING_NS))
    judge.feed(damaged)
    copy = hear("14:05:00.02", "bolus", device="999999")
    second = judge.glance(_heading(copy.time_ns + HEADING_NS))
    assert _stages(second) == [("foreign-command", "999999", "early")]
    assert "confirmed" in {verdict.stage for verdict in judge.feed(copy)}
    # One packet was whole, so one of the two stands.
    assert len(judge.advance(copy.time_ns + 2 * WAIT_NS)) == 1


def test_the_end_of_a_recording_leaves_nothing_unchecked() -> None:
    """A packet that the recording cuts off was not heard."""
    judge = _judge()
    judge.glance(_heading(SECOND_NS))
    assert [verdict.stage for verdict in judge.flush()] == ["withdrawn"]
    assert judge.flush() == []


def test_own_devices_and_what_is_not_known_yet_are_silent() -> None:
    """A pump's own sensor is no stranger; a read may be the question or the answer."""
    judge = _judge()
    assert judge.glance(_heading(0, "123456", "status", "from-device")) == []
    assert judge.glance(_heading(0, "123456", "read", "unknown")) == []


def test_others_commands_do_not_confirm(hear: Hear) -> None:
    """A forger's heading is not borne out by another device's packet, nor by one of tomorrow."""
    judge = _judge()
    start_ns = hear("14:05", "bolus").time_ns
    judge.glance(_heading(start_ns + HEADING_NS))
    others = judge.feed(hear("14:05", "bolus", device="888888"))
    later = judge.feed(hear("14:05:10", "bolus", device="999999"))
    assert {verdict.stage for verdict in (*others, *later)} == {"whole"}


def test_nothing_is_learned_from_a_heading() -> None:
    """What nobody checked must not become what is normal."""
    judge = _judge()
    before = judge.state()
    for number in range(50):
        judge.glance(_heading(number * SECOND_NS, "123456", "bolus"))
    assert judge.state() == before


@pytest.mark.parametrize("surplus", [1, 100])
def test_a_flood_of_headings_is_bounded(surplus: int) -> None:
    """Whoever invents addresses must not fill the memory; the rest is judged as ever."""
    judge = _judge()
    told = [judge.glance(_heading(number, f"{number:06x}")) for number in range(OPEN_MAX + surplus)]
    assert sum(map(len, told)) == OPEN_MAX
    assert len(judge.advance(10 * WAIT_NS)) == OPEN_MAX


def test_a_packet_that_is_over_is_judged_at_once(hear: Hear) -> None:
    """A dose over the limit is told when its check is in, not when its copies were counted."""
    config = config_from_text(BED + "[patient]\nmax_bolus_iu = 10.0\n")
    judge = Judge(policies_from_config(config), setting_from_config(config))
    heard = hear("14:05", "bolus", fields={"units_iu": 20.0})
    over_ns = heard.time_ns + 60_000_000
    begun = judge.glance(_heading(heard.time_ns + HEADING_NS, "123456"))
    over = judge.glance(_heading(over_ns, "123456", checked={"units_iu": 20.0}))
    assert [verdict.policy for verdict in begun] == ["foreign-session"]
    assert {verdict.policy: verdict.stage for verdict in over} == {
        "foreign-session": "checked",
        "dose-limit": "early",
    }
    told = {verdict.policy: verdict.stage for verdict in judge.feed(heard)}
    assert told["foreign-session"] == told["dose-limit"] == "confirmed"
    assert judge.advance(heard.time_ns + 2 * WAIT_NS) == []


def test_two_packets_check_two_verdicts(hear: Hear) -> None:
    """Two commands within a second are two occurrences, each counted once."""
    judge = _judge()
    start_ns = hear("14:05", "bolus").time_ns
    times_ns = [start_ns, start_ns + SECOND_NS]
    early = [judge.glance(_heading(time_ns)) for time_ns in times_ns]
    checked = [judge.glance(_heading(time_ns + HEADING_NS, checked={})) for time_ns in times_ns]
    again = judge.glance(_heading(start_ns + SECOND_NS + 2 * HEADING_NS, checked={}))
    stages = [v.stage for told in (*early, *checked, again) for v in told]
    assert stages == ["early", "early", "checked", "checked", "early"]


def test_a_checked_packet_without_a_transmission_is_withdrawn() -> None:
    """Whatever was told early, in the end only transmissions count."""
    judge = _judge()
    early = judge.glance(_heading(SECOND_NS, checked={}))
    assert [(verdict.stage, verdict.is_checked) for verdict in early] == [("early", True)]
    (withdrawn,) = judge.advance(SECOND_NS + WAIT_NS)
    assert withdrawn.stage == "withdrawn"


def test_a_wakeup_too_many_is_told_by_its_heading(hear: Hear) -> None:
    """It is counted with those that were heard whole, and adds nothing to them by itself."""
    judge = _judge()
    first_ns = hear("10:00", "wakeup").time_ns
    for minute in range(24):
        judge.feed(hear(f"10:{2 * minute:02}", "wakeup"))
    before = judge.state()
    minute_ns = 60 * SECOND_NS
    (early,) = [
        verdict
        for verdict in judge.glance(_heading(first_ns + 50 * minute_ns, "123456", "wakeup"))
        if verdict.policy == "wakeup-flood"
    ]
    assert (early.stage, early.findings[0].value) == ("early", 25)
    assert judge.state() == before
    told = judge.feed(hear("10:50", "wakeup"))
    assert [v.stage for v in told if v.policy == "wakeup-flood"] != []
