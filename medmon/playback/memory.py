"""Nothing comes in, the largest memory that this process has had goes out."""

from __future__ import annotations

import sys


def peak_rss_mb() -> float:
    """Measure the largest memory this process has had.

    Returns
    -------
    float
        Megabytes (1024 * 1024 bytes); 0.0 where the system does not tell.
    """
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:  # Windows
        return 0.0
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    return getrusage(RUSAGE_SELF).ru_maxrss * unit_bytes / 2**20
