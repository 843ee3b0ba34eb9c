"""Powers over the floor come in, the runs of channels that stand out of it go out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from medmon.kernels.choice import IS_COMPILED, MOST_CHANNELS, compiled
from medmon.kernels.codes import FloatArray

GROUP = 4
"""Rows of a mean, and channels of a group."""
EARLIER = GROUP - 1
"""Rows before the first one that is looked at."""


class Limits(NamedTuple):
    """What energy has to pass; each is passed by what is greater.

    Attributes
    ----------
    one, four : float
        Power in one row, and mean of four rows, from which a region may begin.
    one_wide, four_wide : float
        The same for the mean of four neighbouring channels.
    keep : float
        Mean of four rows from which a region goes on; a channel of a group counts from here.
    """

    one: float
    one_wide: float
    four: float
    four_wide: float
    keep: float


Run = list[int]
"""Row, first and last channel, and 1 where a region may begin, otherwise 0."""


def energy_runs(rows: FloatArray, limits: Limits) -> list[Run]:
    """List the runs of channels with energy, row by row; a hole of one channel joins.

    Parameters
    ----------
    rows : ndarray of float32, shape (EARLIER + n_rows, channels)
        Power over the floor of its channel, contiguous; the first rows are those before. At least
        four channels.
    limits : Limits
        What is energy.

    Returns
    -------
    list of Run
        Rows are counted behind the earlier ones.
    """
    if not IS_COMPILED or rows.shape[1] > MOST_CHANNELS:
        return plain_runs(rows, limits)
    count, channels = rows.shape[0] - EARLIER, rows.shape[1]
    found = np.empty((count * ((channels + 2) // 3), 4), dtype=np.int32)
    used = compiled.energy_runs(rows, channels, limits, found)
    return list(found[:used].tolist())


def plain_runs(rows: FloatArray, limits: Limits) -> list[Run]:
    """Do what `energy_runs` does, in numpy.

    Parameters
    ----------
    rows : ndarray of float32, shape (EARLIER + n_rows, channels)
        Power over the floor.
    limits : Limits
        What is energy.

    Returns
    -------
    list of Run
        The runs.
    """
    one = rows[EARLIER:]
    # The mean of each row and the three before it; a running sum would gather rounding errors.
    four = (rows[3:] + rows[2:-1] + rows[1:-2] + rows[:-3]) * np.float32(1 / GROUP)
    begin = (one > limits.one) | (four > limits.four)
    begin |= _wide(one, limits.one_wide, limits.keep) | _wide(four, limits.four_wide, limits.keep)
    return _runs(begin, begin | (four > limits.keep))


def _wide(power: FloatArray, limit: float, keep: float) -> npt.NDArray[np.bool_]:
    """Mark the channels of every group of `GROUP` neighbours whose mean passes a limit."""
    total = power[:, 3:] + power[:, 2:-1] + power[:, 1:-2] + power[:, :-3]
    hot = total > np.float32(limit * GROUP)
    marked = np.zeros(power.shape, dtype=np.bool_)
    for shift in range(GROUP):
        marked[:, shift : shift + hot.shape[1]] |= hot
    # A group is marked whole, but only its channels with some energy are worth keeping.
    return marked & (power > keep)


def _runs(begin: npt.NDArray[np.bool_], keep: npt.NDArray[np.bool_]) -> list[Run]:
    rows, channels = np.nonzero(keep)
    if not rows.size:
        return []
    cuts = np.flatnonzero((np.diff(rows) > 0) | (np.diff(channels) > 2))
    firsts = np.concatenate(([0], cuts + 1))
    lasts = np.concatenate((cuts, [rows.size - 1]))
    begins = np.logical_or.reduceat(begin[rows, channels], firsts)
    return list(
        np.stack((rows[firsts], channels[firsts], channels[lasts], begins), axis=1).tolist()
    )
