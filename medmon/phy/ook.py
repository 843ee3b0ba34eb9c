"""A stretch of signal and an OOK modem come in, the packets of that modem go out.

The carrier of an on-off keyed burst is a line in its spectrum. The burst is shifted so that the
line is at zero, averaged over one chip (the matched filter of a chip), and its magnitude is the
soft waveform: the phase of these transmitters is of no use, their oscillators wander.
"""

from __future__ import annotations

import numpy as np
from scipy import fft

from medmon.phy import sync
from medmon.phy.reception import Reception, matched, read, shifted
from medmon.phy.sync import SAMPLES_A_CHIP, Trial
from medmon.phy.tuner import Baseband, Place, Tuner
from medmon.records import ComplexArray, Modem

HALF_WIDTH_CHIPS = 1.5
"""The passband reaches this many chip rates to either side: the main lobe and its skirts."""
CARRIER_CHIPS = 0.75
LINES = 3
LINES_APART_HZ = 3_000.0
"""A matched filter this far off loses half a decibel; closer lines need no trial of their own."""
LINE_PART = 0.2
"""Lines weaker than this part of the strongest amplitude are not tried."""
SIDE_HZ = 1_500.0
"""A line this close to half a chip rate beside a stronger one is that one's preamble."""


def receive(tuner: Tuner, modem: Modem, place: Place) -> list[Reception]:
    """Find the packets of a modem in a place.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    modem : Modem
        An OOK modem.
    place : Place
        Where to listen.

    Returns
    -------
    list of Reception
        In order of time.
    """
    rate_hz = modem.symbol_rate_hz * SAMPLES_A_CHIP
    half_width_hz = modem.symbol_rate_hz * HALF_WIDTH_CHIPS
    width = {"half_width_hz": half_width_hz, "rate_hz": rate_hz}
    trials = []
    near = tuner.cut(place.start_sample, place.stop_sample)
    for line_hz in _lines_hz(near, place, modem.symbol_rate_hz / 2):
        band = near.tune(line_hz, **width)
        hits = sync.find(_magnitude(band, 0.0), modem)
        trials += [Trial(hit, band, 0.0) for hit in hits]
    found = []
    best = sync.best(trials, modem)
    for trial, one in zip(best, sync.places(best, modem, place), strict=True):
        piece = tuner.cut(one.start_sample, one.stop_sample)
        rough = piece.tune(trial.band.offset_hz, **width)
        soft = _magnitude(rough, 0.0)
        heard = read(rough, rough.offset_hz, soft, trial.sync_in(rough), modem)
        # A preamble or padding of alternate chips has lines half a chip rate off the carrier, good
        # enough to find the sync word by; the packet's strongest line is its carrier.
        reach_hz = CARRIER_CHIPS * modem.symbol_rate_hz
        exact_hz = rough.offset_hz + carrier_line_hz(_packet(heard), rough.rate_hz, reach_hz)
        band = piece.tune(exact_hz, **width)
        soft = _magnitude(band, exact_hz - band.offset_hz)
        found.append(read(band, exact_hz, soft, trial.sync_in(band), modem))
    return [reception for reception in found if reception.enough]


def _lines_hz(tuner: Tuner, place: Place, side_hz: float) -> list[float]:
    """List the strongest lines within reach, but not those of a preamble beside its carrier.

    Two senders may have taken turns in one place, or speak at once.
    """
    reach_hz = place.reach_hz
    band = tuner.tune(place.offset_hz, half_width_hz=reach_hz, rate_hz=4 * reach_hz)
    size = 1 << max(10, (band.iq.size - 1).bit_length())
    spectrum = np.abs(fft.fft(band.iq, n=size))
    offsets_hz = fft.fftfreq(size, 1 / band.rate_hz)
    spectrum[np.abs(offsets_hz) > reach_hz] = 0.0
    chosen: list[float] = []
    weakest = LINE_PART * float(spectrum.max())
    while len(chosen) < LINES and spectrum.max() > weakest:
        offset_hz = float(offsets_hz[spectrum.argmax()])
        chosen.append(band.offset_hz + offset_hz)
        apart_hz = np.abs(offsets_hz - offset_hz)
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
    size = 1 << max(10, (2 * iq.size - 1).bit_length())
    spectrum = np.abs(fft.fft(iq * np.hanning(iq.size).astype(np.float32), n=size))
    reach = max(2, min(round(reach_hz / rate_hz * size), size // 2 - 2))
    lines = np.concatenate((spectrum[-reach:], spectrum[: reach + 1]))
    top = int(lines[1:-1].argmax()) + 1
    below, peak, above = np.log(np.maximum(lines[top - 1 : top + 2], 1e-30))
    bend = below - 2 * peak + above
    shift = 0.5 * (below - above) / bend if bend < 0 else 0.0
    return float((top + shift - reach) * rate_hz / size)


def _magnitude(band: Baseband, offset_hz: float) -> np.typing.NDArray[np.float32]:
    return np.abs(matched(shifted(band, offset_hz), SAMPLES_A_CHIP))


def _packet(reception: Reception) -> ComplexArray:
    """Cut out the sync word and what follows to the end of the packet, and nobody after it."""
    template_chips = len(sync.template(reception.modem))
    start = max(0, reception.sync.end - template_chips * SAMPLES_A_CHIP)
    stop = reception.clock.at(np.array([float(reception.chips.size)]))[0]
    return reception.band.iq[start : max(int(stop), reception.sync.end)]
