"""The board of alarms: floods, stories minute by minute, and any order of events."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from medmon.records import (
    SEVERAL_DEVICES,
    Alarm,
    Command,
    Finding,
    Priority,
    Span,
    Stage,
    Verdict,
)
from medmon.respond import MONITOR, Board

SECOND_NS = 1_000_000_000
DAY_S = 86_400
PRIORITIES: tuple[Priority, ...] = ("info", "low", "medium", "high")
REMINDERS_S = {"info": 3_600, "low": 1_800, "medium": 600, "high": 300}
COMMANDS: tuple[Command, ...] = ("bolus", "suspend", "settings")


def _verdict(
    second: float,
    *,
    policy: str = "p",
    subject: str = "s",
    priority: Priority = "medium",
    latching: bool = True,
    protocol: str | None = "medtronic",
    hold_s: float = 60.0,
    score: float = 0.5,
    command: Command = "bolus",
) -> Verdict:
    time_ns = round(second * SECOND_NS)
    finding = Finding(
        "d", subject, "f", 1, "0", f"A {command}.", time_ns, score, None, (f"t{time_ns}",),
        (Span("a.cu8", time_ns, 10),), protocol, command,
    )  # fmt: skip
    return Verdict(
        policy, priority, "security", "Title", "Act.", subject, time_ns, (finding,), latching,
        protocol, hold_s,
    )  # fmt: skip


def _told(alarms: list[Alarm]) -> list[tuple[float, str, str, int]]:
    return [(a.time_ns / SECOND_NS, a.phase, a.state, a.count) for a in alarms]


def test_flood_is_one_alarm_with_an_exact_count() -> None:
    """A hundred thousand forged commands in 54 seconds are one alarm in about twenty records."""
    board = Board()
    alarms = []
    for number in range(100_000):
        alarms += board.feed(_verdict(number * 0.00054))
    alarms += board.advance(200 * SECOND_NS)
    assert len({alarm.id for alarm in alarms}) == 1
    assert [alarm.phase for alarm in alarms].count("start") == 1
    assert len(alarms) <= 20
    assert (alarms[-1].state, alarms[-1].count) == ("latched", 100_000)
    assert alarms[-1].last_ns == round(99_999 * 0.00054 * SECOND_NS)


@pytest.mark.parametrize("priority", PRIORITIES)
@pytest.mark.parametrize("spacing_s", [30, 59, 60, 61, 90, 119, 299, 301, 900])
def test_slow_flood_is_told_at_the_pace_of_its_priority(spacing_s: int, priority: Priority) -> None:
    """Whatever the spacing, below the hold time, at it or above, a day is neither silent nor a
    record each time; and what is told is never older than one reminder."""
    board = Board()
    count = DAY_S // spacing_s
    reminder_s = REMINDERS_S[priority]
    alarms = []
    for number in range(count):
        alarms += board.feed(_verdict(number * spacing_s, priority=priority))
    alarms += board.advance(2 * DAY_S * SECOND_NS)
    gaps_s = [(b.time_ns - a.time_ns) / SECOND_NS for a, b in pairwise(alarms)]
    assert max(gaps_s) <= max(reminder_s, spacing_s + 60)
    # One for each reminder, one for each doubling of the count, the start, the first latch.
    assert len(alarms) <= DAY_S // reminder_s + count.bit_length() + 3
    assert (alarms[-1].state, alarms[-1].count) == ("latched", count)
    assert len({alarm.id for alarm in alarms}) == 1
    assert board.flush() == []


def test_turns_wait_and_are_told_as_they_are_then() -> None:
    """An alarm that turns back and forth is told at once when it latches first, then in time."""
    board = Board()
    told = [a for second in (0, 61, 122, 183, 244) for a in board.feed(_verdict(second))]
    told += board.advance(10_000 * SECOND_NS)
    assert _told(told) == [
        (0, "start", "active", 1),
        (60, "update", "latched", 1),
        (61, "update", "active", 2),
        (183, "update", "active", 4),
        (783, "update", "latched", 5),
    ]


def test_hold_time_is_the_policys() -> None:
    """A neighbour's sensor that reports every five minutes is one visit, not one each time."""
    board = Board()
    alarms = []
    for number in range(288):
        verdict = _verdict(number * 300, priority="info", latching=False, hold_s=DAY_S)
        alarms += board.feed(verdict)
    alarms += board.advance(3 * DAY_S * SECOND_NS)
    assert [alarm.phase for alarm in alarms] == ["start", *["update"] * 24, "end"]
    assert alarms[-1].count == 288
    assert alarms[-1].time_ns == (287 * 300 + DAY_S) * SECOND_NS


def test_first_to_lapse_is_told_first() -> None:
    """An alarm that holds long does not keep a short one on the list."""
    board = Board()
    board.feed(_verdict(0, policy="long", latching=False, hold_s=1_000))
    board.feed(_verdict(10, policy="short", latching=False, hold_s=20))
    ends = board.advance(2_000 * SECOND_NS)
    assert [(a.policy, a.time_ns // SECOND_NS) for a in ends] == [("short", 30), ("long", 1_000)]


def test_latching_alarm_stays_until_a_person_takes_notice() -> None:
    """The attack is over after a minute; the alarm waits for the nurse."""
    board = Board()
    (start,) = board.feed(_verdict(0))
    assert _told([start]) == [(0, "start", "active", 1)]
    assert board.advance(60 * SECOND_NS - 1) == []
    assert _told(board.advance(3_600 * SECOND_NS)) == [(60, "update", "latched", 1)]
    assert _told(board.acknowledge(start.id, 3_700 * SECOND_NS)) == [(3_700, "end", "cleared", 1)]
    assert board.acknowledge(start.id, 3_800 * SECOND_NS) == []


def test_alarm_that_does_not_latch_ends_by_itself() -> None:
    """A receiver that came back needs nobody."""
    board = Board()
    board.feed(_verdict(0, latching=False))
    assert _told(board.advance(61 * SECOND_NS)) == [(60, "end", "cleared", 1)]


def test_condition_holds_while_verdicts_come() -> None:
    """The hold time runs from the latest verdict."""
    board = Board()
    board.feed(_verdict(0, latching=False))
    board.feed(_verdict(50, latching=False))
    assert board.advance(109 * SECOND_NS) == []
    assert _told(board.advance(110 * SECOND_NS)) == [(110, "end", "cleared", 2)]


def test_acknowledged_alarm_ends_with_its_condition() -> None:
    """Who took notice need not come again."""
    board = Board()
    (start,) = board.feed(_verdict(0))
    assert _told(board.acknowledge(start.id, SECOND_NS)) == [(1, "update", "acknowledged", 1)]
    assert _told(board.advance(60 * SECOND_NS)) == [(60, "end", "cleared", 1)]


def test_acknowledged_alarm_speaks_up_when_it_gets_worse() -> None:
    """A person acknowledged something lesser."""
    board = Board()
    (start,) = board.feed(_verdict(0, priority="low"))
    board.acknowledge(start.id, SECOND_NS)
    (worse,) = board.feed(_verdict(2, priority="high"))
    assert (worse.id, worse.state, worse.priority) == (start.id, "active", "high")


def test_acknowledged_alarm_speaks_up_for_another_command() -> None:
    """Who took notice of a clock that was set has not taken notice of a bolus."""
    board = Board()
    (start,) = board.feed(_verdict(0, priority="high", command="settings"))
    board.acknowledge(start.id, SECOND_NS)
    (same,) = board.feed(_verdict(2, priority="high", command="settings"))
    assert same.state == "acknowledged"
    (other,) = board.feed(_verdict(30, priority="high", command="bolus"))
    assert (other.id, other.phase, other.state) == (start.id, "update", "active")
    assert [reason.text for reason in other.reasons] == ["A bolus.", "A settings."]


def test_acknowledged_alarm_speaks_up_when_the_score_rises() -> None:
    """A dose just over the limit is not one of twice the limit; a breath more is the same."""
    board = Board()
    (start,) = board.feed(_verdict(0, score=0.5))
    board.feed(_verdict(1, score=0.58))
    board.acknowledge(start.id, 2 * SECOND_NS)
    assert board.feed(_verdict(3, score=0.62)) == []
    (worse,) = board.feed(_verdict(4, score=0.7))
    assert (worse.phase, worse.state) == ("update", "active")


def test_next_attack_after_the_end_is_a_new_alarm() -> None:
    """An acknowledgement of yesterday does not silence today."""
    board = Board()
    (first,) = board.feed(_verdict(0))
    board.acknowledge(first.id, 0)
    end, start = board.feed(_verdict(60))
    assert (end.id, end.phase) == (first.id, "end")
    assert (start.phase, start.state, start.count) == ("start", "active", 1)
    assert start.id != first.id


def test_latched_alarm_that_comes_back_is_the_same() -> None:
    """A list of one line says more than a list of the same line twice."""
    board = Board()
    (start,) = board.feed(_verdict(0))
    latched, again = board.feed(_verdict(100))
    assert latched.state == "latched"
    assert (again.id, again.phase, again.state, again.count) == (start.id, "update", "active", 2)


def test_reset_takes_off_what_is_over_and_nothing_else() -> None:
    """Nobody can wipe an attack that goes on off the list."""
    board = Board()
    (start,) = board.feed(_verdict(0))
    assert board.reset(start.id, SECOND_NS) == []
    board.advance(60 * SECOND_NS)
    assert _told(board.reset(start.id, 61 * SECOND_NS)) == [(61, "end", "cleared", 1)]
    assert board.reset("no such alarm", 0) == []


def test_other_policy_or_subject_is_another_alarm() -> None:
    """A flood of one thing cannot hide another thing."""
    board = Board()
    alarms = [a for n in range(1_000) for a in board.feed(_verdict(n / 100))]
    (policy,) = board.feed(_verdict(10, policy="q"))
    (subject,) = board.feed(_verdict(10, subject="s2"))
    assert policy.phase == subject.phase == "start"
    assert len({alarms[0].id, policy.id, subject.id}) == 3


def test_end_of_a_recording_ends_no_alarm() -> None:
    """At the end of a recording counts are exact and what is open stays open."""
    board = Board()
    for second in range(3):
        board.feed(_verdict(second))
    board.feed(_verdict(2, policy="q"))
    (last,) = board.flush()
    assert _told([last]) == [(2, "update", "active", 3)]
    assert board.flush() == []


def test_invented_addresses_are_one_further_alarm_of_their_policy() -> None:
    """Memory and screen stay bounded, nothing is dropped in silence, nothing sounds harmless."""
    board = Board()
    alarms = []
    for number in range(1_500):
        alarms += board.feed(_verdict(number / 10, subject=f"x{number}", priority="high"))
    alarms += board.advance(400 * SECOND_NS)
    several = [alarm for alarm in alarms if alarm.subject == SEVERAL_DEVICES]
    assert len({alarm.subject for alarm in alarms}) == len({alarm.id for alarm in alarms}) == 11
    # Eleven starts, eleven latches, and the doublings of the count of 1490.
    assert len(alarms) <= 11 + 11 + 11
    first, last = several[0], several[-1]
    assert (first.policy, first.priority, first.kind) == ("p", "high", "security")
    assert (first.title, first.action, first.phase) == ("Title", "Act.", "start")
    assert [reason.text for reason in first.reasons] == [
        "A bolus.",
        "More devices than can be listed; those that are not listed are counted here.",
    ]
    assert (last.count, last.state, last.protocol) == (1_490, "latched", None)
    assert last.transmissions[-1] == f"t{round(149.9 * SECOND_NS)}"
    assert "t0" not in last.transmissions


def test_flood_of_strangers_hides_no_attack_on_an_own_device() -> None:
    """The patient's devices always have a place of their own on the board."""
    board = Board(own=[("medtronic", "350535")])
    for number in range(100):
        board.feed(_verdict(0, subject=f"x{number}"))
    for protocol in ("medtronic", None):
        (alarm,) = board.feed(_verdict(0, subject="350535", protocol=protocol))
        assert (alarm.subject, alarm.phase) == ("350535", "start")
    (monitor,) = board.feed(_verdict(0, subject=MONITOR, protocol=None))
    assert (monitor.subject, monitor.phase) == (MONITOR, "start")
    assert board.feed(_verdict(0, subject="350535", protocol="omnipod")) == [], "not their own"


def test_own_devices_take_no_place_of_a_stranger() -> None:
    """A patient with many devices sees a single stranger by its address all the same."""
    board = Board(own=[("medtronic", "350535"), ("medtronic", "0d1234")], strangers_max=1)
    for subject in ("350535", "0d1234", "999999"):
        (alarm,) = board.feed(_verdict(0, subject=subject))
        assert (alarm.subject, alarm.phase) == (subject, "start")


def test_flood_of_one_policy_hides_no_alarm_of_another() -> None:
    """After a thousand invented pods, the first press of a stranger's remote is told by itself."""
    board = Board()
    for number in range(1_001):
        board.feed(_verdict(0, policy="command", subject=f"x{number}", priority="high"))
    (alarm,) = board.feed(_verdict(0, policy="remote", subject="999999", priority="high"))
    assert (alarm.policy, alarm.subject, alarm.phase) == ("remote", "999999", "start")


def test_two_systems_with_one_number_are_two_alarms() -> None:
    """A pod with the number of the patient's pump does not count into the pump's alarm."""
    board = Board()
    (pump,) = board.feed(_verdict(0))
    (pod,) = board.feed(_verdict(0, protocol="omnipod"))
    assert (pump.subject, pump.protocol) == ("s", "medtronic")
    assert (pod.subject, pod.protocol, pod.phase) == ("s", "omnipod", "start")
    assert pump.id != pod.id


def test_acknowledged_alarms_make_room() -> None:
    """Working through the list brings new alarms back to it."""
    board = Board(strangers_max=1)
    (first,) = board.feed(_verdict(0, subject="x"))
    board.advance(60 * SECOND_NS)
    board.acknowledge(first.id, 60 * SECOND_NS)
    (second,) = board.feed(_verdict(61, subject="y"))
    assert (second.subject, second.phase) == ("y", "start")


def test_late_verdict_counts_at_its_own_time_and_holds_from_now() -> None:
    """Time does not go back, and the true time of the event is kept."""
    board = Board()
    board.advance(100 * SECOND_NS)
    (start,) = board.feed(_verdict(40))
    assert (start.time_ns, start.first_ns) == (100 * SECOND_NS, 40 * SECOND_NS)
    assert board.advance(159 * SECOND_NS) == []
    assert board.advance(160 * SECOND_NS)[0].state == "latched"


def test_hold_time_must_be_positive() -> None:
    """Without one, two alarms could begin at one instant and share an identifier."""
    with pytest.raises(AssertionError):
        Board().feed(_verdict(0, hold_s=0.0))


steps = st.lists(
    st.tuples(
        st.floats(0, 90),
        st.sampled_from("pq"),
        st.sampled_from("stuv"),
        st.sampled_from(PRIORITIES),
        st.booleans(),
        st.sampled_from([20.0, 60.0, 400.0, 4_000.0]),
    ),
    max_size=25,
)


@given(steps, st.lists(st.integers(1, 200), max_size=8))
def test_calls_between_verdicts_change_nothing(
    story: list[tuple[float, str, str, Priority, bool, float]], cuts: list[int]
) -> None:
    """However the stream is cut into blocks, the records are the same in the same order."""
    once, often = Board(strangers_max=2), Board(strangers_max=2)
    told_once: list[Alarm] = []
    told_often: list[Alarm] = []
    second = 0.0
    for gap, policy, subject, priority, latching, hold_s in story:
        verdict = _verdict(
            second + gap, policy=policy, subject=subject, priority=priority, latching=latching,
            hold_s=hold_s,
        )  # fmt: skip
        for cut in sorted(cuts):
            told_often += often.advance(round((second + gap * cut / 201) * SECOND_NS))
        second += gap
        told_once += once.feed(verdict)
        told_often += often.feed(verdict)
    end_ns = round((second + 10_000) * SECOND_NS)
    told_once += once.advance(end_ns)
    for cut in range(1, 101):
        told_often += often.advance(round((second + cut * 100) * SECOND_NS))
    assert told_often == told_once
    assert [alarm.time_ns for alarm in told_once] == sorted(a.time_ns for a in told_once)


@dataclass
class Expectation:
    """What should be known about one thing, in two booleans in place of the table's states."""

    is_so: bool = False
    noticed: bool = False
    latching: bool = False
    seen_ns: int = 0
    count: int = 0
    worst: Priority = "info"
    score_percent: int = 0
    known_percent: int = 0
    commands: set[Command] = field(default_factory=set)

    @property
    def state(self) -> str:
        if self.is_so:
            return "acknowledged" if self.noticed else "active"
        return "latched" if self.latching and not self.noticed else "cleared"

    def is_news(self, priority: Priority, percent: int, command: Command) -> bool:
        """Whether a person who knows all that was said so far has to be told at once."""
        is_urgent = PRIORITIES.index(priority) > PRIORITIES.index(self.worst)
        is_worse = percent >= self.known_percent + 10
        is_other = command not in self.commands and {priority, self.worst} != {"info"}
        return is_urgent or is_worse or is_other


HOLDS_S = {"p": 60, "q": 400}


class BoardMachine(RuleBasedStateMachine):
    """Verdicts, time and people in any order against a second, simpler model."""

    def __init__(self) -> None:
        super().__init__()
        self.board = Board()
        self.now_ns = 0
        self.open: dict[tuple[str, str], Expectation] = {}
        self.latest: dict[str, Alarm] = {}
        self.fed: Counter[tuple[str, str]] = Counter()

    def hear(self, alarms: list[Alarm]) -> None:
        for alarm in alarms:
            before = self.latest.get(alarm.id)
            assert (alarm.phase == "start") == (before is None)
            assert (alarm.phase == "end") == (alarm.state == "cleared")
            if before is not None:
                assert before.phase != "end"
                assert alarm.count >= before.count
                assert alarm.last_ns >= before.last_ns
                assert alarm.first_ns == before.first_ns
            self.latest[alarm.id] = alarm

    def lapse(self) -> None:
        for key, thing in list(self.open.items()):
            if thing.is_so and self.now_ns - thing.seen_ns >= HOLDS_S[key[0]] * SECOND_NS:
                thing.is_so = False
            if thing.state == "cleared":
                del self.open[key]

    @rule(
        wait_s=st.integers(0, 80),
        policy=st.sampled_from("pq"),
        subject=st.sampled_from("st"),
        priority=st.sampled_from(PRIORITIES),
        latching=st.booleans(),
        percent=st.sampled_from([21, 27, 33, 58, 90]),
        command=st.sampled_from(COMMANDS),
    )
    def verdict(
        self, *, wait_s: int, policy: str, subject: str, priority: Priority, latching: bool,
        percent: int, command: Command,
    ) -> None:  # fmt: skip
        self.now_ns += wait_s * SECOND_NS
        self.lapse()
        key = policy, subject
        fresh = key not in self.open
        thing = self.open.setdefault(key, Expectation(worst=priority))
        news = thing.is_news(priority, percent, command)
        is_worse = percent >= thing.known_percent + 10
        self.open[key] = replace(
            thing,
            is_so=True,
            noticed=thing.noticed and thing.is_so and not news,
            latching=thing.latching or latching,
            seen_ns=self.now_ns,
            count=thing.count + 1,
            worst=max(priority, thing.worst, key=PRIORITIES.index),
            score_percent=max(percent, thing.score_percent),
            known_percent=percent if is_worse else thing.known_percent,
            commands=thing.commands | {command},
        )
        self.fed[key] += 1
        alarms = self.board.feed(
            _verdict(
                self.now_ns / SECOND_NS, policy=policy, subject=subject, priority=priority,
                latching=latching, hold_s=HOLDS_S[policy], score=percent / 100, command=command,
            )
        )  # fmt: skip
        if fresh or news:
            assert (alarms[-1].policy, alarms[-1].subject) == key
            assert alarms[-1].count == self.open[key].count
        self.hear(alarms)

    @rule(wait_s=st.integers(0, 900))
    def wait(self, wait_s: int) -> None:
        self.now_ns += wait_s * SECOND_NS
        self.lapse()
        self.hear(self.board.advance(self.now_ns))

    @rule(pick=st.integers(0, 20), resets=st.booleans())
    def by_hand(self, *, pick: int, resets: bool) -> None:
        if not self.latest:
            return
        alarm = list(self.latest.values())[pick % len(self.latest)]
        thing = self.open.get((alarm.policy, alarm.subject))
        if alarm.phase != "end" and thing is not None and not (resets and thing.is_so):
            thing.noticed = True
            thing.known_percent = thing.score_percent
        act = self.board.reset if resets else self.board.acknowledge
        told = act(alarm.id, self.now_ns)
        if told and thing is not None:
            assert (told[0].state, told[0].count) == (thing.state, thing.count)
        self.hear(told)
        self.lapse()

    @rule()
    def flush(self) -> None:
        self.hear(self.board.flush())
        told: Counter[tuple[str, str]] = Counter()
        for alarm in self.latest.values():
            told[alarm.policy, alarm.subject] += alarm.count
        assert told == self.fed
        for alarm in self.latest.values():
            if alarm.phase != "end":
                assert alarm.state == self.open[alarm.policy, alarm.subject].state

    @invariant()
    def list_shows_what_is_so(self) -> None:
        """What was told is so, or was so less than one reminder ago and nobody has to act on it."""
        shown = {(a.policy, a.subject): a for a in self.latest.values() if a.phase != "end"}
        assert shown.keys() == self.open.keys()
        for key, alarm in shown.items():
            thing = self.open[key]
            assert alarm.priority == thing.worst
            if (alarm.state, alarm.count) != (thing.state, thing.count):
                assert self.now_ns - alarm.time_ns < REMINDERS_S[thing.worst] * SECOND_NS
            if alarm.state != thing.state:
                assert {alarm.state, thing.state} == {"active", "latched"}


BoardMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestBoardMachine = BoardMachine.TestCase


EARLY = ("early", "checked")


def _staged(second: float, stage: Stage, subject: str = "s") -> Verdict:
    verdict = _verdict(second, subject=subject)
    findings = tuple(
        replace(finding, early=stage in EARLY, transmissions=() if stage in EARLY else ("t",))
        for finding in verdict.findings
    )
    return replace(verdict, stage=stage, findings=findings, is_checked=stage == "checked")


def test_what_a_check_bears_out_is_not_counted_again() -> None:
    """A heading, its packet and its transmission are one thing that happened."""
    board = Board()
    alarms = board.feed(_staged(1, "early")) + board.feed(_staged(1.05, "checked"))
    alarms += board.feed(_staged(1.5, "confirmed"))
    assert [(alarm.phase, alarm.count, alarm.early) for alarm in alarms] == [
        ("start", 1, True),
        ("update", 1, False),
    ]
    assert board.feed(_staged(5, "withdrawn")) == []


def test_an_alarm_tells_how_sure_it_is() -> None:
    """The bedside tells a packet on the air, one that was checked, and what came of them apart."""
    board = Board(strangers_max=9)
    over = replace(_staged(1.5, "early", "over"), is_checked=True)
    alarms = [_staged(1, "early", "begun"), over, _staged(2, "confirmed", "begun")]
    alarms += [_staged(5, "withdrawn", "over"), _verdict(6, subject="other")]
    told = [alarm for verdict in alarms for alarm in board.feed(verdict)]
    assert [(alarm.subject, alarm.phase, alarm.stage) for alarm in told] == [
        ("begun", "start", "heading"),
        ("over", "start", "checked"),
        ("begun", "update", "confirmed"),
        ("over", "end", "withdrawn"),
        ("other", "start", "whole"),
    ]


def test_what_was_told_early_is_one_alarm_and_one_occurrence() -> None:
    """A person is warned at once, and hears when it is certain; nothing is counted twice."""
    board = Board()
    alarms = board.feed(_staged(1, "early")) + board.feed(_staged(1.5, "confirmed"))
    assert _told(alarms) == [(1, "start", "active", 1), (1.5, "update", "active", 1)]
    assert [alarm.early for alarm in alarms] == [True, False]
    assert [alarm.reasons[0].early for alarm in alarms] == [True, False]
    assert [alarm.transmissions for alarm in alarms] == [(), ("t",)]
    assert alarms[0].id == alarms[1].id


def test_what_no_packet_bears_out_ends_its_alarm() -> None:
    """A damaged packet must not keep a ward busy; later one sees that nothing was checked."""
    board = Board()
    alarms = board.feed(_staged(1, "early")) + board.feed(_staged(5, "withdrawn"))
    assert _told(alarms) == [(1, "start", "active", 1), (5, "end", "cleared", 1)]
    assert alarms[-1].early
    assert board.advance(DAY_S * SECOND_NS) == []
    assert board.feed(_staged(DAY_S + 1, "withdrawn")) == []


def test_an_alarm_that_rests_on_more_stays() -> None:
    """A forged heading, or a jammer, must not end the alarm about a real command."""
    board = Board()
    alarms = board.feed(_verdict(0))
    alarms += board.feed(_staged(1, "early")) + board.feed(_staged(5, "withdrawn"))
    assert {alarm.phase for alarm in alarms} <= {"start", "update"}
    (latched,) = board.advance(200 * SECOND_NS)
    assert (latched.state, latched.count, latched.early) == ("latched", 1, False)


def test_strangers_without_room_are_taken_back_among_several() -> None:
    """Invented addresses count in one alarm, and there they are withdrawn or confirmed."""
    board = Board(strangers_max=1)
    board.feed(_verdict(0, subject="first"))
    (several,) = board.feed(_staged(1, "early", "second"))
    assert (several.subject, several.early) == (SEVERAL_DEVICES, True)
    board.feed(_staged(1.1, "early", "third"))
    (update,) = board.feed(_staged(2, "confirmed", "second"))
    assert (update.subject, update.count, update.early) == (SEVERAL_DEVICES, 2, False)
    board.feed(_staged(5, "withdrawn", "third"))
    (told,) = [a for a in board.flush() if a.subject == SEVERAL_DEVICES]
    assert told.count == 1
