"""Levels, edges and their line, by arithmetic, with the loops in C and in numpy."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, edges
from medmon.kernels.choice import compiled
from medmon.kernels.edges import chip_levels, edge_line, mean_edge
from medmon.records import FloatArray

SEEDS = st.integers(0, 2**32 - 1)
ways = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)


@pytest.fixture(params=[True, False], ids=["compiled", "numpy"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "IS_COMPILED", IS_COMPILED and request.param)


@ways
@given(count=st.integers(0, 80), first=st.floats(-20.0, 20.0), seed=SEEDS)
def test_levels_are_middle_values(count: int, first: float, seed: int) -> None:
    """Sorted by hand: of each kind the middle one, or the greater of two."""
    rng = np.random.default_rng(seed)
    wave, marks = rng.standard_normal(300, dtype=np.float32), rng.random(count) > 0.5
    kinds: dict[bool, list[float]] = {True: [], False: []}
    for number, mark in enumerate(marks.tolist()):
        place = round(first + 4.7 * number)
        if 0 <= place < 300:
            kinds[mark].append(float(wave[place]))
    found = chip_levels(wave, first, 4.7, marks)
    for level, values in zip(found, (kinds[False], kinds[True]), strict=True):
        expected = sorted(values)[len(values) // 2] if values else math.nan
        assert level == expected or (math.isnan(level) and math.isnan(expected))


def _expected(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.asarray(20.0 + 8.0 * numbers, dtype=np.float64)


def _keyed(places: npt.NDArray[np.float64], size: int) -> FloatArray:
    """Draw 0.5 and 2.0 in turn; a sample in which the level changes has its part of both."""
    fine = np.zeros(size + 1)
    for place, sign in zip(places, np.resize([1.0, -1.0], places.size), strict=True):
        fine += sign * np.maximum(np.arange(size + 1) - (place + 0.5), 0.0)
    return (0.5 + 1.5 * np.diff(fine)).astype(np.float32)


@pytest.mark.parametrize(("late", "slower"), [(0.0, 0.0), (0.4, 0.0), (-0.7, 3e-3), (0.2, -4e-3)])
def test_line_through_edges(late: float, slower: float) -> None:
    """The true places by construction: level by level, sample by sample filled with its part."""
    numbers = np.cumsum(np.resize([1, 2, 1, 3], 60)).astype(np.int64)
    expected = _expected(numbers)
    wave = _keyed(expected + late + slower * numbers, 1_100)
    rising = np.resize([True, False], 60)
    line = edge_line(wave, expected, numbers, rising, 3.2, (0.5, 2.0))
    assert line is not None
    assert line == pytest.approx((late, slower, 0.0), abs=1e-5)


@ways
@given(count=st.integers(8, 200), seed=SEEDS)
def test_line_is_that_of_least_squares(count: int, seed: int) -> None:
    """Edges that scatter, by `numpy.linalg.lstsq`; rising ones may be shifted against falling."""
    rng = np.random.default_rng(seed)
    numbers = np.cumsum(rng.integers(1, 4, count)).astype(np.int64)
    delays = rng.uniform(-0.5, 0.5, count)
    expected = _expected(numbers)
    rising = np.resize([True, False], count)
    wave = _keyed(expected + delays, int(expected[-1]) + 40)
    line = edge_line(wave, expected, numbers, rising, 3.2, (0.5, 2.0))
    design = np.stack((np.ones(count), numbers, np.where(rising, 1.0, -1.0)), axis=1)
    best, *_ = np.linalg.lstsq(design, delays, rcond=None)
    error = 2 * np.sqrt(np.sum((delays - design @ best) ** 2)) / count
    assert line == pytest.approx((best[0], best[1], error), abs=2e-5)


def test_what_is_far_from_the_others_is_no_edge() -> None:
    """An edge that somebody else's burst made does not turn the line; seven edges have none."""
    numbers = np.arange(1, 21, dtype=np.int64)
    expected = _expected(numbers)
    wave, rising = _keyed(expected, 300), np.resize([True, False], 20)
    wave[100:112] = 9.0
    line = edge_line(wave, expected, numbers, rising, 3.2, (0.5, 2.0))
    assert line == pytest.approx((0.0, 0.0, 0.0), abs=1e-5)
    few = slice(0, 7)
    assert edge_line(wave, expected[few], numbers[few], rising[few], 3.2, (0.5, 2.0)) is None
    none = slice(0, 0)
    assert edge_line(wave, expected[none], numbers[none], rising[none], 3.2, (0.5, 2.0)) is None


def test_edges_that_all_rise_have_a_line() -> None:
    """Their shift against falling ones is any number, for which half of their delay is taken."""
    numbers = np.arange(1, 41, 2, dtype=np.int64)
    expected = _expected(numbers)
    both = np.sort(np.concatenate((expected + 0.25, expected + 8.25)))
    line = edge_line(_keyed(both, 400), expected, numbers, np.ones(20, np.bool_), 3.2, (0.5, 2.0))
    assert line == pytest.approx((0.125, 0.0, 0.0), abs=1e-4)


@ways
@given(rows=st.integers(1, 20), first=st.floats(0.0, 1.0), seed=SEEDS)
def test_edges_are_laid_over_each_other(rows: int, first: float, seed: int) -> None:
    """By `numpy.interp`, each row turned by the conjugate of the mean of its last values."""
    rng = np.random.default_rng(seed)
    iq = rng.standard_normal((rows, 2 * 30), dtype=np.float32).view(np.complex64)
    firsts = first + rng.uniform(0.0, 0.9, rows)
    total = np.zeros(101)
    for row, begin in zip(iq.astype(complex), firsts, strict=True):
        places = begin + 0.27 * np.arange(101)
        heard = np.interp(places, np.arange(30), row)
        total += (heard * np.conj(heard[-20:].mean())).real
    found = mean_edge(iq, firsts, 0.27, 101, 20)
    np.testing.assert_allclose(found, total / rows, atol=1e-5)


@pytest.mark.skipif(not IS_COMPILED, reason="nothing was compiled")
def test_loops_refuse_what_does_not_fit() -> None:
    """Edges outside of the wave and lags outside of a row are errors and no crash."""
    wave, places, numbers = np.zeros(20, np.float32), np.full(9, 10.0), np.arange(9, dtype=np.int64)
    rising = np.ones(9, np.bool_)
    for wrong in (places - 9.0, places + 9.0, places * math.nan):
        with pytest.raises(ValueError, match="within the wave"):
            compiled.edge_line(wave, wrong, numbers, rising, 3.0, 0.0, 1.0, 8, 1e-9)
    with pytest.raises(ValueError, match="a place and a number"):
        compiled.edge_line(wave, places[1:], numbers, rising, 3.0, 0.0, 1.0, 8, 1e-9)
    iq, out = np.zeros(20, np.complex64), np.zeros(11)
    for firsts, apart, tail in (([-0.1], 1.0, 4), ([9.0], 1.0, 4), ([math.nan], 1.0, 4),
                                ([0.0], 1.0, 12), ([0.0], -1.0, 4), ([], 1.0, 4)):  # fmt: skip
        with pytest.raises(ValueError, match="must lie within it"):
            compiled.mean_edge(iq, np.array(firsts), apart, tail, out)
