"""The state table: every state with every input, and what must never happen in any order."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.respond.alarms import INPUTS, STATES, TRANSITIONS, Input, State, step

# Written down a second time, from what must happen at the bedside: for each state, the input, the
# state afterwards and what is announced ("-" is nothing).
EXPECTED = """
idle          raise        active        start
idle          escalate     active        start
idle          lapse        idle          -
idle          latch        idle          -
idle          acknowledge  idle          -
idle          reset        idle          -
idle          withdraw     idle          -
active        raise        active        -
active        escalate     active        update
active        lapse        cleared       end
active        latch        latched       update
active        acknowledge  acknowledged  update
active        reset        active        -
active        withdraw     cleared       end
latched       raise        active        update
latched       escalate     active        update
latched       lapse        latched       -
latched       latch        latched       -
latched       acknowledge  cleared       end
latched       reset        cleared       end
latched       withdraw     cleared       end
acknowledged  raise        acknowledged  -
acknowledged  escalate     active        update
acknowledged  lapse        cleared       end
acknowledged  latch        cleared       end
acknowledged  acknowledge  acknowledged  -
acknowledged  reset        acknowledged  -
acknowledged  withdraw     cleared       end
cleared       raise        active        start
cleared       escalate     active        start
cleared       lapse        cleared       -
cleared       latch        cleared       -
cleared       acknowledge  cleared       -
cleared       reset        cleared       -
cleared       withdraw     cleared       -
"""
ROWS = [tuple(row.split()) for row in EXPECTED.strip().splitlines()]


def test_table_is_complete() -> None:
    """Nothing that happens in an unforeseen order is an error at the bedside."""
    assert set(TRANSITIONS) == set(product(STATES, INPUTS))
    assert set(TRANSITIONS.values()) <= set(STATES)
    assert {(row[0], row[1]) for row in ROWS} == set(TRANSITIONS)


@pytest.mark.parametrize(("before", "given_input", "after", "phase"), ROWS)
def test_every_state_with_every_input(
    before: State, given_input: Input, after: State, phase: str
) -> None:
    """Each cell does what a person at the bedside expects."""
    assert step(before, given_input) == (after, None if phase == "-" else phase)


@given(st.lists(st.sampled_from(INPUTS)))
def test_every_life_is_start_updates_end(inputs: list[Input]) -> None:
    """In any order of inputs, a reader sees a start before an update and an end only after one."""
    state: State = "idle"
    is_open = False
    for given_input in inputs:
        before = state
        state, phase = step(state, given_input)
        assert (phase == "start") == (not is_open and state == "active")
        assert (phase == "end") == (is_open and state == "cleared")
        assert phase is not None or state == before
        is_open = state not in {"idle", "cleared"}
        assert phase != "update" or is_open


def test_only_a_person_ends_a_latched_alarm() -> None:
    """Neither time nor further attacks take a latched alarm off the list."""
    by_itself: tuple[Input, ...] = ("raise", "escalate", "lapse", "latch")
    assert "cleared" not in {TRANSITIONS["latched", given_input] for given_input in by_itself}
