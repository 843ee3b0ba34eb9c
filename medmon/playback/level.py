"""Blocks come in, how loud the recording is goes out: peak, power, clipping, the constant part."""

from __future__ import annotations

import math

from medmon.kernels import level
from medmon.playback.clipping import Clipping
from medmon.records import Block

LOWEST_DBFS = -200.0
"""Level of digital silence, which has no logarithm."""


class Level(Clipping):
    """Measures the level of a stream, beside what `Clipping` sees."""

    def __init__(self) -> None:
        super().__init__()
        self._sum = 0j
        self._energy = 0.0

    def feed(self, block: Block) -> None:
        """Measure the next samples.

        Parameters
        ----------
        block : Block
            The samples, at least one.
        """
        super().feed(block)
        here = level(block.first_antenna)
        self._sum += here.total
        self._energy += here.energy

    @property
    def dc(self) -> complex:
        """Mean of the samples, full scale 1.0."""
        return self._sum / max(self.samples, 1)

    @property
    def peak_dbfs(self) -> float:
        """Largest magnitude of I or of Q."""
        return _dbfs(self.peak**2)

    @property
    def rms_dbfs(self) -> float:
        """Mean power."""
        return _dbfs(self._energy / max(self.samples, 1))

    @property
    def dc_dbfs(self) -> float:
        """Power of the constant part."""
        return _dbfs(abs(self.dc) ** 2)


def _dbfs(power: float) -> float:
    return 10 * math.log10(power) if power > 0 else LOWEST_DBFS
