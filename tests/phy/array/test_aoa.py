"""The direction of a sender is found as exactly as noise allows, and doubt about it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon.phy.array.aoa import Direction, Response, direction
from medmon.phy.array.geometry import Geometry
from signal_fixtures.antennas import Antenna
from signal_fixtures.bounds import angle_bound_deg, energy_db

if TYPE_CHECKING:
    from tests.phy.array.conftest import Device
else:
    Device = Any

RATE_HZ, CARRIER_HZ = 250e3, 868.32e6
TRIALS = 60
# In wavelengths. The sides of a square must be shorter than half a wave, or it sees double.
ARRAYS = {
    "pair": [(0.0, 0.0), (0.5, 0.0)],
    "line": [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.5, 0.0)],
    "square": [(0.0, 0.0), (0.4, 0.0), (0.4, 0.4), (0.0, 0.4)],
}


def _antennas(shape: list[tuple[float, float]], wave_m: float, seed: int) -> list[Antenna]:
    """Antennas whose channels are not alike."""
    rng = np.random.default_rng(seed)
    faults = zip(rng.uniform(-2, 2, 4).tolist(), rng.uniform(0, 360, 4).tolist(), strict=True)
    return [
        Antenna(x * wave_m, y * wave_m, gain_db, phase_deg)
        for (x, y), (gain_db, phase_deg) in zip(shape, faults, strict=False)
    ]


def _found(
    device: Device,
    antennas: list[Antenna],
    snr_db: float,
    bearing_deg: float,
    *,
    seed: int = 0,
    std_rad: float = 0.0,
) -> Direction | None:
    heard = device.heard(antennas, snr_db, bearing_deg=bearing_deg, seed=seed)
    gains = np.array([10 ** (a.gain_db / 20) * np.exp(1j * np.radians(a.phase_deg))
                      for a in antennas])  # fmt: skip
    geometry = Geometry([(one.x_m, one.y_m) for one in antennas])
    return direction(
        heard.bins.within(heard.half_width_hz),
        geometry,
        Response(gains / gains[0], std_rad),
        CARRIER_HZ,
    )


@pytest.mark.parametrize("snr_db", [10, 15, 20, 30])
@pytest.mark.parametrize(("shape", "bearing_deg"), [("pair", 20.0), ("line", -55.0),
                                                    ("square", 140.0)])  # fmt: skip
def test_angle_is_as_exact_as_the_bound_allows(
    device: Device, shape: str, bearing_deg: float, snr_db: float, wave_m: float
) -> None:
    """Within twice the bound, without a bias, and as far off as is told.

    The mean square of 60 errors over their variance has a standard deviation of 0.18 around 1;
    a mean of 60 errors one of 0.13 of theirs.
    """
    antennas = _antennas(ARRAYS[shape], wave_m, 7)
    found = [_found(device, antennas, snr_db, bearing_deg, seed=trial) for trial in range(TRIALS)]
    errors = np.array([one.angle_deg - bearing_deg for one in found if one])
    told = np.array([one.std_deg for one in found if one])
    assert errors.size == TRIALS
    energy = energy_db(device.emission(), RATE_HZ, device.density_dbfs(snr_db))
    rms_deg = float(np.sqrt(np.mean(errors**2)))
    assert rms_deg < 2 * angle_bound_deg(antennas, bearing_deg, CARRIER_HZ, energy)
    assert abs(errors.mean()) < 0.52 * rms_deg
    assert 0.5 < np.mean((errors / told) ** 2) < 2
    assert not any(one.others_deg for one in found if one)


def test_antennas_too_far_apart_are_told(pump: Device, wave_m: float) -> None:
    """A pair a whole wave apart sees the sine of 0.3 also at -0.7: somebody has to know."""
    antennas = _antennas([(0.0, 0.0), (1.0, 0.0)], wave_m, 1)
    bearing_deg = float(np.degrees(np.arcsin(0.3)))
    found = _found(pump, antennas, 30, bearing_deg)
    assert found is not None
    everywhere = sorted((found.angle_deg, *found.others_deg))
    assert np.sin(np.radians(everywhere)) == pytest.approx([-0.7, 0.3], abs=0.01)


def test_a_pair_cannot_tell_its_two_ends_apart(pump: Device, wave_m: float) -> None:
    """Half a wave from end to end: 90 and -90 degrees have the same phase."""
    found = _found(pump, _antennas(ARRAYS["pair"], wave_m, 1), 20, 90.0)
    assert found is not None
    assert abs(found.angle_deg) == pytest.approx(90.0, abs=8.0)
    assert found.others_deg


def test_the_end_of_a_line_has_an_error_that_is_finite_and_large(
    device: Device, wave_m: float
) -> None:
    """Along a line the phase hardly changes with the angle."""
    shape = [(0.0, 0.0), (0.4, 0.0), (0.8, 0.0)]
    found = _found(device, _antennas(shape, wave_m, 1), 20, 89.0)
    square = _found(device, _antennas(ARRAYS["square"], wave_m, 1), 20, 89.0)
    assert found is not None
    assert square is not None
    assert 2 * square.std_deg < found.std_deg < 30
    assert abs(found.angle_deg - 89.0) < 4 * found.std_deg


def test_a_wider_array_is_more_exact(pump: Device, wave_m: float) -> None:
    """A line three times as long is three times as exact; that of a pair is the check by hand.

    For a pair half a wave apart, of equal gains, the standard deviation in front is one over pi
    times the root of the energy over the noise in one hertz.
    """
    energy = 10 ** (energy_db(pump.emission(), RATE_HZ, pump.density_dbfs(25)) / 10)
    pair = [Antenna(), Antenna(wave_m / 2)]
    found = _found(pump, pair, 25, 0.0)
    assert found is not None
    assert np.radians(found.std_deg) == pytest.approx(1 / (np.pi * np.sqrt(energy)), rel=0.1)


def test_error_of_the_calibration_is_in_the_error(pump: Device, wave_m: float) -> None:
    """A phase that is 3 degrees off moves a pair's angle by asin(3 / 180), and twice that is less.

    Both channels may be off, so it is the root of two times as much.
    """
    pair = [Antenna(), Antenna(wave_m / 2)]
    found = _found(pump, pair, 50, 0.0, std_rad=float(np.radians(3.0)))
    assert found is not None
    assert found.std_deg == pytest.approx(np.sqrt(2) * np.degrees(np.arcsin(3 / 180)), rel=0.02)


def test_no_angle_without_a_wave_or_with_antennas_kilometres_apart(
    pump: Device, wave_m: float
) -> None:
    """Better no angle than one that is chance."""
    antennas = _antennas(ARRAYS["pair"], wave_m, 1)
    assert _found(pump, antennas, -40, 0.0) is None
    assert _found(pump, [Antenna(), Antenna(3_000.0)], 30, 0.0) is None
