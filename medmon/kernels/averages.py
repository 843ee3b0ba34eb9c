"""Powers in rows and channels come in, their mean and their largest sums over the floor go out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medmon.kernels.choice import IS_COMPILED, MOST_CHANNELS, compiled
from medmon.kernels.codes import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Averages:
    """What rows of powers hold.

    Attributes
    ----------
    short : float
        Largest sum of powers over the floor, over two neighbouring rows and four channels.
    long : float
        The same over four rows and two channels.
    mean : ndarray of float32, shape (channels,)
        Mean power of each channel.
    """

    short: float
    long: float
    mean: FloatArray


def averages(rows: FloatArray, floor: FloatArray, late: int) -> Averages:
    """Look for what stands out of the floor.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, channels)
        Powers, contiguous; at least four rows of at least four channels.
    floor : ndarray of float32, shape (channels,)
        What 1.0 means in each channel, above zero.
    late : int
        The first rows, which are in the sums but not in the mean.

    Returns
    -------
    Averages
        Sums and mean.
    """
    if not IS_COMPILED or floor.size > MOST_CHANNELS:
        return plain_averages(rows, floor, late)
    mean: FloatArray = np.empty(floor.size, dtype=np.float32)
    short, long = compiled.averages(rows, floor, late, mean)
    return Averages(short, long, mean)


def plain_averages(rows: FloatArray, floor: FloatArray, late: int) -> Averages:
    """Do what `averages` does, in numpy.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, channels)
        Powers.
    floor : ndarray of float32, shape (channels,)
        What 1.0 means in each channel.
    late : int
        The first rows, which are not in the mean.

    Returns
    -------
    Averages
        Sums and mean.
    """
    over = rows / floor
    short = over[1:] + over[:-1]
    long = short[2:] + short[:-2]
    pairs = short[:, 1:] + short[:, :-1]
    quads = pairs[:, 2:] + pairs[:, :-2]
    mean = rows[late:].mean(axis=0)
    return Averages(float(quads.max()), float((long[:, 1:] + long[:, :-1]).max()), mean)
