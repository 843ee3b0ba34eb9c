"""The whole front end: samples of the other side of the air in, bursts and packets out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmon.phy import NOTHING, Receiver, needed_rate_hz
from medmon.records import Block, Burst, ComplexArray, Gap, Modem, Span
from signal_fixtures.adc import SampleFormat, bytes_from_iq
from signal_fixtures.channel import Emission, FrontEnd, Scene, block_stream
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.linecode import chips_from_text
from signal_fixtures.render import Recording
from signal_fixtures.story import scenario_named
from signal_fixtures.waveform import ook

if TYPE_CHECKING:
    from tests.phy.conftest import Air

PUMP_PACKET, POD_PACKET = medtronic.sample_packets()[0], omnipod.sample_packets()[0]
PUMP_WIDTH_HZ, POD_WIDTH_HZ = 20e3, 81e3
# 95 % of the power: 0.92 of the rate for MSK (Proakis 3.4-2), by synthesis 0.83 for Bluetooth LE.
G4_WIDTH_HZ, BLE_WIDTH_HZ = 46e3, 0.83e6
RATES_HZ = (250e3, 1.024e6, 2.048e6)
CAPTURES = Path(__file__).parents[3] / "shared" / "captures"


def _density(snr_db: float, width_hz: float, rssi_dbfs: float = -30.0) -> float:
    return rssi_dbfs - snr_db - 10 * float(np.log10(width_hz))


def _iq(scene: Scene) -> ComplexArray:
    return scene.samples(0, scene.sample_count)


# --- physical features -------------------------------------------------------------------------


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_features_of_a_keyed_packet(air: Air, rate_hz: float) -> None:
    """Device fingerprints rest on these figures: 20 dB over the noise they must be right."""
    sent = [
        air.pump(
            0.05 + 0.1 * index + 0.37 / rate_hz,
            offset_hz=40e3 + 1_000 * index,
            ppm=25.0 * (index - 2),
            rise_us=3.0 + 2.0 * index,
        )
        for index in range(5)
    ]
    scene = air.scene(rate_hz, 0.55, *sent, density_dbfs=_density(20, PUMP_WIDTH_HZ))
    heard = air.hear(scene, freq_hz=916.46e6)
    assert len(heard) == len(sent)
    last_mark = int(np.flatnonzero(sent[0].chips)[-1]) + 1
    for burst, truth in zip(heard, sent, strict=True):
        radio = burst.radio
        assert radio.modulation == "ook"
        assert radio.rssi_dbfs == pytest.approx(-30.0, abs=0.5)
        assert radio.freq_hz == pytest.approx(916.46e6 + truth.offset_hz, abs=200)
        assert radio.cfo_hz == pytest.approx(truth.offset_hz - 40e3, abs=200)
        assert radio.symbol_rate_hz == pytest.approx(truth.keying.symbol_rate_hz, rel=300e-6)
        assert radio.duration_us == pytest.approx(
            last_mark / truth.keying.symbol_rate_hz * 1e6, abs=20
        )
        assert radio.deviation_hz is None
        assert radio.rise_us == pytest.approx(truth.keying.rise_us, abs=5)
        assert radio.snr_db == pytest.approx(20, abs=2)
        arrival = burst.time_ns * 1e-9 - truth.time_s
        # One sample at the two lower rates; 1 us, the noise's own limit, at the highest one.
        assert abs(arrival) < max(1 / rate_hz, 1.2e-6)
    error = np.array([b.time_ns * 1e-9 - t.time_s for b, t in zip(heard, sent, strict=True)])
    assert np.median(np.abs(error)) * rate_hz < 1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_features_of_a_shifted_packet(air: Air, rate_hz: float) -> None:
    """The same for the FSK family."""
    sent = [
        air.pod(
            0.05 + 0.1 * index + 0.71 / rate_hz,
            offset_hz=-20e3 + 2_500 * index,
            ppm=25.0 * (index - 2),
            deviation_hz=22e3 + 3e3 * index,
        )
        for index in range(4)
    ]
    scene = air.scene(rate_hz, 0.45, *sent, density_dbfs=_density(20, POD_WIDTH_HZ))
    heard = air.hear(scene, freq_hz=433.923e6)
    assert len(heard) == len(sent)
    for burst, truth in zip(heard, sent, strict=True):
        radio = burst.radio
        assert radio.modulation == "fsk"
        assert radio.rssi_dbfs == pytest.approx(-30.0, abs=0.5)
        assert radio.cfo_hz == pytest.approx(truth.offset_hz, abs=200)
        assert radio.symbol_rate_hz == pytest.approx(truth.keying.symbol_rate_hz, rel=300e-6)
        assert radio.deviation_hz == pytest.approx(truth.keying.deviation_hz, rel=0.1)
        assert radio.duration_us == pytest.approx((truth.stop_s - truth.time_s) * 1e6, abs=30)
        assert radio.rise_us is None
        assert abs(burst.time_ns * 1e-9 - truth.time_s) * rate_hz < 1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_features_of_a_packet_of_quarter_turns(air: Air, g4: Modem, rate_hz: float) -> None:
    """The same for MSK."""
    sent = [
        air.g4(0.6 + 0.05 * n + 0.37 / rate_hz, offset_hz=-20e3 + 9e3 * n, ppm=40.0 * (n - 2))
        for n in range(4)
    ]
    scene = air.scene(rate_hz, 0.82, *sent, density_dbfs=_density(20, G4_WIDTH_HZ))
    heard = air.receive(block_stream(scene, "test", freq_hz=2425e6), [g4])
    assert len(heard) == len(sent)
    for burst, truth in zip(heard, sent, strict=True):
        _check(burst, truth, rate_hz)
        radio = burst.radio
        assert radio.modulation == "msk"
        assert radio.bandwidth_hz == pytest.approx(G4_WIDTH_HZ, rel=0.15)
        assert radio.deviation_hz == pytest.approx(truth.keying.deviation_hz, rel=0.01)


@pytest.mark.parametrize("rate_hz", [2.048e6, 2.4e6])
def test_features_of_a_bluetooth_packet(air: Air, ble_modem: Modem, rate_hz: float) -> None:
    """The same for GFSK a megahertz wide, each packet once."""
    sent = [
        air.ble(0.6 + 0.05 * n + 0.37 / rate_hz, offset_hz=-90e3 + 60e3 * n, index=0.45 + 0.03 * n)
        for n in range(4)
    ]
    scene = air.scene(rate_hz, 0.82, *sent, density_dbfs=_density(20, BLE_WIDTH_HZ))
    heard = air.receive(block_stream(scene, "test", freq_hz=2402e6), [ble_modem])
    assert len(heard) == len(sent)
    for burst, truth in zip(heard, sent, strict=True):
        _check(burst, truth, rate_hz)
        radio = burst.radio
        assert radio.modulation == "gfsk"
        assert radio.bandwidth_hz == pytest.approx(BLE_WIDTH_HZ, rel=0.15)
        assert radio.deviation_hz == pytest.approx(truth.keying.deviation_hz, rel=0.02)


def _check(burst: Burst, truth: Emission, rate_hz: float) -> None:
    """Features of a packet whose phase is continuous."""
    radio = burst.radio
    assert radio.rssi_dbfs == pytest.approx(-30.0, abs=0.5)
    assert radio.cfo_hz == pytest.approx(truth.offset_hz, abs=200)
    assert radio.symbol_rate_hz == pytest.approx(truth.keying.symbol_rate_hz, rel=300e-6)
    assert radio.duration_us == pytest.approx((truth.stop_s - truth.time_s) * 1e6, abs=2)
    assert radio.rise_us is None
    assert radio.snr_db == pytest.approx(20, abs=2)
    assert abs(burst.time_ns * 1e-9 - truth.time_s) * rate_hz < 0.5


def test_time_and_place_of_a_burst(air: Air) -> None:
    """Evidence is cut out by sample numbers, so they count from the recording's start."""
    scene = air.scene(250e3, 0.15, air.pump(0.08))
    epoch_ns = 1_790_000_000_000_000_000
    (burst,) = air.hear(scene, freq_hz=916.5e6, epoch_ns=epoch_ns)
    assert burst.time_ns == pytest.approx(epoch_ns + 80_000_000, abs=4_000)
    assert burst.span.source == "test"
    assert burst.span.sample_start == pytest.approx(20_000, abs=1)
    assert burst.span.sample_count == pytest.approx(burst.radio.duration_us * 0.25, abs=2)


def test_offset_counts_from_the_nearest_nominal_carrier(air: Air) -> None:
    """A world-wide pump is not 48 MHz off; a burst of nobody counts from where one is tuned to."""
    scene = air.scene(250e3, 0.1, air.pump(0.05, offset_hz=30e3))
    (near,) = air.hear(scene, freq_hz=868.3e6)
    assert near.radio.cfo_hz == pytest.approx(-20e3, abs=50)
    (far,) = air.hear(scene, freq_hz=100e6)
    assert far.radio.cfo_hz == pytest.approx(30e3, abs=50)
    assert far.radio.freq_hz == pytest.approx(100.03e6, abs=50)


# --- who is on the air -------------------------------------------------------------------------

FORMATS: dict[SampleFormat, tuple[str, float, float]] = {
    "cu8": ("u1", 127.5, 127.5),
    "cs16": ("<i2", 0.0, 32768.0),
    "cf32": ("<f4", 0.0, 1.0),
}


@pytest.mark.parametrize("sample_format", FORMATS)
def test_three_senders_at_once(air: Air, sample_format: SampleFormat) -> None:
    """Two pumps and a pod talk at once in one recording, and every byte of each is read."""
    pumps = [medtronic.with_crc8(0xA7, f"12898{n}", b"\x5d\x00") for n in range(2)]
    sent = (
        air.pump(0.060, packet=pumps[0], offset_hz=-500e3),
        air.pump(0.0623, packet=pumps[1], offset_hz=300e3),
        air.pod(0.055, offset_hz=700e3, rssi_dbfs=-24.0),
    )
    scene = air.scene(2.048e6, 0.12, *sent, density_dbfs=_density(15, PUMP_WIDTH_HZ))
    kind, zero, scale = FORMATS[sample_format]
    raw = np.frombuffer(bytes_from_iq(_iq(scene), sample_format), kind).astype(np.float32)
    iq = ((raw - zero) / scale).astype(np.float32).view(np.complex64)
    bursts = air.receive(air.blocks(iq, scene.rate_hz))
    assert len(bursts) == 3
    read = air.packets(air.read(bursts))
    assert sorted(read) == sorted([*pumps, POD_PACKET])


def test_two_packets_a_millisecond_apart_are_two(air: Air) -> None:
    """Copies that follow each other closely are counted, not taken for one long burst."""
    first = air.pump(0.05)
    end_s = 0.05 + (int(np.flatnonzero(first.chips)[-1]) + 1) / medtronic.SYMBOL_RATE_HZ
    scene = air.scene(1.024e6, 0.15, first, air.pump(end_s + 1e-3))
    heard = air.hear(scene)
    assert len(heard) == 2
    assert heard[1].time_ns * 1e-9 == pytest.approx(end_s + 1e-3, abs=2e-6)
    assert [frame.data[:7] for burst in heard for frame in burst.frames] == [PUMP_PACKET] * 2


def test_slow_remote_is_one_burst(air: Air) -> None:
    """The pauses of a slow keyed remote, 3 ms long, are inside its burst."""
    pulses = "1" + "".join("000000" + "1" if bit == "1" else "00" + "1" for bit in "1011001110")
    remote = Emission(chips_from_text(pulses), ook(2_000.0), 0.05, -30.0, 30e3)
    (burst,) = air.hear(air.scene(250e3, 0.2, remote))
    assert burst.frames == ()
    assert burst.radio.modulation == "ook"
    assert burst.radio.duration_us == pytest.approx(len(pulses) * 500.0, abs=50)


def test_two_devices_at_once_are_two(air: Air) -> None:
    """Same time, different carrier: each keeps its own carrier and its own packet."""
    other = medtronic.sample_packets()[1]
    sent = (air.pump(0.05, offset_hz=-60e3), air.pump(0.052, offset_hz=55e3, packet=other))
    low, high = sorted(
        air.hear(air.scene(250e3, 0.12, *sent)), key=lambda burst: burst.radio.freq_hz
    )
    assert low.radio.freq_hz == pytest.approx(-60e3, abs=200)
    assert high.radio.freq_hz == pytest.approx(55e3, abs=200)
    assert low.frames[0].data[:7] == PUMP_PACKET
    assert high.frames[0].data[:7] == other


# --- how the stream is cut ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy(air: Air) -> Scene:
    """A quarter of a second with both families."""
    return air.scene(
        250e3, 0.26, air.pump(0.03, offset_hz=50e3), air.pod(0.1, offset_hz=-40e3),
        air.pump(0.19, offset_hz=-70e3),
    )  # fmt: skip


@pytest.mark.parametrize("size", [1, 4096, 65_537])
def test_blocks_of_any_size_give_the_same(air: Air, busy: Scene, size: int) -> None:
    """Live blocks are small, files are read in large ones; a replay must say what live said."""
    iq = _iq(busy)
    whole = air.receive(air.blocks(iq, busy.rate_hz))
    assert len(whole) == 3
    assert air.receive(air.blocks(iq, busy.rate_hz, range(0, iq.size, size))) == whole


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(cuts=st.lists(st.integers(1, 64_999), max_size=20))
def test_random_cuts_give_the_same(air: Air, busy: Scene, cuts: list[int]) -> None:
    """No cut falls into a place that matters."""
    iq = _iq(busy)
    assert air.receive(air.blocks(iq, busy.rate_hz, cuts)) == air.receive(
        air.blocks(iq, busy.rate_hz)
    )


def test_gap_ends_a_stream(air: Air) -> None:
    """A packet with a hole is not read across the hole; the next one is read as always."""
    sent = (air.pump(0.05), air.pump(0.15))
    scene = air.scene(250e3, 0.2, *sent, gaps=((14_000, 2_000),))
    heard = air.hear(scene)
    read = [burst for burst in heard if burst.time_ns > 100_000_000]
    assert air.packets(air.read(heard)) == [PUMP_PACKET]
    assert [burst.time_ns * 1e-9 for burst in read] == [pytest.approx(0.15, abs=4e-6)]
    assert all(burst.span.sample_start >= 0 for burst in heard)


def test_missing_block_is_noticed_without_a_gap(air: Air, busy: Scene) -> None:
    """Samples that do not follow on each other are never glued together."""
    iq = _iq(busy)
    blocks = list(air.blocks(iq, busy.rate_hz, (30_000, 31_000)))
    heard = air.receive([blocks[0], blocks[2]])
    # The first packet is before the hole, the third behind it, the second across it.
    whole = [burst for burst in heard if burst.frames]
    assert [b.time_ns * 1e-9 for b in whole] == pytest.approx([0.03, 0.19], abs=4e-6)
    assert all(not s.sample_start < 30_500 < s.sample_start + s.sample_count
               for s in (burst.span for burst in heard))  # fmt: skip


def test_retuning_begins_a_new_stream(air: Air) -> None:
    """After a change of frequency the carrier is counted from the new one."""
    iq = _iq(air.scene(250e3, 0.1, air.pump(0.03)))
    first = Block(Span("x", 0, iq.size), 0, 250e3, 916.5e6, iq[None, :])
    second = Block(Span("x", iq.size, iq.size), 10**9, 250e3, 868.35e6, iq[None, :])
    heard = air.receive([first, second])
    assert [round(b.radio.freq_hz / 1e6, 2) for b in heard] == [916.5, 868.35]
    assert heard[1].span.sample_start == pytest.approx(iq.size + 7_500, abs=1)
    assert heard[1].time_ns == pytest.approx(1_030_000_000, abs=8_000)


def test_steps_carry_time_and_noise(air: Air) -> None:
    """The heartbeat takes time and noise floor from here."""
    scene = air.scene(250e3, 0.5, air.pump(0.1), density_dbfs=-90.0)
    receiver = Receiver(air.modems)
    steps = [s for block in block_stream(scene, "x") for s in receiver.steps(block)]
    steps.append(receiver.end())
    times = [step.time_ns for step in steps]
    assert times == sorted(times)
    assert times[-1] == 500_000_000
    assert all(step.settled_ns <= step.time_ns for step in steps)
    # One channel is 250 kHz / 16 wide.
    assert steps[-1].noise_dbfs == pytest.approx(-90 + 10 * np.log10(250e3 / 16), abs=0.5)
    settled = 0
    for step in steps:
        assert all(b.time_ns + b.radio.duration_us * 1e3 >= settled for b in step.bursts)
        settled = step.settled_ns


def test_nothing_in_nothing_out(air: Air) -> None:
    """A source that closes at once, or begins with a gap, leaves no trace."""
    receiver = Receiver(air.modems)
    assert receiver.feed(Gap(Span("x", 0, 5), 0, 1e6, "test")) == []
    assert receiver.flush() == []
    assert receiver.end() == NOTHING


def test_stream_shorter_than_a_row(air: Air) -> None:
    """A torn file of a few samples is no error."""
    iq = np.full(37, 0.5, np.complex64)
    assert air.receive(air.blocks(iq, 2.048e6)) == []


# --- what receivers do to signals --------------------------------------------------------------


def test_rate_too_low_for_a_family(air: Air) -> None:
    """At 96 kS/s a pod does not fit, but a pump is read, and nobody crashes."""
    assert needed_rate_hz(air.modem("omnipod")) == pytest.approx(2 * 26_370 + 2 * 40_625)
    heard = air.hear(air.scene(96e3, 0.2, air.pump(0.05), air.pod(0.12)))
    frames = {frame.modem for burst in heard for frame in burst.frames}
    assert frames == {"medtronic"}


def test_dc_spike_and_imbalance_make_no_ghosts(air: Air) -> None:
    """A cheap receiver shows a line at zero and a mirror image; neither is a device."""
    faults = FrontEnd(iq_gain_db=0.4, iq_phase_deg=2.0, dc=0.02 + 0.01j)
    sent = [air.pump(0.7 + 0.05 * n, offset_hz=80e3, rssi_dbfs=-10.0) for n in range(3)]
    sent.append(air.pod(0.9, offset_hz=-300e3, rssi_dbfs=-10.0))
    heard = air.hear(air.scene(1.024e6, 1.1, *sent, front_end=faults))
    carriers = [burst.radio.freq_hz for burst in heard]
    assert [round(hz / 10e3) for hz in carriers] == [8, 8, 8, -30]
    assert [len(burst.frames) for burst in heard] == [1] * 4


def test_short_gaps_cost_nothing_but_their_samples(air: Air) -> None:
    """A receiver that loses samples twice a second is heard through, its own carrier included."""
    rate_hz, faults = 250e3, FrontEnd(dc=0.01 + 0.0j)
    gaps = tuple((round(0.45 * n * rate_hz), 100) for n in range(1, 6))
    sent = [air.pod(0.1 + 0.225 * n, offset_hz=30e3, rssi_dbfs=-40.0) for n in range(12)]
    scene = air.scene(rate_hz, 2.8, *sent, density_dbfs=-115.0, front_end=faults, gaps=gaps)
    heard = [burst for burst in air.hear(scene) if burst.frames]
    whole = [one for one in sent if not any(
        one.time_s < start / rate_hz < one.stop_s for start, _ in gaps)]  # fmt: skip
    assert len(heard) == len(whole)


@pytest.mark.parametrize("cut", [0, 7, 41, 333])
def test_a_recording_that_breaks_into_a_burst_has_places_of_its_own(air: Air, cut: int) -> None:
    """Cut at its first and last sample, a burst lies inside the recording, and nowhere else."""
    scene = air.scene(250e3, 0.3, air.pump(0.1, offset_hz=20e3, rssi_dbfs=-10.0))
    iq = scene.samples(26_000 + cut, 3_000)
    for burst in air.receive(air.blocks(iq, 250e3)):
        assert burst.span.sample_start >= 0
        assert burst.time_ns >= 0
        assert burst.span.sample_start + burst.span.sample_count <= iq.size


def test_dc_spike_of_a_stream_that_ends_inside_a_row(air: Air) -> None:
    """The end of a recording is no burst, however large the receiver's own carrier is."""
    scene = Scene(1.024e6, 1_024_000 + 77, (), FrontEnd(noise_dbfs=-60.0, dc=0.3 + 0.0j), seed=3)
    assert air.hear(scene) == []


def test_clipped_packet_is_read(air: Air) -> None:
    """A programmer next to the receiver overdrives it; its packets are read all the same."""
    faults = FrontEnd(clip_level=0.5)
    sent = (air.pump(0.05, offset_hz=50e3, rssi_dbfs=6.0), air.pod(0.12, rssi_dbfs=6.0))
    heard = air.hear(air.scene(250e3, 0.2, *sent, front_end=faults))
    decoded = [f.data[:7] for b in heard for f in b.frames if f.modem == "medtronic"]
    assert decoded == [PUMP_PACKET]
    assert [f.modem for b in heard for f in b.frames].count("omnipod") == 1


def test_zeros_are_silence(air: Air) -> None:
    """A muted receiver gives zeros: no burst, no warning, no division by zero."""
    assert air.receive(air.blocks(np.zeros(600_000, np.complex64), 1.024e6)) == []


def test_digital_silence_between_bursts(air: Air) -> None:
    """Some tools squelch recordings to exact zeros; bursts in them are still bursts."""
    sent = (air.pump(0.05, offset_hz=40e3), air.pod(0.12, offset_hz=-30e3))
    heard = air.hear(air.scene(1.024e6, 0.2, *sent, density_dbfs=None))
    assert [burst.frames[0].modem for burst in heard] == ["medtronic", "omnipod"]
    assert heard[0].radio.rssi_dbfs == pytest.approx(-30, abs=0.5)


def test_carrier_that_stays_on_becomes_floor(air: Air) -> None:
    """A jammer or a stuck transmitter must not fill the memory, nor hide others for ever."""
    time_s = np.arange(round(4 * 250e3)) / 250e3
    carrier = 0.03 * np.exp(2j * np.pi * 31_250.0 * time_s)
    scene = air.scene(250e3, 4.0, air.pump(3.5, offset_hz=-60e3))
    iq = (_iq(scene) + carrier).astype(np.complex64)
    receiver = Receiver(air.modems)
    heard: list[Burst] = []
    lengths = []
    for block in air.blocks(iq, 250e3, range(0, iq.size, 8_192)):
        heard += receiver.feed(block)
        assert receiver._stream is not None
        lengths.append(sum(len(chunk.samples) for chunk in receiver._stream._tape.since(0)))
    heard += receiver.flush()
    assert max(lengths) < 1.0 * 250e3
    assert [b.time_ns for b in heard if b.frames] == [pytest.approx(3_500_000_000, abs=8_000)]
    assert len([b for b in heard if b.time_ns > 2_500_000_000]) == 1


# --- noise and neighbours ----------------------------------------------------------------------


def _of_noise(air: Air, rate_hz: float, seconds: float, seed: int) -> list[Burst]:
    return air.hear(air.scene(rate_hz, seconds, density_dbfs=-100.0, seed=seed))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_noise_is_no_burst(air: Air, rate_hz: float) -> None:
    """An empty ward gives empty records."""
    assert _of_noise(air, rate_hz, 4.0 if rate_hz < 2e6 else 3.0, seed=11) == []


@pytest.mark.slow
def test_ten_minutes_of_noise_are_no_burst(air: Air) -> None:
    """The same for as long as nobody speaks."""
    assert _of_noise(air, 2.048e6, 600.0, seed=12) == []


def _foreign(air: Air, seconds: float) -> list[str]:
    """What is read, by mistake, in so many seconds of neighbours."""
    recording = Recording(scenario_named("foreign-traffic"), seed=5)
    rate_hz, freq_hz = recording.tuned.rate_hz, recording.tuned.freq_hz

    def blocks() -> Iterator[Block]:
        place = 0
        for iq in recording.chunks():
            if place >= seconds * rate_hz:
                return
            span, time_ns = Span("foreign", place, iq.size), round(place * 1e9 / rate_hz)
            yield Block(span, time_ns, rate_hz, freq_hz, iq[None, :])
            place += iq.size

    heard = air.read(air.receive(blocks()))
    assert len(heard) >= seconds / 10
    return [str(one.message) for one in heard if one.integrity == "ok"]


def test_neighbours_are_nobody_of_ours(air: Air) -> None:
    """Weather stations, switches and near misses never decode as a pump or a pod."""
    assert _foreign(air, 20.0) == []


@pytest.mark.slow
def test_ten_minutes_of_neighbours(air: Air) -> None:
    """The whole of the scenario."""
    assert _foreign(air, 600.0) == []


# --- real recordings ---------------------------------------------------------------------------

REAL = {
    "g001_433.92M_1000k_elektromaten.cs8": [
        (31951, 111082), (142701, 221832), (253451, 332582), (364202, 443332), (474952, 554082),
        (585702, 664832), (696452, 775584), (807203, 886333), (917953, 997084),
        (1028703, 1107834), (1139454, 1218585),
    ],
    "g002_433.92M_1000k_esaver.cs8": [(92251, 126117), (130933, 164799), (169608, 203474)],
    "g003_868.3M_1000k_homematic.cs16": [(17597, 37987), (70304, 99507)],
    "g004_868.3M_1000k_enocean.cf32": [(2155, 5474), (20398, 23848), (44177, 47632)],
    "g005_868.3M_1000k_plug.cf32": [(7839, 53057)],
}  # fmt: skip
"""First and last samples, from the list beside the recordings; good to about 300 samples."""
KINDS = {"cs8": ("i1", 128.0), "cs16": ("<i2", 32768.0), "cf32": ("<f4", 1.0)}


@pytest.mark.shared
@pytest.mark.parametrize("name", REAL)
def test_real_recordings(air: Air, name: str) -> None:
    """Bursts of real devices are found where others found them, all of them and no others."""
    if not (CAPTURES / name).exists():
        pytest.skip("the recordings stand beside a checkout, in ../shared/captures")
    kind, scale = KINDS[name.rsplit(".", 1)[1]]
    raw = np.fromfile(CAPTURES / name, kind).astype(np.float32) / np.float32(scale)
    heard = air.receive(air.blocks(raw.view(np.complex64), 1e6, (), 0.0))
    found = sorted((b.span.sample_start, b.span.sample_start + b.span.sample_count) for b in heard)
    assert len(found) == len(REAL[name]), found
    for (start, stop), (first, last) in zip(found, REAL[name], strict=True):
        assert start == pytest.approx(first, abs=300)
        assert stop == pytest.approx(last, abs=300)


@pytest.mark.parametrize("weaker_db", [3.0, 6.0, 10.0])
def test_a_weaker_burst_a_millisecond_later_is_heard_too(air: Air, weaker_db: float) -> None:
    """An answer follows its question at once, and from farther away."""
    first = air.pump(0.05, offset_hz=40e3)
    marks_s = (int(np.flatnonzero(first.chips)[-1]) + 1) / first.keying.symbol_rate_hz
    second = replace(first, time_s=0.05 + marks_s + 1e-3, rssi_dbfs=first.rssi_dbfs - weaker_db)
    scene = air.scene(1.024e6, 0.2, first, second, density_dbfs=_density(35, PUMP_WIDTH_HZ))
    heard = air.hear(scene, freq_hz=916.46e6)
    assert [len(burst.frames) for burst in heard] == [1, 1]
    assert [burst.time_ns * 1e-9 for burst in heard] == pytest.approx(
        [first.time_s, second.time_s], abs=5e-6
    )
