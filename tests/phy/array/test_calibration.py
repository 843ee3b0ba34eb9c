"""A reference burst shows what a receiver does to a wave, and takes it off other bursts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon.phy.array.antennas import Array, with_arrival
from medmon.phy.array.calibration import Calibration, calibration_from_references
from medmon.phy.array.geometry import Geometry
from signal_fixtures.antennas import Antenna

if TYPE_CHECKING:
    from tests.phy.array.conftest import Device
else:
    Device = Any

FAULTS = [(0.0, 0.0, 0.0), (1.5, 70.0, 40.0), (-1.0, -130.0, 20.0), (0.5, 10.0, -15.0)]
TUNED_HZ, CARRIER_HZ = 868.3e6, 868.32e6


def _array(wave_m: float) -> tuple[list[Antenna], Geometry]:
    antennas = [
        Antenna(0.4 * wave_m * (at % 2), 0.4 * wave_m * (at // 2), *faults)
        for at, faults in enumerate(FAULTS)
    ]
    return antennas, Geometry([(one.x_m, one.y_m) for one in antennas])


def _phase_deg(antenna: Antenna) -> float:
    """Phase at the carrier: the synthesiser turns it by the cable from the tuned frequency on."""
    return antenna.phase_deg - 360 * (CARRIER_HZ - TUNED_HZ) * antenna.cable_ns * 1e-9


def test_calibration_finds_the_faults_and_tells_its_error(device: Device, wave_m: float) -> None:
    """Gains, phases and delays of each channel, from bursts at 30 degrees."""
    antennas, geometry = _array(wave_m)
    phase_errors, delay_errors = [], []
    for seed in range(25):
        heard = device.heard(antennas, 25, bearing_deg=30.0, seed=seed)
        found = calibration_from_references([heard.reference()], geometry, 30.0)
        off = [
            (phase - _phase_deg(antenna) + 180) % 360 - 180
            for phase, antenna in zip(found.phases_deg, antennas, strict=True)
        ]
        # The phase of each channel counts from that of channel 0, which is off by as much.
        phase_errors += [one / found.phase_std_deg / np.sqrt(2) for one in off[1:]]
        delay_errors.append((found.delays_ns[1] - 40.0) / found.delay_std_ns)
        assert found.gains_db == pytest.approx([fault[0] for fault in FAULTS], abs=0.2)
        assert found.freq_hz == pytest.approx(CARRIER_HZ)
    assert 0.5 < np.mean(np.square(phase_errors)) < 2
    assert 0.4 < np.mean(np.square(delay_errors)) < 2.2


def test_more_references_are_better(pump: Device, wave_m: float) -> None:
    """Nine bursts are three times as exact as one."""
    antennas, geometry = _array(wave_m)
    references = [
        pump.heard(antennas, 25, bearing_deg=30.0, seed=seed).reference() for seed in range(9)
    ]
    one = calibration_from_references(references[:1], geometry, 30.0)
    nine = calibration_from_references(references, geometry, 30.0)
    assert nine.phase_std_deg == pytest.approx(one.phase_std_deg / 3, rel=0.1)
    assert nine.delay_std_ns == pytest.approx(one.delay_std_ns / 3, rel=0.3)


def test_calibrated_array_sees_right_and_a_raw_one_does_not(pump: Device, wave_m: float) -> None:
    """A burst from -100 degrees, after a reference at 30: angle and delay are those in the air."""
    antennas, geometry = _array(wave_m)
    reference = pump.heard(antennas, 35, bearing_deg=30.0, seed=1).reference()
    calibration = calibration_from_references([reference], geometry, 30.0)
    heard = pump.heard(antennas, 25, bearing_deg=-100.0, seed=2)
    seen = with_arrival(pump.radio(), heard, Array(geometry, calibration))
    assert seen.aoa_deg is not None
    assert seen.aoa_std_deg is not None
    assert seen.tdoa_ns is not None
    assert seen.tdoa_std_ns is not None
    assert abs(seen.aoa_deg + 100.0) < 4 * seen.aoa_std_deg < 2.0
    in_the_air_ns = 1e9 * (antennas[1].lateness_s(-100.0) - antennas[0].lateness_s(-100.0))
    assert abs(seen.tdoa_ns - in_the_air_ns) < 4 * seen.tdoa_std_ns
    untrue = Calibration(CARRIER_HZ, (0.0,) * 4, (0.0,) * 4, (0.0,) * 4)
    wrong = with_arrival(pump.radio(), heard, Array(geometry, untrue))
    assert wrong.aoa_deg is None or abs(wrong.aoa_deg + 100.0) > 10


def test_dead_channel_has_numbers_that_a_file_can_hold(pump: Device, wave_m: float) -> None:
    """A pulled cable shows as a gain nobody would believe, not as an error or an infinity."""
    antennas, geometry = _array(wave_m)
    heard = pump.heard(antennas, 30)
    heard.bins.spectra[2] = 0.0
    found = calibration_from_references([heard.reference()], geometry, 30.0)
    assert found.gains_db[2] == pytest.approx(-120.0)
    assert np.isfinite([*found.phases_deg, *found.delays_ns, found.phase_std_deg]).all()


def test_delays_carry_a_calibration_to_another_frequency() -> None:
    """100 ns are a tenth of a turn a megahertz; 1 ns of doubt is 0.36 degrees of it."""
    known = Calibration(868e6, (0.0, 6.0206), (0.0, 90.0), (0.0, 100.0), 0.0, 1.0)
    here, there = known.response(868e6), known.response(869e6)
    assert here.gains == pytest.approx(np.array([1, 2j]), abs=1e-4)
    assert np.degrees(np.angle(there.gains[1])) == pytest.approx(90.0 - 36.0)
    assert (here.std_rad, np.degrees(there.std_rad)) == (0.0, pytest.approx(0.36))
