"""Levels beside the bound, the goal and rtl_433; what was heard in noise beside nothing."""

from __future__ import annotations

from medmon.bench.results import Results
from medmon.bench.tables.levels import sensitivity, silence


def test_levels_stand_beside_the_bound_and_the_peer(results: Results) -> None:
    """How far from theory, how much better than rtl_433, and nothing made up."""
    assert results.sensitivity is not None
    table = sensitivity(results.sensitivity)
    first, second, *_ = (dict(zip(table.heading, row, strict=True)) for row in table.rows)
    assert (first["bound"], first["over the bound"]) == ("11.1", "+0.28")
    assert first["goal"] == "at most 0.7"
    assert first["medmon better by"] == "11.0"
    assert (second["rtl_433"], second["medmon better by"]) == ("not reached", "-")


def test_a_kind_that_rtl_433_did_not_hear_has_a_row_all_the_same(results: Results) -> None:
    """MSK beside its own bound, at its own rate."""
    assert results.sensitivity is not None
    row = sensitivity(results.sensitivity).rows[2]
    assert row[:5] == ("dexcom-g4-21", "2.4 MS/s", "50 %", "5.5", "5.5 (5.3-5.8)")
    assert row[-3:] == ("-", "-", "-")


def test_false_decodes_stand_beside_none(results: Results) -> None:
    """An hour, seven bursts, no packet."""
    assert results.silence is not None
    assert silence(results.silence).rows == (("1.024 MS/s", "60 min", "7", "3", "0", "none"),)
