"""Curves of known middle and width are drawn, and their levels have to be found again."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from medmon.bench.fitting import level_of
from medmon.bench.results import Point

LEVELS_DB = np.arange(8.0, 17.0, 1.0)


def _drawn(middle_db: float, width_db: float, sent: int, seed: int) -> list[Point]:
    shares = ndtr((LEVELS_DB - middle_db) / width_db)
    counts = np.random.default_rng(seed).binomial(sent, shares)
    return [
        Point(ecn0_db=float(level), sent=sent, read=int(count))
        for level, count in zip(LEVELS_DB, counts, strict=True)
    ]


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_many_packets_give_the_known_level(share: float) -> None:
    """The 50 % and 90 % points that are published must be those of the curve."""
    found = level_of(_drawn(11.3, 0.9, 20_000, seed=1), share)
    assert found is not None
    assert found[0] == pytest.approx(11.3 + 0.9 * ndtri(share), abs=0.05)
    assert found[2] - found[1] < 0.15


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_interval_holds_the_truth_as_often_as_it_says(share: float) -> None:
    """An interval of 95 % that held it half of the time would sell noise as a difference."""
    truth = 12.0 + 0.8 * ndtri(share)
    held = 0
    for seed in range(30):
        found = level_of(_drawn(12.0, 0.8, 50, seed), share)
        assert found is not None
        held += bool(found[1] <= truth <= found[2])
    assert held >= 25  # 28.5 are expected; fewer than 25 happens once in 300 such runs


def test_a_jump_between_two_points_is_not_known_better_than_they_lie_apart() -> None:
    """Nothing read at 10 dB and all at 14 dB: anything between is possible."""
    points = [Point(ecn0_db=10.0, sent=30, read=0), Point(ecn0_db=14.0, sent=30, read=30)]
    found = level_of(points, 0.5)
    assert found is not None
    assert 10.0 < found[1] < found[0] < found[2] < 14.0
    assert found[2] - found[1] > 2.0


@pytest.mark.parametrize("read", [0, 10])
def test_a_share_that_was_not_reached_has_no_level(read: int) -> None:
    """Nothing is told that would have to be guessed beyond the strongest packet."""
    points = [Point(ecn0_db=level, sent=30, read=read) for level in (10.0, 14.0)]
    assert level_of(points, 0.5) is None
    assert level_of([], 0.5) is None


def test_a_curve_that_falls_again_is_judged_by_its_rise() -> None:
    """rtl_433 loses strong packets of a pod; that must not move where it begins to read them."""
    rise = _drawn(11.0, 0.8, 2_000, seed=3)
    fall = [Point(ecn0_db=20.0, sent=2_000, read=400)]
    (alone, both) = (level_of(points, 0.5) for points in (rise, [*fall, *rise]))
    assert alone is not None
    assert alone == both
