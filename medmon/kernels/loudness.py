"""Samples come in, how loud they are goes out, in one pass."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import Codes, ComplexArray, Samples, converted


@dataclass(frozen=True, slots=True)
class Level:
    """How loud a run of samples is.

    Attributes
    ----------
    peak : float
        Largest magnitude of I or Q.
    total : complex
        Sum of the samples.
    energy : float
        Sum of their squared magnitudes.
    """

    peak: float
    total: complex
    energy: float


def peak(samples: Samples) -> float:
    """Give the largest magnitude of I or Q, for a fifth of what `level` costs.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n of them
        At least one sample, contiguous.

    Returns
    -------
    float
        The peak.
    """
    if isinstance(samples, Codes):
        return samples.peak()
    parts = samples.view(np.float32)
    return max(float(parts.max()), -float(parts.min()))


def level(samples: Samples) -> Level:
    """Measure how loud a run of samples is, in one pass.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n of them
        At least one sample, contiguous.

    Returns
    -------
    Level
        Peak, sum and energy.
    """
    if not IS_COMPILED:
        return plain_level(converted(samples))
    if not isinstance(samples, Codes):
        most, least, re, im, energy = compiled.level(samples, False)
        return Level(max(most, -least), complex(re, im), energy)
    _, _, re, im, squares = compiled.level(samples.codes, True)
    zero, full_scale, count = samples.zero, samples.full_scale, len(samples)
    total = complex(re - count * zero, im - count * zero) / full_scale
    energy = (squares - 2 * zero * (re + im) + 2 * count * zero**2) / full_scale**2
    return Level(samples.peak(), total, energy)


def plain_level(iq: ComplexArray) -> Level:
    """Measure how loud a run of samples is, in numpy.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        At least one sample.

    Returns
    -------
    Level
        Peak, sum and energy.
    """
    # Reductions run along the flat values: along an axis of two, numpy is 50 times slower.
    parts = iq.view(np.float32)
    total = complex(iq.sum(dtype=np.complex128))
    energy = float(np.einsum("i,i->", parts, parts, dtype=np.float64))
    return Level(float(max(parts.max(), -parts.min())), total, energy)
