"""A few bursts at a few antennas: every feature is measured, and errors belong to their bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.bench import arrays
from medmon.bench.arrays import _Errors
from medmon.bench.job import Job
from medmon.bench.results import Arrays


@pytest.fixture(scope="module")
def found() -> Arrays:
    """Eight bursts at 20 and 30 dB."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(arrays._BURSTS, "quick", 8)
        patched.setattr(arrays, "SNRS_DB", (20.0, 30.0))
        return arrays.measure(Job(Path("/nowhere")))


def test_both_devices_are_measured_at_every_shape(found: Arrays) -> None:
    """A delay of a pair, and an angle at each of the three arrays."""
    cases = {(row.device, row.feature, row.antennas, row.snr_db) for row in found.rows}
    assert len(cases) == len(found.rows) == 2 * 2 * 4
    assert {row.antennas for row in found.rows if row.feature == "aoa_deg"} == set(arrays.SHAPES)


def test_errors_are_near_their_bounds(found: Arrays) -> None:
    """The errors of another burst than that of the bound would be far off."""
    for row in found.rows:
        assert row.measured == row.bursts == 8
        assert row.rms is not None
        assert row.ratio is not None
        assert row.ratio == pytest.approx(row.rms / row.bound, rel=2e-3, abs=2e-3)
        assert 0.2 < row.ratio < found.goal
        assert (row.ratio_whole_band is None) == (row.feature == "aoa_deg")


def test_ten_decibels_more_are_a_third_of_the_bound(found: Arrays) -> None:
    """The variance goes with the energy."""
    bounds = {(r.device, r.feature, r.antennas, r.snr_db): r.bound for r in found.rows}
    for (device, feature, antennas, snr_db), bound in bounds.items():
        if snr_db == 20.0:
            louder = bounds[device, feature, antennas, 30.0]
            assert bound / louder == pytest.approx(10**0.5, rel=1e-3)


def test_errors_are_summed_up_by_their_squares() -> None:
    """Three and four off, where two was told: the roots of 25 / 2 and of 25 / 8."""
    found = _Errors.of([(13.0, 2.0), (6.0, 2.0), (None, None)], 10.0)
    assert found.measured == 2
    assert found.rms == pytest.approx(12.5**0.5)
    assert found.normalised == pytest.approx(25 / 8)


def test_a_feature_that_nobody_has_has_no_error() -> None:
    """A zero would look like a perfect one."""
    assert _Errors.of([(None, None)], 10.0) == _Errors(0, None, None)
