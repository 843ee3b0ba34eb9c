"""Soft chips and the words of a line code come in, the best word of each symbol goes out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import FloatArray
from medmon.kernels.order import upper_median


class Words(NamedTuple):
    """Decided words.

    Attributes
    ----------
    values : ndarray of uint8, shape (n,)
        Number of the word that fits best.
    fits : ndarray of float32, shape (n,)
        How well it does: 1 for clean chips.
    weakest : ndarray of float32, shape (n,)
        The chip that agrees least with it: 1 for a full one, -1 for a full one against it.
    usual : float
        Middle distance of all chips from full ones that agree.
    """

    values: npt.NDArray[np.uint8]
    fits: FloatArray
    weakest: FloatArray
    usual: float


def best_words(chips: FloatArray, words: FloatArray) -> Words:
    """Choose the word that fits best for each symbol.

    Parameters
    ----------
    chips : ndarray of float32, shape (n_symbols * width,)
        Soft chips, contiguous.
    words : ndarray of float32, shape (n_words, width)
        Words of the code, +1 for a mark and -1 for a space.

    Returns
    -------
    Words
        The decisions; of words that fit alike the first.
    """
    assert chips.dtype == np.float32, "the loops in C read single precision"
    width = words.shape[1]
    if IS_COMPILED:
        count = chips.size // width
        values = np.empty(count, dtype=np.uint8)
        fits, weakest = np.empty(count, dtype=np.float32), np.empty(count, dtype=np.float32)
        usual = compiled.best_words(chips, words, width, values, fits, weakest)
        return Words(values, fits, weakest, usual)
    groups = chips.reshape(-1, width)
    match = groups @ words.T
    best = match.argmax(axis=1)
    agreed = groups * words[best]
    distance = np.abs(agreed.ravel() - 1)
    return Words(
        best.astype(np.uint8),
        (match.max(axis=1) / width).astype(np.float32),
        agreed.min(axis=1, initial=1.0),
        upper_median(distance) if distance.size else 0.0,
    )
