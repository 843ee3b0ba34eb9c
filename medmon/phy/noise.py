"""Channel powers come in, the noise floor of each channel goes out, whatever talks meanwhile.

The floor is a low quantile in time, so that bursts do not lift it: each chunk gives the tenth
percentile of its rows, and the floor is the median of the latest chunks, corrected for the bias
of that quantile. A carrier that never stops becomes part of the floor within a second.

The power of a row of pure noise is a mean of `FRAMES_A_SLOT` exponential variables whose
neighbours overlap by half: its distribution is close to a gamma with `SHAPE` degrees of freedom
(measured by simulation, tests/phy/test_noise.py repeats the measurement).
"""

from __future__ import annotations

from collections import deque

import numpy as np

from medmon.records import FloatArray

SHAPE = 7.5
"""Degrees of freedom of a row of noise."""
QUANTILE = 0.1
QUANTILE_OVER_MEAN = 0.571
"""Tenth percentile of a gamma variable of that shape, over its mean."""
MEMORY_CHUNKS = 32
SETTLED_CHUNKS = 16
LOWEST = 1e-12
"""Power below which a floor is not believed (-120 dBFS a channel): recordings with digital
silence between the bursts would otherwise give a floor of zero."""
EARLY_LIMIT = 4.0
"""Before the floor has settled, how far one channel may stand over the median channel: a burst
that fills the first chunk must not pass for noise."""


class NoiseFloor:
    """Running floor of each channel.

    Parameters
    ----------
    channels : int
        Number of channels.
    """

    def __init__(self, channels: int) -> None:
        self._quantiles: deque[FloatArray] = deque(maxlen=MEMORY_CHUNKS)
        self._floor: FloatArray = np.full(channels, LOWEST, dtype=np.float32)

    @property
    def power(self) -> FloatArray:
        """Floor of each channel, as power; shape (channels,), float32."""
        return self._floor

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
        # partition, not quantile(): a plain order statistic is exact in float32 and ten times
        # faster.
        rank = int(QUANTILE * (len(powers) - 1))
        self._quantiles.append(np.partition(powers, rank, axis=0)[rank])
        middle = len(self._quantiles) // 2
        floor = np.sort(np.stack(self._quantiles), axis=0)[middle] / np.float32(QUANTILE_OVER_MEAN)
        if len(self._quantiles) < SETTLED_CHUNKS:
            floor = np.minimum(floor, EARLY_LIMIT * np.median(floor))
        self._floor = np.maximum(floor, LOWEST).astype(np.float32)
        return self._floor
