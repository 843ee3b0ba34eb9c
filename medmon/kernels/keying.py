"""A narrow signal comes in; when its carrier is on, and how strong it is then, goes out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import ComplexArray, FloatArray

MOST_LENGTH = 64
"""Windows up to which the loop in C adds up every sample of each."""


def mean_powers(iq: ComplexArray, length: int) -> FloatArray:
    """Give the power of the mean over a sliding window, the matched filter of a chip.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Narrow signal, contiguous.
    length : int
        Samples in the window.

    Returns
    -------
    ndarray of float32, shape (n,)
        Squared magnitude of the mean around each sample, with silence before the first and behind
        the last.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if not IS_COMPILED or length > MOST_LENGTH:
        return plain_powers(iq, length)
    out: FloatArray = np.empty(iq.size, dtype=np.float32)
    compiled.mean_powers(iq, length, out)
    return out


def plain_powers(iq: ComplexArray, length: int) -> FloatArray:
    """Give the power of the mean over a sliding window; see `mean_powers`, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Narrow signal.
    length : int
        Samples in the window.

    Returns
    -------
    ndarray of float32, shape (n,)
        Squared magnitude of the mean around each sample.
    """
    # Sums of 1, 2, 4, ... samples, those added up that make the length.
    run = np.zeros(iq.size + length - 1, dtype=np.complex64)
    run[length // 2 : length // 2 + iq.size] = iq
    total = np.zeros(iq.size, dtype=np.complex64)
    taken, width = 0, 1
    while width <= length:
        if length & width:
            total += run[taken : taken + iq.size]
            taken += width
        run = run[:-width] + run[width:]
        width *= 2
    power = (total.real**2 + total.imag**2) / np.float32(length**2)
    return np.asarray(power, dtype=np.float32)


def crossings(power: FloatArray, threshold: float) -> npt.NDArray[np.float64]:
    """Give the places where a power rises over a threshold and falls under it, in turns.

    Parameters
    ----------
    power : ndarray of float32, shape (n,)
        Powers, contiguous; silence stands before the first and behind the last.
    threshold : float
        The threshold, not below zero.

    Returns
    -------
    ndarray of float64, shape (2 * n_marks,)
        Indices, interpolated in amplitude.
    """
    if not IS_COMPILED:
        return plain_crossings(power, threshold)
    out = np.empty(power.size + 1, dtype=np.float64)
    return out[: compiled.crossings(power, threshold, out)]


def plain_crossings(power: FloatArray, threshold: float) -> npt.NDArray[np.float64]:
    """Give the places where a power crosses a threshold; see `crossings`, in numpy.

    Parameters
    ----------
    power : ndarray of float32, shape (n,)
        Powers.
    threshold : float
        The threshold.

    Returns
    -------
    ndarray of float64, shape (2 * n_marks,)
        Indices.
    """
    padded = np.concatenate(([0.0], power.astype(np.float64), [0.0]))
    over = padded > threshold
    edges = np.flatnonzero(over[1:] != over[:-1])
    # Amplitude is straighter than power on an edge, so the crossing is interpolated there.
    before, behind = np.sqrt(padded[edges]), np.sqrt(padded[edges + 1])
    return np.asarray(edges - 1 + (np.sqrt(threshold) - before) / (behind - before))


def level_over(iq: ComplexArray, power: FloatArray, threshold: float) -> float:
    """Give the mean power of the samples where another power is over a threshold.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples, contiguous.
    power : ndarray of float32, shape (n,)
        What is compared with the threshold, contiguous.
    threshold : float
        The threshold.

    Returns
    -------
    float
        Mean squared magnitude of the samples; 0 where no power is over it.
    """
    if not IS_COMPILED:
        return plain_level_over(iq, power, threshold)
    return compiled.level_over(iq, power, threshold)


def plain_level_over(iq: ComplexArray, power: FloatArray, threshold: float) -> float:
    """Give the mean power where another is over a threshold; see `level_over`, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples.
    power : ndarray of float32, shape (n,)
        What is compared with the threshold.
    threshold : float
        The threshold.

    Returns
    -------
    float
        Mean squared magnitude.
    """
    on = iq[power > np.float32(threshold)]
    return float(np.mean(on.real**2 + on.imag**2)) if on.size else 0.0
