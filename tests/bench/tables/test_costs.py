"""Processor time and memory, beside the goals and rtl_433."""

from __future__ import annotations

from medmon.bench.results import Results
from medmon.bench.tables.costs import memory, throughput


def test_ratios_stand_beside_their_goals(results: Results) -> None:
    """Whoever reads the table sees at once whether it is met."""
    assert results.throughput is not None
    table = throughput(results.throughput)
    row = dict(zip(table.heading, table.rows[0], strict=True))
    assert row["ratio"] == "0.50 (0.40-0.60)"
    assert row["goal"] == "at most 0.5"
    assert row["MS/CPU s"] == "153.6 / 76.8"
    assert row["read"] == "60 medtronic, 60 omnipod / nothing"


def test_what_rtl_433_was_not_asked_has_no_figure(results: Results) -> None:
    """No ratio is made up."""
    assert results.throughput is not None
    noise = throughput(results.throughput).rows[1]
    assert noise[4:8] == ("-", "307.2 / -", "-", "-")


def test_memory_is_told_by_length(results: Results) -> None:
    """Both programs in one row, and what is not known is not zero."""
    assert results.memory is not None
    table = memory(results.memory)
    assert table.rows == (("10 s", "90", "-"), ("10 min", "91", "-"))
    assert "medmon grew by +0.4 MiB; the goal is flat." in " ".join(table.says)
