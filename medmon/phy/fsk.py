"""A stretch of signal and an FSK modem come in, the packets of that modem go out.

Two matched filters, one for each tone, are squared and subtracted: the soft waveform is positive
while the higher tone is on. That is the non-coherent square-law receiver (Proakis, Digital
Communications, 5th ed., section 4.5), whose packet needs no phase; the line code then judges both
half-bits of a Manchester bit jointly.

The carrier is the middle between two tones, so there is no line to measure. The spectrum of a
balanced code is symmetric about it: the few most symmetric places are tried, with a little more
and less deviation than declared, until a sync word answers.
Tones and carrier are then measured on the packet itself, and where they were others the packet is
read once more.
"""

from __future__ import annotations

import cmath
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from medmon.kernels import tone_contrast, tone_turns
from medmon.phy import sync
from medmon.phy.baseband import Baseband, Place
from medmon.phy.filters import ROLL_OFF
from medmon.phy.middle import median
from medmon.phy.reception import Reception, read
from medmon.phy.sync import SAMPLES_A_CHIP, Trial
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray, Modem

DEVIATIONS = (1.0, 0.75, 1.3)
"""Deviations tried, over the declared one: sources differ by that much (20 to 35 kHz for one
device)."""
CARRIERS = 3
"""Most promising carriers tried for each deviation."""
QUICK_CARRIERS = 1
SKIRT_CHIPS = 1.5
"""The passband reaches this many chip rates beyond the tones. With less the frequency rings at
every change of chip, and the deviation reads too large."""
WRONG = 0.5
"""A deviation less than this part of the declared one, or more than its inverse, is no tone pair of
this modem."""
SURE = 0.9
"""A sync word that matches so well was tuned to rightly, and other carriers within a deviation
would hear the same."""
CLOSE_CHIPS = 0.04
"""Tones known so well, over the chip rate, are not tuned to again: their matched filters lose two
hundredths of a decibel."""
BINS_A_CHIP = 64
"""Bins of the spectrum for each chip rate."""
HALF_A_CHIP: FloatArray = np.full(BINS_A_CHIP // 2, 2 / BINS_A_CHIP, dtype=np.float32)
AROUND: npt.NDArray[np.float64] = np.linspace(-1.5, 1.5, 7)
LOWER, UPPER = 1, 5
REACH = SAMPLES_A_CHIP // 4
BOTH_TONES = 0.2
"""A carrier is worth trying where the weaker tone has this part of the strongest power around,
looked for at these deviations: an on-off keyed one has most of its power in the middle."""


def need_hz(modem: Modem, place: Place) -> float:
    """Give what is looked at to either side of the middle of a place.

    Parameters
    ----------
    modem : Modem
        An FSK modem.
    place : Place
        Where to listen.

    Returns
    -------
    float
        Hertz.
    """
    declared_hz = _declared_hz(modem)
    # What was found may be one of the two tones only.
    return place.reach_hz + declared_hz + _half_width_hz(modem, declared_hz) * (1 + ROLL_OFF)


def receive(tuner: Tuner, modem: Modem, place: Place, *, is_quick: bool = False) -> list[Reception]:
    """Find the packets of a modem in a place.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    modem : Modem
        An FSK modem.
    place : Place
        Where to listen.
    is_quick : bool
        Whether only the declared deviation is tried, at the most symmetric place, and nothing is
        read twice.

    Returns
    -------
    list of Reception
        In order of time.
    """
    declared_hz = _declared_hz(modem)
    near = tuner.around(place, need_hz(modem, place) - place.reach_hz)
    place = replace(place, reach_hz=place.reach_hz + declared_hz)
    parts, carriers = (DEVIATIONS[:1], QUICK_CARRIERS) if is_quick else (DEVIATIONS, CARRIERS)
    deviations_hz = [part * declared_hz for part in parts]
    best = sync.best(_trials(near, modem, place, deviations_hz, carriers), modem)
    read_out = [
        _read(near, one, trial, modem, is_quick=is_quick)
        for trial, one in zip(best, sync.places(best, modem, place), strict=True)
    ]
    return [packet for packet in read_out if packet is not None]


def read_on(tuner: Tuner, known: Reception, modem: Modem) -> Reception:
    """Read a packet whose sync word was heard already, as far as it has arrived by now.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    known : Reception
        What was heard of it.
    modem : Modem
        How much of it is wanted.

    Returns
    -------
    Reception
        The packet, with the tones that were known.
    """
    deviation_hz = known.deviation_hz or 0.0
    band = _tuned(tuner, modem, known.carrier_hz, modem.deviation_hz or deviation_hz)
    soft = _contrast(band, known.carrier_hz - band.offset_hz, deviation_hz)
    hit = Trial(known.sync, known.band, known.soft, deviation_hz).sync_in(band)
    hit = sync.levels(soft, hit, modem)
    return read(band, known.carrier_hz, soft, hit, modem, deviation_hz)


def _trials(
    near: Tuner, modem: Modem, place: Place, deviations_hz: Sequence[float], carriers: int
) -> list[Trial]:
    """Try the most promising carriers and deviations until a sync word answers."""
    declared_hz = deviations_hz[0]
    spectrum = _Spectrum.around(near, place, modem.symbol_rate_hz, 2 * declared_hz)
    found: list[Trial] = []
    sure_hz: list[float] = []
    for deviation_hz in deviations_hz:
        for carrier_hz in spectrum.carriers_hz(place, deviation_hz)[:carriers]:
            if any(abs(carrier_hz - known_hz) < declared_hz for known_hz in sure_hz):
                continue
            band = _tuned(near, modem, carrier_hz, declared_hz)
            soft = _contrast(band, 0.0, deviation_hz)
            hits = sync.find(soft, modem)
            found += [Trial(hit, band, soft, deviation_hz) for hit in hits]
            if any(hit.match > SURE for hit in hits):
                sure_hz.append(carrier_hz)
        if found:
            break
    return found


def _read(
    near: Tuner, time: Place, trial: Trial, modem: Modem, *, is_quick: bool
) -> Reception | None:
    """Read a packet, measure its tones, and read it again where they were others."""
    declared_hz = modem.deviation_hz or 0.0
    piece = near.cut(time.start_sample, time.stop_sample)
    band, soft, hit = trial.band, trial.soft, trial.sync
    if piece is not near:
        band = _tuned(piece, modem, band.offset_hz, declared_hz)
        soft = _contrast(band, 0.0, trial.tone_hz)
        hit = sync.levels(soft, trial.sync_in(band), modem)
    rough = read(band, band.offset_hz, soft, hit, modem, trial.tone_hz)
    if not rough.enough:
        return None
    measured = toned(rough)
    carrier_hz, deviation_hz = measured.carrier_hz, measured.deviation_hz or 0.0
    if not WRONG * declared_hz < deviation_hz < declared_hz / WRONG:
        return None
    off_hz = max(abs(carrier_hz - band.offset_hz), abs(deviation_hz - trial.tone_hz))
    if is_quick or off_hz < CLOSE_CHIPS * modem.symbol_rate_hz:
        return measured
    fine = _tuned(piece, modem, carrier_hz, declared_hz)
    soft = _contrast(fine, carrier_hz - fine.offset_hz, deviation_hz)
    hit = sync.levels(soft, trial.sync_in(fine), modem)
    packet = read(fine, carrier_hz, soft, hit, modem, deviation_hz)
    return toned(packet) if packet.enough else None


def _declared_hz(modem: Modem) -> float:
    return modem.deviation_hz or modem.symbol_rate_hz / 2


def _half_width_hz(modem: Modem, spread_hz: float) -> float:
    rate_hz = modem.symbol_rate_hz * SAMPLES_A_CHIP
    return min(spread_hz + SKIRT_CHIPS * modem.symbol_rate_hz, 0.4 * rate_hz)


def _tuned(tuner: Tuner, modem: Modem, offset_hz: float, spread_hz: float) -> Baseband:
    half_width_hz = _half_width_hz(modem, spread_hz)
    near = tuner.narrowed(offset_hz, half_width_hz * (1 + ROLL_OFF))
    rate_hz = modem.symbol_rate_hz * SAMPLES_A_CHIP
    return near.tune(offset_hz, half_width_hz=half_width_hz, rate_hz=rate_hz)


def _contrast(band: Baseband, carrier_hz: float, deviation_hz: float) -> FloatArray:
    """Power in the upper tone's filter minus power in the lower one's."""
    high, low = (
        (carrier_hz + shift_hz) / band.rate_hz for shift_hz in (deviation_hz, -deviation_hz)
    )
    return tone_contrast(band.iq, SAMPLES_A_CHIP, high, low)


@dataclass(frozen=True, slots=True, eq=False)
class _Spectrum:
    """Mean power spectrum of a place, and how symmetric it is about each frequency.

    The amplitude spectrum folded with itself adds up the lines that stand equally far above and
    below a frequency; the two tones of a balanced code, and the lines of its preamble, do.
    """

    offsets_hz: npt.NDArray[np.float64]
    tones: FloatArray
    middles_hz: npt.NDArray[np.float64]
    symmetry: FloatArray

    @classmethod
    def around(cls, near: Tuner, place: Place, chip_hz: float, spare_hz: float) -> _Spectrum:
        """Measure a place and what lies `spare_hz` beyond its reach."""
        offsets_hz, power = near.periodogram(chip_hz / BINS_A_CHIP)
        inside = np.abs(offsets_hz - place.offset_hz) < place.reach_hz + spare_hz
        offsets_hz, power = offsets_hz[inside], power[inside]
        over = power - median(power)
        line = np.sqrt(np.maximum(over, 0.0))
        # Place i / 2 of the spectrum is the middle of all pairs whose numbers add up to i.
        symmetry = np.convolve(line, line)
        middles_hz = np.linspace(offsets_hz[0], offsets_hz[-1], symmetry.size)
        # A tone of a chip's length is about a chip rate wide; half of that keeps two tones apart.
        tones = np.convolve(over, HALF_A_CHIP, mode="same")
        return cls(offsets_hz, tones, middles_hz, symmetry)

    def carriers_hz(self, place: Place, deviation_hz: float) -> list[float]:
        """List the frequencies about which it is most symmetric, both tones present."""
        inside = np.abs(self.middles_hz - place.offset_hz) <= place.reach_hz
        middles_hz, symmetry = self.middles_hz[inside], self.symmetry[inside]
        beside_hz = middles_hz + AROUND[:, None] * deviation_hz
        around = np.interp(beside_hz, self.offsets_hz, self.tones)
        weaker = np.minimum(around[LOWER], around[UPPER])
        is_pair = weaker > BOTH_TONES * np.maximum.reduce(around)
        middles_hz, symmetry = middles_hz[is_pair], symmetry[is_pair]
        chosen: list[float] = []
        while middles_hz.size and len(chosen) < CARRIERS:
            chosen.append(float(middles_hz[symmetry.argmax()]))
            apart = np.abs(middles_hz - chosen[-1]) > deviation_hz / 4
            middles_hz, symmetry = middles_hz[apart], symmetry[apart]
        return chosen


def toned(packet: Reception) -> Reception:
    """Put what the tones of a packet say of its carrier and deviation.

    Parameters
    ----------
    packet : Reception
        The packet.

    Returns
    -------
    Reception
        The packet with carrier and deviation measured; where only one of its tones was listened to,
        the deviation stays.
    """
    low_hz, high_hz = tones_hz(packet)
    middle_hz, deviation_hz = (low_hz + high_hz) / 2, (high_hz - low_hz) / 2
    if packet.tone:
        deviation_hz = packet.deviation_hz or 0.0
        middle_hz = (high_hz if packet.tone > 0 else low_hz) - packet.tone * deviation_hz
    carrier_hz = packet.band.offset_hz + middle_hz
    return replace(packet, carrier_hz=carrier_hz, deviation_hz=deviation_hz)


def tones_hz(reception: Reception) -> tuple[float, float]:
    """Measure the two tones of a packet in the middle of its chips.

    Parameters
    ----------
    reception : Reception
        The packet.

    Returns
    -------
    tuple of float
        Lower and upper tone, relative to the zero of its band: how far the phase turns over
        the middle half of each chip, all chips of a tone weighed by their power. Over half a
        chip the noise of the two ends is independent; over a single sample it is not, and would
        pull both tones to the middle.
    """
    spaces, marks = tone_turns(
        reception.band.iq,
        reception.first_chip,
        reception.clock.step,
        reception.known_chips,
        REACH,
        SAMPLES_A_CHIP,
    )
    scale_hz = reception.band.rate_hz / (2 * np.pi * 2 * REACH)
    # Half a chip tells frequencies apart that are less than two chip rates from each other, so the
    # turn is counted from where the tone should be.
    middle_hz = reception.carrier_hz - reception.band.offset_hz
    shift_hz = reception.deviation_hz or 0.0
    return (
        _angle(spaces, (middle_hz - shift_hz) / scale_hz) * scale_hz,
        _angle(marks, (middle_hz + shift_hz) / scale_hz) * scale_hz,
    )


def _angle(total: complex, expected: float) -> float:
    """Give the angle of a sum, within half a turn of the expected one."""
    return expected + cmath.phase(total * cmath.rect(1.0, -expected))
