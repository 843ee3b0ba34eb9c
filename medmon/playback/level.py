"""Blocks come in, how loud the recording is goes out: peak, power, clipping, the constant part.

Clipped is a sample whose I or Q stands at the end of its scale. Eight bits end at 127/128, so that
is the limit for every format. A recording in which every sample is the same was made by a
receiver that did not run, whatever the level is: bytes of zero are full scale in cu8.
"""

from __future__ import annotations

import math

import numpy as np

from medmon.records import Block

CLIPPED = 127 / 128
"""Magnitude of I or Q from which a sample is clipped."""
CLIPPED_SHARE = 0.05
"""More clipped samples than this are worth a remark."""
LOWEST_DBFS = -200.0
"""Level of digital silence, which has no logarithm."""


class Level:
    """Measures the level of a stream; of several antennas the first one counts.

    Attributes
    ----------
    samples : int
        Samples measured.
    clipped : int
        Samples at the end of the scale.
    peak : float
        Largest magnitude of I or of Q.
    """

    def __init__(self) -> None:
        self.samples = 0
        self.clipped = 0
        self.peak = 0.0
        self._sum = 0j
        self._energy = 0.0
        self._lows = np.full(2, np.inf)
        self._highs = np.full(2, -np.inf)

    def feed(self, block: Block) -> None:
        """Measure the next samples.

        Parameters
        ----------
        block : Block
            The samples, at least one.
        """
        iq = np.ascontiguousarray(block.iq[0])
        parts = iq.view(np.float32).reshape(-1, 2)
        self._lows = np.minimum(self._lows, parts.min(axis=0))
        self._highs = np.maximum(self._highs, parts.max(axis=0))
        here = float(max(parts.max(), -parts.min()))
        self.peak = max(self.peak, here)
        if here >= CLIPPED:
            self.clipped += int(np.count_nonzero((np.abs(parts) >= CLIPPED).any(axis=1)))
        self.samples += iq.size
        self._sum += complex(iq.sum(dtype=np.complex128))
        self._energy += float(np.einsum("ij,ij->", parts, parts, dtype=np.float64))

    @property
    def clipped_share(self) -> float:
        """Part of the samples that is clipped, 0 to 1."""
        return self.clipped / max(self.samples, 1)

    @property
    def is_constant(self) -> bool:
        """Whether all samples are the same."""
        return self.samples > 1 and bool((self._lows == self._highs).all())

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

    def remark(self) -> str:
        """Say what is wrong with the level.

        Returns
        -------
        str
            A sentence for the user; empty when there is nothing to say.
        """
        if self.is_constant:
            value = "zero" if not self.peak else "the same"
            return f"every sample is {value}: the receiver was not running, or not connected"
        if self.clipped_share > CLIPPED_SHARE:
            share = f"{100 * self.clipped_share:.0f} %"
            return f"{share} of the samples are clipped: lower the gain, or go farther away"
        return ""


def _dbfs(power: float) -> float:
    return 10 * math.log10(power) if power > 0 else LOWEST_DBFS
