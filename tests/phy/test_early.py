"""Headings of packets that are still on the air, and their ends: those sent, in time, no others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import Receiver
from medmon.phy.early import READINGS
from medmon.protocols import Reader
from medmon.records import Beginning, Burst, ComplexArray, Frame, Gap, Heading
from signal_fixtures.channel import Emission, FrontEnd, Scene
from signal_fixtures.devices import medtronic, medtronic_pump, omnipod, omnipod_insulin
from signal_fixtures.linecode import chips_from_text
from signal_fixtures.waveform import ook

if TYPE_CHECKING:
    from tests.phy.conftest import Air

QUIET_S = 0.55
"""Nothing is heard early before: the floor is not known."""
PUMP_PACKETS = (*medtronic.sample_packets(), medtronic_pump.Paradigm("128986").bolus(2.5))
POD_BOLUS = omnipod.packets_of(
    omnipod.message("1f01482a", 5, *omnipod_insulin.bolus(1, 2.6)), "PDM", 9
)[0]
PUMP_CHIP_S, POD_CHIP_S = 1 / medtronic.SYMBOL_RATE_HZ, 1 / omnipod.SYMBOL_RATE_HZ
PUMP_HEADING_S = (16 * 8 + 32 + 5 * 12) * PUMP_CHIP_S
"""Sixteen bytes of preamble, the sync word, and five bytes of twelve chips."""


def _begun(
    air: Air,
    iq: ComplexArray,
    rate_hz: float,
    block_samples: int,
    *,
    early: bool = True,
    ends: Callable[[Frame], Sequence[int]] | None = None,
) -> tuple[list[Beginning], list[Burst], list[int]]:
    """Headings, bursts, and how many samples had been fed when each heading was told."""
    receiver = Receiver(air.modems, early=early, ends=ends)
    headings: list[Beginning] = []
    bursts: list[Burst] = []
    fed: list[int] = []
    for block in air.blocks(iq, rate_hz, range(block_samples, iq.size, block_samples)):
        for step in receiver.steps(block):
            assert not (step.beginnings and step.bursts)
            headings += step.beginnings
            fed += [block.span.sample_start + block.span.sample_count] * len(step.beginnings)
            bursts += step.bursts
    return headings, bursts + receiver.flush(), fed


def _iq(scene: Scene) -> ComplexArray:
    return scene.samples(0, scene.sample_count)


def _talk(air: Air) -> list[Emission]:
    """Both families take turns, at other frequencies and levels each time."""
    turns: list[Emission] = []
    for number, packet in enumerate(PUMP_PACKETS):
        offset_hz = -180e3 + 61e3 * number
        turns.append(air.pump(QUIET_S + 0.21 * number, packet=packet, offset_hz=offset_hz))
        turns.append(
            air.pod(
                QUIET_S + 0.11 + 0.21 * number,
                packet=POD_BOLUS,
                offset_hz=offset_hz + 33e3,
                rssi_dbfs=-25.0,
                ppm=40.0 * number - 100,
            )
        )
    return turns


@pytest.mark.parametrize("rate_hz", [1.024e6, 2.048e6])
def test_headings_are_those_of_the_packets_sent(air: Air, rate_hz: float) -> None:
    """An early alarm names the device and the command: both must be what was sent, in time."""
    sent = _talk(air)
    iq = _iq(air.scene(rate_hz, QUIET_S + 0.21 * len(PUMP_PACKETS), *sent))
    headings, _, fed = _begun(air, iq, rate_hz, 512)
    told = {(round(h.time_ns * 1e-9, 4), h.frame.data.hex()) for h in headings}
    expected = set()
    for number, packet in enumerate(PUMP_PACKETS):
        start_s = QUIET_S + 0.21 * number
        expected.add((round(start_s + PUMP_HEADING_S, 4), packet[:5].hex()))
        chip_s = POD_CHIP_S / (1 + 1e-6 * (40.0 * number - 100))
        for byte_count in (12, 18):
            chips = 50 * 16 + 16 + byte_count * 16
            end_s = start_s + 0.11 + chips * chip_s
            expected.add((round(end_s, 4), POD_BOLUS[:byte_count].hex()))
    assert told == expected
    assert len(headings) == len(expected)
    for heading, samples in zip(headings, fed, strict=True):
        late_s = samples / rate_hz - heading.time_ns * 1e-9
        # The block in which it became complete, and the flank of the last chip.
        assert 0 < late_s < 512 / rate_hz + 1.2 * PUMP_CHIP_S


def test_no_phase_is_a_bad_one(air: Air) -> None:
    """Searches are planned in time; wherever a packet falls between them, its heading is heard."""
    chance = np.random.default_rng(5)
    packets = [medtronic.with_crc8(0xA7, f"{number:06x}", b"\x5d\x00") for number in range(50)]
    starts_s = 0.6 + 0.06 * np.arange(50) + chance.uniform(0, 0.03, 50)
    sent = [
        air.pump(float(start_s), packet=packet, offset_hz=float(chance.uniform(-400e3, 400e3)))
        for start_s, packet in zip(starts_s, packets, strict=True)
    ]
    headings, _, _ = _begun(air, _iq(air.scene(1.024e6, 3.7, *sent)), 1.024e6, 65_536)
    assert [heading.frame.data for heading in headings] == [packet[:5] for packet in packets]


def test_a_heading_is_told_before_its_packet_is_over(air: Air) -> None:
    """Time to warn is what all this is for: 45 ms of a long pump packet, 8 of a pod's."""
    iq = _iq(air.scene(1.024e6, 1.0, air.pump(0.6, packet=PUMP_PACKETS[-1]), air.pod(0.8)))
    headings, bursts, fed = _begun(air, iq, 1.024e6, 1024)
    for heading, samples in zip(headings, fed, strict=True):
        (whole,) = (b for b in bursts if b.frames and b.frames[0].modem == heading.frame.modem)
        assert samples < whole.span.sample_start + whole.span.sample_count


def test_how_it_arrived_so_far(air: Air) -> None:
    """A person sees level and frequency with the heading; they are those of the packet."""
    sent = air.pump(0.6, offset_hz=40e3, rssi_dbfs=-41.0), air.pod(0.7, offset_hz=-70e3)
    iq = _iq(air.scene(1.024e6, 0.8, *sent))
    (pump, pod), _, _ = _begun(air, iq, 1.024e6, 4096)
    assert pump.radio.freq_hz == pytest.approx(40e3, abs=300)
    assert pod.radio.freq_hz == pytest.approx(-70e3, abs=2_000)
    assert pump.radio.rssi_dbfs == pytest.approx(-41.0, abs=0.7)
    assert pod.radio.rssi_dbfs == pytest.approx(-30.0, abs=0.7)
    assert (pump.radio.modulation, pod.radio.modulation) == ("ook", "fsk")
    # The sync word of 32 chips and the heading of 60.
    assert pump.radio.duration_us == pytest.approx(92e6 * PUMP_CHIP_S, abs=20)
    assert pump.span.sample_count == pytest.approx(92 * PUMP_CHIP_S * 1.024e6, abs=20)


@pytest.mark.parametrize("block_samples", [500, 4096, 16_384, 65_536, 300_000])
def test_headings_do_not_depend_on_blocks(air: Air, block_samples: int) -> None:
    """A replay of a night must give what the night gave."""
    iq = _iq(air.scene(1.024e6, 1.0, *_talk(air)[:4]))
    assert len(_begun(air, iq, 1.024e6, 1024)[0]) == 6
    assert _begun(air, iq, 1.024e6, block_samples)[0] == _begun(air, iq, 1.024e6, 1024)[0]


def test_bursts_stay_what_they_are(air: Air) -> None:
    """Listening early is no reason to hear anything else in the end, and off means off."""
    iq = _iq(air.scene(1.024e6, 1.0, *_talk(air)[:4]))
    headings, bursts, _ = _begun(air, iq, 1.024e6, 4096)
    none, plain, _ = _begun(air, iq, 1.024e6, 4096, early=False)
    assert headings
    assert none == []
    assert bursts == plain


def test_a_jammed_tail_hides_no_heading(air: Air) -> None:
    """Who wants a command unheard jams its check; whom it was meant for was told before."""
    packet = PUMP_PACKETS[-1]
    # Keyed faster than any modem that is known, so that it cannot be read and taken off again.
    chips = chips_from_text("1101001" * 400)
    loud = Emission(chips, ook(60e3), 0.6 + PUMP_HEADING_S + 5e-3, -10.0, 2e3)
    iq = _iq(air.scene(1.024e6, 0.8, air.pump(0.6, packet=packet), loud))
    headings, bursts, _ = _begun(air, iq, 1.024e6, 4096)
    assert packet[:5] in [heading.frame.data for heading in headings]
    assert packet not in air.packets(air.read(bursts))


def test_two_at_once(air: Air) -> None:
    """On a ward two pumps speak at the same time; each has its heading."""
    others = medtronic.with_crc8(0xA7, "350535", b"\x5d\x00")
    sent = air.pump(0.6), air.pump(0.602, packet=others, offset_hz=300e3, rssi_dbfs=-45.0)
    iq = _iq(air.scene(1.024e6, 0.7, *sent))
    headings, _, _ = _begun(air, iq, 1.024e6, 4096)
    assert [heading.frame.data for heading in headings] == [PUMP_PACKETS[0][:5], others[:5]]


def test_an_image_is_told_once(air: Air) -> None:
    """A receiver's mirror image of a near pump is not a second pump."""
    scene = air.scene(
        1.024e6,
        0.7,
        air.pump(0.6, offset_hz=150e3, rssi_dbfs=-10.0),
        front_end=FrontEnd(iq_gain_db=0.5, iq_phase_deg=3.0, dc=0.01 + 0.02j),
    )
    (heading,), _, _ = _begun(air, _iq(scene), 1.024e6, 4096)
    assert heading.radio.freq_hz == pytest.approx(150e3, abs=300)


def test_after_a_gap_it_goes_on(air: Air) -> None:
    """A dropped buffer must not cost another half second in which nothing is heard early."""
    iq = _iq(air.scene(1.024e6, 1.2, air.pump(0.6), air.pump(0.9), air.pump(1.1)))
    receiver = Receiver(air.modems, early=True)
    found: list[Beginning] = []
    blocks = list(air.blocks(iq, 1.024e6, range(4096, iq.size, 4096)))
    for number, block in enumerate(blocks):
        if number == 200:
            gap = Gap(block.span, block.time_ns, block.rate_hz, "lost")
            assert not [b for step in receiver.steps(gap) for b in step.beginnings]
            continue
        found += [b for step in receiver.steps(block) for b in step.beginnings]
    times_s = [heading.time_ns * 1e-9 - PUMP_HEADING_S for heading in found]
    assert times_s == pytest.approx([0.6, 0.9, 1.1], abs=1e-4)


def test_a_flood_is_bounded_and_counted(air: Air) -> None:
    """Whoever fills the band must not stop the monitor; what was left out is said."""
    sent = [
        air.pod(0.55 + 0.002 * number, offset_hz=-450e3 + 90e3 * number) for number in range(11)
    ]
    iq = _iq(air.scene(1.024e6, 0.75, *sent))
    receiver = Receiver(air.modems, early=True)
    steps = [step for block in air.blocks(iq, 1.024e6) for step in receiver.steps(block)]
    assert max(step.early_crowded for step in steps) > 0
    assert sum(len(step.beginnings) for step in steps) > 0


def test_ends_without_number_are_bounded_and_counted(air: Air) -> None:
    """A plugin that names every end, each twice, must not make the monitor wait for all of them."""
    ends = range(44, 564, 4)
    receiver = Receiver(air.modems, early=True, ends=lambda _: [*ends, *ends])
    iq = _iq(air.scene(1.024e6, 0.8, air.pump(0.6, packet=PUMP_PACKETS[-1])))
    steps = [step for block in air.blocks(iq, 1.024e6) for step in receiver.steps(block)]
    told = [begun.frame.bit_count for step in steps for begun in step.beginnings]
    assert 44 < max(told) <= ends[READINGS - 1]
    assert steps[-1].early_crowded == len(ends) - READINGS


def _in_noise(air: Air, seconds: float, seed: int) -> Sequence[Beginning]:
    rate_hz = 1.024e6
    scene = air.scene(rate_hz, seconds, seed=seed)
    receiver = Receiver(air.modems, early=True, ends=Reader(air.decoders).ends)
    found: list[Beginning] = []
    for start, iq in scene.blocks():
        (block,) = air.blocks(iq, rate_hz)
        moved = type(block)(
            type(block.span)("test", start, iq.size), 0, rate_hz, 0.0, np.asarray(block.samples)
        )
        found += [b for step in receiver.steps(moved) for b in step.beginnings]
    return found


def test_noise_says_nothing(air: Air) -> None:
    """An alarm out of nothing wakes a ward."""
    assert _in_noise(air, 10.0, 3) == []


@pytest.mark.slow
def test_ten_minutes_of_noise_say_nothing(air: Air) -> None:
    """The same for longer."""
    assert _in_noise(air, 600.0, 4) == []


SENT = (*PUMP_PACKETS, POD_BOLUS)


def _ends(frame: Frame) -> list[int]:
    """Where the packets end that begin like this."""
    return sorted({8 * len(packet) for packet in SENT if packet.startswith(frame.data[:12])})


@pytest.mark.parametrize("rate_hz", [1.024e6, 2.048e6])
def test_packets_are_handed_out_when_they_end(air: Air, rate_hz: float) -> None:
    """A dose stands in a packet's middle and its check at the end: then it can be judged."""
    sent = _talk(air)
    iq = _iq(air.scene(rate_hz, QUIET_S + 0.21 * len(PUMP_PACKETS), *sent))
    told, _, fed = _begun(air, iq, rate_hz, 512, ends=_ends)
    packets = [begun for begun in told if begun.is_packet]
    expected = []
    for number, packet in enumerate(PUMP_PACKETS):
        start_s = QUIET_S + 0.21 * number
        over_s = start_s + (16 * 8 + 32 + 12 * len(packet)) * PUMP_CHIP_S
        expected.append((packet, over_s, 1 * PUMP_CHIP_S))
        chip_s = POD_CHIP_S / (1 + 1e-6 * (40.0 * number - 100))
        over_s = start_s + 0.11 + (50 * 16 + 16 + 16 * len(POD_BOLUS)) * chip_s
        expected.append((POD_BOLUS, over_s, 1 * chip_s))
    assert [begun.frame.data for begun in packets] == [packet for packet, _, _ in expected]
    ends_s = [begun.time_ns * 1e-9 for begun in packets]
    assert ends_s == pytest.approx([over_s for _, over_s, _ in expected], abs=20e-6)
    for begun, samples in zip(told, fed, strict=True):
        # The block in which it ended, the flank of the last chip, and a clock 700 ppm slow.
        late_s = samples / rate_hz - begun.time_ns * 1e-9
        assert 0 < late_s < 512 / rate_hz + 2 * PUMP_CHIP_S


def test_a_long_packet_is_handed_out_at_any_rate(air: Air) -> None:
    """At 2.4 MS/s chunks are short; the end of a bolus order of 71 bytes must not depend on it."""
    packet = PUMP_PACKETS[-1]
    iq = _iq(air.scene(2.4e6, 0.7, air.pump(0.6, packet=packet)))
    told, _, _ = _begun(air, iq, 2.4e6, 4096, ends=_ends)
    assert [begun.frame.data for begun in told] == [packet[:5], packet]


def test_an_end_beyond_what_is_kept_is_counted(air: Air) -> None:
    """Who adds a longer modem must see why its packets are not told when they end."""
    long = replace(air.modem("medtronic"), max_bits=8 * 200)
    receiver = Receiver([long], early=True, ends=lambda _: [8 * 150])
    iq = _iq(air.scene(1.024e6, 0.7, air.pump(0.6)))
    steps = [step for block in air.blocks(iq, 1.024e6) for step in receiver.steps(block)]
    assert [begun.is_packet for step in steps for begun in step.beginnings] == [False]
    assert steps[-1].early_crowded == 1


@pytest.mark.parametrize("block_samples", [500, 16_384, 300_000])
def test_packets_do_not_depend_on_blocks(air: Air, block_samples: int) -> None:
    """A replay of a night must give what the night gave."""
    iq = _iq(air.scene(1.024e6, 1.0, *_talk(air)[:4]))
    told = _begun(air, iq, 1.024e6, 4096, ends=_ends)
    assert sum(begun.is_packet for begun in told[0]) == 4
    assert _begun(air, iq, 1.024e6, block_samples, ends=_ends)[:2] == told[:2]


def test_an_end_that_is_too_far_is_not_waited_for(air: Air) -> None:
    """Whoever names an end beyond what any packet has must not make the monitor wait for it."""
    iq = _iq(air.scene(1.024e6, 0.8, air.pump(0.6)))
    told, _, _ = _begun(air, iq, 1.024e6, 4096, ends=lambda _: [8, 10**6])
    assert [begun.is_packet for begun in told] == [False]


def _read(air: Air, iq: ComplexArray, block_samples: int = 4096) -> list[Heading]:
    """What all protocols make of packets while they are on the air and when they end."""
    reader = Reader(air.decoders)
    receiver = Receiver(air.modems, early=True, ends=reader.ends)
    return [
        heading
        for block in air.blocks(iq, 1.024e6, range(block_samples, iq.size, block_samples))
        for step in receiver.steps(block)
        for heading in reader.glance(step.beginnings)
    ]


def test_every_packet_is_known_by_its_heading(air: Air) -> None:
    """Decoders say where packets end: a short and a long one of a pump, and both of a pod's."""
    parts = omnipod.packets_of(
        omnipod.message("1f01482a", 5, *omnipod_insulin.bolus(1, 2.6)), "PDM", 9
    )
    pods = [air.pod(0.8 + 0.1 * place, packet=part) for place, part in enumerate(parts)]
    long, short = PUMP_PACKETS[-1], medtronic_pump.Paradigm("350535").suspend()
    pumps = air.pump(0.6, packet=long), air.pump(0.7, packet=short)
    told = _read(air, _iq(air.scene(1.024e6, 1.2, *pumps, *pods)))
    checked = [heading.message for heading in told if heading.is_checked]
    assert [(said.device, said.command) for said in checked] == [
        ("128986", "bolus"),
        ("350535", "suspend"),
        ("1f01482a", "bolus"),
    ]
    assert [said.fields.get("units_iu") for said in checked] == [2.5, None, 2.6]


def test_a_damaged_packet_is_not_told_when_it_ends(air: Air) -> None:
    """Its heading was, and nothing that rests on it stays: the check of the whole decides."""
    packet = PUMP_PACKETS[-1]
    damaged = packet[:40] + bytes((packet[40] ^ 0x10,)) + packet[41:]
    # Keyed faster than any modem that is known, so that it cannot be read and taken off again.
    jammer = Emission(chips_from_text("1101001" * 400), ook(60e3), 0.832, -10.0, 2e3)
    sent = air.pump(0.6, packet=damaged), air.pump(0.8, packet=packet), jammer
    told = _read(air, _iq(air.scene(1.024e6, 1.0, *sent)))
    # The second heading is a copy of the first only for who may have sent it again at once.
    assert [heading.message.command for heading in told] == ["bolus", "bolus"]
    assert not any(heading.is_checked for heading in told)


def test_a_tail_that_goes_on_changes_nothing(air: Air) -> None:
    """Whoever adds rubbish behind a packet that is intact cannot keep it from being told."""
    packet = medtronic_pump.Paradigm("350535").suspend()
    sent = air.pump(0.6, packet=packet + bytes(range(2)))
    told = _read(air, _iq(air.scene(1.024e6, 0.8, sent)))
    assert [heading.is_checked for heading in told] == [False, True]
