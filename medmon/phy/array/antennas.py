"""Samples of several antennas and bursts found on the first one come in, delays and angles go out.

Bursts are found on channel 0. What the other channels hold in the time and the band of a burst is
compared with it: how much later it arrived at channel 1, and where it came from, if the array is
known and calibrated. Channels of one stream share a clock; what differs between them for good is
the calibration's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from medmon.phy.array.aoa import Direction, direction
from medmon.phy.array.bins import Bins, bins_around, half_width_hz
from medmon.phy.array.calibration import Calibration, Reference
from medmon.phy.array.geometry import Geometry
from medmon.phy.array.tape import Tape
from medmon.phy.array.tdoa import STEPS_MAX, Delay, delay_between
from medmon.records import ComplexArray, Radio

MARGIN_SYMBOLS = 2
"""Silence on either side of a burst that is looked at, for its edges and for what comes later."""
NEAR_HZ = 10e6
"""A calibration tells nothing about frequencies farther away than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Array:
    """What is known about the antennas of a receiver.

    Attributes
    ----------
    geometry : Geometry
        Where they stand, in the order of the channels.
    calibration : Calibration or None
        What the receiver does to a wave; None when nobody measured it, and then no angle is told.
    """

    geometry: Geometry
    calibration: Calibration | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """One burst on all antennas.

    Attributes
    ----------
    bins : Bins
        Its spectra, skirts included.
    half_width_hz : float
        Half its passband.
    pitch_hz : float
        Its symbol rate, or what stands for it.
    freq_hz : float
        Its carrier on the air; 0.0 where nobody knows what the receiver was tuned to.
    """

    bins: Bins
    half_width_hz: float
    pitch_hz: float
    freq_hz: float

    def delay(self, channel: int) -> Delay | None:
        """Estimate how much later it arrived at a channel than at channel 0.

        Parameters
        ----------
        channel : int
            Which channel.

        Returns
        -------
        Delay or None
            Of the samples as they are, the receiver's own delays included.
        """
        return delay_between(self.bins, channel, self.half_width_hz, self.pitch_hz)

    def reference(self) -> Reference:
        """Give what a calibration needs of it.

        Returns
        -------
        Reference
            Its passband and its delays.
        """
        bins = self.bins.within(self.half_width_hz)
        delays = tuple(self.delay(channel) for channel in range(1, len(bins.spectra)))
        return Reference(bins, self.freq_hz, delays)

    def direction(self, array: Array) -> Direction | None:
        """Estimate where it came from.

        Parameters
        ----------
        array : Array
            The antennas.

        Returns
        -------
        Direction or None
            None without a calibration for its frequency.
        """
        calibration = array.calibration
        if calibration is None or abs(self.freq_hz - calibration.freq_hz) > NEAR_HZ:
            return None
        bins, response = self.bins.within(self.half_width_hz), calibration.response(self.freq_hz)
        return direction(bins, array.geometry, response, self.freq_hz)


def arrival_of(radio: Radio, iq: ComplexArray, rate_hz: float, tuned_hz: float) -> Arrival:
    """Look at the samples of a burst.

    Parameters
    ----------
    radio : Radio
        What was measured on channel 0.
    iq : ndarray of complex64, shape (n_channels, n)
        The burst and a little silence on either side, on all channels.
    rate_hz : float
        Samples a second.
    tuned_hz : float
        Frequency the receiver was tuned to; 0.0 where nobody knows it.

    Returns
    -------
    Arrival
        The burst on all antennas.
    """
    half_hz, pitch_hz = half_width_hz(radio), radio.symbol_rate_hz or radio.bandwidth_hz
    bins = bins_around(iq, rate_hz, radio.freq_hz - tuned_hz, half_hz + STEPS_MAX * pitch_hz)
    return Arrival(bins, half_hz, pitch_hz, radio.freq_hz if tuned_hz else 0.0)


def with_arrival(radio: Radio, arrival: Arrival, array: Array | None) -> Radio:
    """Put what several antennas tell into the features of a burst.

    Parameters
    ----------
    radio : Radio
        What was measured on channel 0.
    arrival : Arrival
        The burst on all antennas.
    array : Array or None
        The antennas, where they are known.

    Returns
    -------
    Radio
        The same with delay and angle, as far as they can be told.
    """
    delay = arrival.delay(1)
    if delay is not None:
        late_ns, late_std_ns = _calibrated(array)
        radio = replace(
            radio,
            tdoa_ns=delay.delay_s * 1e9 - late_ns,
            tdoa_std_ns=float(np.hypot(delay.std_s * 1e9, late_std_ns)),
        )
    found = None if array is None else arrival.direction(array)
    if found is None:
        return radio
    return replace(
        radio,
        aoa_deg=found.angle_deg,
        aoa_std_deg=found.std_deg,
        aoa_ambiguous=bool(found.others_deg),
    )


def _calibrated(array: Array | None) -> tuple[float, float]:
    """Give how much later channel 1 is of itself, and how far off that may be."""
    if array is None or array.calibration is None:
        return 0.0, 0.0
    delays_ns: Sequence[float] = array.calibration.delays_ns
    return delays_ns[1] - delays_ns[0], array.calibration.delay_std_ns


class Antennas:
    """The other channels of a stream, for as long as a burst may ask for them.

    Parameters
    ----------
    rate_hz : float
        Samples a second.
    tuned_hz : float
        Frequency the receiver is tuned to; 0.0 where nobody knows it.

    Attributes
    ----------
    tape : Tape
        The samples.
    """

    def __init__(self, rate_hz: float, tuned_hz: float) -> None:
        self.tape = Tape()
        self._rate_hz, self._tuned_hz = rate_hz, tuned_hz

    def arrival(self, radio: Radio, start: int, stop: int, limit: int) -> Arrival:
        """Look at a burst on all antennas.

        Parameters
        ----------
        radio : Radio
            What was measured on channel 0.
        start, stop : int
            Its samples, counted from the start of the stream.
        limit : int
            Samples from here on may not be used, even if they are here.

        Returns
        -------
        Arrival
            The burst.
        """
        pitch_hz = radio.symbol_rate_hz or radio.bandwidth_hz
        margin = int(np.ceil(MARGIN_SYMBOLS * self._rate_hz / pitch_hz))
        iq = self.tape.cut(start - margin, min(stop + margin, limit))
        return arrival_of(radio, iq, self._rate_hz, self._tuned_hz)
