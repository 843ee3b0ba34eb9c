"""Antennas and directions: signs, sides and ends as a person with a compass would have them."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.phy.array.geometry import Geometry
from signal_fixtures.antennas import LIGHT_M_PER_S, Antenna

SQUARE = [(0.0, 0.0), (0.3, 0.0), (0.3, 0.3), (0.0, 0.3)]


@pytest.mark.parametrize("angle_deg", [-180.0, -120.0, -10.0, 0.0, 45.0, 179.0])
def test_bearings_are_those_of_the_other_side(angle_deg: float) -> None:
    """A plane wave arrives when the synthesiser lets it arrive, whatever the origin."""
    shifted = [(x + 7.0, y - 2.0) for x, y in SQUARE]
    ahead_m = Geometry(shifted).ahead_m(np.array([np.radians(angle_deg)]))[0][:, 0]
    late_m = [LIGHT_M_PER_S * Antenna(x, y).lateness_s(angle_deg) for x, y in SQUARE]
    assert ahead_m - ahead_m[0] == pytest.approx(late_m[0] - np.array(late_m), abs=1e-12)


def test_line_counts_from_its_normal_towards_its_last_antenna() -> None:
    """A line to the north-east: a sender in the north is 45 degrees towards its end."""
    line = Geometry([(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)])
    assert line.is_line
    ahead_m = line.ahead_m(np.array([line.parameter(45.0)]))[0][:, 0]
    assert ahead_m == pytest.approx([-1.0, 0.0, 1.0])
    back = Geometry([(2.0, 2.0), (1.0, 1.0), (0.0, 0.0)])
    assert back.ahead_m(np.array([1.0]))[0][-1, 0] == pytest.approx(np.sqrt(2))


def test_line_along_x_and_bearings_agree() -> None:
    """Where both can tell, they say the same."""
    assert Geometry([(0.0, 0.0), (1.0, 0.0)]).angle_deg(0.5) == pytest.approx(30.0)
    assert Geometry(SQUARE).angle_deg(np.radians(30.0)) == pytest.approx(30.0)


@pytest.mark.parametrize("positions", [SQUARE, [(0.0, 0.0), (0.4, 0.3)]])
def test_derivatives_are_those_of_the_distance(positions: list[tuple[float, float]]) -> None:
    """The estimator climbs by them; differences by hand."""
    geometry, step = Geometry(positions), 1e-5
    middle, first, second = geometry.ahead_m(np.array([0.4]))
    low, high = (geometry.ahead_m(np.array([0.4 + side * step]))[0] for side in (-1, 1))
    assert first == pytest.approx((high - low) / (2 * step), abs=1e-8)
    assert second == pytest.approx((high - 2 * middle + low) / step**2, abs=1e-4)


def test_angles_stay_in_their_range() -> None:
    """Beyond the end of a line is its end; once around is the same bearing."""
    line, square = Geometry(SQUARE[:2]), Geometry(SQUARE)
    assert (line.angle_deg(1.5), line.angle_deg(-1.5)) == (90.0, -90.0)
    assert square.angle_deg(np.radians(190.0)) == pytest.approx(-170.0)
    assert square.angle_deg(square.parameter(-33.0)) == pytest.approx(-33.0)
    assert line.angle_deg(line.parameter(-33.0)) == pytest.approx(-33.0)


def test_almost_a_line_is_one() -> None:
    """Four antennas on a rail that is bent by a tenth of a millimetre see no front and back."""
    assert Geometry([(0.0, 0.0), (0.1, 0.0), (0.2, 1e-4), (0.3, 0.0)]).is_line
    assert not Geometry(SQUARE).is_line
    assert Geometry(SQUARE).extent_m == pytest.approx(0.3 * np.sqrt(2))


def test_grid_is_finer_than_any_beam() -> None:
    """The narrowest lobe of an array is a wavelength over its extent wide, in sines."""
    wide = Geometry([(0.0, 0.0), (10.0, 0.0)])
    step = np.diff(wide.grid(868e6)).max()
    assert step < LIGHT_M_PER_S / 868e6 / 10 / 8
