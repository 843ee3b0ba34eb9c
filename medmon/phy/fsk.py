"""A stretch of signal and an FSK modem come in, the packets of that modem go out.

Two matched filters, one for each tone, are squared and subtracted: the soft waveform is positive
while the higher tone is on. That is the non-coherent square-law receiver (Proakis, Digital
Communications, 5th ed., section 4.5), whose packet needs no phase; the line code then judges both
half-bits of a Manchester bit jointly.

The carrier is the middle between two tones, so there is no line to measure. The spectrum of a
balanced code is symmetric about it: every place is scored by how much power stands the deviation
above and below it, and the few best places are tried, with a little more and less deviation than
declared, until a sync word answers.
Tones and carrier are then measured on the packet itself, and the packet is read once more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medmon.phy import sync
from medmon.phy.reception import Reception, matched, read, shifted
from medmon.phy.sync import SAMPLES_A_CHIP, Sync
from medmon.phy.tuner import Baseband, Tuner
from medmon.records import ComplexArray, FloatArray, Modem

DEVIATIONS = (1.0, 0.75, 1.3)
"""Deviations tried, over the declared one: sources differ by that much (20 to 35 kHz for one
device)."""
CARRIERS = 2
"""Most promising carriers tried for each deviation."""
BOTH_TONES = 0.05
"""A place is worth trying where the weaker tone has this part of the strongest power around."""


def receive(tuner: Tuner, modem: Modem, offset_hz: float, reach_hz: float) -> list[Reception]:
    """Find the packets of a modem around a carrier.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    modem : Modem
        An FSK modem.
    offset_hz : float
        Rough carrier, relative to the tuned frequency.
    reach_hz : float
        How far the carrier may be from there.

    Returns
    -------
    list of Reception
        In order of time.
    """
    declared_hz = modem.deviation_hz or modem.symbol_rate_hz / 2
    wide = _tuned(tuner, modem, offset_hz, reach_hz + declared_hz)
    best: list[Sync] = []
    band, deviation_hz = wide, declared_hz
    for part in DEVIATIONS:
        for carrier_hz in _carriers_hz(wide, part * declared_hz, reach_hz):
            trial = _tuned(tuner, modem, wide.offset_hz + carrier_hz, declared_hz)
            hits = sync.find(_contrast(trial, 0.0, part * declared_hz), modem)
            if sum(hit.match for hit in hits) > sum(hit.match for hit in best):
                best, band, deviation_hz = hits, trial, part * declared_hz
        if best:
            break
    heard = (_read(tuner, band, hit, modem, deviation_hz) for hit in best)
    return [reception for reception in heard if reception is not None]


def _read(
    tuner: Tuner, band: Baseband, hit: Sync, modem: Modem, deviation_hz: float
) -> Reception | None:
    """Read a packet, measure its tones, and read it again with them."""
    soft = _contrast(band, 0.0, deviation_hz)
    rough = read(band, band.offset_hz, soft, hit, modem, deviation_hz)
    if not rough.enough:
        return None
    low_hz, high_hz = tones_hz(rough)
    carrier_hz = band.offset_hz + (low_hz + high_hz) / 2
    fine = _tuned(tuner, modem, carrier_hz, modem.deviation_hz or 0.0)
    deviation_hz = max((high_hz - low_hz) / 2, 0.25 * modem.symbol_rate_hz)
    soft = _contrast(fine, carrier_hz - fine.offset_hz, deviation_hz)
    packet = read(fine, carrier_hz, soft, hit, modem, deviation_hz)
    if not packet.enough:
        return None
    low_hz, high_hz = tones_hz(packet)
    carrier_hz = fine.offset_hz + (low_hz + high_hz) / 2
    return replace(packet, carrier_hz=carrier_hz, deviation_hz=(high_hz - low_hz) / 2)


def _tuned(tuner: Tuner, modem: Modem, offset_hz: float, spread_hz: float) -> Baseband:
    rate_hz = modem.symbol_rate_hz * SAMPLES_A_CHIP
    half_width_hz = min(spread_hz + modem.symbol_rate_hz, 0.45 * rate_hz)
    return tuner.tune(offset_hz, half_width_hz=half_width_hz, rate_hz=rate_hz)


def _contrast(band: Baseband, carrier_hz: float, deviation_hz: float) -> FloatArray:
    """Power in the upper tone's filter minus power in the lower one's."""
    high = matched(shifted(band, carrier_hz + deviation_hz), SAMPLES_A_CHIP)
    low = matched(shifted(band, carrier_hz - deviation_hz), SAMPLES_A_CHIP)
    return high.real**2 + high.imag**2 - low.real**2 - low.imag**2


def _carriers_hz(band: Baseband, deviation_hz: float, reach_hz: float) -> list[float]:
    """List the places with most power both a deviation above and a deviation below them."""
    size = 1 << 9
    pieces = band.iq[: band.iq.size // size * size].reshape(-1, size)
    if not pieces.size:
        return [0.0]
    spectra = np.fft.fftshift(np.fft.fft(pieces, axis=1), axes=1)
    power = (spectra.real**2 + spectra.imag**2).mean(axis=0)
    bin_hz = band.rate_hz / size
    # A tone of a chip's length is about a chip rate wide; half of it still keeps two tones apart.
    width = max(1, round(band.rate_hz / SAMPLES_A_CHIP / 2 / bin_hz))
    smooth = np.convolve(power, np.ones(width) / width, mode="same")
    shift = round(deviation_hz / bin_hz)
    both = np.minimum(smooth[2 * shift :], smooth[: size - 2 * shift])
    offsets_hz = (np.arange(both.size) + shift - size // 2) * bin_hz
    both = np.where(np.abs(offsets_hz) <= reach_hz, both, 0.0)
    chosen: list[float] = []
    for place in np.argsort(-both, kind="stable"):
        if len(chosen) == CARRIERS or both[place] < BOTH_TONES * smooth.max():
            break
        if all(abs(offsets_hz[place] - other) > deviation_hz / 2 for other in chosen):
            chosen.append(float(offsets_hz[place]))
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
    scale = reception.band.rate_hz / (2 * np.pi * 2 * reach)
    return _angle(turns[~marks]) * scale, _angle(turns[marks]) * scale


def _angle(turns: ComplexArray) -> float:
    return float(np.angle(turns.sum(dtype=np.complex128)))
