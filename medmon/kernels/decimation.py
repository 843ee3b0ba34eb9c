"""Samples come in; a carrier of them, filtered and at a lower rate, goes out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import ComplexArray, FloatArray


def decimate(iq: ComplexArray, taps: FloatArray, factor: int, turns: float) -> ComplexArray:
    """Turn a carrier to zero, filter, and keep one sample in so many.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples, contiguous.
    taps : ndarray of float32, shape (n_taps,)
        Weights of consecutive samples, the first of the earliest; a multiple of eight.
    factor : int
        Distance of two outputs in samples.
    turns : float
        Turns of the carrier in a sample.

    Returns
    -------
    ndarray of complex64, shape ((n - n_taps) // factor + 1,)
        Output j is the weighted sum of the samples from j * factor on, each turned back by as much
        as the carrier has turned since the first; empty where there are fewer samples than taps.
    """
    count = max(0, (iq.size - taps.size) // factor + 1)
    return glimpses(iq, taps, factor, turns, np.zeros(1, dtype=np.int64), count).ravel()


def glimpses(
    iq: ComplexArray,
    taps: FloatArray,
    factor: int,
    turns: float,
    starts: npt.NDArray[np.int64],
    count: int,
) -> ComplexArray:
    """Filter as `decimate` does, but only a few outputs at many places.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples, contiguous.
    taps : ndarray of float32, shape (n_taps,)
        Weights of consecutive samples, the first of the earliest; a multiple of eight.
    factor : int
        Distance of two outputs in samples.
    turns : float
        Turns of the carrier in a sample.
    starts : ndarray of int64, shape (n_places,)
        First sample that the first output of each place is made of.
    count : int
        Outputs at each place, all of samples that are there.

    Returns
    -------
    ndarray of complex64, shape (n_places, count)
        The outputs; the carrier begins with a phase of its own at each place.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if not IS_COMPILED:
        return plain_glimpses(iq, taps, factor, turns, starts, count)
    out: ComplexArray = np.empty((starts.size, count), dtype=np.complex64)
    compiled.decimate(iq, taps, 1, starts, out, factor, turns)
    return out


def plain_glimpses(
    iq: ComplexArray,
    taps: FloatArray,
    factor: int,
    turns: float,
    starts: npt.NDArray[np.int64],
    count: int,
) -> ComplexArray:
    """Filter a few outputs at many places; see `glimpses`, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples.
    taps : ndarray of float32, shape (n_taps,)
        Weights of consecutive samples, the first of the earliest.
    factor : int
        Distance of two outputs in samples.
    turns : float
        Turns of the carrier in a sample.
    starts : ndarray of int64, shape (n_places,)
        First sample that the first output of each place is made of.
    count : int
        Outputs at each place.

    Returns
    -------
    ndarray of complex64, shape (n_places, count)
        The outputs.
    """
    if not count:
        return np.empty((starts.size, 0), dtype=np.complex64)
    # The taps turn instead of the samples, and each output by what is left.
    turned = (taps * np.exp(-2j * np.pi * turns * np.arange(taps.size))).astype(np.complex64)
    left = np.exp(-2j * np.pi * ((turns * factor * np.arange(count)) % 1.0))
    # Every place by itself: a long one is a convolution, and would be a large product otherwise.
    reach = (count - 1) * factor + taps.size
    rows = [np.convolve(iq[start : start + reach], turned[::-1], mode="valid")[::factor]
            for start in starts.tolist()]  # fmt: skip
    turned_back = np.asarray(rows).reshape(starts.size, count) * left
    return np.asarray(turned_back, dtype=np.complex64)


def resample(
    iq: ComplexArray, bank: FloatArray, step: float, turns: float, count: int
) -> ComplexArray:
    """Turn a carrier to zero, filter, and give outputs at any distance.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples, contiguous.
    bank : ndarray of float32, shape (n_phases, n_taps)
        Weights of consecutive samples for an output that lies 0, 1, ... parts of `n_phases` of a
        sample behind the place of the first row's; taps a multiple of eight.
    step : float
        Distance of two outputs in samples.
    turns : float
        Turns of the carrier in a sample.
    count : int
        Outputs, all of samples that are there.

    Returns
    -------
    ndarray of complex64, shape (count,)
        Output j is the weighted sum of the samples from the whole part of j * step on, with the row
        of its fraction, each turned back by as much as the carrier has turned since the first.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if not IS_COMPILED:
        return plain_resample(iq, bank, step, turns, count)
    out: ComplexArray = np.empty(count, dtype=np.complex64)
    start = np.zeros(1, dtype=np.int64)
    compiled.decimate(iq, bank, len(bank), start, out, step, turns)
    return out


def plain_resample(
    iq: ComplexArray, bank: FloatArray, step: float, turns: float, count: int
) -> ComplexArray:
    """Give outputs at any distance; see `resample`, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples.
    bank : ndarray of float32, shape (n_phases, n_taps)
        Weights of consecutive samples for each phase.
    step : float
        Distance of two outputs in samples.
    turns : float
        Turns of the carrier in a sample.
    count : int
        Outputs.

    Returns
    -------
    ndarray of complex64, shape (count,)
        The outputs.
    """
    places = step * np.arange(count)
    starts = places.astype(np.intp)
    phases = ((places - starts) * len(bank)).astype(np.intp)
    turned = iq * np.exp(-2j * np.pi * ((turns * np.arange(iq.size)) % 1.0)).astype(np.complex64)
    out: ComplexArray = np.zeros(count, dtype=np.complex64)
    for tap, weights in enumerate(bank.T):
        out += turned[starts + tap] * weights[phases]
    return out
