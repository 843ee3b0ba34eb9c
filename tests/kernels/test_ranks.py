"""Order statistics of columns, against a sort by hand; there is nothing to round."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, ranked
from medmon.kernels.choice import compiled
from medmon.kernels.codes import FloatArray
from medmon.kernels.ranks import MOST_RANKS, plain_ranked


@given(
    count=st.integers(1, 80),
    columns=st.sampled_from([1, 4, 8, 13, 64, 128]),
    seed=st.integers(0, 2**32 - 1),
    data=st.data(),
)
def test_it_is_the_one_that_stands_there_in_order(
    count: int, columns: int, seed: int, data: st.DataObject
) -> None:
    """The floor of a channel is a rank of its powers, for any number of rows and channels."""
    rank = data.draw(st.integers(0, count - 1))
    # A few values only, so that many are equal.
    rows = np.random.default_rng(seed).integers(-9, 9, (count, columns)).astype(np.float32)
    expected = [sorted(column)[rank] for column in rows.T.tolist()]
    assert ranked(rows, rank).tolist() == expected
    assert plain_ranked(rows, rank).tolist() == expected


def _sorted(rows: FloatArray) -> list[list[float]]:
    """Sort every column by hand."""
    return [list(row) for row in zip(*map(sorted, rows.T.tolist()), strict=True)]


def test_more_columns_than_the_loop_has_room_for() -> None:
    """A band of 30 MHz has 2,048 channels."""
    rows = np.random.default_rng(2).integers(-9, 9, (5, 2_048)).astype(np.float32)
    assert ranked(rows, 2).tolist() == _sorted(rows)[2]


def test_what_is_no_number_comes_last() -> None:
    """One broken row leaves the floor where the others put it."""
    rows = np.array([[3.0, np.inf], [np.nan, 1.0], [1.0, np.nan], [2.0, -np.inf]], dtype=np.float32)
    for rank, expected in ((0, [1.0, -np.inf]), (1, [2.0, 1.0]), (2, [3.0, np.inf])):
        assert ranked(rows, rank).tolist() == plain_ranked(rows, rank).tolist() == expected


@pytest.mark.skipif(not IS_COMPILED, reason="nothing was compiled")
def test_ranks_beyond_the_rows_are_an_error() -> None:
    """Never a look at memory that belongs to somebody else."""
    rows, out = np.zeros((80, 8), np.float32), np.zeros(8, np.float32)
    for rank in (-1, 9, MOST_RANKS):
        with pytest.raises(ValueError, match="a rank below 64"):
            compiled.ranked(rows[: 9 if rank == 9 else 80], rank, out)
    for columns in (0, 1_025):
        with pytest.raises(ValueError, match="1 to 1024 columns"):
            compiled.ranked(rows, 0, np.zeros(columns, np.float32))
