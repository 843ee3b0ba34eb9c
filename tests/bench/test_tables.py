"""Figures for people: beside their goals, and a sentence where something is missing."""

from __future__ import annotations

from medmon.bench.peer import ABSENT
from medmon.bench.results import Results
from medmon.bench.tables import Table, tables


def _named(results: Results, title: str) -> Table:
    (found,) = [table for table in tables(results) if table.title == title]
    return found


def test_every_part_that_was_run_has_a_table_and_no_other(results: Results) -> None:
    """Parts can be run alone."""
    titles = ["Throughput", "Sensitivity", "False decodes", "Latency", "Memory"]
    assert [table.title for table in tables(results)] == titles
    assert tables(Results(time="now")) == []


def test_rows_are_as_long_as_their_heading(results: Results) -> None:
    """A column too few would put figures under the wrong words."""
    for table in tables(results):
        assert {len(row) for row in table.rows} == {len(table.heading)}


def test_ratios_stand_beside_their_goals(results: Results) -> None:
    """Whoever reads the table sees at once whether it is met."""
    row = dict(zip(*_first(_named(results, "Throughput")), strict=True))
    assert row["ratio"] == "0.50 (0.40-0.60)"
    assert row["goal"] == "at most 0.5"
    assert row["MS/CPU s"] == "153.6 / 76.8"
    assert row["read"] == "60 medtronic, 60 omnipod / nothing"


def test_levels_stand_beside_the_bound_and_the_peer(results: Results) -> None:
    """How far from theory, how much better than rtl_433, and nothing made up."""
    half, ninety = _named(results, "Sensitivity").rows
    heading = _named(results, "Sensitivity").heading
    first, second = (dict(zip(heading, row, strict=True)) for row in (half, ninety))
    assert (first["bound"], first["over the bound"]) == ("11.1", "+0.28")
    assert first["medmon better by"] == "11.0"
    assert (second["rtl_433"], second["medmon better by"]) == ("not reached", "-")


def test_a_peer_that_was_not_there_is_said_in_a_sentence(results: Results) -> None:
    """And how to get it."""
    assert ABSENT + "." in _named(results, "Memory").says
    assert ABSENT + "." not in _named(results, "Throughput").says
    noise = _named(results, "Throughput").rows[1]
    assert noise[4:8] == ("-", "307.2 / -", "-", "-")


def test_what_was_never_told_has_no_percentiles(results: Results) -> None:
    """Zeros would read like an instant decision."""
    assert _named(results, "Latency").rows[1][3:7] == ("0 of 10", "-", "-", "-")


def _first(table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return table.heading, table.rows[0]
