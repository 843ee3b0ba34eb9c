"""A narrow signal comes in; what its shifted carrier does, sample by sample, goes out."""

from __future__ import annotations

import numpy as np

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import ComplexArray, FloatArray


def tone_contrast(iq: ComplexArray, length: int, high: float, low: float) -> FloatArray:
    """Give the power in the filter of one tone less the power in that of another.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Narrow signal, contiguous.
    length : int
        Samples a chip, at most 64: the filters average over so many, the matched filter of a chip
        of constant amplitude.
    high, low : float
        The tones, in turns a sample.

    Returns
    -------
    ndarray of float32, shape (n,)
        Difference of the squared magnitudes of the two means around each sample, with silence
        before the first and behind the last.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if not IS_COMPILED:
        return plain_contrast(iq, length, high, low)
    out: FloatArray = np.empty(iq.size, dtype=np.float32)
    compiled.tone_contrast(iq, length, high, low, out)
    return out


def plain_contrast(iq: ComplexArray, length: int, high: float, low: float) -> FloatArray:
    """Give the difference of the powers of two tones; see `tone_contrast`, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Narrow signal.
    length : int
        Samples a chip.
    high, low : float
        The tones, in turns a sample.

    Returns
    -------
    ndarray of float32, shape (n,)
        Difference of the squared magnitudes of the two means around each sample.
    """
    powers = [np.abs(_mean(iq, length, tone)) ** 2 for tone in (high, low)]
    return np.asarray(powers[0] - powers[1], dtype=np.float32)


def _mean(iq: ComplexArray, length: int, turns: float) -> ComplexArray:
    turned = np.zeros(iq.size + length, dtype=np.complex64)
    phases = (turns * np.arange(iq.size)) % 1.0
    turned[length // 2 : length // 2 + iq.size] = iq * np.exp(-2j * np.pi * phases)
    total = sum((turned[k : k + iq.size] for k in range(1, length)), turned[: iq.size])
    return np.asarray(total / np.float32(length))


def phase_steps(iq: ComplexArray) -> FloatArray:
    """Measure how far the phase turns from sample to sample.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Narrow signal, contiguous.

    Returns
    -------
    ndarray of float32, shape (n - 1,)
        Radians from -pi to pi; empty where there are fewer than two samples.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if not IS_COMPILED:
        return np.asarray(np.angle(iq[1:] * np.conj(iq[:-1])), dtype=np.float32)
    out: FloatArray = np.empty(max(0, iq.size - 1), dtype=np.float32)
    compiled.phase_steps(iq, out)
    return out
