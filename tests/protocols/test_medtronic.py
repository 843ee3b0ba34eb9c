"""The Medtronic decoder as a whole: what it believes, what it refuses, how often it is fooled."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon import plugins
from medmon.protocols.medtronic import PLUGIN
from medmon.records import Frame, Message, Packet, Rejection
from signal_fixtures.devices.medtronic import with_crc8, with_crc16
from signal_fixtures.devices.medtronic_bodyside import meter, remote
from signal_fixtures.devices.medtronic_pump import Paradigm
from signal_fixtures.strategies import Utterance, medtronic_utterances

TYPES = bytes.fromhex("a2a5a6a7a8aaab")
FALSE_ACCEPTS = 1e-6
PUMP = Paradigm("128986")
WHOLE = {
    "wake-up": PUMP.wakeup(),
    "refusal": PUMP.nak(0x0C),
    "bolus": PUMP.bolus(2.5),
    "clock": PUMP.clock(datetime(2026, 11, 23, 11, 15, tzinfo=UTC)),
    "frame": PUMP.long(0x80, bytes(range(1, 65)), first=0x83),
    "remote": remote("411525", "bolus", 93),
    "meter": meter("c527ad", 398),
    "sensor": with_crc16(bytes.fromhex("ab0f266b2c0d0e1e") + bytes(24)),
    "alert cleared": with_crc8(0xA2, "597055", bytes.fromhex("024a72")),
    "pump status": with_crc8(0xA2, "597055", b"\x04\x11" + bytes(35)),
    "backfill": with_crc8(0xA2, "597055", bytes.fromhex("0811aabbcc")),
}


def heard(data: bytes, bit_count: int | None = None) -> Frame:
    """Put bytes in a frame as phy would, heard whole unless said otherwise."""
    return Frame("medtronic", data, 8 * len(data) if bit_count is None else bit_count)


def reason(frame: Frame) -> str:
    """Say why a frame is refused, or that it is not."""
    found = PLUGIN.packet(frame)
    return found.reason if isinstance(found, Rejection) else "accepted"


@pytest.fixture(params=WHOLE.values(), ids=list(WHOLE))
def data(request: pytest.FixtureRequest) -> bytes:
    """Give one packet of each kind, built by the other side of the air."""
    packet = request.param
    assert isinstance(packet, bytes)
    return packet


def test_the_plugin_is_found_by_its_name() -> None:
    """A user enables the family as "medtronic"."""
    assert plugins.load("protocols", "medtronic") is PLUGIN


def test_the_modem_covers_every_packet() -> None:
    """Phy stops listening after max_bits; a long packet and its padding must fit."""
    (modem,) = PLUGIN.modems
    assert modem.sync == f"{0xFF00FF00:032b}"
    assert modem.min_bits == 8 * min(map(len, WHOLE.values()))
    assert modem.max_bits >= 8 * 71 + 12


@pytest.mark.parametrize("rubbish", ["", "0", "50", "000", "0000"])
def test_what_follows_a_packet_is_cut_off(data: bytes, rubbish: str) -> None:
    """Padding and the last noise before the carrier ends are not part of the evidence."""
    if data is WHOLE["backfill"] and rubbish == "50":
        pytest.skip("the length of a backfill is not known: only zeros can be told from content")
    text = data.hex() + rubbish
    found = PLUGIN.packet(heard(bytes.fromhex(text + "0" * (len(text) % 2)), 4 * len(text)))
    assert isinstance(found, Packet)
    assert found.data == data


def test_rubbish_of_another_device_is_not_cut_off(data: bytes) -> None:
    """A carrier that goes on for three bytes is no Paradigm packet: only noise would look so."""
    assert reason(heard(data + b"\x11\x22\x33")) in ("length", "check")


def test_a_break_of_the_line_code_ends_the_packet(data: bytes) -> None:
    """Back-to-back repeats run into one frame; the silence between them breaks the code."""
    frame = Frame("medtronic", data + bytes(40), 8 * len(data) + 320, (8 * len(data) + 4,))
    found = PLUGIN.packet(frame)
    assert isinstance(found, Packet)
    assert found.data == data


def test_a_break_inside_a_packet_refuses_it(data: bytes) -> None:
    """A chip that contradicts the code with confidence was not sent by this device."""
    for fault in (0, 12, 8 * len(data) - 4):
        assert reason(Frame("medtronic", data, 8 * len(data), (fault,))) in ("code", "check")


def test_a_torn_packet_is_refused(data: bytes) -> None:
    """A packet whose end is missing must not be completed from thin air."""
    for missing in (1, 4, 8, 9):
        assert reason(heard(data, 8 * len(data) - missing)) in ("length", "check")


@pytest.mark.parametrize(
    "frame",
    [
        Frame("medtronic", WHOLE["bolus"], 568, sync_errors=9),
        Frame("medtronic", WHOLE["bolus"], 568, confidence=0.01),
    ],
)
def test_doubtful_radio_is_refused(frame: Frame) -> None:
    """The sync word and the strength of the chips are witnesses too."""
    assert reason(frame) == "sync"


@pytest.mark.parametrize(
    "data",
    [
        with_crc8(0xA4, "128986", b"\x42\x00"),
        with_crc8(0xA2, "128986", b"\x77\x00"),
        with_crc8(0xA6, "411525", b"\x80\x01"),
        with_crc8(0xA5, "c527ad", b"\x03\x00"),
        with_crc8(0xA5, "c527ad", b"\x02\x59"),
        with_crc8(0xA7, "128986", b"\x42\x01"),
        with_crc8(0xA7, "128986", b"\x42\x02" + bytes(range(64))),
        with_crc8(0xA7, "128986", b"\x80\x11" + bytes(range(64))),
        with_crc8(0xA2, "128986", b"\x09\x01\x99\x99\x99\x01"),
    ],
    ids=["type", "message type", "button", "mark", "glucose", "short", "zeros", "frame", "link"],
)
def test_what_no_device_says_is_refused(data: bytes) -> None:
    """Eight check bits pass by luck once in 256; the content is the second witness."""
    assert reason(heard(data)) == "sanity"


def test_a_single_wrong_bit_is_refused(data: bytes) -> None:
    """A CRC finds every single error: a dose must never be read with a bit turned."""
    number = int.from_bytes(data, "big")
    for bit in range(8 * len(data)):
        turned = (number ^ 1 << bit).to_bytes(len(data), "big")
        assert reason(heard(turned)) != "accepted"


@given(medtronic_utterances())
def test_what_a_device_says_is_understood(utterance: Utterance) -> None:
    """Every number a device can send comes out as it went in, bit for bit."""
    (packet,) = map(PLUGIN.packet, utterance.frames("medtronic"))
    assert isinstance(packet, Packet)
    message = PLUGIN.message([packet])
    assert isinstance(message, Message)
    assert (message.device, message.command) == (utterance.device, utterance.command)
    assert {name: message.fields[name] for name in utterance.fields} == utterance.fields


def test_more_than_one_packet_is_no_message() -> None:
    """Every Paradigm packet is complete by itself."""
    packet = Packet("medtronic", WHOLE["bolus"], "128986")
    found = PLUGIN.message([packet, packet])
    assert isinstance(found, Rejection)
    assert found.reason == "incomplete"


def test_a_message_of_the_wrong_length_is_refused() -> None:
    """Nothing is read past the end of a packet."""
    found = PLUGIN.message([Packet("medtronic", WHOLE["sensor"][:-1], "")])
    assert isinstance(found, Rejection)
    assert found.reason == "length"


def accepted(seed: int, count: int, bit_counts: tuple[int, ...]) -> int:
    """Count how many random frames that begin with a known type are believed."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(np.frombuffer(TYPES, np.uint8), count).tobytes()
    sizes = rng.choice(bit_counts, count).tolist()
    # All at once: to draw the bytes of each frame would take as long as to read it.
    noise, place, hits = rng.bytes(sum(sizes) // 8), 0, 0
    for kind, bits in zip(kinds, sizes, strict=True):
        data = bytes([kind]) + noise[place + 1 : place + bits // 8]
        place += bits // 8
        hits += isinstance(PLUGIN.packet(Frame("medtronic", data, bits)), Packet)
    return hits


def most_hits(count: int) -> float:
    """Bound the hits of a fair count by five deviations over the expectation."""
    expected = FALSE_ACCEPTS * count * 256 / len(TYPES)
    return expected + 5 * math.sqrt(expected)


# 72 bits: the most that a 7-byte packet and its rubbish can have, so that nearly every type fits.
WORST = (56, 64, 72)
ALL = (56, 64, 72, 88, 120, 128, 272, 336, 568, 584)


@pytest.mark.parametrize("bit_counts", [WORST, ALL])
def test_random_bits_are_not_believed(bit_counts: tuple[int, ...]) -> None:
    """Noise must not ring a bell: at most one random frame of any length in a million."""
    assert accepted(1, 100_000, bit_counts) <= most_hits(100_000)


@pytest.mark.slow
@pytest.mark.parametrize("bits", ALL)
def test_random_bits_are_not_believed_at_length(bits: int) -> None:
    """The same for each length by itself, over 1e6 frames that stand for 4e7 of any type."""
    assert accepted(bits, 1_000_000, (bits,)) <= most_hits(1_000_000)


@given(
    data=st.binary(max_size=90),
    bit_count=st.integers(-8, 800),
    faults=st.lists(st.integers(0, 800), max_size=3).map(tuple),
    kind=st.sampled_from(TYPES),
)
def test_any_frame_has_an_answer(
    data: bytes, bit_count: int, faults: tuple[int, ...], kind: int
) -> None:
    """Hostile bits must never stop the monitor, and one frame has one answer."""
    frame = Frame("medtronic", bytes([kind]) + data, bit_count, faults)
    found = PLUGIN.packet(frame)
    assert isinstance(found, (Packet, Rejection))
    assert PLUGIN.packet(frame) == found


@given(data=st.binary(max_size=80), kind=st.sampled_from([*TYPES, 0x00]), cut=st.sampled_from(
    [7, 8, 11, 15, 16, 34, 42, 71, 80]))  # fmt: skip
def test_any_packet_has_an_answer(data: bytes, kind: int, cut: int) -> None:
    """A record read back from a file may hold anything; it still has a meaning or a reason."""
    content = (bytes([kind]) + data.ljust(80, b"\x01"))[:cut]
    found = PLUGIN.message([Packet("medtronic", content, "")])
    assert isinstance(found, (Message, Rejection))


def heading(data: bytes) -> Message | None:
    """Let the first five bytes of a packet arrive."""
    return PLUGIN.heading(heard(data[:5]))


def test_a_heading_says_what_its_packet_says(data: bytes) -> None:
    """An early alarm must be the alarm that the whole packet raises."""
    packet = PLUGIN.packet(heard(data))
    assert isinstance(packet, Packet)
    whole = PLUGIN.message([packet])
    assert isinstance(whole, Message)
    told = heading(data)
    assert told is not None
    assert (told.device, told.role) == (whole.device, whole.role)
    # An answer is told as what it answers: which of the two it is stands behind the heading.
    assert told.command == ("read" if whole.command == "response" and data[0] == 0xA7
                            else whole.command)  # fmt: skip
    assert told.direction in (whole.direction, "unknown")


def test_what_a_heading_tells_of_commands() -> None:
    """A command names its direction, a question and its answer look alike so far."""
    told = [heading(PUMP.bolus(2.5)), heading(PUMP.suspend()), heading(PUMP.battery(1.4))]
    assert [(one.command, one.direction) for one in told if one] == [
        ("bolus", "to-device"),
        ("suspend", "to-device"),
        ("read", "unknown"),
    ]


@pytest.mark.parametrize("start", ["a7128986fe", "a641152500", "a5c527ad04", "a2597055ff", "0011"])
def test_what_begins_like_no_packet_has_no_heading(start: str) -> None:
    """Nothing checks a heading but that it makes sense, so what makes none is not told."""
    assert heading(bytes.fromhex(start)) is None


def test_a_doubtful_sync_word_has_no_heading() -> None:
    """Random chips have as few wrong ones once in 100,000 places."""
    assert PLUGIN.heading(Frame("medtronic", PUMP.wakeup()[:5], 40, sync_errors=5)) is None


def test_an_end_follows_from_the_heading(data: bytes) -> None:
    """A packet is judged when it ends, so its end must be among those waited for, and few."""
    ends = PLUGIN.ends(heard(data[:5]), ())
    # How long a backfill is nobody knows: it waits for the end of its carrier.
    assert 8 * len(data) in ends or data[4] == 0x08
    assert len(ends) <= 2


def test_what_begins_like_no_packet_has_no_end() -> None:
    """Noise is not waited for."""
    assert PLUGIN.ends(heard(bytes.fromhex("ff12898642")), ()) == ()
