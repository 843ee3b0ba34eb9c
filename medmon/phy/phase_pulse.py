"""Chips come in, the phase that a continuous-phase sender makes of them goes out.

A binary sender with modulation index h turns its phase by pi h in each chip, up for a 1 and down
for a 0 (Proakis, Digital Communications, 5th ed., section 3.3-2; h is twice the deviation over the
chip rate). What is given here is the turn in units of pi h, so that the index can be estimated.

MSK changes its frequency in steps. GFSK sends them through a Gaussian filter of 3 dB bandwidth B
with BT = 0.5 [1]_: a step of the frequency becomes a normal distribution function of ``sigma =
sqrt(ln 2) / (2 pi BT)`` chips [2]_, and the phase runs on as its integral. That reaches less than a
chip to either side, so the phase in a chip depends on the chip itself and its two neighbours.

.. [1] Bluetooth Core Specification 5.4, volume 6, part A, section 3.1.
.. [2] Murota and Hirade, "GMSK modulation for digital mobile radio telephony", IEEE Trans.
   Commun. 29(7), 1981.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from medmon.records import Modem

Floats = npt.NDArray[np.float64]

GAUSSIAN_BT = 0.5
SIGMA = math.sqrt(math.log(2)) / (2 * math.pi * GAUSSIAN_BT)
"""Of the filtered frequency step, in chips."""
PATTERNS = 8
"""Three chips in a row: the one before, the chip, the one after; first on the air most significant.
"""


def index_of(modem: Modem) -> float:
    """Give the declared modulation index of a modem.

    Parameters
    ----------
    modem : Modem
        MSK or GFSK.

    Returns
    -------
    float
        Twice the deviation over the chip rate; 0.5 where none is declared.
    """
    return 2 * modem.deviation_hz / modem.symbol_rate_hz if modem.deviation_hz else 0.5


def signs_from_text(chips: str) -> Floats:
    """Read chips.

    Parameters
    ----------
    chips : str
        Ones and zeros.

    Returns
    -------
    ndarray of float64, shape (n,)
        +1 for a 1, -1 for a 0.
    """
    return np.array([1.0 if chip == "1" else -1.0 for chip in chips], dtype=np.float64)


class Turns:
    """The phase of a run of chips, and how it moves.

    Parameters
    ----------
    signs : ndarray of float64, shape (n_chips,)
        +1 and -1; what stands before and behind them is not known and counts as nothing changing.
    modem : Modem
        Decides on the filter.
    """

    def __init__(self, signs: Floats, modem: Modem) -> None:
        self._signs = signs
        self._sum = np.concatenate(([0.0], np.cumsum(signs)))
        self._steps = np.concatenate(([0.0], np.diff(signs), [0.0]))
        self._is_smooth = modem.modulation == "gfsk"

    def at(self, places: Floats) -> tuple[Floats, Floats]:
        """Give the phase at some instants.

        Parameters
        ----------
        places : ndarray of float64, shape (n,)
            In chips after the beginning of the first one.

        Returns
        -------
        phase : ndarray of float64, shape (n,)
            Turned since the beginning of the first chip, in units of pi h.
        speed : ndarray of float64, shape (n,)
            What it turns in a chip at this speed: +1 or -1 in the middle of long runs.
        """
        chip = np.clip(np.floor(places), 0, self._signs.size - 1).astype(np.intp)
        inside = places - chip
        phase = self._sum[chip] + self._signs[chip] * inside
        speed = self._signs[chip].copy()
        if self._is_smooth:
            for edge in (0, 1):
                step, late = self._steps[chip + edge], inside - edge
                phase += step * _bend(late)
                speed += step * (_normal(late / SIGMA) - (late >= 0))
        return phase, speed


def _normal(deviations: Floats) -> Floats:
    """Give the normal distribution function."""
    # Imported where a Gaussian packet is heard: it takes as long as the rest of a short replay.
    from scipy.special import ndtr

    return np.asarray(ndtr(deviations), dtype=np.float64)


def _bend(late: Floats) -> Floats:
    """Integrate what the filter adds to a step of one, from long before to `late` chips after."""
    bell = np.exp(-0.5 * (late / SIGMA) ** 2) / math.sqrt(2 * math.pi)
    bent: Floats = late * _normal(late / SIGMA) + SIGMA * bell - np.maximum(late, 0.0)
    return bent


@cache
def pattern_turns(modem: Modem, instants: int) -> Floats:
    """Give the phase inside a chip for each pattern of three chips.

    Parameters
    ----------
    modem : Modem
        Decides on the filter.
    instants : int
        How many instants, spread evenly over the chip.

    Returns
    -------
    ndarray of float64, shape (8, instants)
        Turned since the beginning of the chip, in units of pi h, for the patterns 000 to 111.
    """
    inside = 1.0 + (np.arange(instants) + 0.5) / instants
    signs = 2.0 * ((np.arange(PATTERNS)[:, None] >> np.array([2, 1, 0])) & 1) - 1.0
    return np.stack([Turns(three, modem).at(inside)[0] - three[0] for three in signs])
