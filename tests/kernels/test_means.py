"""Means of the beginnings of rows, by hand and bit for bit those of numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, Codes, beginnings, converted, row_means
from medmon.kernels.choice import compiled

SEEDS = st.integers(0, 2**32 - 1)


def _codes(count: int, seed: int) -> Codes:
    rng = np.random.default_rng(seed)
    return Codes(rng.integers(0, 256, 2 * count).astype(np.uint8), 127.5, 127.5)


@given(rows=st.integers(1, 9), part=st.sampled_from([4, 8, 12, 32, 64, 256, 2048]), seed=SEEDS)
def test_a_mean_is_that_of_the_beginning(rows: int, part: int, seed: int) -> None:
    """In double precision by hand, from bytes and from numbers; the rest of a row is not heard."""
    codes = _codes(4 * part * rows, seed)
    exact = (codes.codes.astype(np.float64) - 127.5) / 127.5
    expected = (exact[::2] + 1j * exact[1::2]).reshape(rows, -1)[:, :part].mean(axis=1)
    np.testing.assert_allclose(row_means(codes, 4 * part, part), expected, atol=1e-6)
    np.testing.assert_array_equal(
        row_means(codes, 4 * part, part), row_means(converted(codes), 4 * part, part)
    )


@given(rows=st.integers(1, 9), part=st.sampled_from([8, 16, 64, 128, 256, 2048]), seed=SEEDS)
def test_the_order_of_the_sums_is_that_of_numpy(rows: int, part: int, seed: int) -> None:
    """What is taken off every sample is in every figure of a record: not one bit may differ."""
    codes = _codes(4 * part * rows, seed)
    plain = beginnings(codes, 4 * part, part).mean(axis=1)
    np.testing.assert_array_equal(row_means(codes, 4 * part, part), plain)


def test_beginnings_are_cut_out_of_bytes_and_numbers_alike() -> None:
    """Three rows of eight samples, two of each."""
    codes = _codes(24, seed=1)
    expected = converted(codes).reshape(3, 8)[:, :2]
    np.testing.assert_array_equal(beginnings(codes, 8, 2), expected)
    np.testing.assert_array_equal(beginnings(converted(codes), 8, 2), expected)


@pytest.mark.skipif(not IS_COMPILED, reason="nothing was compiled")
def test_rows_beyond_the_samples_are_an_error() -> None:
    """Never a look at memory that belongs to somebody else."""
    out, codes = np.empty(2, np.complex64), np.zeros(126, np.uint8)
    with pytest.raises(ValueError, match="63 samples where 2 rows of 32 are needed"):
        compiled.row_means(codes, 127.5, 127.5, out, 32, 8)
    for row, part in ((32, 4), (32, 12), (8, 16)):
        with pytest.raises(ValueError, match="power of two"):
            compiled.row_means(codes, 127.5, 127.5, out, row, part)
