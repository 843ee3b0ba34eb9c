"""What several antennas tell is put into the features of a burst, and what they cannot is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon.phy.array.antennas import Antennas, Array, arrival_of, with_arrival
from medmon.phy.array.calibration import Calibration
from medmon.phy.array.geometry import Geometry
from signal_fixtures.antennas import Antenna

if TYPE_CHECKING:
    from tests.phy.array.conftest import Device
else:
    Device = Any

PAIR = Geometry([(0.0, 0.0), (0.17, 0.0)])
IDEAL = Calibration(868.3e6, (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))


def test_without_a_calibration_there_is_a_delay_and_no_angle(pump: Device) -> None:
    """An angle of a receiver that nobody measured would be any angle."""
    heard = pump.heard([Antenna(), Antenna(0.17, cable_ns=900.0)], 25)
    for array in (None, Array(PAIR)):
        radio = with_arrival(pump.radio(), heard, array)
        assert radio.tdoa_ns == pytest.approx(900.0, abs=400)
        assert (radio.aoa_deg, radio.aoa_std_deg, radio.aoa_ambiguous) == (None, None, None)


def test_delay_of_the_receiver_is_taken_off_with_its_error(pump: Device) -> None:
    """A calibration that knows 900 +- 500 ns leaves what is in the air, no better than 500."""
    heard = pump.heard([Antenna(), Antenna(0.17, cable_ns=900.0)], 35)
    known = Calibration(868.3e6, (0.0, 0.0), (0.0, 0.0), (100.0, 1_000.0), 0.0, 500.0)
    raw = with_arrival(pump.radio(), heard, None)
    radio = with_arrival(pump.radio(), heard, Array(PAIR, known))
    assert raw.tdoa_ns is not None
    assert raw.tdoa_std_ns is not None
    assert radio.tdoa_ns == pytest.approx(raw.tdoa_ns - 900.0)
    assert radio.tdoa_std_ns == pytest.approx(np.hypot(raw.tdoa_std_ns, 500.0))


@pytest.mark.parametrize("tuned_hz", [0.0, 433.9e6])
def test_no_angle_at_a_frequency_that_nobody_calibrated(pump: Device, tuned_hz: float) -> None:
    """Nor where nobody knows the frequency: an angle needs the length of the wave."""
    rng = np.random.default_rng(1)
    wave = np.exp(2j * np.pi * 0.08 * np.arange(4_000)) * np.repeat(rng.choice([0, 1], 250), 16)
    iq = np.stack((wave, wave)).astype(np.complex64)
    radio = pump.radio()
    at = with_arrival(radio, arrival_of(radio, iq, 250e3, radio.freq_hz - 20e3), Array(PAIR, IDEAL))
    assert at.aoa_deg == pytest.approx(0.0, abs=0.1)
    moved = pump.radio(offset_hz=tuned_hz + 20e3 - 868.3e6)
    arrival = arrival_of(moved, iq, 250e3, tuned_hz)
    assert with_arrival(moved, arrival, Array(PAIR, IDEAL)).aoa_deg is None


def test_samples_that_came_early_are_not_used(pump: Device) -> None:
    """A large block holds more than the stream has worked on; small blocks do not."""
    iq = np.ones((2, 5_000), dtype=np.complex64)
    antennas = Antennas(250e3, 868.3e6)
    antennas.tape.feed(iq)
    radio = pump.radio()
    within = antennas.arrival(radio, 1_000, 3_000, 5_000)
    limited = antennas.arrival(radio, 1_000, 3_000, 3_000)
    margin = np.ceil(2 * 250e3 / 16_384)
    assert within.bins.step_hz == pytest.approx(250e3 / (2_000 + 2 * margin))
    assert limited.bins.step_hz == pytest.approx(250e3 / (2_000 + margin))
