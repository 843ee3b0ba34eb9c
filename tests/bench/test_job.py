"""A job tells how far it is and on what it ran."""

from __future__ import annotations

from pathlib import Path

from medmon import __version__
from medmon.bench.job import Job, processor, spread
from medmon.bench.peer import Peer


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    """A bar that stands still or runs back is worse than none."""
    told: list[float] = []
    job = Job(tmp_path, told=told.append)
    assert list(job.each("abcd")) == ["a", "b", "c", "d"]
    assert told == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_a_run_says_what_it_ran_on(tmp_path: Path) -> None:
    """A figure without its machine cannot be compared."""
    run = Job(tmp_path, "full", 7, Peer("rtl_433", "22.11")).run()
    assert (run.effort, run.seed, run.medmon, run.peer) == ("full", 7, __version__, "22.11")
    assert run.processor == processor() != ""
    assert Job(tmp_path).run().peer is None


def test_a_spread_is_the_middle_and_the_range() -> None:
    """Of several runs the median counts, and how far the others were off is told."""
    found = spread([3.0, 1.0, 2.000049])
    assert (found.low, found.median, found.high) == (1.0, 2.0, 3.0)
