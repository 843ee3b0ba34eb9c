"""Receptions: matched filters against numpy's convolution, packets of the other side of the air."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import ook
from medmon.phy.baseband import Baseband
from medmon.phy.reception import Reception, matched, shifted
from medmon.phy.sync import Sync
from signal_fixtures.devices import medtronic
from signal_fixtures.linecode import four_to_six

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 250e3
PACKET = medtronic.sample_packets()[0]


@pytest.fixture(scope="module")
def packet(air: Air) -> Reception:
    """A pump's packet, heard clearly."""
    scene = air.scene(RATE_HZ, 0.08, air.pump(0.03, ppm=20.0))
    (reception,) = ook.receive(air.tuner(scene), air.modem("medtronic"), air.place(scene))
    return reception


@pytest.mark.parametrize("length", [1, 4, 8])
def test_matched_filter_is_a_sliding_mean(length: int) -> None:
    """The same as numpy's convolution away from the ends."""
    rng = np.random.default_rng(1)
    iq = (rng.standard_normal(300) + 1j * rng.standard_normal(300)).astype(np.complex64)
    expected = np.convolve(iq, np.ones(length) / length, mode="valid")
    first = length // 2
    found = matched(iq, length)[first : first + expected.size]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_shift_moves_a_tone_to_zero() -> None:
    """A tone at 3 kHz becomes a constant."""
    tone = np.exp(2j * np.pi * 3e3 / 80e3 * np.arange(400)).astype(np.complex64)
    band = Baseband(tone, 80e3, 0.0, 0.0, 1.0, 80e3)
    np.testing.assert_allclose(shifted(band, 3e3), np.ones(400), atol=1e-4)


def test_packet_is_packed_for_the_decoder(packet: Reception) -> None:
    """The bits after the sync word, what follows them by a few, and how sure they are."""
    frame = packet.frame()
    assert frame.modem == "medtronic"
    assert frame.data[: len(PACKET)] == PACKET
    assert 0 <= frame.bit_count - 8 * len(PACKET) <= 8
    assert frame.sync_errors == 0
    assert frame.confidence > 0.9
    assert all(place >= 8 * len(PACKET) for place in frame.faults)
    assert packet.enough


def test_chips_are_known_from_the_first_of_the_preamble(packet: Reception) -> None:
    """Preamble, sync word, packet: as they were sent."""
    sent = medtronic.on_air_chips(PACKET) > 0
    known = packet.known_chips
    assert packet.lead == 16 * 8
    count = 16 * 8 + 32 + four_to_six(PACKET).size - 4
    assert known[:count].tolist() == sent[:count].tolist()


def test_places_of_chips_are_times_of_arrival(packet: Reception) -> None:
    """The beginning of the first chip is where the burst was sent, to a tenth of a chip."""
    band = packet.band
    first = band.sample_at(packet.first_chip - packet.clock.step / 2) / RATE_HZ
    assert first == pytest.approx(0.03, abs=6e-6)
    step_s = packet.clock.step * band.step / RATE_HZ
    assert step_s == pytest.approx(1 / (16_384 * (1 + 20e-6)), rel=1e-3)


def test_packet_without_symbols_has_no_quality(packet: Reception) -> None:
    """A sync word at the very end of a recording is not enough."""
    none = replace(packet.symbols, values=packet.symbols.values[:0],
                   quality=packet.symbols.quality[:0])  # fmt: skip
    empty = replace(packet, symbols=none, sync=Sync(1, 1.0, 1.0, 0.0, 0))
    assert empty.quality == 0.0
    assert not empty.enough
