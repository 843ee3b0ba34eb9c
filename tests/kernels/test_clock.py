"""Clocks against a line code, symbol by symbol."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels.clock import (
    best_fit,
    between,
    clock_chips,
    clock_scores,
    last_fit,
    plain_last_fit,
    plain_scores,
)
from medmon.phy.linecode import code_words
from medmon.records import FloatArray, LineCode

CODES: list[LineCode] = ["4b6b", "manchester-802.3", "nrz"]
SEEDS = st.integers(0, 2**32 - 1)


def _wave(count: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(count, dtype=np.float32)


def _by_hand(wave: FloatArray, phase: float, rate: float, words: FloatArray, count: int) -> float:
    """Add up the best words' correlations, chip by chip in double precision."""
    width = words.shape[1]
    grid = np.arange(wave.size, dtype=float)
    total = 0.0
    for symbol in range(count):
        places = phase + rate * (symbol * width + np.arange(width))
        chips = np.interp(places, grid, wave.astype(float))
        total += max(float(chips @ word) for word in words) / width
    return total


@given(
    code=st.sampled_from(CODES),
    symbols=st.integers(1, 40),
    phase=st.floats(0.0, 20.0),
    rate=st.floats(7.9, 8.1),
    seed=SEEDS,
)
def test_score_is_the_sum_of_the_best_words(
    code: LineCode, symbols: int, phase: float, rate: float, seed: int
) -> None:
    """By hand, for whole and broken vectors of symbols."""
    words = code_words(code)
    wave = _wave(round(rate * symbols * words.shape[1] + 30), seed)
    expected = _by_hand(wave, phase, rate, words, symbols)
    phases, rates = np.array([phase, 1.0]), np.array([8.0, rate, 8.05])
    for score in (clock_scores, plain_scores):
        found = score(wave, phases, rates, words, symbols)
        assert found.shape == (2, 3)
        assert found[0, 1] == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("code", CODES)
def test_clock_that_runs_out_of_the_wave(code: LineCode) -> None:
    """It goes on along the line through the last two samples, before the first one too."""
    words, wave = code_words(code), np.linspace(-1, 1, 50, dtype=np.float32)
    symbols = 90 // words.shape[1]
    for phase in (-3.0, 2.0):
        one, rate = np.array([phase]), np.array([1.0])
        chips, fits = clock_chips(wave, phase, 1.0, words, symbols)
        straight = -1 + (phase + np.arange(chips.size)) * 2 / 49
        np.testing.assert_allclose(chips, straight, atol=1e-4)
        for score in (clock_scores, plain_scores):
            assert score(wave, one, rate, words, symbols)[0, 0] == pytest.approx(
                float(fits.sum()), rel=1e-4
            )


@given(code=st.sampled_from(CODES), symbols=st.integers(0, 40), seed=SEEDS)
def test_chips_of_one_clock(code: LineCode, symbols: int, seed: int) -> None:
    """Chips between the samples, and for each symbol how well it fits."""
    words = code_words(code)
    wave = _wave(8 * symbols * words.shape[1] + 20, seed)
    chips, fits = clock_chips(wave, 3.25, 8.0, words, symbols)
    places = 3 + 8 * np.arange(symbols * words.shape[1])
    np.testing.assert_allclose(chips, 0.75 * wave[places] + 0.25 * wave[places + 1], atol=1e-5)
    np.testing.assert_allclose(fits, best_fit(chips, words), atol=1e-5)


def test_fit_is_the_best_correlation_along_the_last_axis() -> None:
    """1 for clean symbols, 0 for none, whatever the axes before."""
    clean = np.array([1, -1] * 8, dtype=np.float32)
    both = np.stack((clean, np.zeros_like(clean)))
    np.testing.assert_allclose(
        best_fit(both, code_words("manchester-802.3")), [[1.0] * 8, [0.0] * 8]
    )


def test_interpolation_by_hand() -> None:
    """Straight between samples."""
    wave = np.array([0.0, 2.0, 6.0], dtype=np.float32)
    assert between(wave, np.array([0.5, 1.25, 2.0])).tolist() == [1.0, 3.0, 6.0]


@pytest.mark.parametrize("ended", [last_fit, plain_last_fit])
def test_signal_ends_where_the_fits_do(ended: Callable[[FloatArray, int, float], int]) -> None:
    """A dozen clean symbols more are no end; a weak one before it does not move it."""
    clean, noise = np.full(60, 0.9), np.full(40, 0.2)
    fits = np.concatenate((clean, noise)).astype(np.float32)
    assert ended(fits, 12, 0.5) == 60
    fits[58] = 0.3
    assert ended(fits, 12, 0.5) == 60
    assert ended(fits[:55], 12, 0.5) == 55
    assert ended(fits[60:], 12, 0.5) == 0
    assert ended(fits[:11], 12, 0.5) == 0


@given(count=st.integers(0, 120), look=st.integers(1, 24), seed=SEEDS)
def test_c_and_numpy_see_the_same_end(count: int, look: int, seed: int) -> None:
    """Wherever it is, also in signals shorter than a look."""
    fits = np.random.default_rng(seed).random(count, dtype=np.float32)
    assert last_fit(fits, look, 0.5) == plain_last_fit(fits, look, 0.5)
