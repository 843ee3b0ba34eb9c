"""OOK packets out of samples of the other side of the air."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import ook
from medmon.phy.ook import carrier_line_hz
from signal_fixtures.devices import medtronic

if TYPE_CHECKING:
    from tests.phy.conftest import Air

PACKET, OTHER = medtronic.sample_packets()[:2]


@pytest.mark.parametrize("offset_hz", [-30e3, 0.0, 41_234.0])
def test_packet_is_read_at_its_own_carrier(air: Air, offset_hz: float) -> None:
    """The place is good to a channel; the carrier is then measured on the packet."""
    scene = air.scene(250e3, 0.08, air.pump(0.03, offset_hz=offset_hz))
    place = air.place(scene, offset_hz + 6e3)
    (packet,) = ook.receive(air.tuner(scene), air.modem("medtronic"), place)
    assert packet.frame().data[:7] == PACKET
    assert packet.carrier_hz == pytest.approx(offset_hz, abs=20)
    assert packet.deviation_hz is None


@pytest.mark.parametrize("offset_hz", [8e3, 14e3])
@pytest.mark.parametrize("rssi_dbfs", [-36.0, -30.0, -24.0])
def test_packets_that_took_turns(air: Air, offset_hz: float, rssi_dbfs: float) -> None:
    """Two senders in one place, one after the other: both are read, each at its own carrier."""
    other = air.pump(0.0472, offset_hz=offset_hz, packet=OTHER, rssi_dbfs=rssi_dbfs)
    scene = air.scene(250e3, 0.1, air.pump(0.03), other)
    found = ook.receive(air.tuner(scene), air.modem("medtronic"), air.place(scene))
    assert [packet.frame().data[:7] for packet in found] == [PACKET, OTHER]
    assert [packet.carrier_hz for packet in found] == pytest.approx([0.0, offset_hz], abs=60)


def test_longest_packet(air: Air) -> None:
    """71 bytes, 62 ms, with a clock 100 ppm off."""
    long = medtronic.with_crc8(0xA7, "554321", bytes(range(66)))
    scene = air.scene(250e3, 0.15, air.pump(0.04, packet=long, ppm=100.0))
    (packet,) = ook.receive(air.tuner(scene), air.modem("medtronic"), air.place(scene))
    assert packet.frame().data[: len(long)] == long


def test_cut_packet_is_none(air: Air) -> None:
    """The recording ends behind the sync word: too few bits for any packet."""
    scene = air.scene(250e3, 0.042, air.pump(0.03))
    assert ook.receive(air.tuner(scene), air.modem("medtronic"), air.place(scene)) == []


def test_noise_has_no_packet(air: Air) -> None:
    """Lines of noise are tried, and nothing answers."""
    scene = air.scene(250e3, 0.1, density_dbfs=-80.0)
    assert ook.receive(air.tuner(scene), air.modem("medtronic"), air.place(scene)) == []


@pytest.mark.parametrize("freq_hz", [-1_234.5, 0.0, 617.25])
def test_line_is_measured_to_a_fraction_of_a_bin(freq_hz: float) -> None:
    """10 ms have bins of 100 Hz; the vertex of the parabola is good to a hundredth."""
    tone = np.exp(2j * np.pi * freq_hz / 100e3 * np.arange(1_000)).astype(np.complex64)
    assert carrier_line_hz(tone, 100e3, 5e3) == pytest.approx(freq_hz, abs=1.0)


def test_line_of_nothing_is_no_error() -> None:
    """Zeros have no line; the answer stays within reach."""
    assert abs(carrier_line_hz(np.zeros(500, np.complex64), 100e3, 5e3)) <= 5.1e3
