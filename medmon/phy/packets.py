"""A reception and the stretch of energy around it come in, a burst with its features goes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medmon.phy import measure
from medmon.phy.bursts import Stretch
from medmon.phy.reception import Reception
from medmon.phy.tuner import Baseband
from medmon.records import Frame, Radio

TRUSTED_CHIPS = 0.4
"""The clock's line gives the arrival where it agrees with the envelope's edge to this part of a
chip; otherwise the burst does not begin on a chip, and the edge itself counts."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A burst in samples of the stream, its frequency still relative to the tuned one.

    Attributes
    ----------
    start, stop : float
        Arrival and end, in samples since the start of the stream.
    radio : Radio
        How it arrived; `freq_hz` and `cfo_hz` are relative to the tuned frequency.
    frames : tuple of Frame
        What the modems made of it.
    """

    start: float
    stop: float
    radio: Radio
    frames: tuple[Frame, ...] = ()


def heard(reception: Reception, stretch: Stretch | None, around: Baseband, density: float) -> Heard:
    """Measure a packet.

    Parameters
    ----------
    reception : Reception
        The packet.
    stretch : Stretch or None
        The energy it stands in, in samples of `around`.
    around : Baseband
        The narrow signal the stretch was found in.
    density : float
        Noise power in one hertz.

    Returns
    -------
    Heard
        The burst.
    """
    band = reception.band
    fitted = measure.clocking(reception)
    start, stop = _ends(reception, fitted, stretch, around)
    noise = density * band.noise_width_hz
    power = measure.on_power(reception, noise)
    width_hz = measure.bandwidth_hz(band, start, stop, density)
    per_us = 1e6 / band.rate_hz
    radio = Radio(
        freq_hz=reception.carrier_hz,
        cfo_hz=reception.carrier_hz,
        bandwidth_hz=width_hz,
        rssi_dbfs=decibel(power),
        snr_db=decibel(power / (density * width_hz)),
        noise_dbfs=decibel(density * width_hz),
        duration_us=(stop - start) * per_us,
        modulation=reception.modem.modulation,
        symbol_rate_hz=band.rate_hz / fitted.step,
        deviation_hz=reception.deviation_hz,
        rise_us=measure.rise_us(reception, fitted),
    )
    return Heard(band.sample_at(start), band.sample_at(stop), radio, (reception.frame(),))


def decibel(power: float) -> float:
    """Convert a power ratio to decibels.

    Parameters
    ----------
    power : float
        Ratio; zero counts as -150 dB.

    Returns
    -------
    float
        Decibels.
    """
    return float(10 * np.log10(max(power, 1e-15)))


def _ends(
    reception: Reception,
    fitted: measure.Clocking,
    stretch: Stretch | None,
    around: Baseband,
) -> tuple[float, float]:
    """Give the start and the end of a packet's burst, in samples of its own narrow signal."""
    last = fitted.first_edge + fitted.step * reception.known_chips.size
    if stretch is None:
        return max(fitted.first_edge, 0.0), last
    scale = around.step / reception.band.step
    start, stop = stretch.start * scale, stretch.stop * scale
    lead = measure.preamble_chips(fitted, start)
    begin = fitted.first_edge - lead * fitted.step
    if abs(begin - start) > TRUSTED_CHIPS * fitted.step:
        begin = start
    return max(begin, 0.0), stop if stop > fitted.first_edge else last
