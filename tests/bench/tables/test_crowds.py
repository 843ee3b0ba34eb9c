"""What came of two at once, beside what was asked for."""

from __future__ import annotations

from medmon.bench.results import Results
from medmon.bench.tables.crowds import collisions


def test_what_came_true_stands_beside_what_was_asked_for(results: Results) -> None:
    """43 of 45 is not all; the two that were lost in silence stand there too."""
    assert results.collisions is not None
    table = collisions(results.collisions)
    row = dict(zip(table.heading, table.rows[0], strict=True))
    assert (row["apart"], row["ratio, dB"]) == ("0 kHz", "3")
    assert (row["both read"], row["silent"]) == ("18", "2")
    assert (row["asked for"], row["met"], row["goal"]) == ("both read, or told", "43 of 45", "all")
