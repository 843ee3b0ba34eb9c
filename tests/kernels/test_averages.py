"""The largest sums over neighbours, one by one by hand; what was compiled gives the same bits."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, largest_sums
from medmon.kernels.averages import plain_sums
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
    assert largest_sums(rows, floor) == pytest.approx((short, long), rel=1e-5)
    assert largest_sums(rows, floor) == plain_sums(rows, floor)


@pytest.mark.parametrize(("row", "channel"), [(0, 0), (0, 63), (18, 0), (18, 63), (9, 31)])
def test_one_loud_cell_is_found_anywhere(row: int, channel: int) -> None:
    """A packet in the last channel, or in the last row, opens the squelch like any other."""
    rows, floor = np.ones((19, 64), dtype=np.float32), np.ones(64, dtype=np.float32)
    rows[row, channel] = 100.0
    assert largest_sums(rows, floor) == (107.0, 107.0)


@compiled_only
def test_too_few_rows_or_channels_are_an_error() -> None:
    """Never a look at memory that belongs to somebody else."""
    for shape in ((3, 8), (4, 2), (4, 2048)):
        with pytest.raises(ValueError, match="four rows of 4 to 1024 channels"):
            compiled.largest_sums(np.ones(shape, np.float32), np.ones(shape[1], np.float32))
