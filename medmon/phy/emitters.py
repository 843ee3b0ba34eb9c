"""The channel powers of one region come in, the emitters that made them go out, strongest first.

A region may hold several devices that overlap in time or touch in frequency, and a strong one
spills into its neighbours: a keyed carrier has skirts that fall with the square of the distance.
So the strongest cell is taken, its stretch of time and its width are followed, and everything
that its skirts explain is taken out; then the strongest of what is left, and so on. What stands out
of a skirt like a bump is left in, however weak: a command may hide under a loud neighbour.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from medmon.phy.activity import HOLD_S, KEEP, Region
from medmon.phy.channelizer import Grid
from medmon.records import FloatArray

WORTH = 4.0
"""An emitter's best cell stands this far over the floor, mean of two rows."""
LASTING_ROWS = 8
LASTING = 0.75
"""Where no cell does, the mean of eight rows of one channel is worth following from here on: the
weakest packets that can be read are short and keyed, and stay low in any two rows. Noise has 0.15,
give or take 0.08."""
MOST = 12
"""Emitters followed in 50 ms of a region. A region may be long because bursts overlap one after the
other, so the limit grows with it; whoever fills it is counted, see `Stream.crowded`."""
MOST_SKIRTS = 12
"""Emitters on skirts followed in one region: they rarely are any, and each costs as much."""
LIMIT_S = 50e-3
DEPTH = 10**-2.5
"""An emitter's stretch ends where its channel falls this far under its best cell."""
EDGE = 10**-1.2
"""An emitter's width ends where its mean spectrum falls this far under its peak."""
SKIRT_DB = 4.0
"""Skirt one channel away from the edge of an emitter, under its peak; it falls by 20 dB a decade
of distance. Rectangular keying has 10 dB at one chip rate [1]_; the rest is margin.

.. [1] Proakis, Digital Communications, 5th ed., section 3.4: spectrum of a keyed rectangle.
"""
ASIDE = 2
BUMP = 4.0
"""A channel this much stronger than both those two beside it is no skirt (6 dB)."""


@dataclass(frozen=True, slots=True)
class Emitter:
    """One source of energy in a region.

    Attributes
    ----------
    start_slot, stop_slot : int
        Rows, counted from the start of the stream; stop is behind the last.
    low, high : int
        First and last channel of its main energy.
    centre : float
        Power-weighted mean channel.
    is_skirt : bool
        Whether a stronger one at the same time could have spilt that much here. It is listened
        to all the same, but energy alone is no news.
    """

    start_slot: int
    stop_slot: int
    low: int
    high: int
    centre: float
    is_skirt: bool = False


def emitters(
    powers: FloatArray, floor: FloatArray, region: Region, grid: Grid
) -> tuple[list[Emitter], bool]:
    """Take a region apart.

    Parameters
    ----------
    powers : ndarray of float32, shape (n_slots, channels)
        Channel powers of the region's rows, all channels.
    floor : ndarray of float32, shape (channels,)
        Noise floor.
    region : Region
        Where it is.
    grid : Grid
        Time-frequency grid.

    Returns
    -------
    list of Emitter
        Strongest first.
    bool
        Whether there were more than the limit allows.
    """
    over = np.maximum(powers, floor) - floor
    # Two rows together, so that one lucky row of noise is no emitter.
    over[1:] = (over[1:] + over[:-1]) * np.float32(0.5)
    mine = slice(region.low, region.high + 1)
    left: FloatArray = np.zeros(over.shape, dtype=np.float32)
    left[:, mine] = over[:, mine]
    hold = grid.slots(HOLD_S)
    found: list[Emitter] = []
    skirts_left = MOST_SKIRTS
    for _ in range(MOST * max(1, len(powers) // grid.slots(LIMIT_S))):
        row, peak = divmod(int(left.argmax()), floor.size)
        if left[row, peak] < WORTH * floor[peak]:
            lasting = None if found else _lasting(left, floor)
            if lasting is None:
                return found, False
            row, peak = lasting
        alive = left[:, peak] > max(left[row, peak] * DEPTH, (KEEP - 1) * floor[peak])
        start, stop = _stretch(alive, row, hold)
        # What a stronger emitter explains is neither this one's width nor its centre.
        own = _mean(left[start:stop])
        low, high = _width(own, peak, floor)
        weights = own[low : high + 1].tolist()
        centre = sum(map(operator.mul, range(low, high + 1), weights)) / sum(weights)
        spectrum, strongest = _mean(over[start:stop]), max(weights)
        skirts = _skirts(spectrum.size, low, high)
        spilt = spectrum * skirts
        spilt[low : high + 1] = 0.0
        is_skirt = bool(spilt.max() > strongest)
        first = region.start_slot
        if not is_skirt or skirts_left:
            found.append(Emitter(first + start, first + stop, low, high, centre, is_skirt))
        skirts_left -= is_skirt and skirts_left > 0
        explained = (spectrum <= strongest * skirts) & ~_bumps(spectrum, low, high)
        np.copyto(left[max(0, start - 2) : stop + 2, mine], 0.0, where=explained[mine])
        left[row, peak] = 0.0
    return found, bool((left > WORTH * floor).any())


def _mean(rows: FloatArray) -> FloatArray:
    """Give the mean of rows; the wrapper of numpy around the sum costs more than the sum."""
    return np.asarray(np.add.reduce(rows, axis=0) / len(rows))


def _lasting(left: FloatArray, floor: FloatArray) -> tuple[int, int] | None:
    """Give the best cell of the channel that stands out for some time, where no cell does alone."""
    total = np.cumsum(left / floor, axis=0, dtype=np.float64)
    mean = (total[LASTING_ROWS:] - total[:-LASTING_ROWS]) / LASTING_ROWS
    if not mean.size or mean.max() < LASTING:
        return None
    first, peak = (int(place) for place in np.unravel_index(mean.argmax(), mean.shape))
    rows = left[first + 1 : first + 1 + LASTING_ROWS, peak]
    return first + 1 + int(rows.argmax()), peak


def _bumps(spectrum: FloatArray, low: int, high: int) -> npt.NDArray[np.bool_]:
    """Mark the channels beside an emitter that stand out of its skirt.

    A skirt falls from channel to channel; what rises again far from it is somebody else, however
    weak. Both sides are compared two channels away, beyond the reach of the filter.
    """
    bumps = np.zeros(spectrum.shape, dtype=np.bool_)
    sides = np.maximum(spectrum[: -2 * ASIDE], spectrum[2 * ASIDE :])
    np.greater(spectrum[ASIDE:-ASIDE], BUMP * sides, out=bumps[ASIDE:-ASIDE])
    bumps[max(0, low - ASIDE) : high + ASIDE + 1] = False
    if not bumps.any():
        return bumps
    marked = bumps.copy()
    marked[1:] |= bumps[:-1]
    marked[:-1] |= bumps[1:]
    return marked


def _stretch(alive: npt.NDArray[np.bool_], row: int, hold: int) -> tuple[int, int]:
    """Follow the rows that are alive in both directions, over silences of up to `hold` rows."""
    rows = alive.nonzero()[0].tolist()
    mine = rows.index(row)
    first = last = mine
    while first > 0 and rows[first] - rows[first - 1] <= hold:
        first -= 1
    while last < len(rows) - 1 and rows[last + 1] - rows[last] <= hold:
        last += 1
    return rows[first], rows[last] + 1


def _width(spectrum: FloatArray, peak: int, floor: FloatArray) -> tuple[int, int]:
    """Follow the mean spectrum from its peak down to both edges; a hole of one channel is not one.

    The two tones of a frequency-shift keyed burst leave a valley between them.
    """
    least = np.maximum(spectrum[peak] * np.float32(EDGE), np.float32(KEEP - 1) * floor)
    enough = (spectrum > least).tolist()
    low = high = peak
    while low > 0 and (enough[low - 1] or (low > 1 and enough[low - 2])):
        low -= 1
    while high < len(enough) - 1 and (
        enough[high + 1] or (high < len(enough) - 2 and enough[high + 2])
    ):
        high += 1
    return low, high


@lru_cache(maxsize=256)
def _skirts(channels: int, low: int, high: int) -> FloatArray:
    """Give the largest spill of an emitter into each channel, over its peak."""
    index = np.arange(channels)
    distance = np.maximum(np.maximum(low - index, index - high), 0)
    # A channel on the far side of the band's edge is its neighbour: filters of receivers alias.
    distance = np.minimum(distance, channels - distance)
    skirts = 10 ** (-(SKIRT_DB + 20 * np.log10(np.maximum(distance, 1))) / 10)
    skirts = np.where(distance == 0, 1.0, skirts).astype(np.float32)
    skirts.flags.writeable = False  # the same for whoever asks again
    return skirts
