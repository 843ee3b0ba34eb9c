"""Errors over their bounds, beside the goal."""

from __future__ import annotations

from medmon.bench.results import Results
from medmon.bench.tables.antennas import arrays


def test_errors_stand_beside_bound_and_goal(results: Results) -> None:
    """A delay in nanoseconds, its bound, the ratio, and at most two."""
    assert results.arrays is not None
    row = arrays(results.arrays).rows[0]
    assert row[4:] == ("50 of 50", "1.01e+03 ns", "720 ns", "1.40", "at most 2", "2.70", "1.17")


def test_what_was_not_measured_has_no_error(results: Results) -> None:
    """A bound alone is no success."""
    assert results.arrays is not None
    row = arrays(results.arrays).rows[1]
    assert row[4:] == ("0 of 50", "-", "0.0047 degrees", "-", "at most 2", "-", "-")
