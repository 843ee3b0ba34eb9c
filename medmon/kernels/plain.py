"""The loops of this room in numpy: what they mean, and what runs where nothing was compiled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


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


def row_powers(
    iq: npt.NDArray[np.complex64], dc: complex, rows: Rows, window: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Measure the mean power of each channel in rows of frames; see `FilterBank.row_powers`.

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


def level(iq: npt.NDArray[np.complex64]) -> tuple[float, complex, float]:
    """Measure how loud a run of samples is.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        At least one sample.

    Returns
    -------
    tuple
        Largest magnitude of I or Q, sum of the samples, sum of squared magnitudes.
    """
    # Reductions run along the flat values: along an axis of two, numpy is 50 times slower.
    parts = iq.view(np.float32)
    total = complex(iq.sum(dtype=np.complex128))
    energy = float(np.einsum("i,i->", parts, parts, dtype=np.float64))
    return float(max(parts.max(), -parts.min())), total, energy


def decimate(
    iq: npt.NDArray[np.complex64], taps: npt.NDArray[np.complex64], factor: int
) -> npt.NDArray[np.complex64]:
    """Filter with complex taps and keep one sample in so many; see `medmon.kernels.decimate`.

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


def scale_bytes(
    codes: npt.NDArray[np.uint8], zero: float, full_scale: float
) -> npt.NDArray[np.float32]:
    """Convert unsigned bytes; see `medmon.kernels.converted`.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n,)
        What a converter wrote.
    zero, full_scale : float
        Code that means nothing, and distance from there that means 1.0.

    Returns
    -------
    ndarray of float32, shape (n,)
        The values.
    """
    parts = codes.astype(np.float32)
    parts -= np.float32(zero)
    parts /= np.float32(full_scale)
    return parts
