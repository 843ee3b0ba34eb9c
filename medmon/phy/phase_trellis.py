"""Samples and a phase model come in, the most likely chips go out.

A chip of a continuous-phase packet shows in the phase of everything after it, so chips are decided
together: a Viterbi search [1]_ over the last two chips, in which every survivor carries the phase
that its own chips have turned to (per-survivor processing [2]_). That works for any modulation
index, where a fixed set of phases needs h to be a fraction, and it lets each survivor follow what
is left of the carrier's error with a first-order loop. Two chips are enough: the likeliest errors
turn two neighbouring chips over, and they merge again after them.

.. [1] Forney, "The Viterbi algorithm", Proc. IEEE 61(3), 1973.
.. [2] Raheli, Polydoros and Tzou, "Per-survivor processing", IEEE Trans. Commun. 43(2/3/4), 1995.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.phy.phase_fit import PhaseModel
from medmon.phy.phase_pulse import Floats, pattern_turns
from medmon.phy.tuner import Baseband
from medmon.records import Modem

INSTANTS = 8
"""Samples taken of each chip."""
STATES = 4

Correlations = npt.NDArray[np.complex128]


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """Chips, most likely ones.

    Attributes
    ----------
    signs : ndarray of float64, shape (n,)
        +1 and -1.
    strength : ndarray of float64, shape (n,)
        What the samples of each chip say for this path: 1 for a clean chip of full strength.
    """

    signs: Floats
    strength: Floats


def correlations(
    band: Baseband, model: PhaseModel, modem: Modem, first: int, count: int
) -> Correlations:
    """Correlate every chip with the eight patterns that it may be the middle of.

    Parameters
    ----------
    band : Baseband
        Narrow signal.
    model : PhaseModel
        Clock, carrier and index.
    modem : Modem
        Decides on the pulse.
    first : int
        Number of the first chip; chip 0 is the first after the sync word.
    count : int
        How many chips.

    Returns
    -------
    ndarray of complex128, shape (count, 8)
        1 for a clean chip whose pattern begins at phase zero.
    """
    instants = (np.arange(INSTANTS) + 0.5) / INSTANTS
    since = model.step * (first + np.arange(count)[:, None] + instants)
    places = model.start + since
    left = np.clip(places.astype(np.intp), 0, band.iq.size - 2)
    part = np.clip(places - left, 0.0, 1.0)
    heard = band.iq[left] * (1 - part) + band.iq[left + 1] * part
    heard = heard * np.exp(-1j * (model.phase_rad + model.turn_rad * since))
    patterns = np.exp(-1j * np.pi * model.index * pattern_turns(modem, instants))
    matched: Correlations = heard @ patterns.T / (INSTANTS * model.level)
    return matched


def decided(
    matched: Correlations, before: tuple[bool, bool], index: float, gain: float
) -> Decided:
    """Find the most likely chips.

    Parameters
    ----------
    matched : ndarray of complex128, shape (n + 1, 8)
        Correlations from the last known chip on.
    before : tuple of bool
        The last two known chips.
    index : float
        Modulation index.
    gain : float
        How much of the phase's error each survivor corrects in a chip.

    Returns
    -------
    Decided
        The n chips behind the last known one.
    """
    up = cmath.exp(-1j * math.pi * index)
    turn = (up.conjugate(), up)
    known = 2 * before[0] + before[1]
    metric = [-math.inf] * STATES
    metric[known] = 0.0
    rotor = [turn[1 - before[1]]] * STATES
    origins: list[list[int]] = []
    strengths: list[list[float]] = []
    # A loop over chips: each step depends on the one before. Four states are too few for arrays.
    for row in matched.tolist():
        origin, strength, reached, turned = [], [], [], []
        for state in range(STATES):
            old, fit = state >> 1, row[state] * rotor[state >> 1]
            best = metric[old] + fit.real
            other, other_fit = old + 2, row[state + 4] * rotor[old + 2]
            if metric[other] + other_fit.real > best:
                old, fit, best = other, other_fit, metric[other] + other_fit.real
            ahead = rotor[old] * turn[old & 1] * complex(1.0, -gain * fit.imag)
            origin.append(old)
            strength.append(fit.real)
            reached.append(best)
            turned.append(ahead / abs(ahead))
        metric, rotor = reached, turned
        origins.append(origin)
        strengths.append(strength)
    return _traced(origins, strengths, max(range(STATES), key=metric.__getitem__))


def _traced(origins: list[list[int]], strengths: list[list[float]], state: int) -> Decided:
    """Follow the best survivor back. Each step decided the chip after the one it looked at."""
    signs = np.empty(len(origins))
    heard = np.empty(len(origins))
    for step in range(len(origins) - 1, -1, -1):
        signs[step] = 1.0 if state & 1 else -1.0
        heard[step] = strengths[step][state]
        state = origins[step][state]
    return Decided(signs[:-1], heard[1:])
