"""Rows of values come in, the value of one rank in every column goes out."""

from __future__ import annotations

import numpy as np

from medmon.kernels.choice import IS_COMPILED, MOST_CHANNELS, compiled
from medmon.kernels.codes import FloatArray

MOST_RANKS = 64
"""Ranks that the loop in C knows: it keeps all smaller values in order, which is quick for few."""


def ranked(rows: FloatArray, rank: int) -> FloatArray:
    """Give the value of one rank in every column.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, n_columns)
        Values, contiguous.
    rank : int
        Place of the value among those of its column, from 0; below the number of rows.

    Returns
    -------
    ndarray of float32, shape (n_columns,)
        The values themselves, so there is no rounding.
    """
    if not IS_COMPILED or rank >= MOST_RANKS or rows.shape[1] > MOST_CHANNELS:
        return plain_ranked(rows, rank)
    out: FloatArray = np.empty(rows.shape[1], dtype=np.float32)
    compiled.ranked(rows, rank, out)
    return out


def plain_ranked(rows: FloatArray, rank: int) -> FloatArray:
    """Do what `ranked` does, in numpy.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, n_columns)
        Values.
    rank : int
        Place of the value among those of its column, from 0.

    Returns
    -------
    ndarray of float32, shape (n_columns,)
        The values.
    """
    # partition, not quantile(): a plain order statistic is exact in float32 and ten times faster.
    return np.asarray(np.partition(rows, rank, axis=0)[rank])
