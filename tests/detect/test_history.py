"""The bounded memory of detectors."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.detect.history import Entry, Ledger, Memoryless, Remembering
from medmon.records import Gap, Radio, Span, Transmission

SPAN = Span("a.cu8", 0, 1)
HEARD = Transmission("1", SPAN, 0, Radio(1.0, 0.0, 1.0, -40.0, 30.0, -70.0, 1.0))


def test_entries_come_back_in_order() -> None:
    """What was noted first comes first."""
    ledger = Ledger(keep_ns=100)
    for time_ns in (1, 2, 3):
        ledger.add("a", Entry(time_ns, time_ns / 2, "x"))
    assert ledger.entries("a") == (Entry(1, 0.5, "x"), Entry(2, 1.0, "x"), Entry(3, 1.5, "x"))
    assert ledger.entries("b") == ()
    assert len(ledger) == 3


def test_old_entries_are_forgotten() -> None:
    """An entry exactly as old as allowed stays, an older one goes."""
    ledger = Ledger(keep_ns=100)
    for time_ns in (0, 1, 101):
        ledger.add("a", Entry(time_ns, 0.0))
    assert [entry.time_ns for entry in ledger.entries("a")] == [1, 101]


def test_entries_of_the_future_are_forgotten_too() -> None:
    """A clock that was ten years ahead does not leave entries that never age."""
    ledger = Ledger(keep_ns=100)
    ledger.add("a", Entry(1_000_000, 0.0))
    ledger.add("a", Entry(5, 0.0))
    assert [entry.time_ns for entry in ledger.entries("a")] == [5]


def test_around_looks_both_ways() -> None:
    """A window reaches into the past and, after a step of the clock, into the future."""
    ledger = Ledger(keep_ns=1000)
    for time_ns in (0, 50, 100, 150, 200):
        ledger.add("a", Entry(time_ns, 0.0))
    assert [entry.time_ns for entry in ledger.around("a", 100, 100)] == [50, 100, 150]
    assert ledger.around("b", 100, 100) == []


def test_newest_goes_on_when_a_key_is_full() -> None:
    """A key keeps its newest entries."""
    ledger = Ledger(keep_ns=1000, max_entries=3)
    for time_ns in range(10):
        ledger.add("a", Entry(time_ns, 0.0))
    assert [entry.time_ns for entry in ledger.entries("a")] == [7, 8, 9]


def test_least_used_stranger_is_forgotten() -> None:
    """A flood of invented addresses pushes out those not heard for longest."""
    ledger = Ledger(keep_ns=1000, max_keys=2)
    for key in ("a", "b", "a", "c"):
        ledger.add(key, Entry(0, 0.0))
    assert [len(ledger.entries(key)) for key in "abc"] == [2, 0, 1]


def test_own_devices_are_never_forgotten() -> None:
    """A million strangers do not make the monitor forget the patient's doses."""
    ledger = Ledger(keep_ns=1000, max_keys=4, pinned={"own"})
    ledger.add("own", Entry(0, 1.0))
    ledger.add("own/basal", Entry(0, 2.0))
    for number in range(10_000):
        ledger.add(f"stranger{number}", Entry(0, 0.0))
    assert len(ledger) == 6
    assert ledger.entries("own") == (Entry(0, 1.0),)
    assert ledger.entries("own/basal") == (Entry(0, 2.0),)


def test_a_full_page_keeps_its_sum() -> None:
    """The oldest two of a full key become one, dated like the later, whatever order they have."""
    ledger = Ledger(keep_ns=100, max_entries=3, keeps_sum=True)
    for time_ns, amount in ((7, 4.0), (5, 2.0), (8, 1.0), (9, 0.5)):
        ledger.add("a", Entry(time_ns, amount, str(time_ns)))
    assert ledger.entries("a") == (Entry(7, 6.0, "5"), Entry(8, 1.0, "8"), Entry(9, 0.5, "9"))


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 50)), min_size=1, max_size=60))
def test_a_sum_is_never_too_small(steps: list[tuple[int, int]]) -> None:
    """However many amounts come, a window holds at least what came in it, in bounded memory."""
    ledger, now_ns, came = Ledger(keep_ns=100, max_entries=4, keeps_sum=True), 0, []
    for wait_ns, amount in steps:
        now_ns += wait_ns
        came.append((now_ns, amount))
        ledger.add("a", Entry(now_ns, float(amount)))
        least = sum(given for time_ns, given in came if now_ns - time_ns < 100)
        assert sum(entry.amount for entry in ledger.around("a", now_ns, 100)) >= least
        assert len(ledger) <= 4


def test_amend_replaces_the_newest() -> None:
    """A temporary rate that was cut short counts only in part."""
    ledger = Ledger(keep_ns=1000)
    ledger.amend("a", Entry(0, 9.0))
    assert len(ledger) == 0
    ledger.add("a", Entry(1, 1.0))
    ledger.add("a", Entry(2, 2.0))
    ledger.amend("a", Entry(2, 0.5))
    assert [entry.amount for entry in ledger.entries("a")] == [1.0, 0.5]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["own", "own/x", "b", "c"]),
            st.integers(0, 2**62),
            st.floats(allow_nan=False, allow_infinity=False),
            st.text(max_size=5),
        )
    )
)
def test_memory_survives_json(notes: list[tuple[str, int, float, str]]) -> None:
    """What is saved as JSON and read back is the same memory, for all that follows."""
    ledger = Ledger(keep_ns=2**63, pinned={"own"})
    for key, time_ns, amount, note in notes:
        ledger.add(key, Entry(time_ns, amount, note))
    copy = Ledger(keep_ns=2**63, pinned={"own"})
    copy.add("d", Entry(0, 0.0))
    copy.restore(json.loads(json.dumps(ledger.state())))
    assert copy.state() == ledger.state()
    assert list(copy.state()) == list(ledger.state())


@pytest.mark.parametrize(
    "state", [{"a": 5}, {"a": [[1, 2.0]]}, {"a": [["1", 2.0, ""]]}, {"a": [[1, 2.0, None]]}]
)
def test_memory_of_another_shape_is_refused(state: dict[str, object]) -> None:
    """A damaged memory is refused as a whole; what was known stays known."""
    ledger = Ledger(keep_ns=1000)
    ledger.add("kept", Entry(1, 1.0))
    with pytest.raises(ValueError, match=r"a: expected \[time_ns, amount, note\]"):
        ledger.restore(state)
    assert ledger.entries("kept") == (Entry(1, 1.0),)


def test_memoryless_remembers_nothing() -> None:
    """The shape for detectors that judge each transmission by itself."""
    shape = Memoryless()
    shape.learn(HEARD, trusted=True)
    shape.missed(Gap(SPAN, 0, 1.0, "test"))
    shape.restore({"a": 1})
    assert shape.overdue(10**18) == ()
    assert shape.state() == {}


def test_remembering_keeps_a_ledger() -> None:
    """The shape for detectors whose memory is one ledger."""
    ledger = Ledger(keep_ns=1000)
    ledger.add("a", Entry(1, 2.0, "x"))
    copy = Remembering(Ledger(keep_ns=1000))
    copy.restore(Remembering(ledger).state())
    assert copy.state() == {"a": [[1, 2.0, "x"]]}
