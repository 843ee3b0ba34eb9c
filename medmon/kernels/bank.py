"""Samples come in, the powers of narrow channels go out: a weighted overlap-add filter bank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import Codes, ComplexArray, FloatArray, Samples, converted

FEWEST_FOR_CODES = 8
"""Channels from which on the loop in C takes bytes as they are: sixteen at a time."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the frames of a filter bank begin, in samples.

    Attributes
    ----------
    count : int
        Rows.
    start : int
        First sample of the first frame of the first row.
    row_hop : int
        From row to row.
    each : int
        Frames in a row.
    hop : int
        From frame to frame of a row.
    """

    count: int
    start: int
    row_hop: int
    each: int = 1
    hop: int = 0


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

    def row_powers(
        self, samples: Samples, dc: complex, rows: Rows, out: FloatArray | None = None
    ) -> FloatArray:
        """Measure the mean power of each channel in rows of frames.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes, n of them
            Consecutive samples, contiguous.
        dc : complex
            Constant that is taken off every sample.
        rows : Rows
            Where the frames begin.
        out : ndarray of float32, shape (rows.count, channels), or None
            Contiguous memory for the answer; None takes new memory.

        Returns
        -------
        ndarray of float32, shape (rows.count, channels)
            Powers, in `out`; channel k at k / channels of the sample rate.

        Raises
        ------
        ValueError
            If a frame reaches beyond the samples.
        """
        if out is None:
            out = np.empty((rows.count, self._channels), dtype=np.float32)
        if not IS_COMPILED:
            out[:] = plain_powers(converted(samples), dc, rows, self._window)
            return out
        if isinstance(samples, Codes) and self._channels < FEWEST_FOR_CODES:
            samples = converted(samples)
        if isinstance(samples, Codes):
            memory, zero, full_scale = samples.codes, samples.zero, samples.full_scale
        else:
            memory, zero, full_scale = samples.view(np.uint8), 0.0, 0.0
        compiled.frame_powers(
            memory, zero, full_scale, self._both, self._twiddles, out, dc.real, dc.imag,
            rows.start, rows.hop, rows.row_hop, rows.each,
        )  # fmt: skip
        return out


def plain_powers(iq: ComplexArray, dc: complex, rows: Rows, window: FloatArray) -> FloatArray:
    """Measure what `FilterBank.row_powers` does, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Consecutive samples.
    dc : complex
        Constant that is taken off every sample.
    rows : Rows
        Where the frames begin.
    window : ndarray of float32, shape (2 * channels,)
        The prototype.

    Returns
    -------
    ndarray of float32, shape (rows.count, channels)
        Powers.

    Raises
    ------
    ValueError
        If a frame reaches beyond the samples.
    """
    channels = window.size // 2
    last = rows.start + (rows.count - 1) * rows.row_hop + (rows.each - 1) * rows.hop
    if rows.count and iq.size < last + 2 * channels:
        raise ValueError(f"iq holds {iq.size} samples where {last + 2 * channels} are needed")
    frames = np.lib.stride_tricks.as_strided(
        iq[rows.start :],
        (rows.count, rows.each, 2 * channels),
        (rows.row_hop * iq.itemsize, rows.hop * iq.itemsize, iq.itemsize),
        writeable=False,
    )
    folded = frames[..., :channels] * window[:channels]
    folded += frames[..., channels:] * window[channels:]
    folded -= np.complex64(dc) * (window[:channels] + window[channels:])
    spectra = np.fft.fft(folded, axis=-1)
    return np.asarray((spectra.real**2 + spectra.imag**2).mean(axis=1), dtype=np.float32)
