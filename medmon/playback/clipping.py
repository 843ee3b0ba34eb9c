"""Blocks come in, whether the scale of the receiver was used goes out: clipped, or all the same.

Clipped is a sample whose I or Q stands at the end of its scale. Eight bits end at 127/128, so that
is the limit for every format. A recording in which every sample is the same was made by a
receiver that did not run, whatever the level is: bytes of zero are full scale in cu8.
"""

from __future__ import annotations

import numpy as np

from medmon.kernels import converted, peak
from medmon.records import Block

CLIPPED = 127 / 128
"""Magnitude of I or Q from which a sample is clipped."""
CLIPPED_SHARE = 0.05
"""More clipped samples than this are worth a remark."""


class Clipping:
    """Looks at the ends of the scale; of several antennas the first one counts.

    Attributes
    ----------
    samples : int
        Samples looked at.
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
        """Look at the next samples.

        Parameters
        ----------
        block : Block
            The samples, at least one.
        """
        samples = block.first_antenna
        here = peak(samples)
        self.peak = max(self.peak, here)
        if here >= CLIPPED:
            over = np.abs(converted(samples).view(np.float32)) >= CLIPPED
            self.clipped += int(np.count_nonzero(over[::2] | over[1::2]))
        if self._is_same:
            iq = converted(samples)
            self._first = complex(iq[0]) if self._first is None else self._first
            self._is_same = bool((iq == self._first).all())
        self.samples += len(samples)

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
