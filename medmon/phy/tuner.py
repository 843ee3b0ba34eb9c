"""A stretch of the wide signal comes in, narrow basebands of any offset, width and rate go out.

One FFT serves every emitter in the stretch: a baseband is the inverse FFT of the bins around its
carrier, times a flat filter with raised-cosine edges. The filter is exact and without delay, the
new rate is any ratio of the number of bins, and a sample of the output at index j lies at input
sample ``first_sample + j * step`` with no rounding.

The stretch is padded with zeros, so that the circular ends do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import fft

from medmon.records import ComplexArray

ROLL_OFF = 0.25
"""Width of each filter edge, over the half width of the passband."""
_FAST = (8, 9, 10, 12, 14, 15, 16)


@dataclass(frozen=True, slots=True, eq=False)
class Baseband:
    """A narrow signal around one carrier.

    Attributes
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples; amplitude as on the input.
    rate_hz : float
        Samples a second.
    offset_hz : float
        Frequency that became zero, relative to the tuned frequency.
    first_sample : float
        Input sample at which the first output sample lies.
    step : float
        Input samples for each output sample.
    noise_width_hz : float
        Width of white noise that the filter lets through.
    """

    iq: ComplexArray
    rate_hz: float
    offset_hz: float
    first_sample: float
    step: float
    noise_width_hz: float

    def sample_at(self, index: float) -> float:
        """Convert an output index into an input sample.

        Parameters
        ----------
        index : float
            Output index, fractions allowed.

        Returns
        -------
        float
            Input sample, counted from the start of the stream.
        """
        return self.first_sample + index * self.step


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen.

    Attributes
    ----------
    offset_hz : float
        Rough carrier, relative to the tuned frequency.
    reach_hz : float
        How far the carrier may be from there.
    start_sample, stop_sample : float
        From when to when, in samples since the start of the stream.
    """

    offset_hz: float
    reach_hz: float
    start_sample: float
    stop_sample: float


class Tuner:
    """One stretch of the wide signal, ready to be tuned to.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        The stretch.
    first_sample : int
        Its place in the stream.
    rate_hz : float
        Its sample rate.
    """

    def __init__(self, iq: ComplexArray, first_sample: int, rate_hz: float) -> None:
        self._iq = iq
        self._length = len(iq)
        self._size = _fast_length(len(iq) + len(iq) // 16 + 64)
        self._spectrum = fft.fft(iq, n=self._size).astype(np.complex64)
        self._first = first_sample
        self._rate_hz = rate_hz

    @property
    def rate_hz(self) -> float:
        """Sample rate of the stretch."""
        return self._rate_hz

    @property
    def bin_hz(self) -> float:
        """Distance of two bins of the spectrum."""
        return self._rate_hz / self._size

    def cut(self, start_sample: float, stop_sample: float) -> Tuner:
        """Cut out a time, so that wide signals of a short packet cost little.

        Parameters
        ----------
        start_sample, stop_sample : float
            From when to when, in samples since the start of the stream.

        Returns
        -------
        Tuner
            The samples of that time, as far as they are here.
        """
        start = max(0, int(start_sample) - self._first)
        stop = max(start + 1, int(np.ceil(stop_sample)) - self._first)
        return Tuner(self._iq[start:stop], self._first + start, self._rate_hz)

    def listen(
        self, place: Place, offset_hz: float, *, half_width_hz: float, rate_hz: float
    ) -> Baseband:
        """Cut out the signal around a carrier for the time of a place only.

        Parameters
        ----------
        place : Place
            Gives the time.
        offset_hz : float
            Carrier, relative to the tuned frequency.
        half_width_hz, rate_hz : float
            As for `tune`.

        Returns
        -------
        Baseband
            The narrow signal. Two of the same place and rate have the same samples' times.
        """
        band = self.tune(offset_hz, half_width_hz=half_width_hz, rate_hz=rate_hz)
        start = max(0, int((place.start_sample - band.first_sample) / band.step))
        stop = int(np.ceil((place.stop_sample - band.first_sample) / band.step))
        return replace(band, iq=band.iq[start:stop], first_sample=band.sample_at(start))

    def tune(self, offset_hz: float, *, half_width_hz: float, rate_hz: float) -> Baseband:
        """Cut out the signal around a carrier.

        Parameters
        ----------
        offset_hz : float
            Carrier, relative to the tuned frequency.
        half_width_hz : float
            The passband reaches this far to either side; the edges fall off behind it.
        rate_hz : float
            Output rate aimed at; the exact one stands in the result. It may exceed the input
            rate.

        Returns
        -------
        Baseband
            The narrow signal.
        """
        count = 2 * max(8, round(rate_hz / self.bin_hz / 2))
        centre = round(offset_hz / self.bin_hz)
        shape = _shape(count, half_width_hz / self.bin_hz)
        # Bins beyond the edge of the band do not exist; they are not the other edge's.
        wanted = centre + np.arange(-(count // 2), count // 2)
        inside = np.abs(wanted) < self._size // 2
        bins = np.where(inside, self._spectrum[wanted % self._size] * shape, 0)
        narrow = fft.ifft(fft.ifftshift(bins).astype(np.complex64))
        step = self._size / count
        kept = int(np.ceil(self._length / step))
        return Baseband(
            iq=(narrow[:kept] * np.float32(count / self._size)).astype(np.complex64),
            rate_hz=self._rate_hz / step,
            offset_hz=centre * self.bin_hz,
            first_sample=float(self._first),
            step=step,
            noise_width_hz=float(np.sum(shape[inside] ** 2)) * self.bin_hz,
        )


def _shape(count: int, half_width: float) -> np.typing.NDArray[np.float32]:
    """Draw a flat passband with raised-cosine edges over `count` bins around the middle."""
    distance = np.abs(np.arange(-(count // 2), count // 2)) / max(half_width, 1.0)
    edge = np.clip((distance - 1.0) / ROLL_OFF, 0.0, 1.0)
    return (0.5 * (1.0 + np.cos(np.pi * edge))).astype(np.float32)


def _fast_length(least: int) -> int:
    """Give the next length whose FFT has small prime factors only."""
    exponent = max(0, least.bit_length() - 4)
    return min(m << e for e in (exponent - 1, exponent) if e >= 0
               for m in _FAST if m << e >= least)  # fmt: skip
