"""Channel powers come in, the noise floor of each channel goes out, whatever talks meanwhile.

The floor is a low quantile in time, so that bursts do not lift it: each chunk gives the tenth
percentile of its rows, and the floor is the median of the latest chunks, corrected for the bias
of that quantile. Packets sent without a pause would lift it all the same and hide
themselves, so the floor of one channel rises by a decibel a second at most beyond what the whole
band does. Only a steady carrier, whose power is the same in every row, becomes part of the floor
within a second.

The power of a row of pure noise is a mean of `FRAMES_A_SLOT` exponential variables whose
neighbours overlap by half: its distribution is close to a gamma with `SHAPE` degrees of freedom
(measured by simulation, tests/phy/test_noise.py repeats the measurement).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medmon.kernels import ranked, upper_median
from medmon.records import FloatArray

SHAPE = 7.5
"""Degrees of freedom of a row of noise."""
QUANTILE = 0.1
QUANTILE_OVER_MEAN = 0.571
"""Tenth percentile of a gamma variable of that shape, over its mean."""
_OF_MEAN = np.float32(QUANTILE_OVER_MEAN)
MEMORY_CHUNKS = 32
SETTLED_CHUNKS = 16
LOWEST = 1e-12
"""Power below which a floor is not believed (-120 dBFS a channel): recordings with digital
silence between the bursts would otherwise give a floor of zero."""
SILENT_CHUNKS = 4
"""Chunks of silence after which the floor is reckoned anew: a median costs as much as the look at
a chunk, and silence changes slowly."""
EARLY_LIMIT = 4.0
"""Before the floor has settled, how far one channel may stand over the median channel: a burst
that fills the first chunk must not pass for noise."""

RISE = 1.0076
"""Largest rise of a channel's floor in one chunk: 0.033 dB, about a decibel a second."""
STEADY = 1e-3
"""Variance over squared mean of the rows of a chunk below which they are a bare carrier: noise has
0.13, packets without pause 0.002 and more, a bare carrier less than this from 25 dB over the
floor."""


class NoiseFloor:
    """Running floor of each channel.

    Parameters
    ----------
    channels : int
        Number of channels.
    """

    def __init__(self, channels: int) -> None:
        self._quantiles: FloatArray = np.empty((MEMORY_CHUNKS, channels), dtype=np.float32)
        self._chunks = 0
        self._floor: FloatArray = np.full(channels, LOWEST, dtype=np.float32)
        self._middle_power = upper_median(self._floor)
        self._silent: list[FloatArray] = []

    @property
    def power(self) -> FloatArray:
        """Floor of each channel, as power; shape (channels,), float32."""
        return self._floor

    @property
    def middle(self) -> float:
        """Median floor over the channels, as power in one channel."""
        return self._middle_power

    @property
    def is_settled(self) -> bool:
        """Whether enough was heard to tell a channel that is busy from one that is noisy."""
        return self._chunks >= SETTLED_CHUNKS

    def feed(self, powers: FloatArray) -> FloatArray:
        """Take the rows of one chunk and give the floor that holds for them.

        Parameters
        ----------
        powers : ndarray of float32, shape (n_slots, channels)
            Rows of the channelizer.

        Returns
        -------
        ndarray of float32, shape (channels,)
            The floor.
        """
        latest = [*self._silent, ranked(powers, int(QUANTILE * (len(powers) - 1)))]
        self._silent.clear()
        return self._put(latest, powers)

    def feed_silence(self, mean: FloatArray) -> FloatArray:
        """Take a chunk in which nobody spoke.

        Parameters
        ----------
        mean : ndarray of float32, shape (channels,)
            Mean power of each channel.

        Returns
        -------
        ndarray of float32, shape (channels,)
            The floor.
        """
        self._silent.append(mean * _OF_MEAN)
        if len(self._silent) < SILENT_CHUNKS:
            return self._floor
        latest = self._silent
        self._silent = []
        return self._put(latest)

    def _put(self, quantiles: list[FloatArray], rows: FloatArray | None = None) -> FloatArray:
        """Remember quantiles, and reckon the floor anew."""
        for quantile in quantiles:
            self._quantiles[self._chunks % MEMORY_CHUNKS] = quantile
            self._chunks += 1
        latest = self._quantiles[: self._chunks]
        floor = ranked(latest, len(latest) // 2) / _OF_MEAN
        middle = upper_median(floor)
        if not self.is_settled:
            floor = np.minimum(floor, EARLY_LIMIT * middle)
        else:
            whole_band = max(1.0, middle / self._middle_power)
            highest = self._floor * np.float32(RISE ** len(quantiles) * whole_band)
            floor = _held(floor, highest, rows)
        self._floor = np.maximum(floor, np.float32(LOWEST))
        self._middle_power = upper_median(self._floor)
        return self._floor


def _held(floor: FloatArray, highest: FloatArray, rows: FloatArray | None) -> FloatArray:
    """Hold back what rises faster than it may, and is no steady carrier in the rows."""
    held = np.minimum(floor, highest)
    if rows is not None:
        risen = (floor > highest).nonzero()[0]
        steady = risen[_are_steady(rows[:, risen])]
        held[steady] = floor[steady]
    return held


def _are_steady(rows: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which channels hold the same power in every row."""
    # Sums instead of means: the wrappers around those cost more than the sums.
    mean = np.add.reduce(rows, axis=0) / np.float32(len(rows))
    spread = np.add.reduce((rows - mean) ** 2, axis=0)
    return np.asarray(spread < STEADY * len(rows) * mean**2)
