"""Regions taken apart: powers drawn by hand, emitters as they were drawn."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.phy.activity import Region
from medmon.phy.channelizer import Grid
from medmon.phy.emitters import MOST, Emitter, emitters
from medmon.records import FloatArray

GRID = Grid.for_rate(1.024e6)  # 64 channels, rows of half a millisecond
ROWS = 120


def _floor() -> FloatArray:
    return np.ones(GRID.channels, dtype=np.float32)


def _found(powers: FloatArray, low: int = 0, high: int = 63) -> list[Emitter]:
    region = Region(1_000, 1_000 + len(powers), low, high, 1_000, 1_000 + len(powers))
    return emitters(powers.astype(np.float32), _floor(), region, GRID)[0]


def _draw(powers: FloatArray, rows: slice, channel: int, level: float) -> None:
    """A carrier with the skirts of rectangular keying: 10 dB down, then 20 dB a decade."""
    distance = np.abs(np.arange(GRID.channels) - channel)
    shape = np.where(distance == 0, 1.0, 0.1 / np.maximum(distance, 1) ** 2)
    powers[rows] += (level * shape).astype(np.float32)


def _quiet() -> FloatArray:
    return np.ones((ROWS, GRID.channels), dtype=np.float32)


def test_one_carrier_is_one_emitter() -> None:
    """Its skirts are not emitters; time and channel are as drawn."""
    powers = _quiet()
    _draw(powers, slice(30, 60), 20, 1e4)
    (emitter,) = _found(powers)
    assert [emitter.start_slot, emitter.stop_slot] == pytest.approx([1_030, 1_060], abs=1)
    assert emitter.low <= 20 <= emitter.high
    assert emitter.high - emitter.low <= 2
    assert emitter.centre == pytest.approx(20, abs=0.2)
    assert not emitter.is_skirt


def test_two_carriers_at_once_are_two_strongest_first() -> None:
    """15 dB apart in level, 25 channels apart in frequency, overlapping in time."""
    powers = _quiet()
    _draw(powers, slice(30, 60), 20, 3e3)
    _draw(powers, slice(35, 70), 45, 1e2)
    strong, weak = _found(powers)[:2]
    assert round(strong.centre) == 20
    assert round(weak.centre) == 45
    assert weak.start_slot == pytest.approx(1_035, abs=1)


@pytest.mark.parametrize(("level", "count"), [(1_200.0, 1), (2_200.0, 2)])
def test_what_a_skirt_explains_is_nobody(level: float, count: int) -> None:
    """Five channels beside 100,000 the skirt may reach 1,592: 4 dB, then 14 dB down."""
    powers = _quiet()
    _draw(powers, slice(20, 100), 20, 1e5)
    powers[20:100, 25] += level
    assert len(_found(powers)) == count


def test_what_stands_out_of_a_skirt_is_somebody() -> None:
    """A command 35 dB under a loud neighbour, far from it: listened to, though no news by itself.

    Thirty channels beside 1,000,000 keying may reach 442: 4 dB, then 29.5 dB down.
    """
    powers = _quiet()
    powers[20:100, 20] += 1e6
    powers[40:80, 50] += 300.0
    strong, weak = _found(powers)
    assert (round(strong.centre), round(weak.centre)) == (20, 50)
    assert weak.is_skirt
    assert [weak.start_slot, weak.stop_slot] == pytest.approx([1_040, 1_080], abs=1)


def test_turns_in_one_channel_are_two() -> None:
    """Two packets 10 ms apart in one channel have each their own time."""
    powers = _quiet()
    _draw(powers, slice(20, 40), 20, 1e3)
    _draw(powers, slice(60, 90), 20, 1e3)
    times = sorted((e.start_slot - 1_000, e.stop_slot - 1_000) for e in _found(powers))
    assert [slot for time in times for slot in time] == pytest.approx([20, 40, 60, 90], abs=1)


def test_two_tones_with_a_valley_are_one() -> None:
    """The tones of a pod stand three channels apart; one emitter holds both."""
    powers = _quiet()
    powers[30:60, 20] += 800.0
    powers[30:60, 22] += 1_000.0
    (emitter,) = _found(powers)
    assert (emitter.low, emitter.high) == (20, 22)
    assert emitter.centre == pytest.approx(21.1, abs=0.1)


def test_edges_of_the_band() -> None:
    """A carrier in the lowest or the highest channel has no neighbour below or above."""
    powers = _quiet()
    powers[30:60, 0:2] += 1_000.0
    powers[80:110, 62:64] += 1_000.0
    assert sorted((e.low, e.high) for e in _found(powers)) == [(0, 1), (62, 63)]


def test_only_the_region_is_looked_at() -> None:
    """What stands in other channels has a region of its own."""
    powers = _quiet()
    _draw(powers, slice(30, 60), 20, 1e4)
    _draw(powers, slice(30, 60), 50, 1e5)
    assert [round(e.centre) for e in _found(powers, 15, 25)] == [20]


def test_noise_is_no_emitter() -> None:
    """A region that was opened by luck has nobody in it."""
    rng = np.random.default_rng(2)
    assert _found(rng.gamma(7.6, 1 / 7.6, (ROWS, GRID.channels)).astype(np.float32)) == []


def test_a_faint_packet_that_lasts_is_an_emitter() -> None:
    """A short packet of 9 dB Ec/N0 stays low in any two rows, and half of its kind can be read."""
    rng = np.random.default_rng(3)
    powers = rng.gamma(7.6, 1 / 7.6, (ROWS, GRID.channels)).astype(np.float32)
    powers[40:60, 20] += rng.gamma(7.6, 2.0 / 7.6, 20).astype(np.float32)
    (emitter,) = _found(powers)
    assert emitter.low <= 20 <= emitter.high
    assert emitter.start_slot == pytest.approx(1_040, abs=4)
    assert emitter.stop_slot == pytest.approx(1_060, abs=4)


def test_number_of_emitters_is_bounded() -> None:
    """A flood of carriers costs bounded time."""
    powers = _quiet()
    powers[30:60, 1:63:3] += 1_000.0
    assert len(_found(powers)) == MOST
