"""Delays in milliseconds, and whether the packet was still on the air."""

from __future__ import annotations

from medmon.bench.results import Results
from medmon.bench.tables.delays import latency


def test_headings_are_told_on_the_air(results: Results) -> None:
    """Of ten, one was not told at all, and one too late."""
    assert results.latency is not None
    row = latency(results.latency).rows[0]
    assert row[3:7] == ("9 of 10", "8 of 10", "all", "20.0 / 30.0 / 31.0")


def test_whole_packets_cannot_be_told_on_the_air(results: Results) -> None:
    """No goal stands beside what cannot be."""
    assert results.latency is not None
    assert latency(results.latency).rows[1][3:6] == ("10 of 10", "-", "-")


def test_what_was_never_told_has_no_percentiles(results: Results) -> None:
    """Zeros would read like an instant decision."""
    assert results.latency is not None
    row = latency(results.latency).rows[2]
    assert (row[3], *row[6:9]) == ("0 of 10", "-", "-", "-")


def test_what_leaves_no_time_is_counted_and_not_asked(results: Results) -> None:
    """A packet that is over 1.5 ms after its heading has no goal, and the page says why."""
    assert results.latency is not None
    short = results.latency.rows[0].model_copy(update={"asked_on_air": False})
    table = latency(results.latency.model_copy(update={"rows": (short,)}))
    assert table.rows[0][4:6] == ("8 of 10", "-")
    assert any("of 7 bytes 1.5 ms, which most blocks outlast" in line for line in table.says)


def test_earlier_results_say_that_they_mix_long_and_short(results: Results) -> None:
    """In them half of the headings of pumps come too late, whoever listens."""
    assert results.latency is not None
    rows = [row.model_copy(update={"asked_on_air": None}) for row in results.latency.rows]
    table = latency(results.latency.model_copy(update={"rows": tuple(rows)}))
    assert table.rows[0][5] == "all"
    assert any("half of the pump's packets here" in line for line in table.says)
