"""Samples come in, filtered samples at a lower rate go out."""

from __future__ import annotations

import numpy as np

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import ComplexArray


def decimate(iq: ComplexArray, taps: ComplexArray, factor: int) -> ComplexArray:
    """Filter with complex taps and keep one sample in so many.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples, contiguous.
    taps : ndarray of complex64, shape (n_taps,)
        Weights of consecutive samples, the first of the earliest; a multiple of four.
    factor : int
        Distance of two outputs in samples.

    Returns
    -------
    ndarray of complex64, shape ((n - n_taps) // factor + 1,)
        Output j is the weighted sum of the samples from j * factor on; empty where there are fewer
        samples than taps.
    """
    count = max(0, (iq.size - taps.size) // factor + 1)
    if not IS_COMPILED:
        return plain_decimate(iq, taps, factor)[:count]
    out: ComplexArray = np.empty(count, dtype=np.complex64)
    compiled.decimate(iq, np.repeat(taps.real, 2), np.repeat(taps.imag, 2), out, factor)
    return out


def plain_decimate(iq: ComplexArray, taps: ComplexArray, factor: int) -> ComplexArray:
    """Filter with complex taps and keep one sample in so many; see `decimate`, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples.
    taps : ndarray of complex64, shape (n_taps,)
        Weights of consecutive samples, the first of the earliest.
    factor : int
        Distance of two outputs in samples.

    Returns
    -------
    ndarray of complex64
        The outputs.
    """
    if iq.size < taps.size:
        return iq[:0]
    return np.asarray(np.convolve(iq, taps[::-1], mode="valid")[::factor], dtype=np.complex64)
