"""Pairs are counted for what is asked of them, and an easy one is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.bench import collisions
from medmon.bench.collisions import Outcome
from medmon.bench.job import Job
from medmon.bench.pairs import Pair, both
from medmon.phy import Receiver
from medmon.records import Burst


def test_a_pump_far_below_its_neighbour_is_read() -> None:
    """One pair of the second line of the goals, from samples to packets."""
    outcome = collisions.outcome_of(both(Pair("pump", "pump", 100e3, 40.0, 1.024e6), 3_000))
    assert outcome == Outcome(weak_read=True, strong_read=True, is_told=True)


def test_pods_on_one_channel_are_told_of() -> None:
    """In this pair a second sync word begins in the last chips of a place; it once was an error."""
    outcome = collisions.outcome_of(both(Pair("pod", "pod", 0.0, 3.0, 1.024e6), 33))
    assert outcome.strong_read
    assert outcome.is_told


def test_one_that_is_lost_without_a_trace_is_silence() -> None:
    """A mark or a second burst is a trace; so is a packet, if there are two."""
    assert Outcome(weak_read=False, strong_read=True, is_told=False).is_silent
    assert not Outcome(weak_read=False, strong_read=True, is_told=True).is_silent
    assert not Outcome(weak_read=True, strong_read=True, is_told=False).is_silent


def test_who_hears_nothing_meets_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each case counts its own wish, so a deaf receiver has zeros in every row."""
    monkeypatch.setitem(collisions._COUNTS, "quick", 1)
    monkeypatch.setattr(Receiver, "feed", lambda *_: list[Burst]())
    monkeypatch.setattr(Receiver, "flush", lambda _: list[Burst]())
    rows = collisions.measure(Job(tmp_path)).rows
    assert {row.case for row in rows} == {"near-far", "side by side", "same channel"}
    for row in rows:
        assert (row.sent, row.met, row.silent, row.both_read) == (1, 0, 1, 0)


@pytest.mark.parametrize(
    ("outcome", "met"),
    [
        (Outcome(weak_read=True, strong_read=False, is_told=True), {"near-far", "same channel"}),
        (Outcome(weak_read=False, strong_read=True, is_told=True), {"same channel"}),
        (
            Outcome(weak_read=True, strong_read=True, is_told=True),
            {"near-far", "side by side", "same channel"},
        ),
        (Outcome(weak_read=False, strong_read=True, is_told=False), set()),
    ],
)
def test_each_case_asks_for_its_own(outcome: Outcome, met: set[str]) -> None:
    """The weak one; both; no silence."""
    assert {case.name for case in collisions._CASES if case.is_met(outcome)} == met
