"""Regions of energy: thresholds against the gamma distribution, shapes by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy import stats

from medmon.phy import activity
from medmon.phy.activity import Activity, Region
from medmon.phy.channelizer import Channelizer, Grid
from medmon.records import FloatArray

GRID = Grid.for_rate(1.024e6)  # rows of half a millisecond, 64 channels
HOLD = 8  # rows in 4 ms
LONGEST, OVERLAP = 1_200, 300  # rows in 0.6 s and 0.15 s


def _quiet(rows: int) -> FloatArray:
    return np.ones((rows, GRID.channels), dtype=np.float32)


def _all(rows: FloatArray, cuts: tuple[int, ...] = ()) -> list[Region]:
    finder = Activity(GRID)
    found = [region for part in np.split(rows, cuts) for region in finder.feed(part)]
    return found + finder.flush()


@pytest.mark.parametrize(
    ("threshold", "freedom"),
    [
        (activity.ONE_ROW, 7.6),
        (activity.ONE_ROW_WIDE, 29),
        (activity.FOUR_ROWS, 30),
        (activity.FOUR_ROWS_WIDE, 113),
    ],
)
def test_noise_passes_a_threshold_once_in_ten_billion_cells(
    threshold: float, freedom: float
) -> None:
    """At 128 channels and 2,000 rows a second that is less than once in ten hours each."""
    chance = stats.gamma(freedom, scale=1 / freedom).sf(threshold / 1.1)
    assert 1e-12 < chance < 1e-10


def test_noise_goes_on_once_in_ten_thousand() -> None:
    """A region that is open is not kept open by noise."""
    assert stats.gamma(30, scale=1 / 30).sf(activity.KEEP) < 1 / 2_000


def test_degrees_of_freedom_are_those_of_real_noise() -> None:
    """The figures that the thresholds rest on, measured."""
    rng, bank = np.random.default_rng(5), Channelizer(GRID)
    chunks = []
    for _ in range(24):
        pair = rng.standard_normal((2, GRID.chunk_samples), dtype=np.float32)
        chunks.append(bank.feed(np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)))
    one = np.concatenate(chunks)[1:]
    four = np.lib.stride_tricks.sliding_window_view(one, 4, axis=0).mean(axis=-1)

    def freedom(power: FloatArray) -> float:
        return float(power.mean() ** 2 / power.var())

    def wide(power: FloatArray) -> FloatArray:
        return np.asarray(np.lib.stride_tricks.sliding_window_view(power, 4, axis=1).mean(axis=-1))

    assert freedom(one) == pytest.approx(7.6, rel=0.04)
    assert freedom(wide(one)) == pytest.approx(29, rel=0.06)
    assert freedom(four) == pytest.approx(30, rel=0.06)
    assert freedom(wide(four)) == pytest.approx(113, rel=0.08)


def test_quiet_gives_nothing() -> None:
    """The mean of noise is no energy."""
    assert _all(_quiet(200)) == []


def test_short_burst_by_hand() -> None:
    """Rows 50 to 59 in channels 10 to 12: found with three rows of lead, and its channels."""
    rows = _quiet(200)
    rows[50:60, 10:13] = 50.0
    (region,) = _all(rows)
    assert 46 <= region.start_slot <= 50
    # The mean of four rows holds the last one for three more.
    assert region.stop_slot == 63
    assert (region.low, region.high) == (10, 12)
    assert region.owned_from == region.start_slot
    assert region.left_from == region.stop_slot


def test_weak_burst_is_found_by_its_length() -> None:
    """4.5 times the floor is too little for one row and enough for four."""
    rows = _quiet(100)
    rows[40:60, 30] = 4.5
    (region,) = _all(rows)
    assert region.start_slot == pytest.approx(40, abs=3)
    assert (region.low, region.high) == (30, 30)


def test_weak_wide_burst_is_found_by_its_width() -> None:
    """2.2 times the floor in four neighbours is enough for four rows of them together."""
    rows = _quiet(100)
    rows[40:60, 30:34] = 2.2
    (region,) = _all(rows)
    assert (region.low, region.high) == (30, 33)


def test_silence_is_bridged_up_to_4_ms() -> None:
    """A keyed carrier pauses inside a packet; longer silences part two bursts."""
    rows = _quiet(200)
    rows[50:54, 10] = rows[60:64, 10] = 50.0
    assert len(_all(rows)) == 1
    rows = _quiet(200)
    rows[50:54, 10] = rows[54 + 3 + HOLD + 2 : 80, 10] = 50.0
    assert len(_all(rows)) == 2


def test_neighbours_join_and_strangers_do_not() -> None:
    """Channels that touch are one region; two that do not are two."""
    rows = _quiet(100)
    rows[50:60, 10] = rows[52:62, 12] = 50.0
    assert [(r.low, r.high) for r in _all(rows)] == [(10, 12)]
    rows = _quiet(100)
    rows[50:60, 10] = rows[52:62, 14] = 50.0
    assert [(r.low, r.high) for r in _all(rows)] == [(10, 10), (14, 14)]


def test_bridge_between_two_regions_makes_them_one() -> None:
    """Energy that grows together in frequency was one sender from its first row."""
    rows = _quiet(100)
    rows[50:70, 10] = rows[55:70, 14] = 50.0
    rows[62:66, 10:15] = 50.0
    (region,) = _all(rows)
    assert region.start_slot <= 50
    assert (region.low, region.high) == (10, 14)


def test_noise_keeps_nothing_open_by_itself() -> None:
    """A cell above the keeping threshold begins no region."""
    rows = _quiet(100)
    rows[50:60, 10] = 1.9
    assert _all(rows) == []


def test_long_carrier_is_cut_with_an_overlap() -> None:
    """A carrier of two seconds is handed out in pieces that overlap by 0.15 s."""
    rows = _quiet(4_100)
    rows[20:4_020, 10] = 50.0
    pieces = _all(rows, tuple(range(64, 4_100, 64)))
    assert len(pieces) >= 4
    assert max(piece.stop_slot - piece.start_slot for piece in pieces) <= LONGEST + OVERLAP
    for before, after in pairwise(pieces):
        assert before.stop_slot - after.start_slot == OVERLAP
        assert after.owned_from == before.stop_slot
        assert before.left_from == before.stop_slot - OVERLAP
    assert pieces[-1].left_from == pieces[-1].stop_slot


@pytest.mark.parametrize("size", [1, 7, 64])
def test_cuts_do_not_matter(size: int) -> None:
    """The same regions for any number of rows at a time."""
    rng = np.random.default_rng(1)
    rows = rng.gamma(7.6, 1 / 7.6, (300, GRID.channels)).astype(np.float32)
    rows[100:120, 20:22] += 20.0
    rows[115:160, 40] += 20.0
    assert _all(rows, tuple(range(size, 300, size))) == _all(rows)


def test_what_is_still_needed_and_what_is_settled() -> None:
    """The tape is kept from the first open region on, and time is settled before it."""
    finder = Activity(GRID)
    finder.feed(_quiet(64))
    assert finder.oldest_slot == finder.settled_slot == 60
    rows = _quiet(64)
    rows[30:, 10] = 50.0
    assert finder.feed(rows) == []
    assert finder.oldest_slot == finder.settled_slot == pytest.approx(64 + 30, abs=3)
    (region,) = finder.flush()
    assert region.stop_slot == 128
    assert finder.flush() == []


def test_rows_that_were_skipped_are_in_no_region() -> None:
    """Nobody has their powers: a region begins with the first row that was looked at."""
    finder = Activity(GRID)
    finder.feed(_quiet(10))
    assert finder.next_slot == 10
    finder.skip(40)
    rows = _quiet(20)
    rows[:8, 30] = 50.0
    assert finder.feed(rows[:2]) == []
    assert finder.is_open
    (region,) = [*finder.feed(rows[2:]), *finder.flush()]
    assert region.start_slot == 40
    assert region.stop_slot >= 48
    assert not finder.is_open


def test_skipping_back_changes_nothing() -> None:
    """Rows that were looked at stay so."""
    finder = Activity(GRID)
    finder.feed(_quiet(10))
    finder.skip(4)
    assert finder.next_slot == 10
