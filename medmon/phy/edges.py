"""A packet's reception comes in, the chip clock that its edges tell goes out.

The waveform crosses half-way between its two levels at every change of chips. Each crossing is
measured as an area, so the noise of many samples averages out, and a straight line is drawn through
all these places: its beginning is the arrival. An edge alone is good to a few samples, the line
through hundreds of edges to a fraction of one. Rising and falling edges may be shifted against each
other; that asymmetry is fitted and left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.kernels import phase_steps
from medmon.phy.baseband import Glimpses
from medmon.phy.middle import upper_median
from medmon.phy.reception import Reception
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray

EDGE_CHIPS = 6
"""Half width, in chip rates, with which the steeper edges are placed."""
AREA_CHIPS = 0.4
SHARP_CHIPS = 0.12
"""Half the window, in chips, over which an edge is measured: with a narrow filter and a wide one.
What lies outside an edge adds noise and nothing else."""
LEAST_EDGES = 8
TRACE = 1e-9 * np.eye(3)
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


def sharpened(heard: Reception, fitted: Clocking, tuner: Tuner) -> Clocking:
    """Fit the clock of an OOK packet once more, to the steeper edges of a wider signal.

    Parameters
    ----------
    heard : Reception
        The packet.
    fitted : Clocking
        Its clock as fitted to the narrow signal.
    tuner : Tuner
        The stretch of signal it comes from.

    Returns
    -------
    Clocking
        The better of the two, in samples of the narrow signal: a neighbour within the wider
        band spoils the edges there, and shows itself by their scatter.
    """
    band, marks = heard.band, heard.known_chips
    first, step = band.sample_at(fitted.first_edge), fitted.step * band.step
    half_width_hz = EDGE_CHIPS * heard.modem.symbol_rate_hz
    middles = first + step * (np.arange(marks.size) + 0.5)
    middle = tuner.glimpses(heard.carrier_hz, middles, 0.0, half_width_hz)
    values, chosen = np.abs(middle.iq[:, 0]), marks[middle.inside]
    levels = _middle(values[~chosen]), _middle(values[chosen])
    if not levels[0] < levels[1]:
        return fitted
    changes = np.flatnonzero(marks[1:] != marks[:-1]) + 1
    reach = SHARP_CHIPS * step
    near = tuner.glimpses(heard.carrier_hz, first + step * changes, reach, half_width_hz)
    rising = marks[changes][near.inside]
    late = _late(near, first + step * changes[near.inside], reach, levels, rising)
    sharp = _line(Clocking(first, step, np.inf), changes[near.inside], late, rising, reach)
    sharp = Clocking(
        (sharp.first_edge - band.first_sample) / band.step,
        sharp.step / band.step,
        sharp.error / band.step,
    )
    # A neighbour with the same clock moves all edges alike; they do not scatter then.
    is_moved = abs(sharp.first_edge - fitted.first_edge) > CREDIBLE * fitted.error
    return fitted if is_moved or sharp.error >= fitted.error else sharp


def _late(
    near: Glimpses,
    edges: npt.NDArray[np.floating],
    reach: float,
    levels: tuple[float, float],
    rising: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Measure the same as `_lateness` where only the surroundings of each edge are there."""
    low, high = levels
    total = np.zeros((near.iq.shape[0], near.iq.shape[1] + 1))
    np.cumsum(np.abs(near.iq), axis=1, out=total[:, 1:])
    # The rows one behind the other; each place lies inside its own.
    rows = np.arange(len(total)) * total.shape[1] + 0.5
    begin, end = (
        _between(total.ravel(), rows + (edges + side - near.first) / near.step)
        for side in (-reach, reach)
    )
    area = ((end - begin) * near.step - 2 * reach * low) / (high - low)
    return np.asarray(np.where(rising, reach - area, area - reach), dtype=np.float64)


def _between(
    total: npt.NDArray[np.float64], places: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    left = places.astype(np.intp)
    low = total[left]
    return np.asarray(low + (places - left) * (total[left + 1] - low))


def _fitted(
    wave: FloatArray,
    levels: tuple[float, float],
    chips: npt.NDArray[np.bool_],
    rough: Clocking,
    reach: float,
) -> Clocking:
    """Measure how late all edges are, and draw the straight line through that."""
    changes = np.flatnonzero(chips[1:] != chips[:-1]) + 1
    edges = np.asarray(rough.first_edge + rough.step * changes, dtype=np.float64)
    inside = (edges > reach + 1) & (edges < wave.size - reach - 2)
    changes, edges = changes[inside], edges[inside]
    # Of a packet in pieces the marks may be no louder than the spaces.
    if not levels[0] < levels[1]:
        return rough
    late = _lateness(wave, edges, reach, levels, chips[changes])
    return _line(rough, changes, late, chips[changes], reach)


def _line(
    rough: Clocking,
    changes: npt.NDArray[np.intp],
    late: npt.NDArray[np.float64],
    rising: npt.NDArray[np.bool_],
    reach: float,
) -> Clocking:
    """Draw the straight line through how late edges are."""
    good = np.abs(late - _middle(late)) < reach if changes.size else np.zeros(0, dtype=np.bool_)
    late = late[good]
    if late.size < LEAST_EDGES:
        return rough
    design = np.empty((3, late.size))
    design[0] = 1.0
    design[1] = changes[good] / changes[-1]
    design[2] = np.where(rising[good], 1.0, -1.0)
    # The normal equations: three unknowns, so their condition is no matter. Where all edges rise,
    # the third is any number: a trace on the diagonal makes it a small one.
    line = np.linalg.solve(design @ design.T + TRACE, design @ late)
    rest = late - line @ design
    # The end of a line is known half as well as its middle.
    error = 2 * math.sqrt(float(np.dot(rest, rest))) / late.size
    slope = line[1] / changes[-1]
    return Clocking(float(rough.first_edge + line[0]), float(rough.step + slope), error)


def _wave(heard: Reception) -> FloatArray:
    """Magnitude of an OOK signal, frequency of an FSK one."""
    iq = heard.band.iq
    if heard.deviation_hz is None:
        return np.abs(iq)
    turns = phase_steps(iq)
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
    total = np.zeros(wave.size + 1)
    np.cumsum(wave, dtype=np.float64, out=total[1:])
    # Sample i fills the time from i - 1/2 to i + 1/2.
    begin, end = (_between(total, edges + side + 0.5) for side in (-reach, reach))
    area = (end - begin - 2 * reach * low) / (high - low)
    # A rising edge that is late by d leaves the area reach - d, a falling one reach + d.
    return np.asarray(np.where(rising, reach - area, area - reach), dtype=np.float64)


def _middle(values: npt.NDArray[np.floating]) -> float:
    """Give the upper median; of nothing no number, which no comparison holds for."""
    return upper_median(values) if values.size else float("nan")
