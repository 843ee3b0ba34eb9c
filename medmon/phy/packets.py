"""A reception and the stretch of energy around it come in, a burst with its features goes out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from medmon.kernels import train_chips
from medmon.phy import measure
from medmon.phy.baseband import Baseband
from medmon.phy.bursts import Stretch
from medmon.phy.edges import Clocking, clocking, sharpened
from medmon.phy.fsk import toned
from medmon.phy.one_tone import read_from
from medmon.phy.preamble import Tone, lead_chips
from medmon.phy.reception import SOFT_LAG, Reception
from medmon.phy.scatter import is_spoilt, scatter
from medmon.phy.timing import Clock
from medmon.phy.tuner import Tuner
from medmon.records import Frame, Radio

TONES: tuple[Tone, ...] = (1, -1)
CLEARER = 0.6
"""One tone is believed where it scatters so much less than both: on one channel it would not."""
PASSES = 6
REMAINS = 0.06
"""An edge that is late is measured a little less late than it is, so a fit leaves this part of the
error of the clock it began with."""
LATE_CHIPS = 24
"""The carrier may stay on for some filling chips after the last symbol."""
CUT_CHIPS = 8
"""A packet that ends so near the end of what was listened to may go on behind it."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sender did, as far as its packet tells: enough to draw it again.

    Attributes
    ----------
    chips : tuple of bool
        From the first of the preamble to the last before silence, True for a mark.
    start : float
        Where the first chip begins, in samples since the start of the stream.
    step : float
        Samples a chip.
    carrier_hz : float
        Carrier, relative to the tuned frequency.
    deviation_hz : float or None
        Peak deviation; None for OOK.
    sync : float
        Where its sync word ends, in samples since the start of the stream.
    scatter : float
        How far its chips lie from their levels, see `medmon.phy.scatter`.
    is_whole : bool
        Whether silence was heard behind its last chip, and not the end of what was listened to.
    """

    chips: tuple[bool, ...]
    start: float
    step: float
    carrier_hz: float
    deviation_hz: float | None
    sync: float
    scatter: float
    is_whole: bool = True

    @property
    def stop(self) -> float:
        """Where the last chip ends, in samples since the start of the stream."""
        return self.start + self.step * len(self.chips)


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
    sent : Sent or None
        What was sent; None for a burst without a frame.
    """

    start: float
    stop: float
    radio: Radio
    frames: tuple[Frame, ...] = ()
    sent: Sent | None = None


def heard(
    reception: Reception,
    stretch: Stretch | None,
    around: Baseband,
    density: float,
    tuner: Tuner,
) -> Heard:
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
    tuner : Tuner
        The stretch of signal they come from.

    Returns
    -------
    Heard
        The burst.
    """
    band = reception.band
    reception, fitted = _followed(reception)
    noise = density * band.noise_width_hz
    power = measure.on_power(reception, noise)
    chip_snr = power * reception.clock.step / (density * band.rate_hz)
    rise_us = None
    if reception.modem.modulation == "ook":
        fitted = sharpened(reception, fitted, tuner)
        first, chip = band.sample_at(fitted.first_edge), fitted.step * band.step
        rise_us = measure.rise_us(reception, first, chip, tuner)
    sent = _sent(reception, fitted)
    # However clear one of its tones is: somebody spoke into it.
    collided = is_spoilt(sent.scatter, chip_snr)
    if collided and reception.modem.modulation == "fsk":
        reception, fitted, sent = _clearest(reception, fitted, sent)
    start, stop = _ends(reception, fitted, stretch, around)
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
        deviation_hz=reception.heard_deviation_hz,
        rise_us=rise_us,
        collided=collided,
    )
    return Heard(band.sample_at(start), band.sample_at(stop), radio, (reception.frame(),), sent)


def _sent(reception: Reception, fitted: Clocking) -> Sent:
    """Add the chips behind the last symbol to a packet, up to silence."""
    band, clock = reception.band, reception.clock
    last = clock.start + clock.step * reception.chips.size
    there = max(0, math.ceil((reception.soft.size - 2 - last) / clock.step))
    late = train_chips(reception.soft, last, clock.step, min(there, LATE_CHIPS))
    (loud,) = reception.is_loud(late).nonzero()
    filling = int(loud[-1]) + 1 if loud.size else 0
    return Sent(
        chips=(*reception.known_chips.tolist(), *(late[:filling] > 0.0).tolist()),
        start=band.sample_at(fitted.first_edge),
        step=fitted.step * band.step,
        carrier_hz=reception.carrier_hz,
        deviation_hz=reception.deviation_hz,
        sync=band.sample_at(reception.clock.start),
        scatter=scatter(reception),
        is_whole=last + clock.step * CUT_CHIPS < reception.soft.size,
    )


def _clearest(
    reception: Reception, fitted: Clocking, sent: Sent
) -> tuple[Reception, Clocking, Sent]:
    """Read a packet that somebody spoke into from each tone alone, and keep the clearest."""
    found = [(reception, fitted, sent)]
    for tone in TONES:
        alone = read_from(reception, tone)
        if alone.enough:
            alone, clock = _followed(alone)
            found.append((alone, clock, _sent(alone, clock)))
    best = min(found, key=lambda one: one[2].scatter)
    return best if best[2].scatter < CLEARER * sent.scatter else found[0]


def _followed(reception: Reception) -> tuple[Reception, Clocking]:
    """Fit the clock and follow the preamble back with it, in turn, until it is as long as it gets.

    A clock fitted to a short packet alone is too coarse to follow a preamble ten times as long.
    """
    begun = _begun(reception)
    if reception.is_fitted:
        return reception, Clocking(begun, reception.clock.step, 0.0)
    fitted = clocking(reception)
    for _ in range(PASSES):
        clock = _clock(reception, fitted)
        lead = max(
            reception.lead, lead_chips(reception.soft, clock, reception.modem, reception.tone)
        )
        is_longer = lead > reception.lead
        is_near = abs(fitted.first_edge - begun) * REMAINS < fitted.error
        reception = replace(reception, clock=clock, lead=lead)
        if is_near and not is_longer:
            break
        begun = _begun(reception)
        fitted = clocking(reception)
    else:
        reception = replace(reception, clock=_clock(reception, fitted))
    return reception if reception.deviation_hz is None else toned(reception), fitted


def _begun(reception: Reception) -> float:
    """Give where the first chip begins by a reception's own clock."""
    return reception.first_chip - reception.clock.step / 2


def _clock(reception: Reception, fitted: Clocking) -> Clock:
    """Count a fitted clock from the first chip after the sync word, as receptions do."""
    ahead = reception.lead + len(reception.modem.sync) + 0.5
    return Clock(fitted.first_edge + SOFT_LAG + ahead * fitted.step, fitted.step)


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
    return 10 * math.log10(max(power, 1e-15))


def _ends(
    reception: Reception,
    fitted: Clocking,
    stretch: Stretch | None,
    around: Baseband,
) -> tuple[float, float]:
    """Give the start and the end of a packet's burst, in samples of its own narrow signal."""
    start = max(fitted.first_edge, 0.0)
    count = reception.lead + len(reception.modem.sync) + reception.chips.size
    last = fitted.first_edge + fitted.step * count
    if stretch is None or reception.is_fitted:
        return start, last
    band = reception.band
    stop = (around.sample_at(stretch.stop) - band.first_sample) / band.step
    # Energy that goes on for much longer than the packet is somebody else's.
    return start, stop if abs(stop - last) < LATE_CHIPS * fitted.step else last
