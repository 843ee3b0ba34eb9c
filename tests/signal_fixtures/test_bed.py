"""Emissions and devices: what the truth about a recording is made of."""

from __future__ import annotations

import pytest

from signal_fixtures.bed import Device, Emission, Kind, Meaning, ScenarioError, Signal
from signal_fixtures.waveform import fsk, ook


def _emission(clock_ppm: float) -> Emission:
    signal = Signal("medtronic", b"", b"\1\0" * 8_192, ook(16_384.0))
    meaning = Meaning("554321", "wakeup", "calls")
    return Emission(5, signal, meaning, "pump", "ordinary", 916.5e6, 0.0, -20.0, clock_ppm)


def test_silence_at_the_end_of_ook_is_not_airtime() -> None:
    """A receiver sees the burst end with its last pulse, so the truth must too."""
    signal = Signal("medtronic", b"", b"\0\1" * 8_192 + b"\0" * 8, ook(16_384.0))
    assert signal.duration_s == 1.0


def test_zeros_at_the_end_of_fsk_are_airtime() -> None:
    """In FSK a zero is a carrier like any other."""
    assert Signal("omnipod", b"", b"\1\0", fsk(2.0, 1.0)).duration_s == 1.0


def test_a_fast_clock_shortens_the_emission() -> None:
    """16,383 chips at 16,384 a second last 0.99994 s; a clock 100 ppm fast takes 100 us off."""
    exact = round(16_383 / 16_384 * 1e9)
    assert _emission(0.0).duration_ns == exact
    assert _emission(100.0).duration_ns == round(16_383 / 16_384 * 1e9 / 1.0001)
    assert _emission(0.0).end_ns == exact + 5


@pytest.mark.parametrize(
    ("kind", "family", "carrier_hz"),
    [
        ("pump", "medtronic", 916.5e6),
        ("pdm", "omnipod", 433.923e6),
        ("foreign", "foreign", 433.92e6),
    ],
)
def test_a_device_uses_the_carrier_of_its_family(
    kind: Kind, family: str, carrier_hz: float
) -> None:
    """Nobody wants to write 916.5 MHz for every pump of a story."""
    device = Device("x", kind, "1")
    assert (device.family, device.carrier_hz) == (family, carrier_hz)


def test_a_carrier_can_be_moved() -> None:
    """The demo puts two families into one band."""
    assert Device("pump", "pump", "554321", freq_hz=434.4e6).carrier_hz == 434.4e6


def test_an_error_lists_all_mistakes() -> None:
    """Somebody who writes a scenario wants to fix everything in one go."""
    error = ScenarioError("x.toml", ["a: one", "b: two"])
    assert str(error) == "x.toml: 2 mistakes\n  a: one\n  b: two"
    assert isinstance(error, ValueError)
