"""The largest sums over neighbours, one by one by hand; what was compiled gives the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, averages
from medmon.kernels.averages import plain_averages
from medmon.kernels.choice import compiled

compiled_only = pytest.mark.skipif(
    not IS_COMPILED, reason="nothing was compiled: no C compiler at installation"
)


@given(
    count=st.integers(4, 20), channels=st.sampled_from([4, 8, 64]), seed=st.integers(0, 2**32 - 1)
)
def test_they_are_the_largest_of_all_sums(count: int, channels: int, seed: int) -> None:
    """Every place in time and frequency counts, the edges of the band and of the chunk too."""
    rng = np.random.default_rng(seed)
    floor = rng.uniform(0.5, 2.0, channels).astype(np.float32)
    rows = (rng.exponential(size=(count, channels)) * floor).astype(np.float32)
    over = rows.astype(np.float64) / floor
    short, long = (
        max(
            over[row : row + high, channel : channel + wide].sum()
            for row in range(count - high + 1)
            for channel in range(channels - wide + 1)
        )
        for high, wide in ((2, 4), (4, 2))
    )
    found, plain = averages(rows, floor, 3), plain_averages(rows, floor, 3)
    assert (found.short, found.long) == pytest.approx((short, long), rel=1e-5)
    assert (found.short, found.long) == (plain.short, plain.long)
    np.testing.assert_allclose(found.mean, rows[3:].astype(np.float64).mean(axis=0), rtol=1e-5)
    np.testing.assert_array_equal(found.mean, plain.mean)


@pytest.mark.parametrize(("row", "channel"), [(0, 0), (0, 63), (18, 0), (18, 63), (9, 31)])
def test_one_loud_cell_is_found_anywhere(row: int, channel: int) -> None:
    """A packet in the last channel, or in the last row, opens the squelch like any other."""
    rows, floor = np.ones((19, 64), dtype=np.float32), np.ones(64, dtype=np.float32)
    rows[row, channel] = 100.0
    found = averages(rows, floor, 3)
    assert (found.short, found.long) == (107.0, 107.0)


def test_more_channels_than_the_loop_has_room_for() -> None:
    """A band of 30 MHz has 2,048 channels."""
    rows, floor = np.ones((19, 2_048), dtype=np.float32), np.ones(2_048, dtype=np.float32)
    rows[3, 2_000] = 100.0
    found = averages(rows, floor, 3)
    assert (found.short, found.long, found.mean[2_000]) == (107.0, 107.0, np.float32(115 / 16))


@compiled_only
def test_too_few_rows_or_channels_are_an_error() -> None:
    """Never a look at memory that belongs to somebody else."""
    for shape in ((3, 8), (4, 2), (4, 2048)):
        with pytest.raises(ValueError, match="four rows of 4 to 1024 channels"):
            _called(shape, 0, shape[1])
    for late, room in ((4, 8), (-1, 8), (0, 7)):
        with pytest.raises(ValueError, match="a mean of at least one row"):
            _called((4, 8), late, room)


def _called(shape: tuple[int, int], late: int, room: int) -> None:
    rows, floor = np.ones(shape, np.float32), np.ones(shape[1], np.float32)
    compiled.averages(rows, floor, late, np.empty(room, np.float32))
