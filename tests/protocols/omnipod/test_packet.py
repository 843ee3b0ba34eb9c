"""Bits become a packet exactly when every witness agrees."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod import MODEM, PLUGIN
from medmon.protocols.omnipod.packet import link_from_bytes, message_length, packet_from_frame
from medmon.records import Frame, Message, Packet, Rejection
from signal_fixtures.devices import omnipod, omnipod_blocks

CORPUS = json.loads((Path(__file__).parents[2] / "vectors" / "omnipod_corpus.json").read_text())
REAL = [bytes.fromhex(vector["hex"]) for vector in CORPUS["packets"]]
MESSAGES = [sent for sent in REAL if sent[4] >> 5 != 0b010]
STATUS = bytes.fromhex("1f00ee84a91f00ee8434030e0100836eb0")  # openomni packet_test.py
ACK = bytes.fromhex("1f01482a5e1f01482ae5")  # openomni packet_test.py

addresses = st.binary(min_size=4, max_size=4).map(bytes.hex)
sequences = st.integers(0, 31)


def frame(data: bytes, *faults: int, bits: int | None = None) -> Frame:
    return Frame("omnipod", data, 8 * len(data) if bits is None else bits, faults)


def reason(found: Packet | Rejection) -> str:
    return found.reason if isinstance(found, Rejection) else "accepted"


@given(
    kind=st.sampled_from(["PDM", "POD"]), address=addresses, sequence=sequences,
    number=st.integers(0, 15), body=st.binary(max_size=23), garbage=st.binary(max_size=20),
)  # fmt: skip
def test_round_trip_of_messages_in_one_packet(
    kind: str, address: str, sequence: int, number: int, body: bytes, garbage: bytes
) -> None:
    """Whatever a handheld or pod may say in one packet is found, garbage behind it or not."""
    text = omnipod.message(address, number, body)
    (sent,) = omnipod.packets_of(text, kind, sequence)
    packet = packet_from_frame(frame(sent + garbage))
    assert packet == Packet("omnipod", sent, address, "whole", key=sent)
    link = link_from_bytes(sent)
    assert link is not None
    assert (link.kind, link.sequence, link.data) == (kind.lower(), sequence, text)
    assert message_length(link.data) == len(text)


@given(addresses, sequences, st.sampled_from(["same", "00000000"]), st.binary(max_size=20))
def test_round_trip_of_acknowledgements(
    address: str, sequence: int, second: str, garbage: bytes
) -> None:
    """An acknowledgement repeats the address or sends zeros; both occur in the corpus."""
    sent = omnipod.ack(address, sequence, address if second == "same" else second)
    assert packet_from_frame(frame(sent + garbage)) == Packet(
        "omnipod", sent, address, "whole", key=sent
    )


def test_acknowledgement_while_pairing_may_name_the_new_address() -> None:
    """From the pairing session of the corpus: to FFFFFFFF, naming the address just given."""
    packet = packet_from_frame(frame(bytes.fromhex("ffffffff451f07b1ee67")))
    assert isinstance(packet, Packet)


def test_acknowledgement_that_names_another_pod_is_refused() -> None:
    """Its CRC8 is good, but only chance or a forger writes another pod's address there."""
    sent = omnipod.ack("1f01482a", 30, "1f01482b")
    assert reason(packet_from_frame(frame(sent))) == "check"


@given(addresses, sequences, st.binary(min_size=1, max_size=31))
def test_continuation_reaches_to_its_last_good_byte(
    address: str, sequence: int, data: bytes
) -> None:
    """A CON says nowhere how long it is; without garbage all of it is taken."""
    sent = omnipod.packet("CON", address, sequence, data)
    assert packet_from_frame(frame(sent)) == Packet("omnipod", sent, address, "rest", key=sent)


@pytest.mark.parametrize("sent", REAL, ids=lambda sent: sent.hex()[:12])
def test_no_single_bit_error_leaves_a_message(sent: bytes) -> None:
    """One wrong bit anywhere in a real packet, and nothing is understood from it."""
    for bit in range(8 * len(sent)):
        spoilt = (int.from_bytes(sent, "big") ^ 1 << bit).to_bytes(len(sent), "big")
        packet = packet_from_frame(frame(spoilt))
        if isinstance(packet, Packet):
            assert packet.part == "rest"  # a CON has no length to check; its message decides
            assert not isinstance(PLUGIN.message([packet]), Message)


@given(st.sampled_from(MESSAGES), st.integers(1, 2**64 - 1), st.integers(0, 300))
def test_no_burst_error_leaves_a_message(sent: bytes, pattern: int, place: int) -> None:
    """A stretch of wrong bits, as a collision makes it, is not read as something else."""
    length = 8 * len(sent)
    error = (pattern << place) % (1 << length)
    spoilt = (int.from_bytes(sent, "big") ^ error).to_bytes(len(sent), "big")
    packet = packet_from_frame(frame(spoilt))
    if isinstance(packet, Packet) and packet.data != sent:
        assert not isinstance(PLUGIN.message([packet]), Message)


@pytest.mark.parametrize(
    ("spoilt", "why"),
    [
        (frame(b""), "length"),
        (frame(STATUS[:6]), "length"),
        (frame(STATUS[:10]), "length"),
        (frame(STATUS[:-1]), "length"),
        (frame(STATUS, bits=8 * len(STATUS) - 1), "length"),
        (frame(STATUS, 40), "code"),
        (frame(STATUS, 100, 130), "code"),
        (frame(ACK, 79), "code"),
        (frame(STATUS[:-1] + b"\x00"), "check"),
        (frame(bytes([*STATUS[:4], 0x69, *STATUS[5:]])), "sanity"),
        (frame(bytes.fromhex("1f01482aad1f01482a10030e0101802ce3")), "check"),
        (frame(bytes.fromhex("1f07b1ee900000000000000251e3")), "check"),
    ],
)
def test_each_way_to_fail_has_its_reason(spoilt: Frame, why: str) -> None:
    """The counters in the status record tell noise from collisions from forgeries."""
    assert reason(packet_from_frame(spoilt)) == why


def test_a_fault_behind_the_packet_does_no_harm() -> None:
    """The carrier goes on a little after the last bit; that is not part of the packet."""
    assert reason(packet_from_frame(frame(STATUS + b"\xaa", 8 * len(STATUS)))) == "accepted"


def test_address_echo_is_a_witness() -> None:
    """A message for another pod inside a good packet is not accepted on its CRC8."""
    text = omnipod.message("1f00ee85", 13, omnipod_blocks.get_status())
    (sent,) = omnipod.packets_of(text, "PDM", 9, address="1f00ee84")
    assert reason(packet_from_frame(frame(sent))) == "check"


@given(st.binary(max_size=60), st.integers(0, 500), st.lists(st.integers(0, 500), max_size=3))
def test_total_and_pure_on_any_bits(data: bytes, bits: int, faults: list[int]) -> None:
    """No bits from the air raise, and the same bits always give the same answer."""
    heard = Frame("omnipod", data, bits, tuple(sorted(faults)))
    found = packet_from_frame(heard)
    assert found == packet_from_frame(heard)
    assert isinstance(found, Packet | Rejection)
    if isinstance(found, Packet):
        assert data.startswith(found.data)
        assert 8 * len(found.data) <= min([bits, *faults])


def false_accepts(count: int) -> tuple[int, int]:
    """Count packets other than CON, and CON packets, among random frames of full length."""
    noise = np.random.default_rng(20).integers(0, 256, (count, 39), dtype=np.uint8).tobytes()
    others = continuations = 0
    for at in range(0, len(noise), 39):
        found = packet_from_frame(Frame("omnipod", noise[at : at + 39], 312))
        if isinstance(found, Packet):
            continuations += found.part == "rest"
            others += found.part != "rest"
            assert not isinstance(PLUGIN.message([found]), Message)
    return others, continuations


def test_random_frames_are_refused() -> None:
    """Noise with a sync word in it must not become a command; see the long form below."""
    others, continuations = false_accepts(30_000)
    assert others == 0
    assert continuations < 30_000 * 0.015 * 1.2


@pytest.mark.slow
def test_a_million_random_frames_are_refused() -> None:
    """Expected are 5e-7 packets other than CON, and CON at (1 - (255/256)^31) / 8 = 1.4 %."""
    others, continuations = false_accepts(1_000_000)
    assert others == 0
    assert 0.0135 < continuations / 1_000_000 < 0.015


def test_modem_has_room_for_the_longest_packet() -> None:
    """A packet of 37 bytes that phy cuts off could never be read."""
    assert MODEM.max_bits >= 37 * 8
    assert MODEM.min_bits <= 8 * len(omnipod.packet("CON", "1f00ee84", 0, b"\x01"))
    assert MODEM.symbol_rate_hz == omnipod.SYMBOL_RATE_HZ
    assert MODEM.freqs_hz == (omnipod.FREQ_HZ,)
