"""A run of samples: bounded tape, bursts once each, padded ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.packets import Heard
from medmon.phy.stream import MARGIN_S, RECENT, Stream
from medmon.records import ComplexArray, Modem
from signal_fixtures.channel import Emission, FrontEnd
from signal_fixtures.devices import medtronic
from signal_fixtures.waveform import ook

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 250e3
PACKET = medtronic.sample_packets()[0]


def _fed(stream: Stream, iq: ComplexArray) -> tuple[list[Heard], list[int]]:
    """All bursts, and the samples kept after each chunk."""
    size = stream.grid.chunk_samples
    heard, kept = [], []
    for start in range(0, iq.size, size):
        heard += stream.feed(iq[start : start + size].copy())
        kept.append(sum(len(chunk.samples) for chunk in stream._tape.since(0)))
    return heard + stream.flush(), kept


def test_tape_is_short_in_silence(air: Air) -> None:
    """Nobody speaks: only what a margin needs is kept."""
    stream = Stream(RATE_HZ, air.modems)
    scene = air.scene(RATE_HZ, 3.0)
    heard, kept = _fed(stream, scene.samples(0, scene.sample_count))
    assert heard == []
    assert max(kept) <= 2 * stream.grid.chunk_samples


def test_tape_is_bounded_by_a_long_carrier(air: Air) -> None:
    """Somebody who never stops costs 0.6 s, an overlap and two chunks of samples at most."""
    stream = Stream(RATE_HZ, air.modems)
    chips = np.tile(np.array([1, 1, 1, 0], np.uint8), 1_500)
    scene = air.scene(RATE_HZ, 3.2, Emission(chips, ook(2e3), 0.1, -30.0, 31e3))
    _, kept = _fed(stream, scene.samples(0, scene.sample_count))
    most = (0.6 + 0.15 + MARGIN_S) * RATE_HZ + 2 * stream.grid.chunk_samples
    assert 0.3 * RATE_HZ < max(kept) <= most
    assert len(stream._recent) <= RECENT


def test_packet_in_a_long_carrier_is_reported_once(air: Air) -> None:
    """Pieces of a long region overlap; a packet in the overlap has one owner."""
    for time_s in (0.55, 0.69):
        chips = np.tile(np.array([1, 1, 1, 0], np.uint8), 700)
        scene = air.scene(
            RATE_HZ, 1.7,
            Emission(chips, ook(2e3), 0.1, -40.0, 16e3),
            air.pump(time_s, offset_hz=-32e3),
        )  # fmt: skip
        heard, _ = _fed(Stream(RATE_HZ, air.modems), scene.samples(0, scene.sample_count))
        packets = [one for one in heard if one.frames]
        assert [one.frames[0].data[:7] for one in packets] == [PACKET], time_s
        assert packets[0].start / RATE_HZ == pytest.approx(time_s, abs=10e-6)


def test_burst_over_the_edge_of_a_chunk(air: Air) -> None:
    """Chunks of 33 ms cut packets in two; the tape puts them together again."""
    chunk_s = Stream(RATE_HZ, ()).grid.chunk_samples / RATE_HZ
    scene = air.scene(RATE_HZ, 0.15, air.pump(2 * chunk_s - 0.008))
    heard, _ = _fed(Stream(RATE_HZ, air.modems), scene.samples(0, scene.sample_count))
    assert [one.frames[0].data[:7] for one in heard] == [PACKET]


def test_noise_and_settled_time(air: Air) -> None:
    """What the heartbeat shows: the floor of one channel, and how far work is done."""
    stream = Stream(RATE_HZ, air.modems)
    scene = air.scene(RATE_HZ, 1.0, density_dbfs=-90.0)
    assert stream.settled_sample == 0
    _fed(stream, scene.samples(0, scene.sample_count))
    channel_hz = RATE_HZ / stream.grid.channels
    assert 10 * np.log10(stream.noise_power) == pytest.approx(
        -90 + 10 * np.log10(channel_hz), abs=0.3
    )
    assert RATE_HZ - 10 * stream.grid.slot_samples < stream.settled_sample <= RATE_HZ


def test_burst_cut_by_the_end(air: Air) -> None:
    """A recording that ends inside a packet: the burst ends there, and no later."""
    count = round(0.06 * RATE_HZ) + 5
    iq = air.scene(RATE_HZ, 0.1, air.pump(0.05)).samples(0, count)
    heard, _ = _fed(Stream(RATE_HZ, air.modems), iq)
    assert len(heard) == 1
    assert heard[0].frames == ()
    assert heard[0].stop == pytest.approx(count, abs=20)


def test_modems_that_do_not_fit_are_left_out(air: Air) -> None:
    """At 96 kS/s nobody looks for pods."""
    assert [modem.name for modem in Stream(96e3, air.modems)._modems] == ["medtronic"]


@pytest.mark.parametrize("time_s", [0.66, 0.68])
def test_long_packet_over_the_cut_is_whole(air: Air, time_s: float) -> None:
    """A region is cut after 0.6 s; the one that goes on reports the packet, with all its bytes."""
    long = medtronic.with_crc8(0xA7, "554321", bytes(range(66)))
    chips = np.tile(np.array([1, 1, 1, 0], np.uint8), 500)
    scene = air.scene(
        RATE_HZ, 1.2,
        Emission(chips, ook(2e3), 0.1, -40.0, 16e3),
        air.pump(time_s, offset_hz=-20e3, packet=long),
    )  # fmt: skip
    heard, _ = _fed(Stream(RATE_HZ, air.modems), scene.samples(0, scene.sample_count))
    assert [one.frames[0].data[: len(long)] for one in heard if one.frames] == [long]


@pytest.mark.parametrize(("pause_s", "quiet_s"), [(1e-3, 0.02), (1e-3, 1.0), (3e-3, 0.02)])
def test_a_flood_without_pauses_does_not_hide_itself(
    air: Air, pause_s: float, quiet_s: float
) -> None:
    """Packets a millisecond apart for seconds drain a battery or cover others: each is read."""
    long_s = air.pump(0.0).stop_s
    sent = [air.pump(quiet_s + n * (long_s + pause_s), offset_hz=30e3) for n in range(60)]
    scene = air.scene(RATE_HZ, sent[-1].stop_s + 0.05, *sent, density_dbfs=-103.0)
    heard, _ = _fed(Stream(RATE_HZ, air.modems), scene.samples(0, scene.sample_count))
    assert [one.frames[0].data[:7] for one in heard if one.frames] == [PACKET] * len(sent)


def test_the_first_half_second_is_heard_as_well_as_the_rest(air: Air) -> None:
    """A pod beside the receiver's own carrier is read from the first packet on."""
    sent = [air.pod(0.05 + 0.15 * n, offset_hz=30e3, rssi_dbfs=-40.0) for n in range(6)]
    faults = FrontEnd(dc=0.01 + 0.0j)
    scene = air.scene(RATE_HZ, 1.0, *sent, density_dbfs=-115.0, front_end=faults)
    heard, _ = _fed(Stream(RATE_HZ, air.modems), scene.samples(0, scene.sample_count))
    assert [one.frames[0].modem for one in heard if one.frames] == ["omnipod"] * len(sent)
    assert len(heard) == len(sent)


@pytest.mark.parametrize("rate_hz", [250e3, 1.024e6])
def test_weak_packets_are_found_wherever_they_begin(air: Air, rate_hz: float) -> None:
    """At 13 dB Ec/N0 after a long silence, anywhere in a chunk: the squelch hides none of them."""
    stream = Stream(rate_hz, air.modems)
    chunk_s = stream.grid.chunk_samples / rate_hz
    level = -100.0 + 13.0 + 10 * np.log10(medtronic.SYMBOL_RATE_HZ)
    sent = [
        air.pump((20 + 4 * n + n / 16) * chunk_s, offset_hz=37e3 + 900.0 * n, rssi_dbfs=level)
        for n in range(16)
    ]
    scene = air.scene(rate_hz, sent[-1].stop_s + 0.1, *sent)
    heard, _ = _fed(stream, scene.samples(0, scene.sample_count))
    read = [one for one in heard if one.frames and one.frames[0].data[:7] == PACKET]
    assert len(read) == len(sent)
    for one, emission in zip(read, sent, strict=True):
        assert one.start / rate_hz == pytest.approx(emission.time_s, abs=0.3e-3)


def test_brief_packets_are_found_in_silence(air: Air, ble_modem: Modem) -> None:
    """An advertisement is shorter than a row, and as weak as it can be read: 9 dB Ec/N0."""
    rate_hz, starts = 2.048e6, [0.7 + 0.0713 * n for n in range(8)]
    sent = [air.ble(time_s, offset_hz=50e3, rssi_dbfs=-31.0) for time_s in starts]
    scene = air.scene(rate_hz, 1.3, *sent, density_dbfs=-100.0)
    heard, _ = _fed(Stream(rate_hz, (ble_modem,)), scene.samples(0, scene.sample_count))
    assert [round(one.start / rate_hz, 4) for one in heard if one.frames] == [
        round(time_s, 4) for time_s in starts
    ]


def test_bursts_remembered_are_bounded(air: Air) -> None:
    """More packets than are remembered: each is heard, and memory stays as it was."""
    stream = Stream(RATE_HZ, air.modems)
    sent = [air.pump(0.02 + 0.025 * number, offset_hz=-32e3) for number in range(RECENT + 6)]
    scene = air.scene(RATE_HZ, 1.8, *sent)
    heard, _ = _fed(stream, scene.samples(0, scene.sample_count))
    assert len(heard) == RECENT + 6
    assert len(stream._recent) == RECENT
