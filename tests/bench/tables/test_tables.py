"""Every part that was run is told, and nothing else."""

from __future__ import annotations

from medmon.bench.parts import PARTS
from medmon.bench.results import Results
from medmon.bench.tables import tables

TITLES = [
    "Throughput", "Sensitivity", "False decodes", "Latency", "Collisions", "Antennas", "Memory"
]  # fmt: skip


def test_every_part_that_was_run_has_a_table_and_no_other(results: Results) -> None:
    """Parts can be run alone."""
    assert [table.title for table in tables(results)] == TITLES
    assert len(TITLES) == len(PARTS)
    assert tables(Results(time="now")) == []


def test_rows_are_as_long_as_their_heading(results: Results) -> None:
    """A column too few would put figures under the wrong words."""
    for table in tables(results):
        assert {len(row) for row in table.rows} == {len(table.heading)}


def test_every_part_has_its_goal(results: Results) -> None:
    """Whoever reads the table sees at once what was hoped for."""
    for table in tables(results):
        assert "goal" in (*table.heading, *" ".join(table.says).split())
