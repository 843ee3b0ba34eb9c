"""Samples as a converter wrote them: one byte for I, one for Q, converted when somebody asks.

Most samples are looked at by the squelch only, which reads a quarter of them. Converting all would
cost more than looking.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """A run of consecutive samples in unsigned bytes; slices like an array of samples.

    Attributes
    ----------
    codes : ndarray of uint8, shape (2 * n,)
        I, Q, I, Q, ..., contiguous.
    zero : float
        Code that means nothing.
    full_scale : float
        Distance from there that means 1.0.
    """

    codes: npt.NDArray[np.uint8]
    zero: float
    full_scale: float

    def __len__(self) -> int:
        """Give the number of samples."""
        return self.codes.size // 2

    def __getitem__(self, part: slice) -> Codes:
        """Cut out some samples, without a copy."""
        start, stop, step = part.indices(len(self))
        assert step == 1, "samples are consecutive"
        return Codes(self.codes[2 * start : 2 * max(start, stop)], self.zero, self.full_scale)
