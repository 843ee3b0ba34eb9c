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
from medmon.kernels.plain import Rows

try:
    from medmon.kernels import compiled
except ImportError:  # no compiler was there, or none for this platform
    IS_COMPILED = False
else:
    IS_COMPILED = True

__all__ = ["IS_COMPILED", "FilterBank", "Level", "Rows", "decimate", "level", "scale_bytes"]

ComplexArray: TypeAlias = npt.NDArray[np.complex64]
FloatArray: TypeAlias = npt.NDArray[np.float32]


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

    def row_powers(self, iq: ComplexArray, dc: complex, rows: Rows) -> FloatArray:
        """Measure the mean power of each channel in rows of frames.

        Parameters
        ----------
        iq : ndarray of complex64, shape (n,)
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
            return plain.row_powers(iq, dc, rows, self._window)
        out: FloatArray = np.empty((rows.count, self._channels), dtype=np.float32)
        compiled.frame_powers(
            iq, self._both, self._twiddles, out, dc.real, dc.imag,
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


def level(iq: ComplexArray) -> Level:
    """Measure how loud a run of samples is, in one pass.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        At least one sample, contiguous.

    Returns
    -------
    Level
        Peak, sum and energy.
    """
    peak, re, im, energy = compiled.level(iq) if IS_COMPILED else plain.level(iq)
    return Level(peak, complex(re, im), energy)


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


def scale_bytes(codes: npt.NDArray[np.uint8], zero: float, full_scale: float) -> FloatArray:
    """Convert unsigned bytes to ``(code - zero) / full_scale``.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n,)
        What a converter wrote.
    zero : float
        Code that means nothing.
    full_scale : float
        Distance from there that means 1.0.

    Returns
    -------
    ndarray of float32, shape (n,)
        Each step is rounded to single precision, so both implementations give the same bits.
    """
    if not IS_COMPILED:
        return plain.scale_bytes(codes, zero, full_scale)
    out: FloatArray = np.empty(codes.size, dtype=np.float32)
    compiled.scale_bytes(codes, out, zero, full_scale)
    return out
