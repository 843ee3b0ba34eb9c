"""What every table says: when, how and on what, and whether rtl_433 was there."""

from __future__ import annotations

from medmon.bench.peer import ABSENT
from medmon.bench.results import Results
from medmon.bench.tables.table import compared, rate, told


def test_the_run_is_told_in_a_sentence(results: Results) -> None:
    """A figure without its machine is worth nothing."""
    assert results.memory is not None
    assert told(results.memory.run) == (
        "Full run of 2026-11-24, medmon 0.1.0, Python 3.11.7, numpy 2.4.6, "
        "2 cores of a processor, load 0.5."
    )


def test_a_peer_that_was_not_there_is_said_in_a_sentence(results: Results) -> None:
    """And how to get it."""
    assert results.memory is not None
    assert results.throughput is not None
    assert compared(results.memory.run)[1] == ABSENT + "."
    assert compared(results.throughput.run)[1] == "Beside it rtl_433 22.11."


def test_rates_are_named_as_people_name_them() -> None:
    """Thousands and millions of samples a second."""
    assert (rate(250e3), rate(2.048e6)) == ("250 kS/s", "2.048 MS/s")
