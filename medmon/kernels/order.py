"""Numbers come in, the one in their middle goes out; `order.h` has the same for the loops in C."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt


def upper_median(values: npt.NDArray[np.floating[Any]]) -> float:
    """Give the median, or the greater of two middle values.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        Values, no NaN.

    Returns
    -------
    float
        The middle value; of nothing NaN, which no comparison holds for.
    """
    if not values.size:
        return math.nan
    place = values.size // 2
    ordered = values.copy()
    ordered.partition(place)
    return float(ordered[place])
