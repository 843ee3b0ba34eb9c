"""Samples as a converter wrote them: one byte for I, one for Q, converted when somebody asks.

Most samples are looked at by the squelch only, which reads a quarter of them. Converting all would
cost more than looking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from medmon.kernels.choice import IS_COMPILED, compiled

ComplexArray: TypeAlias = npt.NDArray[np.complex64]
FloatArray: TypeAlias = npt.NDArray[np.float32]


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
    _peak: list[float] = field(default_factory=list, init=False, repr=False)

    def __len__(self) -> int:
        """Give the number of samples."""
        return self.codes.size // 2

    def __getitem__(self, part: slice) -> Codes:
        """Cut out some samples, without a copy."""
        start, stop, step = part.indices(len(self))
        assert step == 1, "samples are consecutive"
        return Codes(self.codes[2 * start : 2 * max(start, stop)], self.zero, self.full_scale)

    def peak(self) -> float:
        """Give the largest magnitude of I or Q; several ask for it, and it is measured once.

        Returns
        -------
        float
            The peak; there is at least one sample.
        """
        if not self._peak:
            most, least = _extremes(self.codes)
            largest = max(most - self.zero, self.zero - least) / self.full_scale
            self._peak.append(float(np.float32(largest)))
        return self._peak[0]


def _extremes(codes: npt.NDArray[np.uint8]) -> tuple[int, int]:
    """Give the largest and the smallest code."""
    return compiled.extremes(codes) if IS_COMPILED else (int(codes.max()), int(codes.min()))


Samples: TypeAlias = ComplexArray | Codes
"""Samples of one antenna, converted already or not yet; `len` and slices work for both."""


def converted(samples: Samples) -> ComplexArray:
    """Give samples as numbers with full scale 1.0.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n of them
        The samples.

    Returns
    -------
    ndarray of complex64, shape (n,)
        Each part is ``(code - zero) / full_scale``, both steps rounded to single precision.
    """
    if not isinstance(samples, Codes):
        return samples
    if not IS_COMPILED:
        return plain_scale(samples.codes, samples.zero, samples.full_scale).view(np.complex64)
    out: ComplexArray = np.empty(len(samples), dtype=np.complex64)
    compiled.scale_bytes(samples.codes, out, samples.zero, samples.full_scale, 0.0, 0.0)
    return out


def centred(samples: Samples, dc: np.complex64, out: ComplexArray) -> None:
    """Take a constant off samples.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n of them
        The samples.
    dc : complex64
        The constant.
    out : ndarray of complex64, shape (n,)
        Contiguous memory for what is left; it is the same bits for bytes and for numbers.
    """
    if isinstance(samples, Codes) and IS_COMPILED:
        zero, full_scale = samples.zero, samples.full_scale
        compiled.scale_bytes(samples.codes, out, zero, full_scale, float(dc.real), float(dc.imag))
    else:
        np.subtract(converted(samples), dc, out=out)


def plain_scale(codes: npt.NDArray[np.uint8], zero: float, full_scale: float) -> FloatArray:
    """Convert unsigned bytes; see `converted`, in numpy.

    Parameters
    ----------
    codes : ndarray of uint8, shape (n,)
        What a converter wrote.
    zero, full_scale : float
        Code that means nothing, and distance from there that means 1.0.

    Returns
    -------
    ndarray of float32, shape (n,)
        The values.
    """
    parts = codes.astype(np.float32)
    parts -= np.float32(zero)
    parts /= np.float32(full_scale)
    return parts
