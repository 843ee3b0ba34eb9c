"""A few packets at a few levels: bound, counts and crossings belong together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from medmon.bench import sensitivity
from medmon.bench.job import Job
from medmon.bench.packets import KINDS
from medmon.bench.peer import Peer
from medmon.bench.results import Sensitivity


def _measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, peer: Peer | None, count: int
) -> Sensitivity:
    monkeypatch.setitem(
        sensitivity._PLANS, "quick", sensitivity._Plan(1, count, (-4.0,), count, (22.0,))
    )
    slow = {name: replace(kind, rates_hz=(256e3,)) for name, kind in KINDS.items()}
    monkeypatch.setattr(sensitivity, "KINDS", slow | {"ble-42": KINDS["ble-42"]})
    return sensitivity.measure(Job(tmp_path, peer=peer))


def test_strong_packets_are_read_and_faint_ones_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every kind: nothing 4 dB below the bound, everything 10 dB above it."""
    found = _measured(tmp_path, monkeypatch, None, 3)
    assert [bound.packet for bound in found.bounds] == list(KINDS)
    assert [(c.packet, c.receiver) for c in found.curves] == [(k, "medmon") for k in KINDS]
    for curve in found.curves:
        assert [(point.read, point.sent) for point in curve.points] == [(0, 3), (3, 3)]
        assert curve.half is not None
        limit_db = next(b.half_db for b in found.bounds if b.packet == curve.packet)
        assert curve.half.over_bound_db == pytest.approx(curve.half.db - limit_db, abs=0.011)


def test_the_peer_hears_the_same_samples_with_each_of_its_options(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that reads nothing has a curve of zeros and no crossing."""
    program = tmp_path / "rtl_433"
    program.write_text('#!/bin/sh\ntest -s "$(eval echo \\${$#})"\n')
    program.chmod(0o755)
    found = _measured(tmp_path, monkeypatch, Peer(str(program), "22.11"), 1)
    theirs = [curve for curve in found.curves if curve.receiver == "rtl_433"]
    assert [curve.packet for curve in theirs] == [k for k in KINDS if KINDS[k].flex_options]
    assert len(found.curves) == len(KINDS) + len(theirs)
    for curve in theirs:
        assert [point.read for point in curve.points] == [0, 0]
        assert (curve.half, curve.ninety) == (None, None)


@pytest.mark.parametrize(
    ("name", "half_db"),
    [("medtronic-71", 11.1), ("medtronic-7", 9.1), ("omnipod-37", 8.0), ("dexcom-g4-21", 5.5)],
)
def test_the_bound_of_a_kind_is_a_curve_through_its_two_points(name: str, half_db: float) -> None:
    """The dashed line of the picture."""
    bound = sensitivity.bound_of(KINDS[name])
    assert bound.half_db == pytest.approx(half_db, abs=0.1)
    assert bound.half_db < bound.ninety_db < bound.half_db + 2
    below = [share for level_db, share in bound.points if level_db < bound.half_db]
    above = [share for level_db, share in bound.points if level_db > bound.ninety_db]
    assert max(below) <= 0.5
    assert min(above) >= 0.9
