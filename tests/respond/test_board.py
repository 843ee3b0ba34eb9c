"""The board of alarms: floods, stories minute by minute, and any order of events."""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from medmon.records import Alarm, Finding, Priority, Span, Verdict
from medmon.respond import HOLD_NS, MONITOR, OVERFLOW_POLICY, UPDATE_NS, Board

SECOND_NS = 1_000_000_000
PRIORITIES: tuple[Priority, ...] = ("info", "low", "medium", "high")


def _verdict(
    second: float,
    *,
    policy: str = "p",
    subject: str = "s",
    priority: Priority = "medium",
    latching: bool = True,
) -> Verdict:
    time_ns = round(second * SECOND_NS)
    finding = Finding(
        "d", subject, "f", 1, "0", "text", time_ns, 0.5, None, (f"t{time_ns}",),
        (Span("a.cu8", time_ns, 10),),
    )  # fmt: skip
    return Verdict(
        policy, priority, "security", "Title", "Act.", subject, time_ns, (finding,), latching
    )


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


def test_slow_flood_is_told_every_five_minutes() -> None:
    """A condition that goes on for a day is neither silent nor a record each time."""
    board = Board()
    alarms = [a for n in range(2_880) for a in board.feed(_verdict(n * 30))]
    times = [alarm.time_ns for alarm in alarms]
    assert max(b - a for a, b in pairwise(times)) <= UPDATE_NS
    assert len(alarms) <= 86_400 // 300 + 12
    assert board.flush()[0].count == 2_880


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


def test_too_many_subjects_are_counted_in_one_technical_alarm() -> None:
    """Memory stays bounded, nothing is dropped in silence."""
    board = Board(open_max=10)
    alarms = [a for n in range(1_010) for a in board.feed(_verdict(n / 100, subject=f"x{n}"))]
    alarms += board.flush()
    overflow = [alarm for alarm in alarms if alarm.policy == OVERFLOW_POLICY]
    assert len({alarm.subject for alarm in alarms}) == 11
    assert {(a.kind, a.subject, a.priority) for a in overflow} == {("technical", MONITOR, "medium")}
    assert overflow[-1].count == 1_000
    assert overflow[-1].transmissions[-1] == f"t{round(10.09 * SECOND_NS)}"
    assert "t0" not in overflow[-1].transmissions


def test_flood_of_strangers_hides_no_attack_on_an_own_device() -> None:
    """The patient's devices always have a place of their own on the board."""
    board = Board(own=["350535"], open_max=10)
    for number in range(100):
        board.feed(_verdict(0, subject=f"x{number}", priority="high"))
    (alarm,) = board.feed(_verdict(0, subject="350535", priority="high"))
    assert (alarm.subject, alarm.phase) == ("350535", "start")


def test_flood_of_lesser_alarms_hides_no_urgent_one() -> None:
    """Each priority has places of its own; what finds none makes the overflow as urgent."""
    board = Board(open_max=2)
    for number in range(5):
        board.feed(_verdict(0, subject=f"x{number}", priority="low"))
    urgent = [board.feed(_verdict(0, subject=f"y{n}", priority="high"))[0] for n in range(3)]
    assert [alarm.subject for alarm in urgent] == ["y0", "y1", MONITOR]
    assert (urgent[2].priority, urgent[2].phase) == ("high", "update")


def test_acknowledged_alarms_make_room() -> None:
    """Working through the list brings new alarms back to it."""
    board = Board(open_max=1)
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
        Board(hold_ns=0)


steps = st.lists(
    st.tuples(
        st.floats(0, 90),
        st.sampled_from("pq"),
        st.sampled_from("st"),
        st.sampled_from(PRIORITIES),
        st.booleans(),
    ),
    max_size=25,
)


@given(steps, st.lists(st.integers(1, 200), max_size=8))
def test_calls_between_verdicts_change_nothing(
    story: list[tuple[float, str, str, Priority, bool]], cuts: list[int]
) -> None:
    """However the stream is cut into blocks, the records are the same in the same order."""
    once, often = Board(), Board()
    told_once: list[Alarm] = []
    told_often: list[Alarm] = []
    second = 0.0
    for gap, policy, subject, priority, latching in story:
        verdict = _verdict(
            second + gap, policy=policy, subject=subject, priority=priority, latching=latching
        )
        for cut in sorted(cuts):
            told_often += often.advance(round((second + gap * cut / 201) * SECOND_NS))
        second += gap
        told_once += once.feed(verdict)
        told_often += often.feed(verdict)
    end_ns = round((second + 1_000) * SECOND_NS)
    told_once += once.advance(end_ns)
    for cut in range(1, 11):
        told_often += often.advance(round((second + cut * 100) * SECOND_NS))
    assert told_often == told_once


@dataclass
class Expectation:
    """What should be known about one thing, in two booleans in place of the table's states."""

    is_so: bool = False
    noticed: bool = False
    latching: bool = False
    seen_ns: int = 0
    count: int = 0
    worst: Priority = "info"
    by_hand: bool = False

    @property
    def state(self) -> str:
        if self.is_so:
            return "acknowledged" if self.noticed else "active"
        return "latched" if self.latching and not self.noticed else "cleared"


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
            if thing.is_so and self.now_ns - thing.seen_ns >= HOLD_NS:
                thing.is_so = False
            if thing.state == "cleared":
                del self.open[key]

    @rule(
        wait_s=st.integers(0, 80),
        policy=st.sampled_from("pq"),
        subject=st.sampled_from("st"),
        priority=st.sampled_from(PRIORITIES),
        latching=st.booleans(),
    )
    def verdict(
        self, *, wait_s: int, policy: str, subject: str, priority: Priority, latching: bool
    ) -> None:
        self.now_ns += wait_s * SECOND_NS
        self.lapse()
        fresh = (policy, subject) not in self.open
        thing = self.open.setdefault((policy, subject), Expectation(worst=priority))
        worse = PRIORITIES.index(priority) > PRIORITIES.index(thing.worst)
        if worse or not thing.is_so:
            thing.noticed = False
        self.open[policy, subject] = replace(
            thing, is_so=True, latching=thing.latching or latching, seen_ns=self.now_ns,
            count=thing.count + 1, worst=priority if worse else thing.worst,
        )  # fmt: skip
        self.fed[policy, subject] += 1
        alarms = self.board.feed(
            _verdict(
                self.now_ns / SECOND_NS, policy=policy, subject=subject, priority=priority,
                latching=latching,
            )
        )  # fmt: skip
        if fresh or worse:
            assert (alarms[-1].policy, alarms[-1].subject) == (policy, subject)
            assert alarms[-1].count == self.open[policy, subject].count
        self.hear(alarms)

    @rule(wait_s=st.integers(0, 200))
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
        act = self.board.reset if resets else self.board.acknowledge
        self.hear(act(alarm.id, self.now_ns))
        self.lapse()

    @rule()
    def flush(self) -> None:
        self.hear(self.board.flush())
        told: Counter[tuple[str, str]] = Counter()
        for alarm in self.latest.values():
            told[alarm.policy, alarm.subject] += alarm.count
        assert told == self.fed

    @invariant()
    def list_shows_what_is_so(self) -> None:
        shown = {
            (a.policy, a.subject): (a.state, a.priority)
            for a in self.latest.values()
            if a.phase != "end"
        }
        assert shown == {key: (thing.state, thing.worst) for key, thing in self.open.items()}


BoardMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestBoardMachine = BoardMachine.TestCase
