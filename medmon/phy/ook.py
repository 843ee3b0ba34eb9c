"""A stretch of signal and an OOK modem come in, the packets of that modem go out.

The carrier of an on-off keyed burst is a line in its spectrum. The burst is shifted so that the
line is at zero, averaged over one chip (the matched filter of a chip), and its magnitude is the
soft waveform: the phase of these transmitters is of no use, their oscillators wander.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache

import numpy as np

from medmon.kernels import mean_powers
from medmon.phy import sync
from medmon.phy.baseband import Baseband, Place
from medmon.phy.filters import ROLL_OFF
from medmon.phy.reception import Reception, read
from medmon.phy.sync import SAMPLES_A_CHIP, Trial
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray, FloatArray, Modem

HALF_WIDTH_CHIPS = 1.5
"""The passband reaches this many chip rates to either side: the main lobe and its skirts."""
CARRIER_CHIPS = 0.75
CLOSE_CHIPS = 0.02
"""A carrier known so well, over the chip rate, is not tuned to again: the matched filter loses a
hundredth of a decibel."""
LINES = 3
LINES_APART_HZ = 3_000.0
"""A matched filter this far off loses half a decibel; closer lines need no trial of their own."""
LINE_PART = 0.2
"""Lines weaker than this part of the strongest amplitude are not tried."""
SIDE_HZ = 1_500.0
"""A line this close to half a chip rate beside a stronger one is that one's preamble."""


def need_hz(modem: Modem, place: Place) -> float:
    """Give what is looked at to either side of the middle of a place.

    Parameters
    ----------
    modem : Modem
        An OOK modem.
    place : Place
        Where to listen.

    Returns
    -------
    float
        Hertz.
    """
    return place.reach_hz + modem.symbol_rate_hz * HALF_WIDTH_CHIPS * (1 + ROLL_OFF)


def receive(tuner: Tuner, modem: Modem, place: Place, *, is_quick: bool = False) -> list[Reception]:
    """Find the packets of a modem in a place.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    modem : Modem
        An OOK modem.
    place : Place
        Where to listen.
    is_quick : bool
        Whether only the strongest line is tried, and nothing is read twice.

    Returns
    -------
    list of Reception
        In order of time.
    """
    near = tuner.around(place, need_hz(modem, place) - place.reach_hz)
    trials = []
    most = 1 if is_quick else LINES
    for line_hz in _lines_hz(near, place, modem.symbol_rate_hz / 2, most):
        band = _tuned(near, modem, line_hz)
        soft = _magnitude(band)
        trials += [Trial(hit, band, soft, 0.0) for hit in sync.find(soft, modem)]
    best = sync.best(trials, modem)
    read_out = [
        _read(near, one, trial, modem, is_quick=is_quick)
        for trial, one in zip(best, sync.places(best, modem, place), strict=True)
    ]
    return [packet for packet in read_out if packet.enough]


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
        The packet, with the carrier that was known.
    """
    band = _tuned(tuner, modem, known.carrier_hz)
    soft = _magnitude(band)
    hit = Trial(known.sync, known.band, known.soft, 0.0).sync_in(band)
    return read(band, known.carrier_hz, soft, sync.levels(soft, hit, modem), modem)


def _read(near: Tuner, time: Place, trial: Trial, modem: Modem, *, is_quick: bool) -> Reception:
    """Read a packet, measure its carrier, and read it again where that was somewhere else."""
    piece = near.cut(time.start_sample, time.stop_sample)
    rough, soft, hit = trial.band, trial.soft, trial.sync
    if piece is not near:
        rough = _tuned(piece, modem, rough.offset_hz)
        soft = _magnitude(rough)
        hit = sync.levels(soft, trial.sync_in(rough), modem)
    heard = read(rough, rough.offset_hz, soft, hit, modem)
    # A preamble or padding of alternate chips has lines half a chip rate off the carrier, good
    # enough to find the sync word by; the packet's strongest line is its carrier.
    reach_hz = CARRIER_CHIPS * modem.symbol_rate_hz
    packet, rate_hz = _packet(heard)
    exact_hz = rough.offset_hz + carrier_line_hz(packet, rate_hz, reach_hz)
    if is_quick or abs(exact_hz - rough.offset_hz) < CLOSE_CHIPS * modem.symbol_rate_hz:
        return replace(heard, carrier_hz=exact_hz)
    band = _tuned(piece, modem, exact_hz)
    soft = _magnitude(band)
    return read(band, exact_hz, soft, sync.levels(soft, trial.sync_in(band), modem), modem)


def _tuned(tuner: Tuner, modem: Modem, offset_hz: float) -> Baseband:
    chip_hz = modem.symbol_rate_hz
    half_width_hz = chip_hz * HALF_WIDTH_CHIPS
    return tuner.tune(offset_hz, half_width_hz=half_width_hz, rate_hz=chip_hz * SAMPLES_A_CHIP)


def _lines_hz(near: Tuner, place: Place, side_hz: float, most: int) -> list[float]:
    """List the strongest lines within reach, but not those of a preamble beside its carrier.

    Two senders may have taken turns in one place, or speak at once.
    """
    offsets_hz, spectrum = near.lines(place.offset_hz, place.reach_hz)
    chosen: list[float] = []
    weakest = 0.0
    while len(chosen) < most and spectrum.size:
        top = int(spectrum.argmax())
        line, line_hz = float(spectrum[top]), float(offsets_hz[top])
        if line <= weakest:
            break
        weakest = weakest or LINE_PART * line
        chosen.append(line_hz)
        apart_hz = np.abs(offsets_hz - line_hz)
        spectrum[(apart_hz < LINES_APART_HZ) | (np.abs(apart_hz - side_hz) < SIDE_HZ)] = 0.0
    return chosen


def carrier_line_hz(iq: ComplexArray, rate_hz: float, reach_hz: float) -> float:
    """Measure the frequency of the strongest line near zero.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Narrow signal.
    rate_hz : float
        Its sample rate.
    reach_hz : float
        Look this far to either side.

    Returns
    -------
    float
        Frequency of the line: the vertex of a parabola through the logarithms of the three
        largest bins under a Hann window, good to a hundredth of a bin [1]_.

    References
    ----------
    .. [1] Harris, "On the use of windows for harmonic analysis with the discrete Fourier
       transform", Proc. IEEE 66(1), 1978.
    """
    size = 1 << max(10, (iq.size * 3 // 2).bit_length())
    spectrum = np.fft.fft(iq * _window(iq.size), n=size)
    reach = max(2, min(round(reach_hz / rate_hz * size), size // 2 - 2))
    lines = np.abs(np.concatenate((spectrum[-reach:], spectrum[: reach + 1])))
    top = int(lines[1:-1].argmax()) + 1
    below, peak, above = (math.log(max(line, 1e-30)) for line in lines[top - 1 : top + 2].tolist())
    bend = below - 2 * peak + above
    shift = 0.5 * (below - above) / bend if bend < 0 else 0.0
    return float((top + shift - reach) * rate_hz / size)


@lru_cache(maxsize=64)
def _window(size: int) -> FloatArray:
    window: FloatArray = np.hanning(size).astype(np.float32)
    window.flags.writeable = False
    return window


def _magnitude(band: Baseband) -> FloatArray:
    power = mean_powers(band.iq, SAMPLES_A_CHIP)
    return np.sqrt(power, out=power)


def _packet(reception: Reception) -> tuple[ComplexArray, float]:
    """Cut out the sync word and what follows to the end of the packet, and nobody after it.

    Two samples a chip are enough to see the carrier.
    """
    template_chips = len(sync.template(reception.modem))
    start = max(0, reception.sync.end - template_chips * SAMPLES_A_CHIP)
    stop = reception.clock.at(np.array([float(reception.chips.size)]))[0]
    iq = reception.band.iq[start : max(int(stop), reception.sync.end)]
    together = SAMPLES_A_CHIP // 2
    whole = iq[: iq.size // together * together]
    total = sum((whole[k::together] for k in range(1, together)), start=whole[::together])
    return np.asarray(total / np.float32(together)), reception.band.rate_hz / together
