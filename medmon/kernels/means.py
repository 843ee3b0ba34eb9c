"""Samples in rows come in, the mean of the beginning of each row goes out."""

from __future__ import annotations

import numpy as np

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import Codes, ComplexArray, Samples, converted

FEWEST = 8
"""Samples of a row from which on the loop in C takes a power of two of them."""


def beginnings(samples: Samples, row: int, part: int) -> ComplexArray:
    """Cut out the beginning of each row; of bytes no others are converted.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n * row of them
        Whole rows, contiguous.
    row : int
        Samples in a row.
    part : int
        How many of them.

    Returns
    -------
    ndarray of complex64, shape (n, part)
        The samples.
    """
    if not isinstance(samples, Codes):
        return samples.reshape(-1, row)[:, :part]
    codes = samples.codes.reshape(-1, 2 * row)[:, : 2 * part].ravel()
    return converted(Codes(codes, samples.zero, samples.full_scale)).reshape(-1, part)


def row_means(samples: Samples, row: int, part: int) -> ComplexArray:
    """Give the mean of the beginning of each row.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n * row of them
        Whole rows, contiguous.
    row : int
        Samples in a row.
    part : int
        How many of them count.

    Returns
    -------
    ndarray of complex64, shape (n,)
        The means, the same bits with and without the loop in C.
    """
    if not IS_COMPILED or part < FEWEST or part & (part - 1):
        return np.asarray(beginnings(samples, row, part).mean(axis=1), dtype=np.complex64)
    out: ComplexArray = np.empty(len(samples) // row, dtype=np.complex64)
    if isinstance(samples, Codes):
        compiled.row_means(samples.codes, samples.zero, samples.full_scale, out, row, part)
    else:
        compiled.row_means(samples, 0.0, 0.0, out, row, part)
    return out
