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
from medmon.phy.packets import Heard, Sent
from medmon.phy.timing import Clock
from medmon.records import Frame, Radio
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


RADIO = Radio(0.0, 0.0, 20e3, -30.0, 30.0, -60.0, 15e3, "ook", 16_384.0)


def _burst(
    start: float, stop: float, *frames: Frame, freq_hz: float = 0.0, rssi_dbfs: float = -30.0
) -> Heard:
    return Heard(start, stop, replace(RADIO, freq_hz=freq_hz, rssi_dbfs=rssi_dbfs), frames)


def _click(*, freq_hz: float, rssi_dbfs: float) -> Heard:
    burst = _burst(100, 900, freq_hz=freq_hz, rssi_dbfs=rssi_dbfs)
    return replace(burst, radio=replace(burst.radio, duration_us=500.0))


def _frame(modem: str, data: bytes) -> Frame:
    return Frame(modem, data, 8 * len(data))


def test_frames_of_several_modems_are_joined() -> None:
    """What two modems make of one burst is one burst; of each modem the longest stays."""
    long = _burst(0, 1_000, _frame("a", bytes(9)))
    other = _burst(10, 990, _frame("b", bytes(8)))
    short = _burst(20, 980, _frame("a", bytes(7)))
    later = _burst(5_000, 6_000, _frame("a", bytes(5)))
    merged = regions._merged([short, later, other, long])
    assert [[(f.modem, len(f.data)) for f in one.frames] for one in merged] == [
        [("a", 9), ("b", 8)],
        [("a", 5)],
    ]


def _spoilt(start: float, sync: float, data: bytes) -> Heard:
    """A packet of one modem that somebody spoke into."""
    burst = _burst(start, start + 1_000, _frame("a", data))
    sent = Sent((True,), start, 10.0, 0.0, None, sync, scatter=1.0)
    return replace(burst, sent=sent, radio=replace(RADIO, collided=True))


def test_a_packet_inside_a_spoilt_one_stays() -> None:
    """A forger's packet in the middle of another one is no part of its data."""
    long, inside = _spoilt(0, 100, bytes(9)), _spoilt(0, 500, bytes(7))
    assert len(regions._merged([long, inside])) == 2
    again = _spoilt(0, 120, bytes(7))
    assert len(regions._merged([long, again])) == 1
    clean = replace(long, radio=RADIO)
    assert len(regions._merged([clean, inside])) == 1


def test_two_shifted_senders_in_one_emitter_have_places_of_their_own(air: Air) -> None:
    """Two pods 100 kHz apart and equally strong: each is read, neither hides the other."""
    other = omnipod.sample_packets()[1]
    scene = _scene(air, air.pod(0.03, offset_hz=-50e3), air.pod(0.04, offset_hz=50e3, packet=other))
    heard = _heard(air, scene, [_emitter(32, 25, 39)])
    assert [round(one.radio.freq_hz / 1e4) for one in heard] == [-5, 5]
    assert heard[0].frames[0].data[:17] == omnipod.sample_packets()[0][:17]
    assert heard[1].frames[0].data[:10] == other[:10]


def test_echoes_of_a_receiver_that_clips() -> None:
    """Its harmonics may be strong: beneath a packet, 3 dB less and the same bits are enough."""
    strong, echo = _burst(0, 1_000, _frame("a", PUMP)), _copy(below_db=9.0)
    assert not regions.is_echo(echo, strong)
    assert regions.is_echo(echo, strong, 3.0)
    assert not regions.is_echo(_copy(OTHER, below_db=9.0), strong, 3.0)


def _copy(
    data: bytes = PUMP,
    *,
    modem: str = "a",
    start: float = 0,
    stop: float = 1_000,
    freq_hz: float = 300e3,
    below_db: float = 25.0,
    snr_db: float = 30.0,
) -> Heard:
    burst = _burst(start, stop, _frame(modem, data), freq_hz=freq_hz, rssi_dbfs=-30 - below_db)
    return replace(burst, radio=replace(burst.radio, snr_db=snr_db))


FEW = bytes([PUMP[0], *PUMP[1:6], PUMP[6] ^ 0x05])


@pytest.mark.parametrize(
    ("weaker", "expected"),
    [
        (_copy(), True),
        (_copy(start=60.0, snr_db=8.0), True),
        (_copy(start=60.0, stop=940.0), False),
        (_copy(below_db=3.0), False),
        (_copy(OTHER), False),
        (_copy(FEW, snr_db=8.0), True),
        (_copy(FEW), False),
        (_copy(freq_hz=12e3, below_db=1.0), True),
        (_copy(OTHER, freq_hz=2e3, below_db=1.0), True),
        (_copy(modem="b", freq_hz=2e3), False),
        (_copy(start=900, stop=2_000, freq_hz=2e3), False),
        (_copy(freq_hz=2e3, below_db=-1.0), False),
    ],
    ids=[
        "an image",
        "its beginning lost in noise",
        "not at the same time to the chip",
        "too loud for an image",
        "other bits",
        "a few bits turned over by noise",
        "a few bits that noise did not turn over",
        "a side line of the same packet",
        "same channel",
        "other modem",
        "other time",
        "the stronger of the two",
    ],
)
def test_copies_of_packets(weaker: Heard, *, expected: bool) -> None:
    """A copy has the time, the bits and less power; everything else is somebody else."""
    strong = _burst(0, 1_000, _frame("a", PUMP))
    assert regions._is_copy(weaker, strong) is expected
    assert regions._is_copy(weaker, _burst(0, 1_000)) is False


def test_frames_of_two_carriers_are_two_bursts() -> None:
    """Two pumps that speak at once, 50 kHz apart, in one emitter."""
    one = _burst(0, 1_000, _frame("a", PUMP))
    other = _burst(0, 1_000, _frame("a", OTHER), freq_hz=50e3)
    assert len(regions._merged([one, other])) == 2


@pytest.mark.parametrize(
    ("weak", "kept"),
    [
        (_burst(100, 900, freq_hz=12e3, rssi_dbfs=-31.0), False),
        (_burst(100, 900, freq_hz=100e3, rssi_dbfs=-60.0), False),
        (_burst(100, 900, freq_hz=100e3, rssi_dbfs=-40.0), True),
        (_burst(950, 3_000, freq_hz=12e3, rssi_dbfs=-40.0), True),
        (_click(freq_hz=100e3, rssi_dbfs=-40.0), False),
        (_click(freq_hz=100e3, rssi_dbfs=-35.0), True),
    ],
    ids=[
        "within its band",
        "under its skirt",
        "over its skirt",
        "at another time",
        "click of its keying",
        "loud click",
    ],
)
def test_energy_that_a_stronger_burst_explains(weak: Heard, *, kept: bool) -> None:
    """At 100 kHz the skirt of a 20 kHz burst is 6 dB plus 20 dB down."""
    assert regions._distinct([weak], [_burst(0, 1_000)]) == ([weak] if kept else [])


def test_strongest_of_unknown_bursts_stays() -> None:
    """Of two that explain each other, the stronger one."""
    weak = _burst(0, 1_000, rssi_dbfs=-40.0)
    strong = _burst(0, 1_000)
    assert regions._distinct([weak, strong], []) == [strong]


def test_lowest_rates_by_hand(air: Air) -> None:
    """Main lobes: 32.8 kHz for a pump, 134 kHz for a pod."""
    pump, pod = air.modem("medtronic"), air.modem("omnipod")
    assert regions.needed_rate_hz(pump) == 32_768
    assert regions.needed_rate_hz(pod) == 2 * 26_370 + 2 * 40_625
    assert regions.fits(pump, 48e3)
    assert not regions.fits(pod, 96e3)


def test_unknown_shifted_sender_is_one_burst(air: Air) -> None:
    """A shift of 60 kHz either way lights up two places; it is one sender."""
    bits = np.random.default_rng(7).integers(0, 2, 80).astype(np.uint8)
    sent = Emission(bits, fsk(2e3, 60e3), 0.03, -30.0, 100e3)
    (heard,) = _heard(air, _scene(air, sent), [_emitter(42, 41, 43), _emitter(34.5, 33, 36)])
    assert (heard.frames, heard.radio.modulation) == ((), "fsk")
    assert heard.radio.freq_hz == pytest.approx(100e3, abs=1e3)
    assert heard.radio.deviation_hz == pytest.approx(60e3, rel=0.02)


@pytest.mark.parametrize(
    ("snr_db", "duration_us", "expected"),
    [(9.1, 15e3, True), (8.9, 15e3, False), (19.1, 50.0, True), (18.9, 50.0, False)],
)
def test_loud_is_snr_and_energy(snr_db: float, duration_us: float, *, expected: bool) -> None:
    """At 20 kHz, 50 us are one degree of freedom: energy is SNR, and 19 dB are asked for."""
    radio = replace(RADIO, snr_db=snr_db, duration_us=duration_us)
    assert regions._is_loud(Heard(0, 1_000, radio)) is expected


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
