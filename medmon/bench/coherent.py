"""Packets of a phase modulation come in, the best share that a coherent receiver reads goes out.

That receiver knows everything but the data: carrier, phase, clock, modulation index, and when the
packet comes. Its likeliest errors turn over two neighbouring chips, or the last one alone, each
with probability Q(D / sqrt(2 N0)) for the distance D of the two waveforms [1]_; a packet is read
where none of them happens. Of MSK D is that of antipodal signals.

References
----------
.. [1] J. G. Proakis, M. Salehi, "Digital Communications", 5th edition, sections 4.1 to 4.3.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from medmon.bench.bounds import PacketsRight
from signal_fixtures.waveform import ChipArray, Keying, Waveform

_PACKETS = 32
_EACH = 6
"""Of the pairs of a packet every sixth is looked at, and stands for its neighbours."""
_SAMPLES_A_CHIP = 8
_REACH_CHIPS = 4
"""The Gaussian filter smears a chip over less."""


@dataclass(frozen=True, slots=True, eq=False)
class Rivals:
    """The packets for which one is most easily taken.

    Attributes
    ----------
    pairs : ndarray of float64, shape (n,)
        Energy of the difference over that of a chip where two neighbouring chips are turned over,
        for some of the pairs.
    last : float
        The same where the last chip is turned over.
    count : int
        How many pairs there are.
    """

    pairs: npt.NDArray[np.float64]
    last: float
    count: int

    def right(self, ecn0_db: float) -> float:
        """Give the probability that the packet is taken for none of them.

        Parameters
        ----------
        ecn0_db : float
            Energy of a chip over the noise density.

        Returns
        -------
        float
            Probability.
        """
        half_energy = 10 ** (ecn0_db / 10) / 2
        pairs = np.mean(np.log1p(-ndtr(-np.sqrt(self.pairs * half_energy))))
        last = np.log1p(-ndtr(-np.sqrt(self.last * half_energy)))
        return float(np.exp(self.count * pairs + last))


def rivals(chips: ChipArray, keying: Keying, first: int) -> Rivals:
    """Measure how far the likeliest errors are from what was sent.

    Parameters
    ----------
    chips : ndarray of uint8, shape (n_chips,)
        All chips on the air.
    keying : Keying
        How they are sent.
    first : int
        The first one that is not known beforehand.

    Returns
    -------
    Rivals
        Their distances.
    """
    instants = (np.arange(chips.size * _SAMPLES_A_CHIP) + 0.5) / _SAMPLES_A_CHIP
    clean = Waveform(chips, keying).at(instants / keying.symbol_rate_hz)

    def distance(place: int) -> float:
        """Turn over two neighbours, or what there is of them."""
        turned = chips.copy()
        turned[place : place + 2] ^= 1
        end = min(place + 2 + _REACH_CHIPS, chips.size)
        part = slice(max(place - _REACH_CHIPS, 0) * _SAMPLES_A_CHIP, end * _SAMPLES_A_CHIP)
        other = Waveform(turned, keying).at(instants[part] / keying.symbol_rate_hz)
        apart = np.abs(other - clean[part]) ** 2
        # Behind the smear the two turn alike, and stay as far apart as they are there.
        return float(np.sum(apart) / _SAMPLES_A_CHIP + apart[-1] * (chips.size - end))

    pairs = np.array([distance(place) for place in range(first, chips.size - 1, _EACH)])
    return Rivals(pairs, distance(chips.size - 1), chips.size - 1 - first)


def coherent(
    draw: Callable[[np.random.Generator], tuple[ChipArray, Keying, int]],
) -> PacketsRight:
    """Give the bound of a kind of packet, the mean over some of them.

    Parameters
    ----------
    draw : callable
        Gives the chips of a packet, its keying, and the first chip that is not known.

    Returns
    -------
    callable
        From Ec/N0 in dB to the share of packets; packets are drawn when it is first asked.
    """

    @cache
    def drawn() -> tuple[Rivals, ...]:
        """Draw the packets, once."""
        generator = np.random.default_rng(0)
        return tuple(rivals(*draw(generator)) for _ in range(_PACKETS))

    def right(ecn0_db: float) -> float:
        """Average over the packets."""
        return float(np.mean([one.right(ecn0_db) for one in drawn()]))

    return right
