"""The few loops over all samples that decide how fast medmon is, each in numpy and in C.

`plain` says in numpy what they do, and `compiled` does the same in C where a compiler was there
when medmon was installed (docs/decisions/0022-one-small-kernel.md). The two differ by rounding, and
nobody above this room knows which one worked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from medmon.kernels import plain
from medmon.kernels.codes import Codes
from medmon.kernels.plain import Rows

try:
    from medmon.kernels import compiled
except ImportError:  # no compiler was there, or none for this platform
    IS_COMPILED = False
else:
    IS_COMPILED = True

__all__ = [
    "IS_COMPILED",
    "Codes",
    "FilterBank",
    "Level",
    "Rows",
    "Samples",
    "converted",
    "decimate",
    "level",
]

ComplexArray: TypeAlias = npt.NDArray[np.complex64]
FloatArray: TypeAlias = npt.NDArray[np.float32]
Samples: TypeAlias = ComplexArray | Codes
"""Samples of one antenna, converted already or not yet; `len` and slices work for both."""


class FilterBank:
    """A weighted overlap-add filter bank: frames behind a window, folded and transformed.

    Parameters
    ----------
    window : ndarray of float32, shape (2 * channels,)
        The prototype; the number of channels is a power of two.

    References
    ----------
    Crochiere and Rabiner, Multirate Digital Signal Processing, 1983, section 7.3.
    """

    def __init__(self, window: FloatArray) -> None:
        self._window = window
        self._channels = channels = window.size // 2
        self._both = np.repeat(window, 2)
        turns = np.arange(channels) / channels
        self._twiddles = np.exp(-2j * np.pi * turns).astype(np.complex64)

    def row_powers(self, samples: Samples, dc: complex, rows: Rows) -> FloatArray:
        """Measure the mean power of each channel in rows of frames.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes, n of them
            Consecutive samples, contiguous.
        dc : complex
            Constant that is taken off every sample.
        rows : Rows
            Where the frames begin.

        Returns
        -------
        ndarray of float32, shape (rows.count, channels)
            Powers; channel k at k / channels of the sample rate.

        Raises
        ------
        ValueError
            If a frame reaches beyond the samples.
        """
        if not IS_COMPILED:
            return plain.row_powers(converted(samples), dc, rows, self._window)
        out: FloatArray = np.empty((rows.count, self._channels), dtype=np.float32)
        if isinstance(samples, Codes):
            memory, zero, full_scale = samples.codes, samples.zero, samples.full_scale
        else:
            memory, zero, full_scale = samples.view(np.uint8), 0.0, 0.0
        compiled.frame_powers(
            memory, zero, full_scale, self._both, self._twiddles, out, dc.real, dc.imag,
            rows.start, rows.hop, rows.row_hop, rows.each,
        )  # fmt: skip
        return out


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a run of samples is.

    Attributes
    ----------
    peak : float
        Largest magnitude of I or Q.
    total : complex
        Sum of the samples.
    energy : float
        Sum of their squared magnitudes.
    """

    peak: float
    total: complex
    energy: float


def level(samples: Samples) -> Level:
    """Measure how loud a run of samples is, in one pass.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n of them
        At least one sample, contiguous.

    Returns
    -------
    Level
        Peak, sum and energy.
    """
    if not IS_COMPILED:
        return Level(*plain.level(converted(samples)))
    if not isinstance(samples, Codes):
        most, least, re, im, energy = compiled.level(samples, False)
        return Level(max(most, -least), complex(re, im), energy)
    most, least, re, im, squares = compiled.level(samples.codes, True)
    zero, full_scale, count = samples.zero, samples.full_scale, len(samples)
    total = complex(re - count * zero, im - count * zero) / full_scale
    energy = (squares - 2 * zero * (re + im) + 2 * count * zero**2) / full_scale**2
    return Level(max(most - zero, zero - least) / full_scale, total, energy)


def converted(samples: Samples) -> ComplexArray:
    """Give samples as numbers with full scale 1.0.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n of them
        The samples.

    Returns
    -------
    ndarray of complex64, shape (n,)
        Each part is ``(code - zero) / full_scale``, both steps rounded to single precision.
    """
    if not isinstance(samples, Codes):
        return samples
    if not IS_COMPILED:
        return plain.scale_bytes(samples.codes, samples.zero, samples.full_scale).view(np.complex64)
    out: ComplexArray = np.empty(len(samples), dtype=np.complex64)
    compiled.scale_bytes(samples.codes, out, samples.zero, samples.full_scale)
    return out


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
        return plain.decimate(iq, taps, factor)[:count]
    out: ComplexArray = np.empty(count, dtype=np.complex64)
    compiled.decimate(iq, np.repeat(taps.real, 2), np.repeat(taps.imag, 2), out, factor)
    return out
