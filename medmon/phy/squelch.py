"""Samples come in, the answer whether anything may be on the air in them goes out.

Most of the time nobody speaks. The full filter bank looks at every sample; the squelch looks at a
quarter of them: one frame of the same filter bank in each row, averaged over 4 and 8 ms and over
two and four channels. Whatever is long enough to be a packet shows in such an average, and only
where it does is the full bank run.

The thresholds are passed by noise about once in 1e5 averages, so a chunk in some hundreds is
looked at in vain, and a packet that can be decoded hardly ever stays unseen: the weakest pump
packets of 10 ms, half of which can be read, stand three times over the floor here. Energy shorter
than half a millisecond may fall between two frames, unless it is loud enough to stand out of the
noise of the whole band, which is the second way to open.
"""

from __future__ import annotations

import math

import numpy as np

from medmon.kernels import FilterBank, Rows, Samples, averages, peak
from medmon.phy.channelizer import SLOTS_A_CHUNK, Grid, prototype
from medmon.records import FloatArray

FRAME = 3
"""The frame that is looked at in each row of eight, and the one behind it."""
STEP = 4
"""Averages begin every so many rows."""
REACH = 16
"""Rows of the longest average."""
# Gamma quantiles of 1e-5: a frame of noise has one degree of freedom, four neighbouring channels
# have 3.83 (tests/phy/test_squelch.py repeats the simulation); a tenth for the error of the floor.
SHORT_ROWS, SHORT_CHANNELS, SHORT_THRESHOLD = 8, 4, 2.15
LONG_ROWS, LONG_CHANNELS, LONG_THRESHOLD = 16, 2, 2.15
SHORT_SUM = SHORT_THRESHOLD * SHORT_CHANNELS * SHORT_ROWS / STEP
LONG_SUM = LONG_THRESHOLD * LONG_CHANNELS * LONG_ROWS / STEP
LOUD = 7.0
"""I or Q of one sample over the standard deviation of the noise of the whole band: noise passes it
once in 4e11 values."""


class Squelch:
    """Looks whether anything may be on the air.

    Parameters
    ----------
    grid : Grid
        Time-frequency grid.
    """

    def __init__(self, grid: Grid) -> None:
        self._bank = FilterBank(prototype(grid.channels))
        slot = grid.slot_samples
        self._steps = Rows(
            SLOTS_A_CHUNK // STEP, FRAME * grid.channels, STEP * slot, each=STEP, hop=slot
        )
        # The averages reach back, so the last sums of a chunk stand before those of the next one.
        late = REACH // STEP - 1
        self._rows = np.zeros((late + self._steps.count, grid.channels), dtype=np.float32)
        self._late, self._here, self._last = (
            self._rows[:late], self._rows[late:], self._rows[-late:]
        )  # fmt: skip
        self._floor: FloatArray | None = None
        self._sigma = 0.0

    def feed(
        self, samples: Samples, dc: np.complex64, floor: FloatArray
    ) -> tuple[bool, FloatArray]:
        """Look at the next chunk.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes, chunk_samples of them
            The chunk.
        dc : complex64
            The receiver's own carrier, which is nobody's.
        floor : ndarray of float32, shape (channels,)
            Noise floor of each channel.

        Returns
        -------
        bool
            Whether something may be on the air, in the chunk or in the last `REACH` rows before it.
        ndarray of float32, shape (channels,)
            Mean power of each channel in the chunk.
        """
        # The peak first: it reads all samples in their order, and the frames are then at hand.
        is_loud = self._is_loud(samples, dc, floor)
        self._late[:] = self._last
        self._bank.row_powers(samples, complex(dc), self._steps, self._here)
        seen = averages(self._rows, floor, len(self._late))
        return is_loud or seen.short > SHORT_SUM or seen.long > LONG_SUM, seen.mean

    def _is_loud(self, samples: Samples, dc: np.complex64, floor: FloatArray) -> bool:
        """Tell whether a sample stands out of the noise of the whole band."""
        # A floor that changes is a new array, and in silence it changes once in four chunks.
        if floor is not self._floor:
            self._floor = floor
            self._sigma = math.sqrt(float(floor.sum(dtype=np.float64)) / 2)
        return peak(samples) > float(abs(dc)) + LOUD * self._sigma
