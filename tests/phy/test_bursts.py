"""Stretches of a carrier: drawn on a grid, found between its samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.bursts import Stretch, stretches
from medmon.records import ComplexArray
from signal_fixtures.emission import Emission
from signal_fixtures.linecode import chips_from_text
from signal_fixtures.waveform import fsk, ook

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 200e3
NOISE = 1e-6


def _iq(*emissions: Emission, seconds: float = 0.1) -> ComplexArray:
    time_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    rng = np.random.default_rng(1)
    pair = rng.standard_normal((2, time_s.size)) * np.sqrt(NOISE / 2)
    total = pair[0] + 1j * pair[1] + sum(emission.at(time_s) for emission in emissions)
    return np.asarray(total, dtype=np.complex64)


def _found(air: Air, iq: ComplexArray) -> list[Stretch]:
    return stretches(air.baseband(iq, RATE_HZ), NOISE)


def _carrier(time_s: float, seconds: float, rssi_dbfs: float = -20.0) -> Emission:
    return Emission(np.ones(1, np.uint8), ook(1 / seconds), time_s, rssi_dbfs)


def test_plain_carrier(air: Air) -> None:
    """Edges between samples are found to a fraction of one, the level to a tenth of a dB."""
    (found,) = _found(air, _iq(_carrier(0.0300021, 0.02)))
    # Smoothing over three samples is symmetric.
    assert found.start == pytest.approx(0.0300021 * RATE_HZ, abs=0.6)
    assert found.stop == pytest.approx(0.0500021 * RATE_HZ, abs=0.6)
    assert found.marks == 1
    assert 10 * np.log10(found.on) == pytest.approx(-20, abs=0.1)


def test_two_carriers_one_millisecond_apart(air: Air) -> None:
    """What is not keyed does not pause."""
    found = _found(air, _iq(_carrier(0.02, 0.02), _carrier(0.041, 0.02)))
    assert len(found) == 2


def test_pauses_of_a_slow_keyed_carrier(air: Air) -> None:
    """3 ms of silence between marks of half a millisecond are inside the burst."""
    chips = chips_from_text("1" + "0000001" * 5)
    (found,) = _found(air, _iq(Emission(chips, ook(2e3), 0.03, -20.0)))
    assert found.marks == 6
    assert found.stop - found.start == pytest.approx(chips.size / 2e3 * RATE_HZ, abs=2)


def test_longer_pauses_part_a_keyed_carrier(air: Air) -> None:
    """Silences over 4 ms are never inside."""
    chips = chips_from_text("101" + "0" * 10 + "101")
    assert len(_found(air, _iq(Emission(chips, ook(2e3), 0.03, -20.0)))) == 2


def test_level_of_a_shifted_carrier(air: Air) -> None:
    """Tones 30 kHz off the middle count in full: their level is no matter of the shift."""
    chips = chips_from_text("01" * 400)
    (found,) = _found(air, _iq(Emission(chips, fsk(20e3, 30e3), 0.03, -20.0)))
    assert 10 * np.log10(found.on) == pytest.approx(-20, abs=0.1)
    assert found.marks == 1


def test_click_is_no_burst(air: Air) -> None:
    """A spark of 100 us is left out; beside a burst, too."""
    assert _found(air, _iq(_carrier(0.03, 100e-6))) == []
    assert len(_found(air, _iq(_carrier(0.03, 100e-6), _carrier(0.05, 0.02)))) == 1


def test_noise_and_nothing(air: Air) -> None:
    """Where no carrier is, there is no stretch."""
    assert _found(air, _iq()) == []
    assert _found(air, np.empty(0, np.complex64)) == []
    assert _found(air, np.zeros(500, np.complex64)) == []


def test_burst_that_fills_the_signal(air: Air) -> None:
    """A recording that begins and ends inside a burst: the burst ends where the samples do."""
    (found,) = _found(air, _iq(_carrier(-0.1, 1.0)))
    assert found.start == pytest.approx(0, abs=1)
    assert found.stop == pytest.approx(0.1 * RATE_HZ, abs=1)
