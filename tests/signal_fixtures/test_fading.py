"""Slow fading: its statistics, its speed, and that it is a function of time."""

from __future__ import annotations

import numpy as np
import pytest

from signal_fixtures.fading import Fading


def powers(rician_k_db: float | None) -> np.ndarray:
    """Power gains over many independent paths, far apart in time."""
    time_s = np.arange(0, 200, 5.0)
    gains = [Fading(1.0, rician_k_db, seed).gain(time_s) for seed in range(150)]
    return np.abs(np.concatenate(gains)) ** 2


def test_rayleigh_power_is_exponential_with_mean_one() -> None:
    """Rayleigh: mean power 1, and 1 - exp(-0.1) = 9.5 % of it below a tenth (a 10 dB fade)."""
    power = powers(None)
    assert power.mean() == pytest.approx(1.0, abs=0.08)
    assert np.mean(power < 0.1) == pytest.approx(0.095, abs=0.02)


def test_a_strong_steady_path_fades_less() -> None:
    """Rician with K = 10 dB: mean power 1, deep fades are rare."""
    power = powers(10.0)
    assert power.mean() == pytest.approx(1.0, abs=0.05)
    assert np.mean(power < 0.1) < 0.005


def test_it_changes_at_the_speed_of_its_doppler_shift() -> None:
    """Nothing in the gain's spectrum lies beyond the Doppler shift."""
    time_s = np.arange(0, 100, 0.01)
    gain = Fading(2.0, None, 4).gain(time_s)
    spectrum = np.abs(np.fft.fft(gain * np.hanning(gain.size))) ** 2
    beyond = np.abs(np.fft.fftfreq(gain.size, 0.01)) > 2.1
    assert spectrum[beyond].sum() / spectrum.sum() < 1e-4


def test_a_stretch_has_the_same_gain_whatever_is_asked_before() -> None:
    """Rendering in blocks must not change the fading."""
    time_s = np.arange(5_000) / 1e4
    fading = Fading(3.0, 3.0, 9)
    whole = fading.gain(time_s)
    pieces = np.concatenate([fading.gain(time_s[:1_234]), fading.gain(time_s[1_234:])])
    assert pieces == pytest.approx(whole, abs=1e-12)


def test_no_instants_give_no_gains() -> None:
    """An empty stretch is not an error."""
    assert Fading(1.0).gain(np.zeros(0)).size == 0


def test_a_doppler_shift_of_zero_is_refused() -> None:
    """A path that does not change is no fading."""
    with pytest.raises(ValueError, match="Doppler"):
        Fading(0.0)
