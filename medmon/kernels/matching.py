"""A waveform and the chips of a sync word come in, how much every place is like them goes out."""

from __future__ import annotations

import math

import numpy as np

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import FloatArray

FLAT = np.float32(1e-3)
"""A waveform that varies by less than this part of its level is flat."""
LEAST_PLACES = 8


def sync_matches(wave: FloatArray, chips: FloatArray, apart: int) -> FloatArray:
    """Give the Pearson coefficient of chips with the samples behind every place.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Waveform behind the matched filter, contiguous.
    chips : ndarray of float32, shape (n_chips,)
        +1 for a mark, -1 for a space; not all alike.
    apart : int
        Samples from chip to chip.

    Returns
    -------
    ndarray of float32, shape (n - (n_chips - 1) * apart,)
        1 where the waveform has the shape of the chips, whatever its level; near 0 in noise.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    places = wave.size - (chips.size - 1) * apart
    if not IS_COMPILED or places < LEAST_PLACES:
        return plain_matches(wave, chips, apart)
    out: FloatArray = np.empty(places, dtype=np.float32)
    compiled.sync_matches(wave, chips, apart, _norm(chips), float(FLAT), out)
    return out


def plain_matches(wave: FloatArray, chips: FloatArray, apart: int) -> FloatArray:
    """Give the Pearson coefficient of chips with every place; see `sync_matches`, in numpy.

    All places at once, chip by chip: contiguous runs are added ten times as fast as rows of
    samples that lie apart are multiplied.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Waveform behind the matched filter.
    chips : ndarray of float32, shape (n_chips,)
        +1 for a mark, -1 for a space.
    apart : int
        Samples from chip to chip.

    Returns
    -------
    ndarray of float32, shape (n - (n_chips - 1) * apart,)
        The coefficients.
    """
    places = wave.size - (chips.size - 1) * apart
    marks, total, squares = (np.zeros(max(0, places), dtype=np.float32) for _ in range(3))
    for place, chip in enumerate(chips):
        heard = wave[place * apart : place * apart + places]
        marks += chip * heard
        total += heard
        squares += heard * heard
    mean, power = total / np.float32(chips.size), squares / np.float32(chips.size)
    spread = np.sqrt(np.maximum(power - mean**2, 0.0))
    # A difference of two like numbers: below this it is rounding, and a steady carrier no match.
    least = np.maximum(FLAT * np.sqrt(power), np.float32(1e-12))
    shape = marks - np.float32(chips.sum()) * mean
    return np.asarray(shape / (np.float32(_norm(chips)) * np.maximum(spread, least)))


def _norm(chips: FloatArray) -> float:
    """Give the root of the variance of the chips, times their number."""
    return math.sqrt(chips.size * float(np.dot(chips, chips)) - float(chips.sum()) ** 2)
