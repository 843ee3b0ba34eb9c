"""A stretch of signal and an FSK modem come in, the packets of that modem go out.

Two matched filters, one for each tone, are squared and subtracted: the soft waveform is positive
while the higher tone is on. That is the non-coherent square-law receiver (Proakis, Digital
Communications, 5th ed., section 4.5), whose packet needs no phase; the line code then judges both
half-bits of a Manchester bit jointly.

The carrier is the middle between two tones, so there is no line to measure. The spectrum of a
balanced code is symmetric about it: the few most symmetric places are tried, with a little more
and less deviation than declared, until a sync word answers.
Tones and carrier are then measured on the packet itself, and the packet is read once more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import fft

from medmon.phy import sync
from medmon.phy.reception import Reception, matched, read, shifted
from medmon.phy.sync import SAMPLES_A_CHIP, Trial
from medmon.phy.tuner import Baseband, Place, Tuner
from medmon.records import ComplexArray, FloatArray, Modem

DEVIATIONS = (1.0, 0.75, 1.3)
"""Deviations tried, over the declared one: sources differ by that much (20 to 35 kHz for one
device)."""
CARRIERS = 3
"""Most promising carriers tried for each deviation."""
SKIRT_CHIPS = 1.5
"""The passband reaches this many chip rates beyond the tones. With less the frequency rings at
every change of chip, and the deviation reads too large."""
WRONG = 0.5
"""A deviation less than this part of the declared one, or more than its inverse, is no tone pair of
this modem."""
BOTH_TONES = 0.05
"""A place is worth trying where the weaker tone has this part of the strongest power around."""


def receive(tuner: Tuner, modem: Modem, place: Place) -> list[Reception]:
    """Find the packets of a modem in a place.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    modem : Modem
        An FSK modem.
    place : Place
        Where to listen.

    Returns
    -------
    list of Reception
        In order of time.
    """
    declared_hz = modem.deviation_hz or modem.symbol_rate_hz / 2
    # What was found may be one of the two tones only.
    place = replace(place, reach_hz=place.reach_hz + declared_hz)
    near = tuner.cut(place.start_sample, place.stop_sample)
    wide = _tuned(near, modem, place.offset_hz, place.reach_hz + declared_hz)
    found: list[Trial] = []
    for part in DEVIATIONS:
        for carrier_hz in _carriers_hz(wide, part * declared_hz, place.reach_hz):
            band = _tuned(near, modem, wide.offset_hz + carrier_hz, declared_hz)
            hits = sync.find(_contrast(band, 0.0, part * declared_hz), modem)
            found += [Trial(hit, band, part * declared_hz) for hit in hits]
        if found:
            break
    best = sync.best(found, modem)
    read_out = [
        _read(tuner.cut(one.start_sample, one.stop_sample), trial, modem)
        for trial, one in zip(best, sync.places(best, modem, place), strict=True)
    ]
    return [packet for packet in read_out if packet is not None]


def _read(piece: Tuner, trial: Trial, modem: Modem) -> Reception | None:
    """Read a packet, measure its tones, and read it again with them."""
    declared_hz = modem.deviation_hz or 0.0
    band = _tuned(piece, modem, trial.band.offset_hz, declared_hz)
    soft = _contrast(band, 0.0, trial.tone_hz)
    rough = read(band, band.offset_hz, soft, trial.sync_in(band), modem, trial.tone_hz)
    if not rough.enough:
        return None
    low_hz, high_hz = tones_hz(rough)
    deviation_hz = (high_hz - low_hz) / 2
    if not WRONG * declared_hz < deviation_hz < declared_hz / WRONG:
        return None
    carrier_hz = band.offset_hz + (low_hz + high_hz) / 2
    fine = _tuned(piece, modem, carrier_hz, declared_hz)
    soft = _contrast(fine, carrier_hz - fine.offset_hz, deviation_hz)
    packet = read(fine, carrier_hz, soft, trial.sync_in(fine), modem, deviation_hz)
    if not packet.enough:
        return None
    low_hz, high_hz = tones_hz(packet)
    carrier_hz = fine.offset_hz + (low_hz + high_hz) / 2
    return replace(packet, carrier_hz=carrier_hz, deviation_hz=(high_hz - low_hz) / 2)


def _tuned(tuner: Tuner, modem: Modem, offset_hz: float, spread_hz: float) -> Baseband:
    rate_hz = modem.symbol_rate_hz * SAMPLES_A_CHIP
    half_width_hz = min(spread_hz + SKIRT_CHIPS * modem.symbol_rate_hz, 0.4 * rate_hz)
    return tuner.tune(offset_hz, half_width_hz=half_width_hz, rate_hz=rate_hz)


def _contrast(band: Baseband, carrier_hz: float, deviation_hz: float) -> FloatArray:
    """Power in the upper tone's filter minus power in the lower one's."""
    high = matched(shifted(band, carrier_hz + deviation_hz), SAMPLES_A_CHIP)
    low = matched(shifted(band, carrier_hz - deviation_hz), SAMPLES_A_CHIP)
    return high.real**2 + high.imag**2 - low.real**2 - low.imag**2


def _carriers_hz(band: Baseband, deviation_hz: float, reach_hz: float) -> list[float]:
    """List the places about which the spectrum is most symmetric, both tones present.

    The amplitude spectrum folded with itself adds up the lines that stand equally far above and
    below a place; the two tones of a balanced code, and the lines of its preamble, do.
    """
    size = 1 << 9
    pieces = band.iq[: band.iq.size // size * size].reshape(-1, size)
    if not pieces.size:
        return []
    spectra = fft.fftshift(fft.fft(pieces, axis=1), axes=1)
    power = (spectra.real**2 + spectra.imag**2).mean(axis=0)
    bin_hz = band.rate_hz / size
    line = np.sqrt(np.maximum(power - np.median(power), 0.0))
    # Place i / 2 of the spectrum is the middle of all pairs whose numbers add up to i.
    symmetry = np.convolve(line, line)
    offsets_hz = (np.arange(symmetry.size) / 2 - size // 2) * bin_hz
    # A tone of a chip's length is about a chip rate wide; half of that keeps two tones apart.
    width = max(1, round(band.rate_hz / SAMPLES_A_CHIP / 2 / bin_hz))
    smooth = np.convolve(power, np.ones(width) / width, mode="same")
    bins = np.arange(size) * bin_hz - size // 2 * bin_hz
    tones = [np.interp(offsets_hz + sign * deviation_hz, bins, smooth) for sign in (-1, 1)]
    wanted = (np.minimum(*tones) > BOTH_TONES * smooth.max()) & (np.abs(offsets_hz) <= reach_hz)
    chosen: list[float] = []
    for place in np.argsort(-symmetry[wanted], kind="stable"):
        offset_hz = float(offsets_hz[wanted][place])
        if all(abs(offset_hz - other) > deviation_hz / 4 for other in chosen):
            chosen.append(offset_hz)
        if len(chosen) == CARRIERS:
            break
    return chosen


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
    iq = reception.band.iq
    places = np.rint(reception.chip_places()).astype(np.intp)
    marks = reception.known_chips
    inside = (places > SAMPLES_A_CHIP) & (places < iq.size - SAMPLES_A_CHIP)
    places, marks = places[inside], marks[inside]
    reach = SAMPLES_A_CHIP // 4
    turns = iq[places + reach] * np.conj(iq[places - reach])
    scale_hz = reception.band.rate_hz / (2 * np.pi * 2 * reach)
    # Half a chip tells frequencies apart that are less than two chip rates from each other, so the
    # turn is counted from where the tone should be.
    middle_hz = reception.carrier_hz - reception.band.offset_hz
    shift_hz = reception.deviation_hz or 0.0
    return (
        _angle(turns[~marks], (middle_hz - shift_hz) / scale_hz) * scale_hz,
        _angle(turns[marks], (middle_hz + shift_hz) / scale_hz) * scale_hz,
    )


def _angle(turns: ComplexArray, expected: float) -> float:
    """Give the mean angle, within half a turn of the expected one."""
    total = complex(turns.sum(dtype=np.complex128))
    return expected + float(np.angle(total * np.exp(-1j * expected)))
