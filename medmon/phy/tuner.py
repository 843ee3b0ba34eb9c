"""A stretch of the wide signal comes in, narrow basebands of any offset, width and rate go out.

A stretch is first brought down to the part of the band where an emitter may be, by a filter whose
flanks fold back onto nothing that is used (`around`). From what is left every carrier, width and
rate that is tried is cut out by a symmetric filter, which is there for many places between two
samples: a sample of the output at index j lies at sample ``first_sample + j * step`` of the stream.
The spectrum of a stretch, padded with zeros so that its ends do not meet, shows lines.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from medmon.kernels import decimate, glimpses, mean_spectrum, resample
from medmon.phy.baseband import Baseband, Glimpses, Part, Place
from medmon.phy.filters import (
    ROLL_OFF,
    fast_length,
    low_pass,
    low_pass_noise,
    phasor,
    resampling,
    resampling_noise,
)
from medmon.records import ComplexArray, FloatArray

SPARE = 3.0
"""A stretch brought down keeps at least so many times its half width as sample rate."""
MOST_OF_IT = 0.75
"""A time that covers this part of a stretch is not worth cutting out."""


@dataclass(frozen=True, slots=True, eq=False)
class _Narrowing:
    """How a carrier is brought down: filter, outputs kept, turns a sample, delay, noise left."""

    taps: FloatArray
    factor: int
    turns: float
    lag: float
    noise_width_hz: float


THROUGH = np.array([1, 0, 0, 0, 0, 0, 0, 0], dtype=np.float32)
"""The filter that changes nothing."""


class Tuner:
    """One stretch of signal, ready to be tuned to.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        The stretch.
    first_sample : float
        Its place in the stream.
    rate_hz : float
        Its sample rate.
    part : Part or None
        What part of the wide signal it is; None for all of it.
    """

    def __init__(
        self, iq: ComplexArray, first_sample: float, rate_hz: float, part: Part | None = None
    ) -> None:
        self._iq = iq
        self._size = fast_length(len(iq) + len(iq) // 16 + 64)
        self._first = first_sample
        self._rate_hz = rate_hz
        self._part = part or Part(rate_hz, noise_width_hz=rate_hz)
        self._kept: dict[int, tuple[float, Tuner]] = {}

    @property
    def rate_hz(self) -> float:
        """Sample rate of the stretch."""
        return self._rate_hz

    @property
    def bin_hz(self) -> float:
        """Distance of two bins of the spectrum."""
        return self._rate_hz / self._size

    @property
    def most_hz(self) -> float:
        """What a look needs at most to either side, so that something can be left out for it."""
        return self._rate_hz / (2 * SPARE)

    @cached_property
    def _spectrum(self) -> ComplexArray:
        return np.asarray(np.fft.fft(self._iq, n=self._size), dtype=np.complex64)

    def cut(self, start_sample: float, stop_sample: float) -> Tuner:
        """Cut out a time, so that wide signals of a short packet cost little.

        Parameters
        ----------
        start_sample, stop_sample : float
            From when to when, in samples since the start of the stream.

        Returns
        -------
        Tuner
            The samples of that time, as far as they are here; all of them where that is most.
        """
        start, stop = self._places(start_sample, stop_sample)
        if stop - start >= MOST_OF_IT * len(self._iq):
            return self
        first = self._first + start * self._part.step
        return Tuner(self._iq[start:stop], first, self._rate_hz, self._part)

    def around(self, place: Place, spare_hz: float) -> Tuner:
        """Cut out a place: its time, and the part of the band that its carrier may need.

        Parameters
        ----------
        place : Place
            Where a carrier may be.
        spare_hz : float
            What it needs to either side.

        Returns
        -------
        Tuner
            The place at a lower rate, good to `spare_hz` beyond the reach of the place.
        """
        narrowing = self._narrowing(place.offset_hz, place.reach_hz + spare_hz)
        if narrowing is None:
            return self.cut(place.start_sample, place.stop_sample)
        # The taps stand symmetrically about a half sample; where the stretch ends they reach over
        # the place, or the place begins a little later: less than a chip.
        start, stop = self._places(place.start_sample, place.stop_sample)
        size, factor = narrowing.taps.size, narrowing.factor
        begin, end = max(0, start - size // 2), stop + size // 2
        narrow = decimate(self._iq[begin:end], narrowing.taps, factor, narrowing.turns)
        first = self._first + (begin + narrowing.lag) * self._part.step
        part = Part(
            band_hz=self._part.band_hz,
            centre_hz=place.offset_hz,
            step=self._part.step * factor,
            noise_width_hz=narrowing.noise_width_hz,
        )
        return Tuner(narrow, first, self._rate_hz / factor, part)

    def narrowed(self, offset_hz: float, half_width_hz: float) -> Tuner:
        """Bring all of the stretch down around a carrier, once for all carriers close to it.

        Parameters
        ----------
        offset_hz : float
            Carrier, relative to the tuned frequency.
        half_width_hz : float
            What it needs to either side.

        Returns
        -------
        Tuner
            The stretch at a lower rate; itself where too little would be left out.
        """
        factor = int(self._rate_hz / (SPARE * half_width_hz))
        if factor < 2:
            return self
        # As wide as the rate allows, so that it may serve the next carrier too.
        widest_hz = (1 - 1e-9) * self.most_hz * 2 / factor
        centre_hz, kept = self._kept.get(factor, (math.inf, self))
        if abs(offset_hz - centre_hz) + half_width_hz > widest_hz:
            stop = self._first + len(self._iq) * self._part.step
            kept = self.around(Place(offset_hz, 0.0, self._first, stop), widest_hz)
            self._kept[factor] = offset_hz, kept
        return kept

    def glimpses(
        self,
        offset_hz: float,
        samples: npt.NDArray[np.floating],
        reach: float,
        half_width_hz: float,
    ) -> Glimpses:
        """Shift a carrier to zero at many short moments, so that they cost less than all.

        Parameters
        ----------
        offset_hz : float
            Carrier, relative to the tuned frequency.
        samples : ndarray of float, shape (n,)
            The middle of each moment, in samples of the stream.
        reach : float
            Half their length, in samples of the stream.
        half_width_hz : float
            What comes through unharmed to either side.

        Returns
        -------
        Glimpses
            The moments that are in the stretch; where a narrower signal would not be much smaller,
            as wide as the stretch is.
        """
        narrowing = self._narrowing(offset_hz, half_width_hz)
        if narrowing is None:
            turns = (offset_hz - self._part.centre_hz) / self._rate_hz
            narrowing = _Narrowing(THROUGH, 1, turns, 0.0, self._part.noise_width_hz)
        size, factor = narrowing.taps.size, narrowing.factor
        step = self._part.step * factor
        # The sample before and the one behind, and one for rounding, to be interpolated between; of
        # a moment without length the sample before is enough.
        count = int(np.ceil(2 * reach / step)) + 3 if reach else 1
        starts = np.floor((samples - reach - self._first) / self._part.step - narrowing.lag).astype(
            np.int64
        )
        inside = (starts >= 0) & (starts + (count - 1) * factor + size <= len(self._iq))
        starts = starts[inside]
        iq = glimpses(self._iq, narrowing.taps, factor, narrowing.turns, starts, count)
        first = np.asarray(self._first + (starts + narrowing.lag) * self._part.step)
        return Glimpses(iq, first, step, inside, narrowing.noise_width_hz)

    def _narrowing(self, offset_hz: float, half_width_hz: float) -> _Narrowing | None:
        """Design the filter around a carrier; None where too little would be left out."""
        factor = int(self._rate_hz / (SPARE * half_width_hz))
        if factor < 2:
            return None
        half_width = half_width_hz / self._rate_hz
        weights = low_pass(factor, half_width)
        turns = (offset_hz - self._part.centre_hz) / self._rate_hz
        noise_width_hz = low_pass_noise(factor, half_width) * self._rate_hz
        return _Narrowing(weights, factor, turns, (weights.size - 1) / 2, noise_width_hz)

    def all_of_it(self, offset_hz: float) -> Baseband:
        """Shift a carrier to zero and keep the whole stretch, as wide as it is.

        Parameters
        ----------
        offset_hz : float
            Carrier, relative to the tuned frequency.

        Returns
        -------
        Baseband
            The stretch at its own rate, with the flanks of the filter of `around`.
        """
        turns = (offset_hz - self._part.centre_hz) / self._rate_hz
        return Baseband(
            iq=self._iq * phasor(len(self._iq), -turns),
            rate_hz=self._rate_hz,
            offset_hz=offset_hz,
            first_sample=float(self._first),
            step=self._part.step,
            noise_width_hz=self._part.noise_width_hz,
        )

    def lines(
        self, offset_hz: float, reach_hz: float
    ) -> tuple[npt.NDArray[np.float64], FloatArray]:
        """Give the amplitude spectrum around a frequency.

        Parameters
        ----------
        offset_hz : float
            The frequency, relative to the tuned one.
        reach_hz : float
            How far to either side.

        Returns
        -------
        ndarray of float64, shape (n,)
            Frequencies, relative to the tuned one.
        ndarray of float32, shape (n,)
            Amplitudes.
        """
        centre = round((offset_hz - self._part.centre_hz) / self.bin_hz)
        reach = min(round(reach_hz / self.bin_hz), self._size // 2 - 1)
        bins = centre + np.arange(-reach, reach + 1)
        offsets_hz = np.asarray(bins * self.bin_hz + self._part.centre_hz, dtype=np.float64)
        amplitudes: FloatArray = np.abs(self._spectrum.take(bins, mode="wrap"))
        amplitudes[np.abs(offsets_hz) >= self._part.band_hz / 2] = 0.0
        return offsets_hz, amplitudes

    def periodogram(self, bin_hz: float) -> tuple[npt.NDArray[np.float64], FloatArray]:
        """Give the mean power spectrum of short pieces.

        Parameters
        ----------
        bin_hz : float
            Width of a bin aimed at.

        Returns
        -------
        ndarray of float64, shape (n,)
            Frequencies, relative to the tuned one.
        ndarray of float32, shape (n,)
            Powers; all zero where the stretch is shorter than a piece.
        """
        size = 1 << max(3, round(math.log2(self._rate_hz / bin_hz)))
        power = mean_spectrum(self._iq, size)
        middle = size // 2
        bin_hz = self._rate_hz / size
        offsets_hz = np.arange(-middle, middle, dtype=np.float64) * bin_hz + self._part.centre_hz
        return offsets_hz, np.concatenate((power[middle:], power[:middle]))

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
            Output rate. It may exceed the input rate; the passband then stays within the latter.

        Returns
        -------
        Baseband
            The narrow signal.
        """
        # The edges end where either rate does.
        most_hz = min(rate_hz, self._rate_hz) / 2 / (1 + ROLL_OFF)
        half_width_hz = min(half_width_hz, most_hz)
        half_width = half_width_hz / self._rate_hz
        bank = resampling(half_width)
        before = bank.shape[1] // 2 - 1
        padded = np.empty(len(self._iq) + bank.shape[1], dtype=np.complex64)
        padded[:before] = padded[before + len(self._iq) :] = 0
        padded[before : before + len(self._iq)] = self._inside(offset_hz, half_width_hz)
        step = self._rate_hz / rate_hz
        turns = (offset_hz - self._part.centre_hz) / self._rate_hz
        # The carrier is turned from the padding on; its phase counts from the first sample.
        begin = np.complex64(cmath.exp(2j * math.pi * turns * before))
        iq = resample(padded, bank, step, turns, math.ceil(len(self._iq) / step))
        iq *= begin
        noise_width_hz = resampling_noise(half_width) * self._rate_hz
        edge_hz = half_width_hz * (1 + ROLL_OFF / 2)
        beyond_hz = min(max(0.0, abs(offset_hz) + edge_hz - self._part.band_hz / 2), 2 * edge_hz)
        return Baseband(
            iq=iq,
            rate_hz=rate_hz,
            offset_hz=offset_hz,
            first_sample=float(self._first),
            step=step * self._part.step,
            noise_width_hz=noise_width_hz * (1 - beyond_hz / (2 * edge_hz)),
        )

    def _inside(self, offset_hz: float, half_width_hz: float) -> ComplexArray:
        """Give the samples without what is heard beyond an edge of the band.

        Nothing is there; it is the other edge's.
        """
        edge_hz, reach_hz = self._part.band_hz / 2, half_width_hz * (1 + ROLL_OFF)
        if abs(offset_hz) + reach_hz <= edge_hz:
            return self._iq
        beside_hz = np.fft.fftfreq(self._size, 1 / self._rate_hz) + self._part.centre_hz - offset_hz
        beside_hz -= self._rate_hz * np.round(beside_hz / self._rate_hz)
        spectrum = np.where(np.abs(offset_hz + beside_hz) < edge_hz, self._spectrum, 0)
        return np.asarray(np.fft.ifft(spectrum)[: len(self._iq)], dtype=np.complex64)

    def _places(self, start_sample: float, stop_sample: float) -> tuple[int, int]:
        """Give the indices of a time, at least one sample of it."""
        step, most = self._part.step, len(self._iq) - 1
        start = min(max(0, int((start_sample - self._first) / step)), most)
        stop = min(math.ceil((stop_sample - self._first) / step), len(self._iq))
        return start, max(start + 1, stop)
