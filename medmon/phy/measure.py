"""A packet's reception comes in, its physical features go out: how it arrived, not what it says.

Everything is read off the narrow signal with the decided chips as a guide, because that knows
which samples are carrier and which are not. Power, noise, carrier, deviation, bandwidth, rise time:
see docs/reference/features.md, which has the definitions and the accuracy that tests hold them to.
The clock and the arrival are those of `medmon.phy.edges`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from medmon.kernels import FilterBank, Rows, mark_power, mean_edge
from medmon.phy.baseband import Baseband
from medmon.phy.reception import Reception
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray

BAND_POWER = 0.95
"""Part of the power that the bandwidth holds: the main lobe of rectangular keying."""
EDGES = np.array(((1 - BAND_POWER) / 2, (1 + BAND_POWER) / 2))
BINS = 256
NUMBERS = np.arange(BINS, dtype=np.float64)
SPECTRA = FilterBank(np.concatenate((np.hanning(BINS), np.zeros(BINS))).astype(np.float32))
"""Short spectra behind a Hann window that the bandwidth is read off."""
WINDOW_POWER = 0.375
TOGETHER, MOST_FRAMES = 8, 1024
"""Spectra that are made in one go, and how many of each of them may be averaged."""
OWN_RISE = 0.93
"""Rise time of the tuner's filter times its noise width: 0.93 by its step response."""
RISE_CHIPS = 16
"""Half width, in chip rates, with which the rise of edges is measured."""
LEAST_EDGES = 4
LAGS, MIDDLE, TAIL = 257, 128, 64
"""Places over a chip around each edge, and the last of them, by whose phase it is turned: so noise
averages out. The mean of magnitudes would keep it, hide the foot of the edge and read too short."""
LEVEL = 32
"""Places at either end over which the level is averaged."""
MOST_EDGES = 64
"""Rising edges that are laid over each other: more would not make the mean visibly better."""


def on_power(heard: Reception, noise: float) -> float:
    """Measure the power while the carrier is on, noise taken off.

    Parameters
    ----------
    heard : Reception
        The packet.
    noise : float
        Noise power in its narrow signal.

    Returns
    -------
    float
        Power; at least a thousandth of the noise, so that it has a logarithm.
    """
    ook, step, chips = heard.deviation_hz is None, heard.clock.step, heard.known_chips
    # A band-limited OOK chip is level in its middle; a shifted carrier is level on the whole
    # average only, its amplitude rings at every change of tone.
    reach = max(1, round(step / 8)) if ook else round(step / 2)
    on_air = chips if ook else np.ones(chips.size, dtype=np.bool_)
    power = mark_power(heard.band.iq, heard.first_chip, step, on_air, reach)
    return max(power - noise, noise * 1e-3, 1e-15)


def bandwidth_hz(band: Baseband, start: float, stop: float, density: float) -> float:
    """Measure the width that holds 95 % of the power of a burst.

    Parameters
    ----------
    band : Baseband
        Its narrow signal.
    start, stop : float
        Where the burst stands in it.
    density : float
        Noise power in one hertz.

    Returns
    -------
    float
        Width in hertz, as much power left out below as above; no less than a burst of that
        length has by its nature.
    """
    least_hz = band.rate_hz / max(stop - start, 1.0)
    piece = band.iq[max(0, round(start)) : max(0, round(stop))]
    if piece.size < 16:
        return max(band.noise_width_hz, least_hz)
    bin_hz = band.rate_hz / BINS
    power = _spectrum(piece) - density * bin_hz
    passed = min(max(0, math.ceil(band.noise_width_hz / 2 / bin_hz) - 1), BINS // 2)
    power[: BINS // 2 - passed] = 0.0
    power[BINS // 2 + passed + 1 :] = 0.0
    # Noise less than its mean must cancel noise above it: clipped at zero bin by bin, what is
    # left of it would add up to a width of its own.
    gathered = power.cumsum()
    total = np.maximum.accumulate(gathered) / max(float(gathered[-1]), 1e-30)
    low, high = np.interp(EDGES, total, NUMBERS)
    return max(float(high - low) * bin_hz, bin_hz, least_hz)


def _spectrum(iq: ComplexArray) -> npt.NDArray[np.float64]:
    """Give the power of a burst in each of `BINS` bins, the lowest frequency first."""
    frames = -(-iq.size // BINS)
    each = min(-(-frames // TOGETHER), MOST_FRAMES)
    rows = -(-frames // each)
    padded = np.zeros((rows * each + 1) * BINS, dtype=np.complex64)
    padded[: iq.size] = iq
    powers = SPECTRA.row_powers(padded, 0j, Rows(rows, 0, BINS, each, rows * BINS))
    power = powers.sum(axis=0, dtype=np.float64) * (each / (BINS * WINDOW_POWER * iq.size))
    return np.concatenate((power[BINS // 2 :], power[: BINS // 2]))


def rise_us(heard: Reception, first: float, chip: float, tuner: Tuner) -> float | None:
    """Measure the mean rise time of a keyed carrier from 10 % to 90 % of the amplitude.

    All rising edges of a packet are laid over each other, so that their mean has the time
    resolution of their spread over the sample grid and the noise of a hundredth. A shifted carrier
    does not rise inside its packet.

    Parameters
    ----------
    heard : Reception
        The packet.
    first : float
        Where its first chip begins, in samples of the stream.
    chip : float
        Samples of the stream for a chip.
    tuner : Tuner
        The stretch of signal it comes from, as wide as the band allows.

    Returns
    -------
    float or None
        Microseconds, the filter's own rise taken off in squares; None where fewer than four
        edges were heard.
    """
    chips = heard.known_chips
    edges = first + chip * (np.flatnonzero(chips[1:] & ~chips[:-1]) + 1)
    edges = edges[:: max(1, -(-edges.size // MOST_EDGES))]
    half_width_hz = RISE_CHIPS * heard.modem.symbol_rate_hz
    near = tuner.glimpses(heard.carrier_hz, edges, chip / 2, half_width_hz)
    edges = edges[near.inside]
    if edges.size < LEAST_EDGES:
        return None
    apart = chip / (LAGS - 1)
    # Places in a stream of days are rounded, and none may lie before the first sample of its row.
    firsts = np.maximum((edges - chip / 2 - near.first) / near.step, 0.0)
    seen = _risen(mean_edge(near.iq, firsts, apart / near.step, LAGS, TAIL))
    if seen is None:
        return None
    per_us = heard.band.rate_hz * heard.band.step * 1e-6
    seen_us = seen * apart / per_us
    own_us = OWN_RISE / near.noise_width_hz * 1e6
    return math.sqrt(max(seen_us**2 - own_us**2, 0.0))


def _risen(mean: npt.NDArray[np.float64]) -> float | None:
    """Count the lags from 10 % to 90 % of the amplitude in the mean of edges.

    The crossing of half the amplitude is in its middle.
    """
    low, high = (float(end.sum()) / LEVEL for end in (mean[:LEVEL], mean[-LEVEL:]))
    if high <= low:
        return None
    part = (mean - low) / (high - low)
    # From the half-way crossing outwards, so that noise far from the edge is no edge.
    below, above = (part[: MIDDLE + 1] < 0.1).nonzero()[0], (part[MIDDLE:] > 0.9).nonzero()[0]
    if not below.size or not above.size:
        return None
    foot, top = int(below[-1]), MIDDLE - 1 + int(above[0])
    return (top + _crossing(part, top, 0.9)) - (foot + _crossing(part, foot, 0.1))


def _crossing(part: npt.NDArray[np.float64], before: int, level: float) -> float:
    """Give how far behind a sample a level is crossed, in samples; 0 where it is not."""
    rise = float(part[before + 1] - part[before])
    return min(max((level - float(part[before])) / rise, 0.0), 1.0) if rise > 0 else 0.0
