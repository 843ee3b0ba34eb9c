"""Samples and a phase model come in, the most likely chips go out.

A chip of a continuous-phase packet shows in the phase of everything after it, so chips are decided
together: a Viterbi search [1]_ over the last two chips, in which every survivor carries the phase
that its own chips have turned to (per-survivor processing [2]_). That works for any modulation
index, where a fixed set of phases needs h to be a fraction, and it lets each survivor follow what
is left of the carrier's error with a first-order loop. The likeliest errors turn two neighbouring
chips over and merge again after them. Where h is not quite one half, two chips that are turned over
to the same side leave a small turn behind, which speaks against them for as long as the packet
goes on: survivors whose number of ones differs, modulo four, are kept apart for that.

.. [1] Forney, "The Viterbi algorithm", Proc. IEEE 61(3), 1973.
.. [2] Raheli, Polydoros and Tzou, "Per-survivor processing", IEEE Trans. Commun. 43(2/3/4), 1995.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.phy.baseband import Baseband
from medmon.phy.phase_fit import PhaseModel
from medmon.phy.phase_pulse import Floats, pattern_turns
from medmon.records import Modem

INSTANTS = 8
"""Samples taken of each chip."""
CLASSES = 4
STATES = 4 * CLASSES
"""The last two chips, and the number of ones before them modulo four."""


def _origins() -> npt.NDArray[np.intp]:
    """List the two states before each: they differ in the chip that falls out of sight."""
    state = np.arange(STATES)
    last = state >> 1 & 1
    first = last | ((state >> 2) - last) % CLASSES << 2
    return np.stack((first, first | 2))


ORIGINS = _origins()

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


@dataclass(frozen=True, slots=True, eq=False)
class Survivors:
    """All survivors of a search, row by row.

    Attributes
    ----------
    swaps : ndarray of bool, shape (n + 1, states)
        Which of the two ways into the state was better.
    strengths : ndarray of float64, shape (n + 1, states)
        What the chip of this row says for the way into the state.
    metrics : ndarray of float64, shape (n + 1, states)
        What all chips up to this row say.
    """

    swaps: npt.NDArray[np.bool_]
    strengths: Floats
    metrics: Floats

    @property
    def chips(self) -> int:
        """Chips behind the last known one."""
        return len(self.swaps) - 1

    def path(self, count: int) -> Decided:
        """Decide the first chips by nothing that comes after them.

        What stands behind the end of a packet is noise; it would turn over its last chip, which
        has only itself to speak for it.

        Parameters
        ----------
        count : int
            How many.

        Returns
        -------
        Decided
            The most likely ones.
        """
        state = int(self.metrics[count].argmax())
        signs, heard = np.empty(count + 1), np.empty(count + 1)
        # Each row decided the chip after the one it looked at.
        for row in range(count, -1, -1):
            signs[row] = 1.0 if state & 1 else -1.0
            heard[row] = self.strengths[row, state]
            state = int(ORIGINS[int(self.swaps[row, state]), state])
        return Decided(signs[:-1], heard[1:])


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
    patterns = np.exp(-1j * np.pi * model.index * pattern_turns(modem, INSTANTS))
    matched: Correlations = heard @ patterns.T / (INSTANTS * model.level)
    return matched


def searched(
    matched: Correlations, before: tuple[bool, bool], index: float, gain: float
) -> Survivors:
    """Search for the most likely chips.

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
    Survivors
        Of the n chips behind the last known one.
    """
    state = np.arange(STATES)
    metric = np.where(state == 2 * before[0] + before[1], 0.0, -np.inf)
    # The phase is counted from the end of the last known chip.
    rotor = np.full(STATES, np.exp(1j * np.pi * index * (1.0 if before[1] else -1.0)))
    turns = np.exp(-1j * np.pi * index * np.where(state & 2, 1.0, -1.0))
    ways = matched[:, np.stack((state & 3, state & 3 | 4))]
    swaps = np.empty((len(matched), STATES), dtype=np.bool_)
    strengths = np.empty((len(matched), STATES))
    metrics = np.empty((len(matched), STATES))
    # A loop over chips: each step depends on the one before.
    for step, row in enumerate(ways):
        before_rotor = rotor[ORIGINS]
        fits = row * before_rotor
        reached = metric[ORIGINS] + fits.real
        swap = reached[1] > reached[0]
        fit = np.where(swap, fits[1], fits[0])
        rotor = np.where(swap, before_rotor[1], before_rotor[0]) * turns
        rotor *= np.exp(-1j * gain * fit.imag)
        metrics[step] = metric = np.maximum(reached[0], reached[1])
        swaps[step], strengths[step] = swap, fit.real
    return Survivors(swaps, strengths, metrics)
