"""A packet's reception comes in, the chip clock that its edges tell goes out.

The waveform crosses half-way between its two levels at every change of chips. Each crossing is
measured as an area, so the noise of many samples averages out, and a straight line is drawn through
all these places: its beginning is the arrival. An edge alone is good to a few samples, the line
through hundreds of edges to a fraction of one. Rising and falling edges may be shifted against each
other; that asymmetry is fitted and left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.kernels import chip_levels, edge_line, phase_steps
from medmon.phy.reception import Reception
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray

EDGE_CHIPS = 6
"""Half width, in chip rates, with which the steeper edges are placed."""
AREA_CHIPS = 0.4
SHARP_CHIPS = 0.12
"""Half the window, in chips, over which an edge is measured: with a narrow filter and a wide one.
What lies outside an edge adds noise and nothing else."""
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
    step, chips, wave = heard.clock.step, heard.known_chips, _wave(heard)
    rough = Clocking(heard.first_chip - step / 2, step, np.inf)
    levels = chip_levels(wave, heard.first_chip, step, chips)
    # Of a packet in pieces the marks may be no louder than the spaces.
    if not levels[0] < levels[1]:
        return rough
    reach, changes = AREA_CHIPS * step, _changes(chips)
    edges = np.asarray(rough.first_edge + step * changes, dtype=np.float64)
    inside = slice(*np.searchsorted(edges, (reach + 1, wave.size - reach - 2)))
    changes = changes[inside]
    line = edge_line(wave, edges[inside], changes, chips[changes], reach, levels)
    return rough if line is None else Clocking(rough.first_edge + line[0], step + line[1], line[2])


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
    band, chips = heard.band, heard.known_chips
    first, step = band.sample_at(fitted.first_edge), fitted.step * band.step
    half_width_hz = EDGE_CHIPS * heard.modem.symbol_rate_hz
    middles = first + step * (np.arange(chips.size) + 0.5)
    middle = tuner.glimpses(heard.carrier_hz, middles, 0.0, half_width_hz)
    # One sample for each chip, so the samples are the chips' places.
    levels = chip_levels(np.abs(middle.iq[:, 0]), 0.0, 1.0, chips[middle.inside])
    if not levels[0] < levels[1]:
        return fitted
    changes, reach = _changes(chips), SHARP_CHIPS * step
    near = tuner.glimpses(heard.carrier_hz, first + step * changes, reach, half_width_hz)
    changes = changes[near.inside]
    # The rows one behind the other; each edge and its surroundings lie inside their own.
    rows = np.arange(changes.size) * near.iq.shape[1]
    edges = rows + (first + step * changes - near.first) / near.step
    line = edge_line(
        np.abs(near.iq).ravel(), edges, changes, chips[changes], reach / near.step, levels
    )  # fmt: skip
    if line is None:
        return fitted
    late, slower, error = (number * near.step / band.step for number in line)
    # A neighbour with the same clock moves all edges alike; they do not scatter then.
    if abs(late) > CREDIBLE * fitted.error or error >= fitted.error:
        return fitted
    return Clocking(fitted.first_edge + late, fitted.step + slower, error)


def _changes(chips: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Give the numbers of the chips that are not as the one before."""
    return np.asarray((chips[1:] != chips[:-1]).nonzero()[0] + 1, dtype=np.int64)


def _wave(heard: Reception) -> FloatArray:
    """Magnitude of an OOK signal, frequency of an FSK one."""
    iq = heard.band.iq
    if heard.deviation_hz is None:
        return np.abs(iq)
    turns = phase_steps(iq)
    # The difference of two samples lies half-way between them; so does their mean.
    wave: FloatArray = np.empty(iq.size if turns.size else 0, dtype=np.float32)
    wave[:1], wave[-1:] = turns[:1], turns[-1:]
    np.add(turns[:-1], turns[1:], out=wave[1:-1])
    wave[1:-1] *= np.float32(0.5)
    return wave
