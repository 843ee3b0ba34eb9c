"""Every real packet, message and block on record is read as its source says; every forgery is not.

The vectors are facts transcribed from OmniKit and openomni, with file and commit in each; none was
produced by the code under test.
"""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from medmon.protocols import Reader
from medmon.protocols.omnipod import MODEM, PLUGIN
from medmon.protocols.omnipod.blocks import blocks_from_body
from medmon.protocols.omnipod.checks import crc8, crc16
from medmon.protocols.omnipod.envelope import Envelope, envelope_from_packets
from medmon.protocols.omnipod.packet import link_from_bytes
from medmon.records import Burst, Frame, Message, Packet, Radio, Rejection, Span, Transmission

FOLDER = Path(__file__).parents[2] / "vectors"
SOURCES = [
    json.loads((FOLDER / name).read_text()) for name in ("omnipod.json", "omnipod_corpus.json")
]


def vectors(kind: str) -> list[Any]:
    """All vectors of one kind, named by their identifiers."""
    return [
        pytest.param(vector, id=vector["id"])
        for source in SOURCES
        for vector in source.get(kind, [])
    ]


def frame(hex_text: str) -> Frame:
    data = bytes.fromhex(hex_text)
    return Frame(MODEM.name, data, 8 * len(data))


def accepted(hex_text: str) -> Packet:
    packet = PLUGIN.packet(frame(hex_text))
    assert isinstance(packet, Packet), packet
    return packet


def same(found: object, expected: object) -> bool:
    """Compare; the vectors print rates and minutes with three digits after the point."""
    if isinstance(expected, list):
        return (
            isinstance(found, tuple)
            and len(found) == len(expected)
            and all(map(same, found, expected))
        )
    if isinstance(expected, float) and isinstance(found, int | float):
        return math.isclose(found, expected, rel_tol=1e-5, abs_tol=1e-9)
    return found == expected and isinstance(found, bool) == isinstance(expected, bool)


def check_fields(found: Any, expected: dict[str, Any]) -> None:
    wrong = {
        name: (found.get(name, "missing"), value)
        for name, value in expected.items()
        if not same(found.get(name, "missing"), value)
    }
    assert not wrong


def check_body(body: bytes, expected: list[dict[str, Any]]) -> None:
    blocks = blocks_from_body(body)
    assert [block.name for block in blocks] == [block["name"] for block in expected]
    for block, wanted in zip(blocks, expected, strict=True):
        assert block.data.hex() == wanted["hex"]
        check_fields(block.fields, wanted["expect"])


def check_envelope(packets: list[Packet], expected: dict[str, Any]) -> None:
    envelope = envelope_from_packets(packets)
    assert isinstance(envelope, Envelope), envelope
    assert envelope.sequence == expected["sequence"]
    assert envelope.is_followed is expected["is_followed"]
    check_body(envelope.body, expected["blocks"])


def check_packet(packet: Packet, expected: dict[str, Any]) -> None:
    link = link_from_bytes(packet.data)
    assert link is not None
    assert (link.address, link.kind, link.sequence) == (
        expected["address"], expected["kind"], expected["sequence"],
    )  # fmt: skip
    assert packet.data[-1:].hex() == expected["crc8"]
    assert packet.link == expected["address"]
    if "data_hex" in expected:
        assert link.data.hex() == expected["data_hex"]
    if "address2" in expected:
        assert link.data.hex() == expected["address2"]
    if "message" in expected:
        assert packet.part == "whole"
        check_envelope([packet], expected["message"])
        assert isinstance(PLUGIN.message([packet]), Message)


def test_no_vector_is_left_out() -> None:
    """A vector that no test looks at protects nobody."""
    kinds = ("checks", "packets", "noisy", "messages", "blocks", "on_air", "rejected", "sessions")
    for source in SOURCES:
        assert sum(len(source.get(kind, [])) for kind in kinds) == source["count"]
    assert sum(source["count"] for source in SOURCES) == 166


@pytest.mark.parametrize("vector", vectors("checks"))
def test_check_values(vector: dict[str, Any]) -> None:
    """A wrong check would throw real packets away, or let forged ones in."""
    data, expected = bytes.fromhex(vector["hex"]), vector["expect"]
    if "crc8" in expected:
        assert f"{crc8(data):02x}" == expected["crc8"]
    else:
        assert f"{crc16(data):04x}" == expected["crc16"]


@pytest.mark.parametrize("vector", vectors("packets"))
def test_packets(vector: dict[str, Any]) -> None:
    """A packet that really was on the air is accepted with all its fields."""
    check_packet(accepted(vector["hex"]), vector["expect"])


@pytest.mark.parametrize("vector", [v for v in vectors("packets") if "chips" in v.values[0]])
def test_packets_as_chips(vector: dict[str, Any]) -> None:
    """The declared line code turns the chips on record into the packet on record."""
    assert data_from_chips(vector["chips"]).hex() == vector["hex"]


def data_from_chips(chips: str) -> bytes:
    """Undo Manchester by the table of the sheet: chips 01 are a 1, chips 10 a 0."""
    bits = "".join({"01": "1", "10": "0"}[chips[at : at + 2]] for at in range(0, len(chips), 2))
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


@pytest.mark.parametrize("vector", vectors("noisy"))
def test_garbage_behind_a_packet(vector: dict[str, Any]) -> None:
    """Receivers deliver garbage behind a packet; the packet is found all the same."""
    packet = accepted(vector["hex"])
    assert packet.data.hex() == vector["expect"]["packet_hex"]
    check_packet(packet, vector["expect"])


@pytest.mark.parametrize("vector", vectors("messages"))
def test_messages(vector: dict[str, Any]) -> None:
    """Messages in one or two packets give the blocks their sources assert."""
    whole = bytes.fromhex(vector["hex"])
    expected = vector["expect"]
    assert f"{crc16(whole[:-2]):04x}" == expected["crc16"] == whole[-2:].hex()
    check_body(whole[6:-2], expected["blocks"])
    packets = [accepted(text) for text in vector["packets"]]
    if packets:
        assert [packet.part for packet in packets] == ["first", "rest"]
        assert PLUGIN.message(packets[:1]) is None
        check_envelope(packets, expected)
        message = PLUGIN.message(packets)
        assert isinstance(message, Message)
        assert packets[0].link == expected["address"]


@pytest.mark.parametrize("vector", vectors("blocks"))
def test_blocks(vector: dict[str, Any]) -> None:
    """Each block of OmniKit's and openomni's tests gives the values they assert."""
    (block,) = blocks_from_body(bytes.fromhex(vector["hex"]))
    assert block.name == vector["name"]
    check_fields(block.fields, vector["expect"])


@pytest.mark.parametrize("vector", vectors("on_air"))
def test_on_the_air(vector: dict[str, Any]) -> None:
    """What the modem declares is what was on the air: preamble, sync word, sense of the code."""
    expected = vector["expect"]
    if "chips" not in vector:
        data = bytes(byte ^ 0xFF for byte in bytes.fromhex(vector["hex"]))
        assert data.hex() == expected["packet_hex"]
        check_packet(accepted(data.hex()), expected)
        return
    assert MODEM.symbol_rate_hz == expected["chip_rate_cps"]
    opening = MODEM.preamble * 50 + MODEM.sync
    assert vector["chips"].startswith(opening)
    assert data_from_chips(vector["chips"][len(opening) :]).hex() == expected["packet_hex"]


@pytest.mark.parametrize("vector", vectors("rejected"))
def test_forgeries_and_chance_hits(vector: dict[str, Any]) -> None:
    """Packets that a CRC8 alone lets through are refused."""
    assert isinstance(PLUGIN.packet(frame(vector["hex"])), Rejection)


def heard(time_ns: int, hex_text: str) -> Burst:
    """Return a burst of 30 ms that holds one packet."""
    radio = Radio(433.92e6, -3e3, 80e3, -40.0, 25.0, -65.0, 30_000.0)
    start = time_ns * 2_048_000 // 1_000_000_000
    return Burst(Span("pairing.cu8", start, 61_440), time_ns, radio, (frame(hex_text),))


def nanoseconds(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return round((moment - datetime(2016, 10, 10, tzinfo=UTC)).total_seconds() * 1e6) * 1_000


SAID = """pair 1, pair 1, pair 2, pair 1, ack 1, settings 2, status 1, ack 1, settings 2, status 1,
ack 1, bolus 2, ack 1, status 2, ack 1, settings 1, status 1, ack 1, failed 2, ack 1, status 4,
ack 1, status 3, ack 1, failed 1, status 2"""
"""Counted by hand from the session's 40 packets. The two that fail are a basal schedule whose
second packet is not in the log, and the second packet of a bolus whose first is not."""


@pytest.mark.parametrize("vector", vectors("sessions"))
def test_session(vector: dict[str, Any]) -> None:
    """The pairing of a pod reads as what was said, each thing once, with its copies counted."""
    for packet in vector["packets"]:
        check_packet(accepted(packet["hex"]), packet["expect"])
    reader = Reader([PLUGIN])
    said: list[Transmission] = []
    for packet in vector["packets"]:
        said += reader.feed(heard(nanoseconds(packet["time"]), packet["hex"]))
    said += reader.flush()
    found = [
        f"{one.message.command if one.message and one.integrity == 'ok' else one.integrity} "
        f"{one.repeats}"
        for one in said
    ]
    assert ", ".join(found) == SAID.replace("\n", " ")
    assert sum(one.repeats for one in said) == 40 - 2  # two messages came in two packets
    assert [one.time_ns for one in said] == sorted(one.time_ns for one in said)
    assert {one.message.device for one in said if one.message} == {"1f07b1ee"}
    prime = said[11].message
    assert prime is not None
    assert prime.fields["units_iu"] == 2.6
    assert reader.rejections == {"omnipod/incomplete": 2}
