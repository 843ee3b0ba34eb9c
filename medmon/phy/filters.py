"""Filters and pure carriers as arrays: what the tuner weighs samples and bins with."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from medmon.records import ComplexArray, FloatArray

ROLL_OFF = 0.25
"""Width of each edge of a passband, over its half width."""
_FAST = (8, 9, 10, 12, 14, 15, 16)
PHASES = 64
"""Places between two samples: the error of the nearest is 46 dB below a signal at a sixth of the
rate, and a table of them fits next to the processor."""
EDGE_DB = 60.0
"""What the edges of a passband fall by, where nothing folds back."""
STOP_DB = 70.0
"""What the flanks that fold back are damped by; eight bits have 50 dB."""


def phasor(count: int, turns: float) -> ComplexArray:
    """Turn at a constant pace.

    Parameters
    ----------
    count : int
        Samples.
    turns : float
        Turns a sample.

    Returns
    -------
    ndarray of complex64, shape (count,)
        Unit circle, the first sample at 1.
    """
    # A product of two short ones: a sine costs twenty times as much as a multiplication.
    side = int(np.ceil(np.sqrt(count)))
    steps = np.arange(side)
    slow = np.exp(2j * np.pi * ((turns * side * steps) % 1.0)).astype(np.complex64)
    fast = np.exp(2j * np.pi * turns * steps).astype(np.complex64)
    return np.asarray((slow[:, None] * fast).ravel()[:count])


@lru_cache(maxsize=64)
def low_pass(factor: int, half_width: float) -> FloatArray:
    """Design the filter before a decimation.

    Parameters
    ----------
    factor : int
        One sample in so many is kept.
    half_width : float
        What has to come through unharmed, over the sample rate; less than half of what is kept.

    Returns
    -------
    ndarray of float32, shape (n_taps,)
        A sinc behind a Kaiser window of the length that damps by `STOP_DB` what would fold onto the
        half width [1]_; symmetric, a multiple of eight taps, gain 1.

    References
    ----------
    .. [1] Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., section 7.5.3.
    """
    flank = 1 / factor - 2 * half_width
    least = (STOP_DB - 8) / (2.285 * 2 * np.pi * flank)
    size = 8 * int(np.ceil((least + 1) / 8))
    window = np.kaiser(size, 0.1102 * (STOP_DB - 8.7))
    taps = np.sinc((np.arange(size) - (size - 1) / 2) / factor) * window
    return _kept(taps / taps.sum())


@lru_cache(maxsize=64)
def resampling(half_width: float) -> FloatArray:
    """Design the filter behind which a signal may have any rate.

    Parameters
    ----------
    half_width : float
        What has to come through unharmed, over the sample rate; the edge is `ROLL_OFF` of it wide.

    Returns
    -------
    ndarray of float32, shape (PHASES, n_taps)
        A sinc behind a Kaiser window [1]_, as seen from `PHASES` places between two samples: in the
        middle of each part, so that a place is off by half a part at most. Gain 1, a multiple of
        eight taps; phase 0 lies behind tap ``n_taps / 2 - 1``.

    References
    ----------
    .. [1] Oppenheim and Schafer, Discrete-Time Signal Processing, 3rd ed., section 7.5.3.
    """
    least = (EDGE_DB - 8) / (2.285 * 2 * np.pi * half_width * ROLL_OFF)
    size = 8 * int(np.ceil((least + 1) / 8))
    beta = 0.1102 * (EDGE_DB - 8.7)
    behind = (np.arange(PHASES) + 0.5) / PHASES
    lag = np.arange(size) - (size // 2 - 1) - behind[:, None]
    window = np.i0(beta * np.sqrt(np.maximum(1 - (2 * lag / size) ** 2, 0.0)))
    taps = np.sinc(2 * half_width * (1 + ROLL_OFF / 2) * lag) * window
    return _kept(taps / taps.sum(axis=1, keepdims=True))


@lru_cache(maxsize=64)
def low_pass_noise(factor: int, half_width: float) -> float:
    """Give what is left of white noise behind `low_pass`.

    Parameters
    ----------
    factor, half_width : int, float
        As for `low_pass`.

    Returns
    -------
    float
        Part of the power.
    """
    taps = low_pass(factor, half_width)
    return float(np.vdot(taps, taps))


@lru_cache(maxsize=64)
def resampling_noise(half_width: float) -> float:
    """Give what is left of white noise behind `resampling`.

    Parameters
    ----------
    half_width : float
        As for `resampling`.

    Returns
    -------
    float
        Part of the power.
    """
    taps = resampling(half_width)[0]
    return float(np.vdot(taps, taps))


def fast_length(least: int) -> int:
    """Give the next length whose transform has small prime factors only.

    Parameters
    ----------
    least : int
        Shortest length that will do.

    Returns
    -------
    int
        At most an eighth longer, from 8 on.
    """
    exponent = max(0, least.bit_length() - 4)
    return min(m << e for e in (exponent - 1, exponent) if e >= 0
               for m in _FAST if m << e >= least)  # fmt: skip


def _kept(taps: npt.NDArray[np.float64]) -> FloatArray:
    """Make an array that is handed out again and again safe from whoever gets it."""
    kept: FloatArray = taps.astype(np.float32)
    kept.flags.writeable = False
    return kept
