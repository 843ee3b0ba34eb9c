"""The arrays that filter: what comes through, what is damped, what turns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from medmon.phy.filters import ROLL_OFF, STOP_DB, low_pass, passband, phasor, smooth_length


@pytest.mark.parametrize(("factor", "half_width"), [(2, 0.16), (5, 0.06), (11, 0.03), (40, 0.008)])
def test_nothing_folds_back_onto_what_is_used(factor: int, half_width: float) -> None:
    """A loud neighbour outside the place must not come in through the decimation."""
    taps = low_pass(factor, half_width)
    turns, response = signal.freqz(taps.astype(np.float64), worN=1 << 15, fs=1.0)
    gain_db = 20 * np.log10(np.maximum(np.abs(response), 1e-12))
    assert np.abs(gain_db[turns <= half_width]).max() < 0.02
    # What lies within half a width of a multiple of the new rate folds onto the place.
    distance = np.abs(turns - np.round(turns * factor) / factor)
    folds = (distance <= half_width) & (turns > half_width)
    assert gain_db[folds].max() < 3 - STOP_DB
    assert taps.size % 4 == 0
    np.testing.assert_array_equal(taps, taps[::-1])


@given(half_width=st.floats(4.0, 300.0))
def test_passband_is_flat_and_ends_softly(half_width: float) -> None:
    """One up to its half width, half in the middle of the edge, zero behind it."""
    shape = passband(1_000, half_width)
    assert (shape[: int(half_width) + 1] == 1.0).all()
    assert shape.size - 1 == int(half_width * (1 + ROLL_OFF)) + 1
    assert shape[-1] == 0.0
    middle = half_width * (1 + ROLL_OFF / 2)
    assert np.interp(middle, np.arange(shape.size), shape) == pytest.approx(0.5, abs=0.15)
    assert passband(8, half_width).size <= 8


@given(count=st.integers(0, 3_000), turns=st.floats(-0.5, 0.5))
def test_phasor_turns_at_a_constant_pace(count: int, turns: float) -> None:
    """As the sine of each sample would, to single precision."""
    expected = np.exp(2j * np.pi * turns * np.arange(count))
    np.testing.assert_allclose(phasor(count, turns), expected, atol=1e-6)


@given(wanted=st.integers(3_000, 100_000))
def test_smooth_lengths_are_near_and_have_small_factors(wanted: int) -> None:
    """A rate that is a little off changes nothing that is measured; a slow transform costs time."""
    length = smooth_length(wanted)
    assert length % 2 == 0
    assert abs(length - wanted) <= 0.008 * wanted
    for prime in (2, 3, 5, 7, 11, 13):
        while length % prime == 0:
            length //= prime
    assert length == 1
