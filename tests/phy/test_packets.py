"""Bursts with packets, measured; against the truth of the sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import fsk, ook, packets
from medmon.phy.bursts import Stretch
from medmon.phy.packets import Heard, decibel
from signal_fixtures.channel import Emission, Scene
from signal_fixtures.devices import omnipod

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
DENSITY = 1e-10


def _heard(air: Air, scene: Scene, modem: str, stretch: tuple[float, float] | None) -> Heard:
    """The first packet, in a stretch given in seconds."""
    tuner = air.tuner(scene)
    receive = ook.receive if modem == "medtronic" else fsk.receive
    reception = receive(tuner, air.modem(modem), air.place(scene))[0]
    around = tuner.tune(0.0, half_width_hz=100e3, rate_hz=400e3)
    found = None
    if stretch is not None:
        start, stop = (seconds * RATE_HZ / around.step for seconds in stretch)
        found = Stretch(start, stop, 10, 1e-3)
    return packets.heard(reception, found, around, DENSITY, tuner)


def _seconds(sent: Emission) -> float:
    return (int(np.flatnonzero(sent.chips)[-1]) + 1) / sent.keying.symbol_rate_hz


def test_keyed_packet(air: Air) -> None:
    """Level, carrier, clock, rise, arrival and end of a pump's packet."""
    sent = air.pump(0.0300007, offset_hz=3_000.0, ppm=-45.0, rise_us=9.0)
    stop_s = sent.time_s + _seconds(sent)
    heard = _heard(air, air.scene(RATE_HZ, 0.048, sent), "medtronic", (0.03, stop_s))
    assert heard.start / RATE_HZ == pytest.approx(sent.time_s, abs=0.3e-6)
    assert heard.stop / RATE_HZ == pytest.approx(stop_s, abs=3e-6)
    radio = heard.radio
    assert radio.freq_hz == radio.cfo_hz == pytest.approx(3_000, abs=10)
    assert radio.symbol_rate_hz == pytest.approx(16_384 * (1 - 45e-6), rel=30e-6)
    assert radio.rssi_dbfs == pytest.approx(-30, abs=0.2)
    assert radio.rise_us == pytest.approx(9.0, abs=1.0)
    assert radio.deviation_hz is None
    assert radio.noise_dbfs == pytest.approx(10 * np.log10(DENSITY * radio.bandwidth_hz))
    assert radio.snr_db == pytest.approx(radio.rssi_dbfs - radio.noise_dbfs)
    assert radio.duration_us == pytest.approx(_seconds(sent) * 1e6, abs=3)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ppm", [-80.0, 80.0])
def test_shifted_packet_with_a_long_preamble(air: Air, ppm: float, seed: int) -> None:
    """The clock of 16 data bytes, carried back over 800 chips, must not blur the tones."""
    sent = air.pod(0.0300003, packet=omnipod.ack("1f014828", 3), ppm=ppm)
    scene = air.scene(RATE_HZ, 0.07, sent, density_dbfs=-30 - 20 - 49.1, seed=seed)
    heard = _heard(air, scene, "omnipod", None)
    assert heard.start / RATE_HZ == pytest.approx(sent.time_s, abs=0.3e-6)
    assert heard.radio.deviation_hz == pytest.approx(26_370, rel=0.03)
    assert heard.radio.symbol_rate_hz == pytest.approx(40_625 * (1 + ppm * 1e-6), rel=20e-6)
    assert heard.radio.rise_us is None


@pytest.mark.parametrize("ppm", [-150.0, 150.0])
def test_preamble_is_followed_with_the_better_clock(air: Air, ppm: float) -> None:
    """150 ppm, 20 dB: the first clock loses the preamble half way, 5.5 ms of arrival time."""
    sent = air.pod(0.0300003, packet=omnipod.ack("1f014828", 3), ppm=ppm)
    scene = air.scene(RATE_HZ, 0.07, sent, density_dbfs=-30 - 20 - 49.1, seed=0)
    heard = _heard(air, scene, "omnipod", None)
    assert heard.start / RATE_HZ == pytest.approx(sent.time_s, abs=0.3e-6)


@pytest.mark.parametrize("seed", range(6))
def test_first_chip_of_a_weak_preamble_counts(air: Air, seed: int) -> None:
    """12 dB over the noise a chip may be weak; arrival must not slip by one."""
    sent = air.pod(0.0300003, packet=omnipod.ack("1f014828", 3))
    scene = air.scene(RATE_HZ, 0.07, sent, density_dbfs=-30 - 12 - 49.1, seed=seed)
    heard = _heard(air, scene, "omnipod", None)
    assert heard.start / RATE_HZ == pytest.approx(sent.time_s, abs=1e-6)


def test_energy_that_goes_on_is_somebody_elses(air: Air) -> None:
    """A jammer that stays behind the packet does not make the packet longer."""
    sent = air.pump(0.03)
    heard = _heard(air, air.scene(RATE_HZ, 0.07, sent), "medtronic", (0.03, 0.069))
    assert heard.stop / RATE_HZ == pytest.approx(0.03 + _seconds(sent), abs=200e-6)


def test_decibels_by_hand() -> None:
    """Zero has a level, too."""
    assert decibel(100.0) == pytest.approx(20.0)
    assert decibel(0.0) == pytest.approx(-150.0)


@pytest.mark.parametrize("kind", ["pump", "pod"])
def test_what_was_sent_is_told_to_the_last_chip(air: Air, kind: str) -> None:
    """A packet is taken off the samples with its filling: a chip left would be a click."""
    sent = (air.pump if kind == "pump" else air.pod)(0.02, offset_hz=4e3)
    scene = air.scene(RATE_HZ, 0.08, sent, density_dbfs=-100.0)
    told = _heard(air, scene, "medtronic" if kind == "pump" else "omnipod", None).sent
    assert told is not None
    chips = "".join(str(chip) for chip in sent.chips).rstrip("0" if kind == "pump" else "")
    assert "".join(str(int(chip)) for chip in told.chips).startswith(chips)
    assert told.start == pytest.approx(sent.time_s * RATE_HZ, abs=0.5)
    assert told.stop == pytest.approx(told.start + len(told.chips) * told.step)
    assert told.is_whole


def test_pump_is_drawn_from_where_its_edges_say_it_began(air: Air) -> None:
    """Taking it off the samples starts there; its edges are known best at the full rate."""
    sent = air.pump(0.0300007, rise_us=9.0)
    scene = air.scene(RATE_HZ, 0.048, sent)
    heard = _heard(air, scene, "medtronic", None)
    assert heard.sent is not None
    assert heard.sent.start == heard.start
    symbol_rate_hz = heard.radio.symbol_rate_hz
    assert symbol_rate_hz is not None
    assert heard.sent.step == pytest.approx(RATE_HZ / symbol_rate_hz, rel=1e-12)


@pytest.mark.parametrize("side", [1, -1])
def test_packet_that_is_clear_in_one_tone_was_spoken_into_all_the_same(air: Air, side: int) -> None:
    """Whoever reads the record must know that another one was on the air, however well it reads."""
    mine = air.pod(0.02)
    other = air.pod(0.0285, packet=omnipod.ack("1f014828", 3), rssi_dbfs=-32.0,
                    offset_hz=side * (2 * omnipod.DEVIATION_HZ + 3_000.0))  # fmt: skip
    scene = air.scene(RATE_HZ, 0.08, mine, other)
    heard = _heard(air, scene, "omnipod", None)
    assert heard.radio.collided
