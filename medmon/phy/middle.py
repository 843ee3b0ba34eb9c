"""Numbers come in, the one in their middle goes out.

`numpy.median` costs five times as much for a few values, and its first call imports all of numpy's
masked arrays: 15 ms of processor time in a start of 400.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def median(values: npt.NDArray[np.floating[Any]]) -> float:
    """Give the median, the same bits as `numpy.median`.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        At least one, no NaN.

    Returns
    -------
    float
        The middle value, or the mean of the two middle ones.
    """
    high = values.size // 2
    low = (values.size - 1) // 2
    ordered = values.copy()
    ordered.partition((low, high))
    return float((ordered[low] + ordered[high]) / 2)
