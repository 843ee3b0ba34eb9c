"""Bytes of a converter are samples all the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import Codes, FilterBank, Rows, centred, converted, level, peak
from medmon.kernels.codes import plain_scale

PAIRS = st.binary(min_size=2, max_size=4_000).map(
    lambda data: np.frombuffer(data[: len(data) // 2 * 2], dtype=np.uint8)
)


@given(codes=PAIRS)
def test_conversion_is_the_formula_to_the_last_bit(codes: npt.NDArray[np.uint8]) -> None:
    """All 256 codes alike in numpy and in C: a replay cannot differ from the live run."""
    expected = (codes.astype(np.float32) - np.float32(127.5)) / np.float32(127.5)
    np.testing.assert_array_equal(converted(Codes(codes, 127.5, 127.5)).view(np.float32), expected)
    np.testing.assert_array_equal(plain_scale(codes, 127.5, 127.5), expected)


@given(codes=PAIRS, re=st.floats(-1, 1, width=32), im=st.floats(-1, 1, width=32))
def test_a_constant_is_taken_off_each_of_them(
    codes: npt.NDArray[np.uint8], re: float, im: float
) -> None:
    """The receiver's own carrier, off bytes and off numbers: bit for bit the same."""
    dc, samples = np.complex64(complex(re, im)), Codes(codes, 127.5, 127.5)
    found, plain = np.empty((2, len(samples)), dtype=np.complex64)
    centred(samples, dc, found)
    centred(converted(samples), dc, plain)
    parts = (codes.astype(np.float32) - np.float32(127.5)) / np.float32(127.5)
    np.testing.assert_array_equal(found.real, parts[::2] - np.float32(re))
    np.testing.assert_array_equal(found.imag, parts[1::2] - np.float32(im))
    np.testing.assert_array_equal(plain, found)


@pytest.mark.parametrize("zero", [0.0, 100.5, 127.5, 128.0])
def test_every_code_is_divided_exactly(zero: float) -> None:
    """The loop in C multiplies in two pieces: no code may round otherwise."""
    codes = np.arange(256, dtype=np.uint8)
    for full_scale in np.arange(0.5, 256.5, 0.5).tolist():
        found = converted(Codes(codes, zero, full_scale)).view(np.float32)
        expected = (codes.astype(np.float32) - np.float32(zero)) / np.float32(full_scale)
        np.testing.assert_array_equal(found, expected)


@given(codes=PAIRS, data=st.data())
def test_a_part_of_them_is_that_part_of_the_samples(
    codes: npt.NDArray[np.uint8], data: st.DataObject
) -> None:
    """Slices mean the same before and after conversion, also beyond the ends."""
    samples = Codes(codes, 127.5, 127.5)
    start, stop = data.draw(st.tuples(st.integers(0, 2_100), st.integers(0, 2_100)))
    assert len(samples[start:stop]) == len(converted(samples)[start:stop])
    np.testing.assert_array_equal(converted(samples[start:stop]), converted(samples)[start:stop])


@given(codes=PAIRS)
def test_their_level_is_that_of_the_samples(codes: npt.NDArray[np.uint8]) -> None:
    """Sums of whole numbers are exact, so they are held to double precision."""
    samples = Codes(codes, 127.5, 127.5)
    exact = (codes.astype(np.float64) - 127.5) / 127.5
    found = level(samples)
    assert peak(samples) == samples.peak() == peak(converted(samples))
    assert found.peak == pytest.approx(float(np.abs(exact).max()), abs=1e-7)
    tolerance = 1e-7 * exact.size
    assert found.total == pytest.approx(complex(exact[::2].sum(), exact[1::2].sum()), abs=tolerance)
    assert found.energy == pytest.approx(float(np.sum(exact**2)), abs=tolerance)


@pytest.mark.parametrize("channels", [4, 8, 64])
def test_the_filter_bank_hears_the_same_in_them(channels: int) -> None:
    """The squelch reads bytes, the full bank numbers: bit for bit the same."""
    rng = np.random.default_rng(4)
    samples = Codes(rng.integers(0, 256, 60 * channels).astype(np.uint8), 127.5, 127.5)
    bank, rows = FilterBank(np.hanning(2 * channels).astype(np.float32)), Rows(9, 1, 3 * channels)
    np.testing.assert_array_equal(
        bank.row_powers(samples, 0.1 - 0.2j, rows),
        bank.row_powers(converted(samples), 0.1 - 0.2j, rows),
    )
