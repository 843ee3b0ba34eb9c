"""The bounds, where arithmetic gives them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from signal_fixtures.antennas import LIGHT_M_PER_S, Antenna
from signal_fixtures.bounds import angle_bound_deg, delay_bound_s, energy_db
from signal_fixtures.emission import Emission
from signal_fixtures.waveform import fsk

RATE_HZ = 1e6
CHIPS = np.tile(np.array([0, 1], dtype=np.uint8), 200)
# A slow FSK of +-50 kHz: two lines, so the spread of the spectrum is known.
PACKET = Emission(CHIPS, fsk(2e3, 50e3, rise_us=0.0), 1e-3, 0.0, 100e3)


def test_energy_is_power_times_time() -> None:
    """0.2 s at 0 dBFS over -100 dBFS a hertz."""
    assert energy_db(PACKET, RATE_HZ, -100.0) == pytest.approx(10 * math.log10(0.2) + 100, abs=0.01)


def test_delay_bound_of_two_tones() -> None:
    """One over 2 pi times 50 kHz times the root of the energy over the noise."""
    expected_s = 1 / (2 * np.pi * 50e3 * math.sqrt(0.2e10))
    assert delay_bound_s(PACKET, RATE_HZ, -100.0) == pytest.approx(expected_s, rel=0.03)
    assert delay_bound_s(PACKET, RATE_HZ, -80.0) == pytest.approx(10 * expected_s, rel=0.03)


def test_less_band_is_a_larger_bound() -> None:
    """Who may not use the tones knows less."""
    whole, narrow = (delay_bound_s(PACKET, RATE_HZ, -100.0, width) for width in (None, 40e3))
    assert narrow > 10 * whole


def test_angle_bound_of_a_pair() -> None:
    """Half a wave apart, in front: one over pi and the root of the energy, in radians."""
    pair = [Antenna(), Antenna(LIGHT_M_PER_S / 900e6 / 2)]
    front = angle_bound_deg(pair, 0.0, 900e6, 30.0)
    assert math.radians(front) == pytest.approx(1 / (math.pi * math.sqrt(1e3)))
    assert angle_bound_deg(pair, 60.0, 900e6, 30.0) == pytest.approx(2 * front)
