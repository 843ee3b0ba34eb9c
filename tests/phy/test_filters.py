"""The arrays that filter: what comes through, what is damped, what turns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from medmon.phy.filters import EDGE_DB, PHASES, ROLL_OFF, STOP_DB, low_pass, phasor, resampling


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
    assert taps.size % 8 == 0
    np.testing.assert_array_equal(taps, taps[::-1])


# Beyond 0.35 the edge runs into its own image at half the rate.
@given(half_width=st.floats(0.02, 0.35), phase=st.integers(0, PHASES - 1))
def test_resampling_is_flat_and_late_by_its_phase(half_width: float, phase: int) -> None:
    """Whatever place between two samples is asked for: tones come through, neighbours do not."""
    taps = resampling(half_width)[phase].astype(np.float64)
    place = taps.size // 2 - 1 + (phase + 0.5) / PHASES
    tones = np.linspace(-0.5, 0.5, 2_001)
    # What a tone is at the place, over what comes out.
    response = np.exp(2j * np.pi * tones[:, None] * (np.arange(taps.size) - place)) @ taps
    assert np.abs(response[np.abs(tones) <= half_width] - 1.0).max() < 0.01
    beyond = np.abs(tones) >= half_width * (1 + ROLL_OFF)
    if beyond.any():
        assert 20 * np.log10(np.abs(response[beyond]).max()) < 4 - EDGE_DB
    assert taps.size % 8 == 0


@given(count=st.integers(0, 3_000), turns=st.floats(-0.5, 0.5))
def test_phasor_turns_at_a_constant_pace(count: int, turns: float) -> None:
    """As the sine of each sample would, to single precision."""
    expected = np.exp(2j * np.pi * turns * np.arange(count))
    np.testing.assert_allclose(phasor(count, turns), expected, atol=1e-6)
