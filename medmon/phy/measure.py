"""A packet's reception comes in, its physical features go out: how it arrived, not what it says.

Everything is read off the narrow signal with the decided chips as a guide, because that knows
which samples are carrier and which are not:

- the clock: where the waveform crosses half-way between its two levels at every change of chips,
  measured as an area (so the noise of many samples averages out), and a straight line through
  all these places. Rising and falling edges may be shifted against each other; that asymmetry is
  fitted and left out.
- the arrival: the beginning of the first chip of the preamble on that line. An edge alone is good
  to a few samples, the line through hundreds of edges to a fraction of one.
- power, noise, carrier, deviation, bandwidth, rise time: see docs/reference/features.md, which
  has the definitions and the accuracy that tests hold them to.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.phy.baseband import Baseband
from medmon.phy.reception import Reception
from medmon.records import ComplexArray, FloatArray

BAND_POWER = 0.95
"""Part of the power that the bandwidth holds: the main lobe of rectangular keying."""
OWN_RISE = 0.93
"""Rise time of the tuner's filter times its noise width: 0.93 by its step response."""
AREA_CHIPS = 0.4
SHARP_CHIPS = 0.12
"""Half the window, in chips, over which an edge is measured: with a narrow filter and a wide one.
What lies outside an edge adds noise and nothing else."""
LEAST_EDGES = 8
MOST_EDGES = 64
"""Rising edges that are laid over each other: more would not make the mean visibly better."""
CREDIBLE = 5.0
"""Standard errors by which the sharper clock may differ from the other one."""


@dataclass(frozen=True, slots=True)
class Clocking:
    """A chip clock fitted to the edges of a packet.

    Attributes
    ----------
    first_edge : float
        Index into the narrow signal of the beginning of the first preamble chip.
    step : float
        Samples a chip.
    error : float
        Standard error of `first_edge`, in samples; infinite when there were too few edges.
    """

    first_edge: float
    step: float
    error: float


def clocking(heard: Reception) -> Clocking:
    """Fit the chip clock of a packet to its edges.

    Parameters
    ----------
    heard : Reception
        The packet.

    Returns
    -------
    Clocking
        The fitted clock; the reception's own where fewer than 8 edges are usable.
    """
    step = heard.clock.step
    rough = Clocking(float(heard.chip_places(-0.5)[0]), step, np.inf)
    wave = _wave(heard)
    return _fitted(wave, _levels(heard, wave), heard.known_chips, rough, AREA_CHIPS * step)


def sharpened(heard: Reception, fitted: Clocking, wide: Baseband) -> Clocking:
    """Fit the clock of an OOK packet once more, to the steeper edges of a wider signal.

    Parameters
    ----------
    heard : Reception
        The packet.
    fitted : Clocking
        Its clock as fitted to the narrow signal.
    wide : Baseband
        The same stretch, several chip rates wide.

    Returns
    -------
    Clocking
        The better of the two, in samples of the narrow signal: a neighbour within the wider
        band spoils the edges there, and shows itself by their scatter.
    """
    narrow, ratio = heard.band, heard.band.step / wide.step
    lag = (narrow.first_sample - wide.first_sample) / wide.step
    rough = Clocking(fitted.first_edge * ratio + lag, fitted.step * ratio, np.inf)
    wave = np.abs(wide.iq)
    middles = rough.first_edge + rough.step * (np.arange(heard.known_chips.size) + 0.5)
    values = np.interp(middles, np.arange(wave.size), wave)
    marks = heard.known_chips
    levels = _middle(values[~marks]), _middle(values[marks])
    sharp = _fitted(wave, levels, marks, rough, SHARP_CHIPS * rough.step)
    sharp = Clocking((sharp.first_edge - lag) / ratio, sharp.step / ratio, sharp.error / ratio)
    # A neighbour with the same clock moves all edges alike; they do not scatter then.
    is_moved = abs(sharp.first_edge - fitted.first_edge) > CREDIBLE * fitted.error
    return fitted if is_moved or sharp.error >= fitted.error else sharp


def _fitted(
    wave: FloatArray,
    levels: tuple[float, float],
    chips: npt.NDArray[np.bool_],
    rough: Clocking,
    reach: float,
) -> Clocking:
    """Draw the straight line through the places of all edges."""
    changes = np.flatnonzero(chips[1:] != chips[:-1]) + 1
    edges = np.asarray(rough.first_edge + rough.step * changes, dtype=np.float64)
    inside = (edges > reach + 1) & (edges < wave.size - reach - 2)
    changes, edges = changes[inside], edges[inside]
    if changes.size < LEAST_EDGES:
        return rough
    late = _lateness(wave, edges, reach, levels, chips[changes])
    design = np.stack(
        (np.ones(changes.size), changes / changes[-1], np.where(chips[changes], 1.0, -1.0)),
        axis=1,
    )
    good = np.abs(late - _middle(late)) < reach
    if good.sum() < LEAST_EDGES:
        return rough
    design, late = design[good], late[good]
    # The normal equations: three unknowns, so their condition is no matter, and they are small.
    line, *_ = np.linalg.lstsq(design.T @ design, design.T @ late, rcond=None)
    scatter = float(np.std(late - design @ line))
    # The end of a line is known half as well as its middle.
    error = 2 * scatter / float(np.sqrt(late.size))
    slope = line[1] / changes[-1]
    return Clocking(float(rough.first_edge + line[0]), float(rough.step + slope), error)


def _wave(heard: Reception) -> FloatArray:
    """Magnitude of an OOK signal, frequency of an FSK one."""
    iq = heard.band.iq
    if heard.deviation_hz is None:
        return np.abs(iq)
    turns = np.angle(iq[1:] * np.conj(iq[:-1]))
    # The difference of two samples lies half-way between them; so does their mean.
    ahead = np.concatenate((turns, turns[-1:]))
    behind = np.concatenate((turns[:1], turns))
    return np.asarray((ahead + behind) / 2, dtype=np.float32)


def _levels(heard: Reception, wave: FloatArray) -> tuple[float, float]:
    """Level of the waveform in the middle of the spaces and of the marks."""
    places = np.rint(heard.chip_places()).astype(np.intp)
    inside = (places >= 0) & (places < wave.size)
    values, marks = wave[places[inside]], heard.known_chips[inside]
    return _middle(values[~marks]), _middle(values[marks])


def _lateness(
    wave: FloatArray,
    edges: npt.NDArray[np.float64],
    reach: float,
    levels: tuple[float, float],
    rising: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Measure how much later than expected each edge is, by the area before and after it."""
    low, high = levels
    total = np.concatenate(([0.0], np.cumsum((wave - low) / (high - low), dtype=np.float64)))
    grid = np.arange(total.size) - 0.5  # sample i fills the time from i - 1/2 to i + 1/2
    area = np.interp(edges + reach, grid, total) - np.interp(edges - reach, grid, total)
    # A rising edge that is late by d leaves the area reach - d, a falling one reach + d.
    return np.asarray(np.where(rising, reach - area, area - reach), dtype=np.float64)


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
    size = 1 << 8
    frames = np.pad(piece, (0, -piece.size % size)).reshape(-1, size)
    spectra = np.fft.fftshift(np.fft.fft(frames * np.hanning(size).astype(np.float32)), axes=1)
    power = (spectra.real**2 + spectra.imag**2).sum(axis=0) / (size * 0.375 * piece.size)
    bin_hz = band.rate_hz / size
    passed = np.abs(np.arange(size) - size // 2) * bin_hz < band.noise_width_hz / 2
    # Noise less than its mean must cancel noise above it: clipped at zero bin by bin, what is
    # left of it would add up to a width of its own.
    gathered = np.cumsum(np.where(passed, power - density * bin_hz, 0.0))
    total = np.maximum.accumulate(gathered) / max(float(gathered[-1]), 1e-30)
    out = (1 - BAND_POWER) / 2
    low, high = (float(np.interp(part, total, np.arange(size))) for part in (out, 1 - out))
    return max((high - low) * bin_hz, bin_hz, least_hz)


def rise_us(wide: Baseband, edges: npt.NDArray[np.float64], chip: float) -> float | None:
    """Measure the mean rise time of a keyed carrier from 10 % to 90 % of the amplitude.

    All rising edges of a packet are laid over each other, so that their mean has the time
    resolution of their spread over the sample grid and the noise of a hundredth.

    Parameters
    ----------
    wide : Baseband
        The packet, as wide as the band allows.
    edges : ndarray of float64
        Half-amplitude places of its rising edges, in samples of `wide`.
    chip : float
        Samples a chip.

    Returns
    -------
    float or None
        Microseconds, the filter's own rise taken off in squares; None where fewer than four
        edges were heard.
    """
    edges = edges[(edges > chip) & (edges < wide.iq.size - chip)]
    if edges.size < 4:
        return None
    edges = edges[:: -(-edges.size // MOST_EDGES)]
    lags = np.linspace(-chip / 2, chip / 2, 257)
    heard = _between(wide.iq, edges[:, None] + lags)
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
    seen_us = float(lags[128 + above[0]] - lags[below[-1]]) / wide.rate_hz * 1e6
    own_us = OWN_RISE / wide.noise_width_hz * 1e6
    return float(np.sqrt(max(seen_us**2 - own_us**2, 0.0)))


def _between(iq: ComplexArray, places: npt.NDArray[np.float64]) -> ComplexArray:
    """Interpolate samples linearly; every place has two neighbours."""
    left = places.astype(np.intp)
    part = (places - left).astype(np.float32)
    return np.asarray(iq[left] * (1 - part) + iq[left + 1] * part)


def _middle(values: npt.NDArray[np.floating]) -> float:
    """Give the upper median, in a fraction of the time `numpy.median` takes."""
    place = values.size // 2
    return float(np.partition(values, place)[place]) if values.size else float("nan")
