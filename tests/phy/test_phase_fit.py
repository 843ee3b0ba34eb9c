"""Carrier, clock and index of known chips, against what was sent and against the bound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.baseband import Baseband
from medmon.phy.phase_fit import PhaseModel, fitted
from medmon.records import Modem
from signal_fixtures.waveform import fsk, modulate

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 8.0
START = 20.3
PAIRS = np.random.default_rng(8).integers(0, 2, 120).astype(np.uint8)
CHIPS = np.stack((PAIRS, 1 - PAIRS), axis=1).ravel()
"""Balanced: the carrier and the index hide in each other where one kind of chip prevails."""
SIGNS = (2.0 * CHIPS - 1.0).astype(np.float64)


def _band(
    air: Air, *, ppm: float = 0.0, offset_hz: float = 0.0, index: float = 0.5, noise: float = 0.0,
    seed: int = 1, bandwidth_time: float | None = None,
) -> Baseband:  # fmt: skip
    """240 chips at 8 samples each, the first at START; noise is its power in one hertz."""
    rate_hz = 1.0 + ppm * 1e-6
    keying = fsk(rate_hz, index * rate_hz / 2, gaussian_bt=bandwidth_time, rise_us=0.0)
    iq = modulate(CHIPS, keying, RATE_HZ, offset_hz=offset_hz, start_fraction=START, phase_rad=0.4)
    iq = np.pad(iq, (0, 40))
    rng = np.random.default_rng(seed)
    hiss = rng.standard_normal((2, iq.size)) * np.sqrt(noise * RATE_HZ / 2)
    return air.baseband(iq + hiss[0] + 1j * hiss[1], RATE_HZ)


@pytest.fixture
def smooth(ble_modem: Modem) -> Modem:
    """GFSK at one chip a second."""
    return replace(ble_modem, symbol_rate_hz=1.0, deviation_hz=0.25)


@pytest.fixture
def hard(g4: Modem) -> Modem:
    """MSK at one chip a second."""
    return replace(g4, symbol_rate_hz=1.0, deviation_hz=0.25)


def _guess(**changed: float) -> PhaseModel:
    return replace(PhaseModel(START, 8.0, 0.4, 0.0, 0.5), **changed)


@pytest.mark.parametrize("ppm", [-400.0, 0.0, 400.0])
def test_all_five_are_found_from_a_poor_guess(air: Air, smooth: Modem, ppm: float) -> None:
    """A fingerprint needs all at once: none may hide in another."""
    band = _band(air, ppm=ppm, offset_hz=3e-4, index=0.47, bandwidth_time=0.5)
    found = fitted(band, SIGNS, 0, _guess(start=START + 0.8, phase_rad=0.8), smooth)
    assert found.start == pytest.approx(START, abs=0.02)
    assert found.step == pytest.approx(8.0 / (1 + ppm * 1e-6), rel=5e-6)
    assert found.turn_rad == pytest.approx(2 * np.pi * 3e-4 / RATE_HZ, abs=1e-6)
    assert found.index == pytest.approx(0.47, abs=1e-4)
    assert found.level == pytest.approx(1.0, abs=0.01)


def test_chips_before_the_start_count_backwards(air: Air, hard: Modem) -> None:
    """Preamble and sync word stand before the place that the model begins at."""
    band = _band(air)
    found = fitted(band, SIGNS, 100, _guess(start=START + 800.0, phase_rad=0.2), hard)
    assert found.start == pytest.approx(START + 800.0, abs=0.02)
    turned = 0.4 + np.pi / 2 * SIGNS[:100].sum()
    assert np.exp(1j * (found.phase_rad - turned)) == pytest.approx(1.0, abs=0.01)


def test_errors_are_at_the_bound(air: Air, hard: Modem) -> None:
    """Nothing unbiased beats Cramer-Rao: carrier 6 / (snr n^3), time 1 / (2 snr n (pi/2)^2).

    The snr is 10 a chip. The time's bound is that of known carrier and clock, at whose middle chip
    it is least; over the whole packet it is looked at there.
    """
    snr, count = 10.0, CHIPS.size
    found = [
        fitted(_band(air, noise=1 / snr, seed=seed), SIGNS, 0, _guess(), hard) for seed in range(60)
    ]
    turn = np.array([one.turn_rad * one.step for one in found])
    middle = np.array([(one.start + one.step * count / 2) / 8.0 for one in found])
    assert np.std(turn) < 1.25 * np.sqrt(6 / (snr * count**3))
    assert np.std(middle) < 1.25 * np.sqrt(1 / (2 * snr * count * (np.pi / 2) ** 2))
    assert abs(np.mean(middle) - START / 8.0 - count / 2) < 0.01


def test_few_chips_keep_the_declared_clock_and_index(air: Air, hard: Modem) -> None:
    """40 chips in noise say next to nothing about the clock; a wild guess would lose the rest."""
    for seed in range(10):
        found = fitted(_band(air, noise=0.3, seed=seed), SIGNS[:40], 0, _guess(), hard)
        assert found.step == pytest.approx(8.0, rel=600e-6)
        assert found.index == pytest.approx(0.5, abs=0.03)


def test_where_nothing_is_the_guess_stays(air: Air, hard: Modem) -> None:
    """A sync word at the end of the recording has no samples to fit to."""
    band = air.baseband(np.zeros(50, np.complex64), RATE_HZ)
    assert fitted(band, SIGNS, 0, _guess(), hard) == _guess()
