"""Blocks come in, how loud the recording is goes out: peak, power, clipping, the constant part.

Clipped is a sample whose I or Q stands at the end of its scale. Eight bits end at 127/128, so that
is the limit for every format. A recording in which every sample is the same was made by a
receiver that did not run, whatever the level is: bytes of zero are full scale in cu8.
"""

from __future__ import annotations

import math

import numpy as np

from medmon.records import Block, FloatArray

CLIPPED = 127 / 128
"""Magnitude of I or Q from which a sample is clipped."""
CLIPPED_SHARE = 0.05
"""More clipped samples than this are worth a remark."""
LOWEST_DBFS = -200.0
"""Level of digital silence, which has no logarithm."""


class Scale:
    """Measures how a stream fills the receiver's scale; of several antennas the first one counts.

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
        self._first: complex | None = None
        self._is_same = True

    def feed(self, block: Block) -> None:
        """Measure the next samples.

        Parameters
        ----------
        block : Block
            The samples, at least one.
        """
        iq = np.ascontiguousarray(block.iq[0])
        # Reductions run along the flat values: along an axis of two, numpy is 50 times slower.
        parts = iq.view(np.float32)
        here = _peak(parts)
        self.peak = max(self.peak, here)
        if here >= CLIPPED:
            over = np.abs(parts) >= CLIPPED
            self.clipped += int(np.count_nonzero(over[::2] | over[1::2]))
        if self._first is None:
            self._first = complex(iq[0])
        if self._is_same:
            self._is_same = bool((iq == self._first).all())
        self.samples += iq.size

    @property
    def clipped_share(self) -> float:
        """Part of the samples that is clipped, 0 to 1."""
        return self.clipped / max(self.samples, 1)

    @property
    def is_constant(self) -> bool:
        """Whether there are several samples, and all are the same."""
        return self.samples > 1 and self._is_same

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


class Level(Scale):
    """Measures the level of a stream besides: its power and its constant part.

    That takes eight times as long, 1 s of CPU time for a minute at 2.048 MS/s, and `medmon replay`
    has no use for it.
    """

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
        iq = np.ascontiguousarray(block.iq[0])
        parts = iq.view(np.float32)
        self._sum += complex(iq.sum(dtype=np.complex128))
        self._energy += float(np.einsum("i,i->", parts, parts, dtype=np.float64))

    @property
    def peak_dbfs(self) -> float:
        """Largest magnitude of I or of Q."""
        return _dbfs(self.peak**2)

    @property
    def dc(self) -> complex:
        """Mean of the samples, full scale 1.0."""
        return self._sum / max(self.samples, 1)

    @property
    def rms_dbfs(self) -> float:
        """Mean power."""
        return _dbfs(self._energy / max(self.samples, 1))

    @property
    def dc_dbfs(self) -> float:
        """Power of the constant part."""
        return _dbfs(abs(self.dc) ** 2)


def _peak(parts: FloatArray) -> float:
    """Find the largest magnitude.

    The bits of floats of one sign are in the order of their magnitudes. Read as signed integers
    the largest is that of the positive values, read as unsigned that of the negative ones, if there
    are any. numpy takes a third of the time for integers, because it looks for no NaN.
    """
    ends = [parts.view(kind).max().view(np.float32) for kind in (np.int32, np.uint32)]
    return float(np.abs(ends).max())


def _dbfs(power: float) -> float:
    return 10 * math.log10(power) if power > 0 else LOWEST_DBFS
