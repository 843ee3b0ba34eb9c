"""The samples of a burst on every antenna come in, the bins of its spectrum go out.

A delay is a slope of phase over frequency, and a direction a pattern of phase over antennas; both
are read off the bins in which the burst has power. Bins of white noise are independent of each
other, so sums over them have errors that can be told.

The transform is as long as the samples, without a window or padding: then a constant that a
receiver adds to its samples lies in a single bin, which is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from medmon.records import ComplexArray, Radio

Reals: TypeAlias = npt.NDArray[np.float64]
Spectra: TypeAlias = npt.NDArray[np.complex128]

PASSBAND_SYMBOLS = 1.5
"""The passband reaches this many symbol rates beyond the carrier, or beyond the tones."""


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Spectra of one burst.

    Attributes
    ----------
    spectra : ndarray of complex128, shape (n_channels, n_bins)
        One row for each antenna, in the order of the frequencies.
    offsets_hz : ndarray of float64, shape (n_bins,)
        Frequencies, relative to the carrier of the burst.
    step_hz : float
        Distance of two bins, where none is left out between them.
    """

    spectra: Spectra
    offsets_hz: Reals
    step_hz: float

    def within(self, half_width_hz: float) -> Bins:
        """Keep what is near the carrier.

        Parameters
        ----------
        half_width_hz : float
            How far to either side.

        Returns
        -------
        Bins
            The bins in between.
        """
        inside = np.abs(self.offsets_hz) <= half_width_hz
        return Bins(self.spectra[:, inside], self.offsets_hz[inside], self.step_hz)


def bins_around(iq: ComplexArray, rate_hz: float, carrier_hz: float, half_width_hz: float) -> Bins:
    """Transform the samples of a burst.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n_channels, n)
        The burst and a little silence on either side.
    rate_hz : float
        Samples a second.
    carrier_hz : float
        Carrier of the burst, relative to the tuned frequency.
    half_width_hz : float
        How far from the carrier bins are wanted.

    Returns
    -------
    Bins
        The bins there, without that of the tuned frequency and without what lies beyond the edge
        of the band; scaled so that noise has the same power a bin as a sample.
    """
    count = iq.shape[-1]
    step_hz = rate_hz / count
    reach = (count - 1) // 2
    first = max(-reach, int(np.ceil((carrier_hz - half_width_hz) / step_hz)))
    last = min(reach, int(np.floor((carrier_hz + half_width_hz) / step_hz)))
    wanted = np.arange(first, last + 1)
    wanted = wanted[wanted != 0]
    spectra = np.fft.fft(iq, axis=-1)[:, wanted].astype(np.complex128) / np.sqrt(count)
    return Bins(spectra, wanted * step_hz - carrier_hz, step_hz)


def half_width_hz(radio: Radio) -> float:
    """Tell how far from its carrier a burst has most of its power.

    Parameters
    ----------
    radio : Radio
        What was measured about it.

    Returns
    -------
    float
        Half its passband; of a burst whose symbols nobody knows, the width of 95 % of its power.
    """
    if radio.symbol_rate_hz is None:
        return radio.bandwidth_hz
    return (radio.deviation_hz or 0.0) + PASSBAND_SYMBOLS * radio.symbol_rate_hz
