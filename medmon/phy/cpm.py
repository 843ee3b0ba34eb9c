"""A stretch of signal and an MSK or GFSK modem come in, the packets of that modem go out.

Two tones half a chip rate apart are not orthogonal without their phase: a receiver that compares
their powers loses 7 dB. So the phase itself is followed. `cpm_search` finds the sync word;
`phase_fit` fits carrier, phase, clock and modulation index to preamble and sync word;
`phase_trellis` decides the chips with them; then all is fitted once more to the whole packet, and
the packet is decided once more. What is fitted last are the packet's features as well.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medmon.phy import cpm_search, linecode
from medmon.phy.baseband import Baseband, Place
from medmon.phy.cpm_search import Found
from medmon.phy.linecode import bits_each, chips_each
from medmon.phy.phase_fit import PhaseModel, fitted
from medmon.phy.phase_pulse import PATTERNS, Floats, index_of, signs_from_text
from medmon.phy.phase_trellis import Correlations, Decided, correlations, searched
from medmon.phy.preamble import pattern
from medmon.phy.reception import SOFT_LAG, Reception
from medmon.phy.sync import LEAD_CHIPS, SAMPLES_A_CHIP, TAIL_CHIPS, Sync
from medmon.phy.timing import Clock
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray, Modem

HALF_WIDTH_CHIPS = 1.0
"""Half the passband, in chip rates: the main lobe reaches 0.75."""
SAMPLES_MEASURED = 1.003 * SAMPLES_A_CHIP
"""Samples a chip of the signal that is measured. With a whole number every chip is sampled at the
same places, and what the filter does to the corners of the phase moves the arrival by a hundredth
of a chip; so it averages out over a packet."""
FIRST_CHIPS = 384
"""Chips decided with what preamble and sync word alone tell; the next pass reads four times as far,
when the clock is known from these."""
GAINS = (0.12, 0.03)
"""Gain of the phase loop in the first pass, and when the carrier is known from the packet."""
ON_AIR = 0.6
"""Strength of a chip that speaks for nothing either way. A chip of the packet has 1, noise on the
best of all paths has 0.3 at the lowest useful signal."""
OFF_CHIPS = 10.0
"""Evidence against a burst, in chips, after which it is over."""
BYTE_CHIPS = 8
"""Radio chips send whole bytes. The last chip alone is too weak to show where a packet ends."""
LEAD_WORTH = 0.5
"""The same for chips of the preamble, which are not chosen: noise has 0."""
FIRST_LEAD_CHIPS = 64
MORE_PASSES = 3
CLEAN = 0.5
"""A packet whose weakest chip is stronger than this was read rightly in the first pass."""
WRONG = 0.75
"""A modulation index less than this part of the declared one, or more than its inverse, is another
device's."""


def receive(tuner: Tuner, modem: Modem, place: Place) -> list[Reception]:
    """Find the packets of a modem in a place.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    modem : Modem
        MSK or GFSK.
    place : Place
        Where to listen.

    Returns
    -------
    list of Reception
        In order of time.
    """
    chip = tuner.rate_hz / modem.symbol_rate_hz
    chips = modem.max_bits * chips_each(modem.line_code) // bits_each(modem.line_code)
    read_out = []
    for found in cpm_search.find(tuner, modem, place):
        start = max(place.start_sample, found.end_sample - LEAD_CHIPS * chip)
        stop = min(place.stop_sample, found.end_sample + (chips + TAIL_CHIPS) * chip)
        read_out.append(_read(tuner.cut(start, stop), found, modem))
    return [packet for packet in read_out if packet is not None]


def _read(piece: Tuner, found: Found, modem: Modem) -> Reception | None:
    """Decide the chips with what is known, better that with them, and decide again."""
    band = _tuned(piece, modem, found.carrier_hz)
    signs, word = cpm_search.template(modem), signs_from_text(modem.sync)
    model = _sighted(band, found, signs, modem)
    model = fitted(band, signs, signs.size, model, modem)
    most = modem.max_bits * chips_each(modem.line_code) // bits_each(modem.line_code)
    chips, lead, reach, count = Decided(word[:0], word[:0]), 0, min(most, FIRST_CHIPS), -1
    for gain in (GAINS[0], *[GAINS[1]] * MORE_PASSES):
        chips = _decided(band, model, modem, reach, gain)
        if not chips.signs.size:
            return None
        lead = max(cpm_search.LEAD_CHIPS, _lead(band, model, modem))
        known = np.concatenate((_preamble(modem, lead), word, chips.signs))
        model = _recarried(band, known, lead + word.size, model, modem)
        model = fitted(band, known, lead + word.size, model, modem)
        is_clean = float(chips.strength.min()) > CLEAN
        if reach == most and (is_clean or chips.signs.size == count):
            break
        count, reach = chips.signs.size, min(most, 4 * reach)
    return _reception(band, model, modem, found, chips, lead)


def _tuned(tuner: Tuner, modem: Modem, carrier_hz: float) -> Baseband:
    half_width_hz = HALF_WIDTH_CHIPS * modem.symbol_rate_hz
    return tuner.tune(
        carrier_hz, half_width_hz=half_width_hz, rate_hz=SAMPLES_MEASURED * modem.symbol_rate_hz
    )


def _sighted(band: Baseband, found: Found, signs: Floats, modem: Modem) -> PhaseModel:
    """Begin with what the search found; the phase is the only thing that it did not keep."""
    start = (found.end_sample - band.first_sample) / band.step
    turn = 2 * np.pi * (found.carrier_hz - band.offset_hz) / band.rate_hz
    step = band.rate_hz / modem.symbol_rate_hz
    model = PhaseModel(start, step, 0.0, turn, index_of(modem))
    heard = _along(correlations(band, model, modem, -signs.size, signs.size), signs, model.index)
    total = complex(heard.sum())
    return replace(model, phase_rad=float(np.angle(total)), level=abs(total) / signs.size)


def _along(matched: Correlations, signs: Floats, index: float) -> Correlations:
    """Give what each known chip's correlation is once its phase is turned back.

    The phase is counted from the end of the last chip.
    """
    around = np.concatenate((signs[:1], signs, signs[-1:])) > 0
    numbers = 4 * around[:-2] + 2 * around[1:-1] + around[2:]
    turned = np.cumsum(signs) - signs - signs.sum()
    back = np.exp(-1j * np.pi * index * turned)
    along: Correlations = matched[np.arange(signs.size), numbers] * back
    return along


def _recarried(
    band: Baseband, signs: Floats, lead: int, model: PhaseModel, modem: Modem
) -> PhaseModel:
    """Find the carrier in the spectrum of a decided packet: near enough for a fit to all of it."""
    matched = correlations(band, model, modem, -lead, signs.size)
    heard = _along(matched, signs, model.index)
    # The phase is counted from the end of the chips; it has to be from the end of the sync word.
    heard *= np.exp(-1j * np.pi * model.index * signs[lead:].sum())
    size = 4 * (1 << int(signs.size).bit_length())
    spectrum = np.fft.fft(heard, n=size)
    peak = int(np.abs(spectrum).argmax())
    turn = 2 * np.pi * float(np.fft.fftfreq(size)[peak])
    phase = float(np.angle(spectrum[peak])) + turn * (lead - 0.5)
    return replace(
        model,
        turn_rad=model.turn_rad + turn / model.step,
        phase_rad=model.phase_rad + phase,
    )


def _decided(band: Baseband, model: PhaseModel, modem: Modem, most: int, gain: float) -> Decided:
    """Decide the chips behind the sync word up to where the signal ends."""
    room = int((band.iq.size - model.start) / model.step) - 1
    count = min(most, room) // BYTE_CHIPS * BYTE_CHIPS
    if count <= 0:
        return Decided(np.empty(0), np.empty(0))
    matched = correlations(band, model, modem, -1, count + 1)
    before = modem.sync[-2] == "1", modem.sync[-1] == "1"
    survivors = searched(matched, before, model.index, gain)
    return survivors.path(_followed(survivors.path(count).strength - ON_AIR, BYTE_CHIPS))


def _followed(evidence: Floats, period: int) -> int:
    """Count the chips that gather most evidence, up to a silence, in whole periods."""
    gathered = np.concatenate(([0.0], np.cumsum(evidence)))
    lost = np.maximum.accumulate(gathered) - gathered > OFF_CHIPS
    return int(gathered[: int(lost.argmax()) if lost.any() else None : period].argmax()) * period


def _preamble(modem: Modem, count: int) -> Floats:
    return np.where(pattern(modem, count), 1.0, -1.0)


def _lead(band: Baseband, model: PhaseModel, modem: Modem) -> int:
    """Count the chips of the preamble that were on the air."""
    word = signs_from_text(modem.sync)
    room = int(model.start / model.step) - word.size
    most, count = 0, 0
    # Most preambles are short: look a little back, and on only where all of that was on the air.
    while most < room and count + OFF_CHIPS > most:
        most = min(room, max(FIRST_LEAD_CHIPS, 4 * most))
        signs = np.concatenate((_preamble(modem, most), word))
        matched = correlations(band, model, modem, -signs.size, signs.size)
        heard = _along(matched, signs, model.index).real[:most]
        count = _followed(heard[::-1] - LEAD_WORTH, len(modem.preamble))
    return count


def _reception(
    band: Baseband, model: PhaseModel, modem: Modem, found: Found, chips: Decided, lead: int
) -> Reception | None:
    index = index_of(modem)
    soft = (chips.signs * np.maximum(chips.strength, 0.01)).astype(np.float32)
    symbols = linecode.decide(soft, modem.line_code)
    clock = Clock(model.start + model.step / 2 + SOFT_LAG, model.step)
    hit = Sync(round(clock.start), found.match, 1.0, -1.0, _sync_errors(band, model, modem))
    packet = Reception(
        modem=modem,
        band=band,
        carrier_hz=band.offset_hz + model.turn_rad * band.rate_hz / (2 * np.pi),
        sync=hit,
        clock=clock,
        chips=soft,
        symbols=symbols,
        soft=_wave(band, model),
        tone=0,
        lead=lead,
        deviation_hz=model.index / 2 * band.rate_hz / model.step,
        is_fitted=True,
    )
    return packet if packet.enough and WRONG * index < model.index < index / WRONG else None


def _sync_errors(band: Baseband, model: PhaseModel, modem: Modem) -> int:
    """Count the chips of the sync word that another chip in their place would fit better."""
    signs = signs_from_text(modem.sync)
    matched = correlations(band, model, modem, -signs.size, signs.size)
    right = _along(matched, signs, model.index).real
    # Chip by chip turned over, its neighbours and the phase before it as they are.
    mirrored = matched[:, np.arange(PATTERNS) ^ 2]
    wrong = _along(mirrored, signs, model.index).real
    return int((wrong > right).sum())


def _wave(band: Baseband, model: PhaseModel) -> FloatArray:
    """Turn of the phase over half a chip, 1 for that of a whole mark."""
    reach = SAMPLES_A_CHIP // 4
    turns = np.zeros(band.iq.size, np.float32)
    carrier = np.exp(-2j * reach * model.turn_rad)
    turns[reach:-reach] = np.angle(band.iq[2 * reach :] * np.conj(band.iq[: -2 * reach]) * carrier)
    return turns / np.float32(np.pi * model.index / 2)
