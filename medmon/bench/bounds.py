"""A level comes in, the best share of packets that any receiver could read goes out.

The receivers of these bounds know when each chip begins and how strong it is, but not the phase of
the carrier; what arrives is the packet and white Gaussian noise. Levels are Ec/N0: the energy of a
chip at full carrier over the noise power in one hertz, g as a plain number.

=================  ================================================================================
what               probability that one symbol is decided wrongly
=================  ================================================================================
OOK, hard chips    min over b of [exp(-b^2 / 2) + 1 - Q1(sqrt(2 g), b)] / 2, one chip [1]_
OOK, soft 4b6b     the most likely of the 16 words, sum over their marks of ln I0(sqrt(2 g) r), by
                   drawing 120,000 words
Manchester, joint  exp(-g) (4 + g) / 8, both chips of a bit summed as powers, one bit [1]_
=================  ================================================================================

A packet of n symbols is right where all are: (1 - p)^n. Preamble, sync word and the search for the
packet cost nothing here, so no receiver that has to search can quite get there.

References
----------
.. [1] J. G. Proakis, M. Salehi, "Digital Communications", 5th edition, sections 4.5 and 11.1:
   non-coherent detection of orthogonal and on-off signals, square-law combining of two.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TypeAlias

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import i0e
from scipy.stats import ncx2

from signal_fixtures.linecode import four_to_six

SymbolError: TypeAlias = Callable[[float], float]
"""From Ec/N0 in dB to the probability that a symbol is wrong."""
PacketsRight: TypeAlias = Callable[[float], float]
"""From Ec/N0 in dB to the share of packets of which every symbol is right."""

_WORDS = four_to_six(bytes(range(16))).reshape(16, 2, 6)[:, 1].astype(np.float32)
_DRAWS = 120_000
_DRAWN_DB = np.arange(5.0, 13.25, 0.5)
_RANGE_DB = (0.0, 25.0)


def ook_hard(ecn0_db: float) -> float:
    """Give the error of one keyed chip with the best threshold for its level.

    Parameters
    ----------
    ecn0_db : float
        Ec/N0.

    Returns
    -------
    float
        Probability.
    """
    energy = 2 * 10 ** (ecn0_db / 10)

    def wrong(threshold: float) -> float:
        """Average the two mistakes: noise above the threshold, a mark below it."""
        return float(np.exp(-(threshold**2) / 2) + ncx2.cdf(threshold**2, 2, energy)) / 2

    return float(minimize_scalar(wrong, bounds=(0.0, np.sqrt(energy) + 2), method="bounded").fun)


def manchester_joint(ecn0_db: float) -> float:
    """Give the error of one Manchester bit whose two chips are judged together.

    Parameters
    ----------
    ecn0_db : float
        Ec/N0.

    Returns
    -------
    float
        Probability.
    """
    energy = 10 ** (ecn0_db / 10)
    return float(np.exp(-energy) * (4 + energy) / 8)


def ook_soft(ecn0_db: float) -> float:
    """Give the error of one 4b6b word, the most likely of sixteen.

    Parameters
    ----------
    ecn0_db : float
        Ec/N0.

    Returns
    -------
    float
        Probability; from a smooth curve through levels of 5 to 13 dB, at most 1.
    """
    curve = _soft_curve()
    # Outside what was drawn the curve goes on straight, as a cubic would not.
    inside_db = min(max(ecn0_db, _DRAWN_DB[0]), _DRAWN_DB[-1])
    beyond = curve.deriv()(inside_db) * (ecn0_db - inside_db)
    return min(1.0, float(np.exp(curve(inside_db) + beyond)))


@cache
def _soft_curve() -> np.polynomial.Polynomial:
    """Draw words at several levels, and lay a smooth curve through the logarithms of the errors.

    The curve brings the draws of all levels together: it is good to 0.02 dB.
    """
    shares = np.array([_wrong(level_db) for level_db in _DRAWN_DB.tolist()])
    weights = np.sqrt(shares * _DRAWS)  # one over the standard error of each logarithm
    return np.polynomial.Polynomial.fit(_DRAWN_DB, np.log(shares), 3, w=weights)


def _wrong(ecn0_db: float) -> float:
    """Decide for the most likely word; all have three marks, so no term but this is left."""
    generator = np.random.default_rng(round(100 * ecn0_db))
    sent = generator.integers(16, size=_DRAWS)
    noise = generator.standard_normal((2, _DRAWS, 6), dtype=np.float32)
    amplitude = np.float32(np.sqrt(2 * 10 ** (ecn0_db / 10)))  # noise of 1 in each component
    heard = amplitude * np.hypot(amplitude * _WORDS[sent] + noise[0], noise[1])
    likelihood = (np.log(i0e(heard)) + heard) @ _WORDS.T
    return float(np.mean(likelihood.argmax(axis=1) != sent))


def packets_right(symbol_error: SymbolError, symbols: int, ecn0_db: float) -> float:
    """Give the share of packets of which every symbol is right.

    Parameters
    ----------
    symbol_error : callable
        One of the functions of this module.
    symbols : int
        Symbols of a packet.
    ecn0_db : float
        Ec/N0.

    Returns
    -------
    float
        Share, 0 to 1.
    """
    return float((1 - symbol_error(ecn0_db)) ** symbols)


def level_for(right: PacketsRight, share: float) -> float:
    """Find the level at which a share of the packets is right.

    Parameters
    ----------
    right : callable
        The bound of a kind of packet.
    share : float
        Share, between 0 and 1.

    Returns
    -------
    float
        Ec/N0 in dB.
    """

    def above(ecn0_db: float) -> float:
        """Cross zero where the share is reached."""
        return right(ecn0_db) - share

    return float(brentq(above, *_RANGE_DB, xtol=1e-4))
