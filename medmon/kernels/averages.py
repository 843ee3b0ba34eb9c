"""Powers in rows and channels come in, the largest averages over the noise floor go out."""

from __future__ import annotations

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import FloatArray


def largest_sums(rows: FloatArray, floor: FloatArray) -> tuple[float, float]:
    """Give the largest sum of powers over the floor in two shapes of neighbourhood.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, channels)
        Powers, contiguous; at least four rows of at least four channels.
    floor : ndarray of float32, shape (channels,)
        What 1.0 means in each channel, above zero.

    Returns
    -------
    float
        Over two rows and four channels.
    float
        Over four rows and two channels.
    """
    if IS_COMPILED:
        return compiled.largest_sums(rows, floor)
    return plain_sums(rows, floor)


def plain_sums(rows: FloatArray, floor: FloatArray) -> tuple[float, float]:
    """Give the sums of `largest_sums`, in numpy.

    Parameters
    ----------
    rows : ndarray of float32, shape (n_rows, channels)
        Powers.
    floor : ndarray of float32, shape (channels,)
        What 1.0 means in each channel.

    Returns
    -------
    float
        Over two rows and four channels.
    float
        Over four rows and two channels.
    """
    over = rows / floor
    short = over[1:] + over[:-1]
    long = short[2:] + short[:-2]
    pairs = short[:, 1:] + short[:, :-1]
    quads = pairs[:, 2:] + pairs[:, :-2]
    return float(quads.max()), float((long[:, 1:] + long[:, :-1]).max())
