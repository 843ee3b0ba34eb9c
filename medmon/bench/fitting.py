"""Points of a curve come in, the level of a share and its uncertainty go out.

A normal curve, ``share = Phi((level - middle) / width)``, is laid through counts of read and lost
packets. Every middle and width of a grid gets the probability of the counts under it, with equal
weight beforehand for each middle and for each decade of width from 0.4 to 6 dB (the bounds are
0.9 to 1.3 dB wide, and no receiver makes a curve much steeper); the level of a share is then
``middle + width Phi^-1(share)``, its estimate the median over the grid, and its interval what
holds 95 % of it. Nothing has to converge, and a curve that jumps from nothing to everything
between two points has an interval as wide as their distance.

Only the rising flank counts, up to the first point with the largest share: a receiver that strong
packets overload has a curve that falls again, which the points show and no level can tell.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtri

from medmon.bench.results import Point

_MIDDLES = 401
_WIDTHS_DB = np.geomspace(0.4, 6.0, 60)
_INTERVAL = (0.025, 0.5, 0.975)


def level_of(points: Sequence[Point], share: float) -> tuple[float, float, float] | None:
    """Find the level at which a share of the packets is read.

    Parameters
    ----------
    points : sequence of Point
        Counts at several levels, in any order.
    share : float
        Share, between 0 and 1.

    Returns
    -------
    tuple of (float, float, float) or None
        Level in dB, lower and upper end of the interval of 95 %; None if no point reached the
        share, or all did.
    """
    flank = _rising(points)
    shares = [point.read / point.sent for point in flank]
    if not shares or not min(shares) < share <= max(shares):
        return None
    levels_db, weights = _levels(flank, share)
    order = np.argsort(levels_db)
    risen = np.cumsum(weights[order])
    low, middle, high = (
        float(levels_db[order][np.searchsorted(risen, part * risen[-1])]) for part in _INTERVAL
    )
    return middle, low, high


def _rising(points: Sequence[Point]) -> list[Point]:
    """Order points from faint to strong, up to the first with the largest share."""
    ordered = sorted(points, key=lambda point: point.ecn0_db)
    shares = [point.read / point.sent for point in ordered]
    return ordered[: shares.index(max(shares)) + 1] if shares else []


def _levels(
    points: Sequence[Point], share: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the level of the share for each curve of the grid, and the curve's weight."""
    at_db = np.array([point.ecn0_db for point in points])
    middles_db = np.linspace(at_db.min() - 2.0, at_db.max() + 2.0, _MIDDLES)
    middle, width = np.meshgrid(middles_db, _WIDTHS_DB)
    total = np.zeros_like(middle)
    for point in points:
        far = (point.ecn0_db - middle) / width
        total += point.read * log_ndtr(far) + (point.sent - point.read) * log_ndtr(-far)
    weights = np.exp(total - total.max())
    return (middle + width * ndtri(share)).ravel(), weights.ravel()
