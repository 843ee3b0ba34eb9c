"""Samples come in, the mean power spectrum of short pieces of them goes out."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import ComplexArray, FloatArray

FEWEST, MOST = 4, 4096
"""Bins for which the loop in C is there."""


def mean_spectrum(iq: ComplexArray, size: int) -> FloatArray:
    """Give the mean power spectrum of pieces that follow each other.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Consecutive samples, contiguous; what is left behind the last whole piece is not looked at.
    size : int
        Samples in a piece.

    Returns
    -------
    ndarray of float32, shape (size,)
        Powers, that of frequency zero first; all zero where there is no whole piece.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    count = len(iq) // size
    if not IS_COMPILED or not count or not FEWEST <= size <= MOST or size & (size - 1):
        return plain_spectrum(iq, size)
    window, twiddles = _transform(size)
    powers = np.empty((count, size), dtype=np.float32)
    compiled.frame_powers(
        iq.view(np.uint8), 0.0, 0.0, window, twiddles, powers, 0.0, 0.0, 0, 0, size, 1
    )
    mean: FloatArray = np.add.reduce(powers, axis=0)
    mean *= np.float32(1 / count)
    return mean


def plain_spectrum(iq: ComplexArray, size: int) -> FloatArray:
    """Give the mean power spectrum of pieces; see `mean_spectrum`, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Consecutive samples.
    size : int
        Samples in a piece.

    Returns
    -------
    ndarray of float32, shape (size,)
        Powers.
    """
    pieces = iq[: len(iq) // size * size].reshape(-1, size)
    spectra = np.fft.fft(pieces, axis=1)
    power = (spectra.real**2 + spectra.imag**2).sum(axis=0) / max(1, len(pieces))
    return np.asarray(power, dtype=np.float32)


@lru_cache(maxsize=16)
def _transform(size: int) -> tuple[FloatArray, ComplexArray]:
    """Give what a transform needs: a window that changes nothing, and its turns."""
    twiddles = np.exp(-2j * np.pi * np.arange(size) / size).astype(np.complex64)
    return np.ones(2 * size, dtype=np.float32), twiddles
