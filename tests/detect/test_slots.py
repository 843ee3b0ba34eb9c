"""Slots of a MiniLink and the time between them."""

from __future__ import annotations

from itertools import accumulate

import pytest

from medmon.detect.slots import SLOTS, can_follow

STEP_S = (185.0, 410.0)
# Slot distances in seconds: the mmcommander simulator's, and those measured in an Enlite log.
CYCLES_S = [(307, 241, 357, 271, 335, 206, 246, 326), (309, 387, 256, 250, 345, 277, 250, 321)]


@pytest.mark.parametrize("cycle_s", CYCLES_S)
def test_real_transmitters_are_possible(cycle_s: tuple[int, ...]) -> None:
    """Each report of two real cycles can follow each one before it, whatever was missed between."""
    times_s = [0, *accumulate(cycle_s * 2)]
    for first, start_s in enumerate(times_s):
        for last in range(first + 1, len(times_s)):
            between_s = float(times_s[last] - start_s)
            assert can_follow(first % SLOTS, last % SLOTS, between_s, STEP_S)
            assert can_follow(first % SLOTS, last % SLOTS, between_s + 17, STEP_S)


def test_one_step_in_five_minutes() -> None:
    """After 300 s only the next slot is possible: 2 steps take at least 370 s."""
    assert [slot for slot in range(SLOTS) if can_follow(7, slot, 300.0, STEP_S)] == [0]
    assert [slot for slot in range(SLOTS) if can_follow(7, slot, 380.0, STEP_S)] == [0, 1]


def test_too_soon_for_any_step() -> None:
    """After 100 s no slot can have followed, the same one neither."""
    assert not any(can_follow(3, slot, 100.0, STEP_S) for slot in range(SLOTS))


def test_everything_is_possible_after_an_hour() -> None:
    """3600 s are 9 to 19 steps."""
    assert all(can_follow(3, slot, 3600.0, STEP_S) for slot in range(SLOTS))


@pytest.mark.parametrize("slot", [-1.0, 8.0, 15.0, 2.5])
def test_slots_that_do_not_exist(slot: float) -> None:
    """A nibble holds sixteen numbers, a transmitter uses eight."""
    assert not can_follow(0, slot, 3600.0, STEP_S)


def test_no_step_takes_no_time() -> None:
    """Options of zero seconds neither divide by zero nor count for ever."""
    # Steps of a second: a thousand million of them are a multiple of eight.
    assert can_follow(5, 5, 1e9, (0.0, 0.0))
    assert not can_follow(5, 6, 1e9, (0.0, 0.0))
