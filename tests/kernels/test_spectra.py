"""Mean power spectra of short pieces."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.kernels.spectra import mean_spectrum, plain_spectrum
from medmon.records import ComplexArray


def _noise(count: int, seed: int = 3) -> ComplexArray:
    parts = np.random.default_rng(seed).standard_normal(2 * count, dtype=np.float32)
    return parts.view(np.complex64)


@pytest.mark.parametrize("size", [4, 64, 512, 1024, 2048, 4096])
def test_it_is_the_mean_of_the_discrete_fourier_transforms(size: int) -> None:
    """In double precision, by the definition: a carrier is looked for in these powers."""
    iq = _noise(5 * size + size // 2)
    bins = np.array([0, 1, 3, size - 1])
    turns = np.outer(bins, np.arange(size)) / size
    expected = np.zeros(bins.size)
    for piece in iq[: 5 * size].reshape(5, size):
        expected += np.abs(np.exp(-2j * np.pi * turns) @ piece.astype(np.complex128)) ** 2 / 5
    for found in (mean_spectrum(iq, size), plain_spectrum(iq, size)):
        assert found.dtype == np.float32
        assert found[bins] == pytest.approx(expected, rel=3e-6, abs=3e-6 * size)


@pytest.mark.parametrize("size", [8, 100, 8192])
def test_c_and_numpy_agree_at_every_bin(size: int) -> None:
    """Sizes that the loop in C does not take are answered all the same."""
    iq = _noise(17 * size)
    assert mean_spectrum(iq, size) == pytest.approx(
        plain_spectrum(iq, size), rel=1e-4, abs=1e-5 * size
    )


def test_a_tone_stands_in_its_bin() -> None:
    """Bin k is k turns a piece, and a tone of amplitude 2 has the power (2 n) ** 2 there."""
    iq = (2 * np.exp(2j * np.pi * 5 / 64 * np.arange(640))).astype(np.complex64)
    power = mean_spectrum(iq, 64)
    assert power[5] == pytest.approx(128**2, rel=1e-5)
    assert np.delete(power, 5).max() < 1e-4


def test_less_than_a_piece_has_no_power() -> None:
    """A stretch that is too short says nothing, and is no error."""
    assert mean_spectrum(_noise(60), 64).tolist() == [0.0] * 64


def test_what_stands_behind_the_last_piece_is_not_looked_at() -> None:
    """A loud sample there must not leak into the mean."""
    iq = _noise(130)
    iq[128:] = 1e6
    assert mean_spectrum(iq, 64).max() < 1e3
