"""What arrives comes in, what the receiver delivers goes out: imbalance, offset, clipping.

With gain g and angle error p of the Q branch, ``I + jQ`` becomes
``I + j g (Q cos p + I sin p)``: an image of relative amplitude |1 - g e^jp| / |1 + g e^jp|. Then
come the constant offset and the limits of the converter. The noise has its level here and is
drawn in `signal_fixtures.channel`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from medmon.records import ComplexArray
from signal_fixtures.adc import clipped


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """What the receiver itself does to the samples.

    Attributes
    ----------
    noise_dbfs : float or None
        Power of white Gaussian noise over the whole sampled band; None for none.
    iq_gain_db : float
        Gain of Q relative to I.
    iq_phase_deg : float
        By how much the angle between I and Q differs from 90 degrees.
    dc : complex
        Constant added to every sample.
    clip_level : float or None
        Largest magnitude of I and of Q; None for no limit.
    """

    noise_dbfs: float | None = None
    iq_gain_db: float = 0.0
    iq_phase_deg: float = 0.0
    dc: complex = 0j
    clip_level: float | None = None

    def receive(self, iq: ComplexArray) -> ComplexArray:
        """Apply everything but the noise.

        Parameters
        ----------
        iq : ndarray of complex64, shape (n,)
            What arrives.

        Returns
        -------
        ndarray of complex64, shape (n,)
            What the receiver delivers.
        """
        if self.iq_gain_db or self.iq_phase_deg:
            angle_rad = math.radians(self.iq_phase_deg)
            skewed = iq.imag * math.cos(angle_rad) + iq.real * math.sin(angle_rad)
            gain = 10 ** (self.iq_gain_db / 20)
            iq = (iq.real + 1j * gain * skewed).astype(np.complex64)
        samples = iq + np.complex64(self.dc) if self.dc else iq
        return samples if self.clip_level is None else clipped(samples, self.clip_level)


def noise_dbfs_from_density(density_dbfs_per_hz: float, rate_hz: float) -> float:
    """Give the noise power over the sampled band.

    Parameters
    ----------
    density_dbfs_per_hz : float
        Noise power in one hertz.
    rate_hz : float
        Samples a second; with complex samples this is the width of the band.

    Returns
    -------
    float
        Noise power, in dBFS.

    Examples
    --------
    >>> noise_dbfs_from_density(-110.0, 1e6)
    -50.0
    """
    return density_dbfs_per_hz + 10 * math.log10(rate_hz)
