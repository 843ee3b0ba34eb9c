"""A packet's reception comes in, its physical features go out: how it arrived, not what it says.

Everything is read off the narrow signal with the decided chips as a guide, because that knows
which samples are carrier and which are not. Power, noise, carrier, deviation, bandwidth, rise time:
see docs/reference/features.md, which has the definitions and the accuracy that tests hold them to.
The clock and the arrival are those of `medmon.phy.edges`.
"""

from __future__ import annotations

import numpy as np

from medmon.phy.baseband import Baseband
from medmon.phy.reception import Reception
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray, FloatArray

BAND_POWER = 0.95
"""Part of the power that the bandwidth holds: the main lobe of rectangular keying."""
SPECTRUM = np.hanning(1 << 8).astype(np.float32)
"""Window of the short spectra that the bandwidth is read off."""
OWN_RISE = 0.93
"""Rise time of the tuner's filter times its noise width: 0.93 by its step response."""
RISE_CHIPS = 16
"""Half width, in chip rates, with which the rise of edges is measured."""
LEAST_EDGES = 4
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
    ook = heard.deviation_hz is None
    places = np.rint(heard.chip_places()[heard.known_chips | (not ook)]).astype(np.intp)
    # A band-limited OOK chip is level in its middle; a shifted carrier is level on the whole
    # average only, its amplitude rings at every change of tone.
    reach = max(1, round(heard.clock.step / 8)) if ook else round(heard.clock.step / 2)
    around = places[:, None] + np.arange(-reach, reach + 1)
    iq = heard.band.iq
    around = around[(places >= reach) & (places < iq.size - reach)]
    power = float(np.mean(iq[around].real ** 2 + iq[around].imag ** 2)) if around.size else 0.0
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
    size = SPECTRUM.size
    frames = np.zeros((-(-piece.size // size), size), dtype=np.complex64)
    frames.ravel()[: piece.size] = piece
    spectra = np.fft.fft(frames * SPECTRUM).view(np.float32).reshape(len(frames), size, 2)
    power = np.einsum("ijk,ijk->j", spectra, spectra) / (size * 0.375 * piece.size)
    power = np.fft.fftshift(power)
    bin_hz = band.rate_hz / size
    passed = np.abs(np.arange(size) - size // 2) * bin_hz < band.noise_width_hz / 2
    # Noise less than its mean must cancel noise above it: clipped at zero bin by bin, what is
    # left of it would add up to a width of its own.
    gathered = np.cumsum(np.where(passed, power - density * bin_hz, 0.0))
    total = np.maximum.accumulate(gathered) / max(float(gathered[-1]), 1e-30)
    out = (1 - BAND_POWER) / 2
    low, high = (float(np.interp(part, total, np.arange(size))) for part in (out, 1 - out))
    return max((high - low) * bin_hz, bin_hz, least_hz)


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
    lags = np.linspace(-chip / 2, chip / 2, 257)
    seen = _risen(near.at(edges[:, None] + lags))
    if seen is None:
        return None
    per_us = heard.band.rate_hz * heard.band.step * 1e-6
    seen_us = seen * float(lags[1] - lags[0]) / per_us
    own_us = OWN_RISE / near.noise_width_hz * 1e6
    return float(np.sqrt(max(seen_us**2 - own_us**2, 0.0)))


def _risen(heard: ComplexArray) -> float | None:
    """Count the samples from 10 % to 90 % of the amplitude in the mean of edges, one in each row.

    The crossing of half the amplitude is in the middle of each.
    """
    # Turned to the phase of the carrier behind each edge, noise averages out; the mean of
    # magnitudes would keep it, hide the foot of the edge and read too short.
    carrier = heard[:, -64:].mean(axis=1, keepdims=True)
    mean = (heard * np.conj(carrier)).real.mean(axis=0)
    low, high = float(mean[:32].mean()), float(mean[-32:].mean())
    if high <= low:
        return None
    part = (mean - low) / (high - low)
    # From the half-way crossing outwards, so that noise far from the edge is no edge.
    below, above = np.flatnonzero(part[:129] < 0.1), np.flatnonzero(part[128:] > 0.9)
    if not below.size or not above.size:
        return None
    foot, top = int(below[-1]), 127 + int(above[0])
    return (top + _crossing(part, top, 0.9)) - (foot + _crossing(part, foot, 0.1))


def _crossing(part: FloatArray, before: int, level: float) -> float:
    """Give how far behind a sample a level is crossed, in samples; 0 where it is not."""
    rise = float(part[before + 1] - part[before])
    return min(max((level - float(part[before])) / rise, 0.0), 1.0) if rise > 0 else 0.0
