"""Bursts of unknown senders: what can be told of them without a modem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import blind
from medmon.phy.bursts import stretches
from medmon.phy.packets import Heard
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray
from signal_fixtures.channel import Emission
from signal_fixtures.linecode import chips_from_text
from signal_fixtures.waveform import Keying, fsk, ook

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 250e3
DENSITY_DBFS = -100.0
RANDOM = np.random.default_rng(4).integers(0, 2, 160).astype(np.uint8)


def _heard(air: Air, *sent: Emission) -> Heard:
    scene = air.scene(RATE_HZ, 0.08, *sent, density_dbfs=DENSITY_DBFS)
    band = air.tuner(scene).tune(0.0, half_width_hz=50e3, rate_hz=200e3)
    density = 10 ** (DENSITY_DBFS / 10)
    stretch = max(stretches(band, density * band.noise_width_hz), key=lambda one: one.on)
    return blind.heard(band, stretch, density)


def _emission(keying: Keying, offset_hz: float = 0.0) -> Emission:
    return Emission(RANDOM, keying, 0.02, -25.0, offset_hz)


def test_keyed_carrier(air: Air) -> None:
    """Several marks are keying; level, carrier and duration are the sender's."""
    chips = chips_from_text("1011001110001011" * 4)
    radio = _heard(air, Emission(chips, ook(4e3), 0.02, -25.0, 6e3)).radio
    assert radio.modulation == "ook"
    assert radio.freq_hz == pytest.approx(6e3, abs=30)
    assert radio.rssi_dbfs == pytest.approx(-25, abs=0.3)
    assert radio.duration_us == pytest.approx(64 / 4e3 * 1e6, abs=30)
    assert radio.symbol_rate_hz is None
    assert radio.snr_db == pytest.approx(radio.rssi_dbfs - radio.noise_dbfs)
    assert radio.noise_dbfs == pytest.approx(DENSITY_DBFS + 10 * np.log10(radio.bandwidth_hz))


@pytest.mark.parametrize(("deviation_hz", "within"), [(5e3, 0.1), (20e3, 0.25)])
def test_shifted_carrier(air: Air, deviation_hz: float, within: float) -> None:
    """Two tones give middle and shift; the level is right for wide shifts as well."""
    radio = _heard(air, _emission(fsk(4_800.0, deviation_hz), -3e3)).radio
    assert radio.modulation == "fsk"
    assert radio.freq_hz == pytest.approx(-3e3, abs=600)
    assert radio.deviation_hz == pytest.approx(deviation_hz, rel=within)
    assert radio.rssi_dbfs == pytest.approx(-25, abs=0.4)


def test_plain_carrier_is_neither(air: Air) -> None:
    """One tone is not called keyed nor shifted."""
    radio = _heard(air, Emission(np.ones(1, np.uint8), ook(50.0), 0.02, -25.0, 4e3)).radio
    assert radio.modulation == "unknown"
    assert radio.deviation_hz is None
    assert radio.freq_hz == pytest.approx(4e3, abs=30)


def test_tones_too_close_are_one_that_wanders(air: Air) -> None:
    """A drift of some hundred hertz is no modulation."""
    assert _heard(air, _emission(fsk(2_000.0, 300.0))).radio.modulation == "unknown"


def test_short_burst_is_unknown(air: Air) -> None:
    """Too few samples to tell; it is reported all the same."""
    chips = np.ones(1, np.uint8)
    heard = _heard(air, Emission(chips, ook(1 / 170e-6), 0.02, -25.0))
    assert heard.radio.modulation == "unknown"
    assert (heard.stop - heard.start) / RATE_HZ == pytest.approx(170e-6, abs=15e-6)


def test_spread_without_tones_is_unknown() -> None:
    """A burst of noise has neither carrier nor tones."""
    rng = np.random.default_rng(1)
    iq: ComplexArray = (1e-5 * rng.standard_normal(20_000)).astype(np.complex64)
    burst = (rng.standard_normal(5_000) + 1j * rng.standard_normal(5_000)) * 0.1
    iq[8_000:13_000] += burst.astype(np.complex64)
    band = Tuner(iq, 0, RATE_HZ).tune(0.0, half_width_hz=50e3, rate_hz=200e3)
    heard = [blind.heard(band, one, 1e-15) for one in stretches(band, 1e-9)]
    assert heard
    assert all(one.radio.modulation != "fsk" for one in heard)


def _keyed(time_s: float, chips: int, offset_hz: float, rssi_dbfs: float) -> Emission:
    text = "".join(map(str, np.random.default_rng(chips).integers(0, 2, chips - 2)))
    return Emission(chips_from_text(f"1{text}1"), ook(16e3), time_s, rssi_dbfs, offset_hz)


@pytest.mark.parametrize(("rssi_dbfs", "is_told"), [(-25.0, True), (-28.0, True), (-40.0, False)])
def test_a_collision_that_nobody_can_read_is_marked(
    air: Air, rssi_dbfs: float, *, is_told: bool
) -> None:
    """A short command within a long packet of like power spoils both, and must not be silence."""
    long, short = _keyed(0.02, 640, 0.0, -25.0), _keyed(0.035, 160, 900.0, rssi_dbfs)
    radio = _heard(air, long, short).radio
    assert radio.modulation == "ook"
    assert radio.collided is is_told


def test_who_answers_at_once_is_no_collision(air: Air) -> None:
    """A louder sender a millisecond after another makes one burst, and spoils nothing."""
    radio = _heard(air, _keyed(0.01, 320, 0.0, -31.0), _keyed(0.0305, 320, 900.0, -25.0)).radio
    assert radio.duration_us == pytest.approx(40_500, abs=100)
    assert not radio.collided


@pytest.mark.parametrize("rssi_dbfs", [-36.0, -30.0, -25.0])
def test_a_lone_keyed_carrier_is_no_collision(air: Air, rssi_dbfs: float) -> None:
    """However weak it is: 15 dB over the noise are enough."""
    assert not _heard(air, _keyed(0.02, 640, 0.0, rssi_dbfs)).radio.collided
