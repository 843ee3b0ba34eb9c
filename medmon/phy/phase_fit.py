"""Samples and the chips they carry come in, the carrier, clock and shift that fit best go out.

The phase of a continuous-phase packet is a sum of known shapes: a constant, a line for the carrier,
its own speed times a shift in time (and times a line, for the clock's rate), and its own turn times
an error of the modulation index. What is left of the samples once the model is turned off is a
small angle, linear in all five; one least-squares step for all of them at once, repeated a few
times, is the maximum-likelihood fit. It reaches the Cramer-Rao bound, and needs no edges: a
Gaussian filter leaves none.

Few chips say little about the clock's rate and the index; both are held to what the modem declares,
as loosely as such devices keep to it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from medmon.phy.baseband import Baseband
from medmon.phy.phase_pulse import Floats, Turns, index_of
from medmon.records import Modem

ROUNDS = 4
CLOCK_ERROR = 300e-6
"""Standard deviation of a sender's clock; what is found may be several times that."""
INDEX_ERROR = {"msk": 0.01, "gfsk": 0.03}
"""Standard deviation of the modulation index. Bluetooth allows 0.45 to 0.55."""
SHIFT_CHIPS = 0.25
"""Standard deviation of where the first fit may find the packet, and no step is larger."""


@dataclass(frozen=True, slots=True)
class PhaseModel:
    """All that the phase of a packet depends on, but its chips.

    Attributes
    ----------
    start : float
        Index into the narrow signal at which the first chip after the sync word begins.
    step : float
        Samples a chip.
    phase_rad : float
        Phase at `start`.
    turn_rad : float
        Carrier: radians a sample.
    index : float
        Modulation index.
    level : float
        Amplitude.
    """

    start: float
    step: float
    phase_rad: float
    turn_rad: float
    index: float
    level: float = 1.0


def fitted(band: Baseband, signs: Floats, lead: int, model: PhaseModel, modem: Modem) -> PhaseModel:
    """Fit a model to the samples of known chips.

    Parameters
    ----------
    band : Baseband
        Narrow signal.
    signs : ndarray of float64, shape (n_chips,)
        The chips, +1 and -1.
    lead : int
        How many of them stand before `model.start`.
    model : PhaseModel
        Close to the truth: a quarter of a chip, and a phase good to a radian all along.
    modem : Modem
        What is declared.

    Returns
    -------
    PhaseModel
        The best fit.
    """
    turns = Turns(signs, modem)
    for _ in range(ROUNDS):
        model = _stepped(band, turns, signs, lead, model, modem)
    return model


def _stepped(
    band: Baseband, turns: Turns, signs: Floats, lead: int, model: PhaseModel, modem: Modem
) -> PhaseModel:
    """Take one least-squares step."""
    first = max(0, int(np.ceil(model.start - lead * model.step)))
    last = min(band.iq.size, int(model.start + (signs.size - lead) * model.step))
    since = np.arange(first, last, dtype=np.float64) - model.start
    places = since / model.step + lead
    turned, speed = turns.at(places)
    turned -= signs[:lead].sum()
    angle = model.phase_rad + model.turn_rad * since + np.pi * model.index * turned
    left = band.iq[first:last] * np.exp(-1j * angle)
    level = float(left.real.mean()) if left.size > signs.size else 0.0
    if level <= 0.0:
        return model
    along = since / model.step / signs.size
    bend = np.pi * model.index * speed
    design = np.stack((np.ones_like(along), along, bend, bend * along, np.pi * turned), axis=1)
    # Noise is white over the passband, not from sample to sample.
    noise = max(float(np.mean(np.abs(left) ** 2)) - level**2, 1e-4 * level**2)
    variance = noise * band.rate_hz / band.noise_width_hz / (2 * level**2)
    nominal = band.rate_hz / modem.symbol_rate_hz
    slow = model.step / nominal - 1.0
    prior = np.array(
        [
            0.0,
            0.0,
            SHIFT_CHIPS**-2,
            (CLOCK_ERROR * signs.size) ** -2,
            INDEX_ERROR.get(modem.modulation, 0.03) ** -2,
        ]
    )
    wanted = np.array([0.0, 0.0, 0.0, slow * signs.size, index_of(modem) - model.index])
    normal = design.T @ design / variance + np.diag(prior)
    solved = np.linalg.solve(normal, design.T @ (left.imag / level) / variance + prior * wanted)
    shift = float(np.clip(solved[2], -SHIFT_CHIPS, SHIFT_CHIPS)) * model.step
    return replace(
        model,
        start=model.start - shift,
        step=model.step / (1.0 + float(solved[3]) / signs.size),
        phase_rad=model.phase_rad + float(solved[0]) - model.turn_rad * shift,
        turn_rad=model.turn_rad + float(solved[1]) / model.step / signs.size,
        index=model.index + float(solved[4]),
        level=level,
    )
