"""Energy that no modem understands comes in, a burst with what can be measured blindly goes out."""

from __future__ import annotations

import numpy as np

from medmon.phy import measure
from medmon.phy.baseband import Baseband
from medmon.phy.bursts import SMOOTH_S, Stretch
from medmon.phy.middle import median
from medmon.phy.ook import carrier_line_hz
from medmon.phy.packets import Heard, decibel
from medmon.phy.reception import matched
from medmon.records import Modulation, Radio

KEYED_MARKS = 3
"""A carrier that was switched on this often within a burst is keyed."""
TWO_TONES = 2.1
"""Kurtosis of the frequency under which it has two values: 1 for two tones, 1.8 for a flat
spread, 3 for noise around one tone."""
LEAST_DEVIATION_HZ = 1_000.0
"""Two tones closer than this are one oscillator that wanders."""
WINDOW_S = 1e-3
"""A keyed carrier reaches its full power in each millisecond."""
LEAST_WINDOWS = 8
CLEAR_SNR_DB = 15.0
"""Below this SNR noise moves the peaks of a lone carrier too much."""
USUAL = 0.25
"""Quantile of the peaks that are one sender's, even where two speak for half of the time."""
SUM = 2.0
"""Two carriers of like power beat with up to four times the power of one, a second one that is
7 dB weaker with twice."""
BACK = 1.5
"""Power, over the usual one, under which a peak is one sender's again."""


def heard(band: Baseband, stretch: Stretch, density: float) -> Heard:
    """Measure a burst without knowing what it is.

    Parameters
    ----------
    band : Baseband
        Its narrow signal.
    stretch : Stretch
        Where it was on the air.
    density : float
        Noise power in one hertz.

    Returns
    -------
    Heard
        The burst, without frames.
    """
    noise = density * band.noise_width_hz
    power = max(stretch.on - noise, noise * 1e-3, 1e-15)
    width_hz = measure.bandwidth_hz(band, stretch.start, stretch.stop, density)
    kind, carrier_hz, deviation_hz = _kind(band, stretch)
    radio = Radio(
        freq_hz=band.offset_hz + carrier_hz,
        cfo_hz=band.offset_hz + carrier_hz,
        bandwidth_hz=width_hz,
        rssi_dbfs=decibel(power),
        snr_db=decibel(power / (density * width_hz)),
        noise_dbfs=decibel(density * width_hz),
        duration_us=(stretch.stop - stretch.start) * 1e6 / band.rate_hz,
        modulation=kind,
        deviation_hz=deviation_hz,
        collided=kind == "ook" and _is_spoken_into(band, stretch, noise),
    )
    return Heard(band.sample_at(stretch.start), band.sample_at(stretch.stop), radio)


def _kind(band: Baseband, stretch: Stretch) -> tuple[Modulation, float, float | None]:
    """Tell a keyed carrier from a shifted one, and give carrier and deviation."""
    piece = band.iq[max(0, round(stretch.start)) : round(stretch.stop) + 1]
    line_hz = carrier_line_hz(piece, band.rate_hz, band.rate_hz / 4)
    if stretch.marks >= KEYED_MARKS:
        return "ook", line_hz, None
    smooth = matched(piece, 4)
    turns = np.angle(smooth[1:] * np.conj(smooth[:-1])) * band.rate_hz / (2 * np.pi)
    turns = turns[2:-2]
    if turns.size < 32 or turns.std() == 0:
        return "unknown", line_hz, None
    spread = (turns - turns.mean()) / turns.std()
    if float(np.mean(spread**4)) > TWO_TONES:
        return "unknown", line_hz, None
    low, high = median(turns[spread < 0]), median(turns[spread >= 0])
    if high - low < 2 * LEAST_DEVIATION_HZ:
        return "unknown", line_hz, None
    return "fsk", (low + high) / 2, (high - low) / 2


def _is_spoken_into(band: Baseband, stretch: Stretch, noise: float) -> bool:
    """Tell whether a second keyed carrier came and went within the burst of a first one.

    The peaks of one are alike from its beginning to its end; while two speak they beat. A louder
    one that follows another is no collision: the peaks rise and do not fall again.
    """
    if stretch.on < noise * 10 ** (CLEAR_SNR_DB / 10):
        return False
    piece = band.iq[max(0, round(stretch.start)) : round(stretch.stop)]
    smooth = matched(piece, max(1, round(SMOOTH_S * band.rate_hz)))
    width = max(1, round(WINDOW_S * band.rate_hz))
    count = smooth.size // width
    if count < LEAST_WINDOWS:
        return False
    power = smooth.real**2 + smooth.imag**2
    peaks = power[: count * width].reshape(count, width).max(axis=1)
    peaks /= np.partition(peaks, int(USUAL * count))[int(USUAL * count)]
    return bool(peaks[0] < BACK and peaks[-1] < BACK and (peaks > SUM).sum() > 1)
