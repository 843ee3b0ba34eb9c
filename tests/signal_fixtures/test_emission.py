"""One burst on its way: level, instant, carrier, echoes and fading."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from signal_fixtures.emission import Echo, Emission
from signal_fixtures.fading import Fading
from signal_fixtures.waveform import ook

RATE_HZ = 1e6
BURST = Emission(np.ones(400, np.uint8), ook(16_384), 0.01, -20.0)


def samples(emission: Emission) -> np.ndarray:
    """What arrives in the first 40 ms, at 1 MS/s."""
    return emission.at(np.arange(40_000) / RATE_HZ)


def test_a_burst_has_its_level_and_arrives_at_its_time() -> None:
    """RSSI and TOA truth: -20 dBFS is an amplitude of 0.1, reached half at the stated instant."""
    amplitude = np.abs(samples(replace(BURST, time_s=0.010_000_3)))
    assert amplitude[20_000] == pytest.approx(0.1, rel=1e-5)
    last = int(np.argmax(amplitude > 0.05)) - 1
    step = (0.05 - amplitude[last]) / (amplitude[last + 1] - amplitude[last])
    assert last + step == pytest.approx(10_000.3, abs=0.01)


def test_an_echo_in_opposite_phase_cancels() -> None:
    """Two equal paths half a turn apart: silence where both are present."""
    twin = replace(BURST, echoes=(Echo(10e-6, 0.0, np.pi),))
    iq = samples(twin)
    assert np.abs(iq[10_100:34_000]).max() < 1e-6
    assert np.abs(iq[10_004:10_006]).min() == pytest.approx(0.1, rel=1e-3)
    assert twin.stop_s == pytest.approx(0.01 + 400 / 16_384 + 10e-6)


def test_fading_scales_a_burst_by_its_gain() -> None:
    """The level of a faded burst follows the gain at that instant."""
    fading = Fading(2.0, None, 5)
    iq = samples(replace(BURST, fading=fading))
    gain = fading.gain(np.array([0.02]))[0]
    assert iq[20_000] == pytest.approx(0.1 * gain, abs=1e-6)


def test_offset_and_phase_are_those_of_the_carrier() -> None:
    """CFO truth: 12,345 Hz, and the stated phase at the instant of arrival."""
    iq = samples(replace(BURST, offset_hz=12_345.0, phase_rad=0.4))
    turns = np.angle(iq[11_001:30_001] * np.conj(iq[11_000:30_000])) * RATE_HZ / (2 * np.pi)
    assert turns == pytest.approx(np.full(19_000, 12_345.0), abs=1e-3)
    expected = 2 * np.pi * 12_345.0 * 0.01 + 0.4
    assert np.exp(1j * (np.angle(iq[20_000]) - expected)) == pytest.approx(1.0, abs=1e-6)


def test_reach_covers_all_that_is_not_silent() -> None:
    """A scene renders nothing outside the reach: there must be nothing there."""
    echoed = replace(BURST, echoes=(Echo(50e-6, -3.0),))
    sounding = np.nonzero(np.abs(samples(echoed)) > 0)[0] / RATE_HZ
    first_s, last_s = echoed.reach_s
    assert first_s <= sounding[0] < first_s + 2e-6
    assert last_s - 2e-6 < sounding[-1] <= last_s
