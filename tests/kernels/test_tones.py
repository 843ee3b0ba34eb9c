"""Tones and turns of phase, in double precision by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels.tones import phase_steps, plain_contrast, tone_contrast

SEEDS = st.integers(0, 2**32 - 1)


def _noise(count: int, seed: int = 1) -> npt.NDArray[np.complex64]:
    pair = np.random.default_rng(seed).standard_normal((2, count), dtype=np.float32)
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


@given(
    count=st.integers(1, 700),
    length=st.integers(1, 12),
    high=st.floats(-0.4, 0.4),
    low=st.floats(-0.4, 0.4),
    seed=SEEDS,
)
def test_contrast_is_the_difference_of_two_filters(
    count: int, length: int, high: float, low: float, seed: int
) -> None:
    """Each tone turned to zero, the mean of a chip around each sample, squared."""
    iq = _noise(count, seed)
    powers = []
    for tone in (high, low):
        turned = iq * np.exp(-2j * np.pi * tone * np.arange(count))
        padded = np.concatenate((np.zeros(length // 2), turned, np.zeros(length)))
        means = np.convolve(padded, np.ones(length) / length, mode="valid")[:count]
        powers.append(np.abs(means) ** 2)
    for contrast in (tone_contrast, plain_contrast):
        found = contrast(iq, length, high, low)
        np.testing.assert_allclose(found, powers[0] - powers[1], atol=2e-5)


def test_contrast_of_a_tone_is_its_power() -> None:
    """Plus one where the upper tone is on, minus one where the lower is."""
    for tone, sign in ((0.06, 1.0), (-0.06, -1.0)):
        iq = np.exp(2j * np.pi * tone * np.arange(400)).astype(np.complex64)
        assert tone_contrast(iq, 8, 0.06, -0.06)[200] == pytest.approx(sign, abs=0.25)


@given(count=st.integers(0, 300), seed=SEEDS)
def test_phase_turns_as_the_angle_says(count: int, seed: int) -> None:
    """All four quarters of the circle; nothing where there is one sample or none."""
    iq = _noise(count, seed)
    exact = iq.astype(complex)
    expected = np.angle(exact[1:] * np.conj(exact[:-1]))
    np.testing.assert_allclose(phase_steps(iq), expected, atol=3e-6)


def test_no_signal_does_not_turn() -> None:
    """Zeros have no angle, and no warning either."""
    assert phase_steps(np.zeros(5, dtype=np.complex64)).tolist() == [0.0] * 4
