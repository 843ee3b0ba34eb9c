"""One region with its samples: every burst of it, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import ook as demodulator
from medmon.phy import regions
from medmon.phy.channelizer import Grid
from medmon.phy.emitters import Emitter
from medmon.phy.packets import Heard
from medmon.phy.timing import Clock
from medmon.records import Modem
from signal_fixtures.channel import Emission, Scene
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.linecode import chips_from_text
from signal_fixtures.waveform import fsk, ook

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
GRID = Grid.for_rate(RATE_HZ)
DENSITY_DBFS = -100.0
PUMP, OTHER = medtronic.sample_packets()[:2]


def _emitter(channel: float, low: int, high: int, *, is_skirt: bool = False) -> Emitter:
    return Emitter(0, round(0.1 / GRID.slot_s), low, high, channel, is_skirt)


def _heard(
    air: Air, scene: Scene, found: Sequence[Emitter], earlier: Sequence[Heard] = ()
) -> list[Heard]:
    floor = np.full(GRID.channels, 10 ** (DENSITY_DBFS / 10) * GRID.channel_hz, np.float32)
    place = regions.Scene(air.tuner(scene), floor, GRID)
    return regions.heard_in(place, found, air.modems, earlier)


def _scene(air: Air, *sent: Emission) -> Scene:
    return air.scene(RATE_HZ, 0.1, *sent, density_dbfs=DENSITY_DBFS)


def test_each_packet_once(air: Air) -> None:
    """A strong pump lights up its neighbours' channels; its packet is reported once."""
    scene = _scene(air, air.pump(0.03, rssi_dbfs=-10.0))
    found = [_emitter(32, 31, 33), _emitter(34, 34, 35), _emitter(30, 29, 30)]
    (heard,) = _heard(air, scene, found)
    assert heard.frames[0].data[:7] == PUMP
    assert heard.radio.freq_hz == pytest.approx(0.0, abs=50)


def test_packet_known_from_another_region(air: Air) -> None:
    """A strong pump that lights up a region beside its own is heard once."""
    scene = _scene(air, air.pump(0.03))
    (first,) = _heard(air, scene, [_emitter(32, 31, 33)])
    stronger = replace(first, radio=replace(first.radio, freq_hz=12e3, rssi_dbfs=-5.0))
    assert _heard(air, scene, [_emitter(32, 31, 33)], [stronger]) == []


def test_forger_with_the_same_address_is_heard(air: Air) -> None:
    """Two packets of one address at once, on two carriers, are two: one of them is forged."""
    scene = _scene(air, air.pump(0.03), air.pump(0.0301, offset_hz=160e3, packet=OTHER))
    heard = _heard(air, scene, [_emitter(32, 31, 33), _emitter(42, 41, 43)])
    assert [one.frames[0].data[:7] for one in heard] == [PUMP, OTHER]


def test_unknown_energy_is_a_burst_without_frames(air: Air) -> None:
    """An unknown sender leaves a trace; what may be a skirt of another does not."""
    remote = Emission(chips_from_text("1001100" * 12), ook(3e3), 0.03, -30.0)
    (heard,) = _heard(air, _scene(air, remote), [_emitter(32, 31, 33)])
    assert heard.frames == ()
    assert heard.radio.modulation == "ook"
    assert _heard(air, _scene(air, remote), [_emitter(32, 31, 33, is_skirt=True)]) == []


def test_weak_energy_is_not_reported(air: Air) -> None:
    """Below 9 dB noise could be one."""
    remote = Emission(chips_from_text("1001100" * 12), ook(3e3), 0.03, -63.0)
    assert _heard(air, _scene(air, remote), [_emitter(32, 31, 33)]) == []


def test_energy_outside_the_emitters_time_is_not_its(air: Air) -> None:
    """A burst before and after, in the same channel, belongs to other emitters."""
    remote = Emission(chips_from_text("1001100" * 12), ook(3e3), 0.03, -30.0)
    late = Emitter(round(0.08 / GRID.slot_s), round(0.1 / GRID.slot_s), 31, 33, 32.0)
    assert _heard(air, _scene(air, remote), [late]) == []


def test_two_families_in_one_region(air: Air) -> None:
    """Every modem is asked at every emitter; each burst has the frame of its own."""
    scene = _scene(air, air.pump(0.02, offset_hz=-160e3), air.pod(0.05))
    heard = _heard(air, scene, [_emitter(32, 29, 35), _emitter(22, 21, 23)])
    assert [one.frames[0].modem for one in heard] == ["medtronic", "omnipod"]
    assert heard[1].frames[0].data[:17] == omnipod.sample_packets()[0][:17]


def test_two_shifted_senders_in_one_emitter_have_places_of_their_own(air: Air) -> None:
    """Two pods 100 kHz apart and equally strong: each is read, neither hides the other."""
    other = omnipod.sample_packets()[1]
    scene = _scene(air, air.pod(0.03, offset_hz=-50e3), air.pod(0.04, offset_hz=50e3, packet=other))
    heard = _heard(air, scene, [_emitter(32, 25, 39)])
    assert [round(one.radio.freq_hz / 1e4) for one in heard] == [-5, 5]
    assert heard[0].frames[0].data[:17] == omnipod.sample_packets()[0][:17]
    assert heard[1].frames[0].data[:10] == other[:10]


def test_lowest_rates_by_hand(air: Air) -> None:
    """Main lobes: 32.8 kHz for a pump, 134 kHz for a pod."""
    pump, pod = air.modem("medtronic"), air.modem("omnipod")
    assert regions.needed_rate_hz(pump) == 32_768
    assert regions.needed_rate_hz(pod) == 2 * 26_370 + 2 * 40_625
    assert regions.fits(pump, 48e3)
    assert not regions.fits(pod, 96e3)


def test_lowest_rates_of_continuous_phase(g4: Modem, ble_modem: Modem) -> None:
    """The main lobe of MSK ends three quarters of the rate from the carrier (Proakis 3.4-2)."""
    assert regions.needed_rate_hz(g4) == pytest.approx(74_982)
    assert regions.fits(ble_modem, 1.5e6)
    assert not regions.fits(ble_modem, 1.024e6)


def test_brief_packets_are_known(air: Air, g4: Modem, ble_modem: Modem) -> None:
    """120 us of an advertisement pass between the squelch's looks; 3.7 ms of a G4 do not."""
    assert regions.is_brief(ble_modem)
    assert not regions.is_brief(g4)
    assert not any(regions.is_brief(modem) for modem in air.modems)


def _wide(air: Air, modem: Modem, *sent: Emission, found: Sequence[Emitter]) -> list[Heard]:
    """Hear one modem at 2.4 MS/s, whose channels are 18.75 kHz wide and rows 0.43 ms long."""
    scene = air.scene(2.4e6, 0.02, *sent, density_dbfs=DENSITY_DBFS)
    grid = Grid.for_rate(2.4e6)
    floor = np.full(grid.channels, 10 ** (DENSITY_DBFS / 10) * grid.channel_hz, np.float32)
    return regions.heard_in(regions.Scene(air.tuner(scene), floor, grid), found, [modem], ())


def test_a_wide_burst_seen_in_pieces_is_one(air: Air, ble_modem: Modem) -> None:
    """A megahertz for a third of a millisecond is several emitters, and one packet."""
    pieces = [Emitter(22, 24, 60, 68, 64), Emitter(22, 24, 48, 52, 50), Emitter(22, 25, 73, 74, 73)]
    (heard,) = _wide(air, ble_modem, air.ble(0.0098), found=pieces)
    assert heard.frames[0].modem == ble_modem.name
    assert heard.radio.freq_hz == pytest.approx(0.0, abs=500)


def test_what_outlasts_a_wide_burst_is_listened_to_again(air: Air, ble_modem: Modem) -> None:
    """The answer behind an advertisement may stand in another piece, seen for longer."""
    sent = air.ble(0.0098), air.ble(0.0148, channel=38)
    pieces = [Emitter(22, 24, 60, 68, 64), Emitter(22, 36, 48, 52, 50)]
    heard = _wide(air, ble_modem, *sent, found=pieces)
    assert [round(one.start / 2.4e6, 4) for one in heard] == [0.0098, 0.0148]


def test_unknown_shifted_sender_is_one_burst(air: Air) -> None:
    """A shift of 60 kHz either way lights up two places; it is one sender."""
    bits = np.random.default_rng(7).integers(0, 2, 80).astype(np.uint8)
    sent = Emission(bits, fsk(2e3, 60e3), 0.03, -30.0, 100e3)
    (heard,) = _heard(air, _scene(air, sent), [_emitter(42, 41, 43), _emitter(34.5, 33, 36)])
    assert (heard.frames, heard.radio.modulation) == ((), "fsk")
    assert heard.radio.freq_hz == pytest.approx(100e3, abs=1e3)
    assert heard.radio.deviation_hz == pytest.approx(60e3, rel=0.02)


def test_poor_sync_word_inside_a_packet_is_its_data(air: Air) -> None:
    """Data may look like a sync word, but never as well as the one the packet began with."""
    scene = _scene(air, air.pump(0.03))
    place = air.place(scene)
    (packet,) = demodulator.receive(air.tuner(scene), air.modem("medtronic"), place)
    clock = packet.clock
    poor = replace(packet.sync, match=packet.sync.match - 0.2)
    inside = replace(packet, sync=poor, clock=Clock(clock.start + 20 * clock.step, clock.step))
    behind = replace(packet, sync=poor, clock=Clock(clock.start + 900 * clock.step, clock.step))
    assert regions._swallows(packet, inside)
    assert not regions._swallows(packet, behind)
    assert not regions._swallows(packet, replace(inside, sync=packet.sync))
