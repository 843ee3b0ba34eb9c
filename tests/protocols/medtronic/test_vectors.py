"""Every public Medtronic vector, from on-air chips or bytes to its meaning.

The vectors are facts from other projects' test suites (tests/vectors/medtronic.json names them).
The 4b6b decoder here makes hard decisions and is a second one, apart from phy's.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medmon.protocols.medtronic import PLUGIN
from medmon.protocols.medtronic.bodies import fields_from_body
from medmon.protocols.medtronic.checks import has_crc8, has_crc16
from medmon.records import Frame, Message, Packet, Rejection
from signal_fixtures.devices.medtronic import with_crc8

Vector = dict[str, Any]

VECTORS: list[Vector] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "medtronic.json").read_text(encoding="utf-8")
)["vectors"]
SYMBOLS = bytes.fromhex("15313223342526161a192a0b2c0d0e1c")
NIBBLES = {f"{symbol:06b}": f"{value:04b}" for value, symbol in enumerate(SYMBOLS)}


def having(*keys: str) -> list[Any]:
    """Pick the vectors that have these keys, each named in the report."""
    return [pytest.param(v, id=v["name"]) for v in VECTORS if all(key in v for key in keys)]


def frame_from_chips(chips: str) -> Frame:
    """Undo 4b6b by the table: a group outside it is a fault, and ends the decoding."""
    groups = [chips[at : at + 6] for at in range(0, len(chips) - 5, 6)]
    good = next((at for at, group in enumerate(groups) if group not in NIBBLES), len(groups))
    bits = "".join(NIBBLES[group] for group in groups[:good])
    faults = (4 * good,) if good < len(groups) else ()
    padded = bits.ljust(-(-len(bits) // 8) * 8, "0")
    data = int("1" + padded, 2).to_bytes(len(padded) // 8 + 1, "big")[1:]
    return Frame("medtronic", data, len(bits), faults)


def chips_from_bytes(data: bytes) -> str:
    """Write bytes as chips, most significant bit first."""
    return "".join(f"{byte:08b}" for byte in data)


def packet_of(vector: Vector) -> bytes:
    """Give the whole packet; a bare body gets a type and an id in front and a check behind."""
    if "packet" in vector:
        return bytes.fromhex(vector["packet"])
    body, fields = bytes.fromhex(vector["body"]), vector["fields"]
    if "message_type" in fields:
        return with_crc8(0xA2, "350535", bytes.fromhex(fields["message_type"]) + body)
    return with_crc8(0xA7, "350535", bytes.fromhex(fields["opcode"]) + body.ljust(65, b"\0"))


def test_all_vectors_are_here() -> None:
    """A vector lost in transcription would be a decode nobody checks."""
    assert len(VECTORS) == 101
    assert len({vector["name"] for vector in VECTORS}) == 101


@pytest.mark.parametrize("vector", having("ota", "packet"))
def test_bytes_on_the_air_give_the_packet_and_nothing_behind_it(vector: Vector) -> None:
    """Padding and silence after a packet must not end up in the evidence."""
    packet = PLUGIN.packet(frame_from_chips(chips_from_bytes(bytes.fromhex(vector["ota"]))))
    assert isinstance(packet, Packet)
    assert packet.data.hex() == vector["packet"]
    assert packet.part == "whole"


@pytest.mark.parametrize("vector", having("chips"))
def test_chips_on_the_air_are_found_by_the_modem(vector: Vector) -> None:
    """The sync word that phy searches for must be the one that devices send."""
    (modem,) = PLUGIN.modems
    before, _, after = vector["chips"].partition(modem.sync)
    assert {before[at : at + 2] for at in range(0, len(before), 2)} == {modem.preamble}
    packet = PLUGIN.packet(frame_from_chips(after))
    assert isinstance(packet, Packet)
    assert packet.data.hex() == vector["packet"]


@pytest.mark.parametrize("vector", having("response"))
def test_the_answer_of_a_serial_stick_ends_in_the_same_packet(vector: Vector) -> None:
    """Sticks put RSSI and a counter first; what follows is the same 4b6b stream."""
    response = bytes.fromhex(vector["response"])
    assert response[0] == vector["heard"]["rssi_raw"]
    assert response[1] == vector["heard"]["counter"]
    packet = PLUGIN.packet(frame_from_chips(chips_from_bytes(response[2:])))
    assert isinstance(packet, Packet)
    assert packet.data.hex() == vector["packet"]


@pytest.mark.parametrize("vector", having("reject"))
def test_a_broken_line_code_is_rejected(vector: Vector) -> None:
    """A wrong symbol inside the packet means that no device sent this."""
    rejection = PLUGIN.packet(frame_from_chips(chips_from_bytes(bytes.fromhex(vector["ota"]))))
    assert isinstance(rejection, Rejection)
    assert rejection.reason == vector["reject"]


@pytest.mark.parametrize("vector", having("crc8"))
def test_crc8(vector: Vector) -> None:
    """A wrong CRC would reject every packet of a pump."""
    assert has_crc8(bytes.fromhex(vector["data"] + vector["crc8"]))


@pytest.mark.parametrize("vector", having("crc16"))
def test_crc16(vector: Vector) -> None:
    """A wrong CRC would reject every packet of a sensor."""
    assert has_crc16(bytes.fromhex(vector["data"] + vector["crc16"]))


@pytest.mark.parametrize("vector", having("bytes"))
def test_layout(vector: Vector) -> None:
    """The bytes whose meaning is not known stand where the sheet says."""
    data = packet_of(vector)
    for place, expected in vector["bytes"].items():
        assert data[int(place) :].hex().startswith(expected)


# The one body whose length byte upstream leaves zero cannot be a packet: see below.
MEANINGS = [p for p in having("command") if p.id != "a7-cd-page-body"]


@pytest.mark.parametrize("vector", MEANINGS)
def test_meaning(vector: Vector) -> None:
    """A packet says what its sender's own test suite says that it says."""
    data = packet_of(vector)
    packet = PLUGIN.packet(Frame("medtronic", data, 8 * len(data)))
    assert isinstance(packet, Packet)
    message = PLUGIN.message([packet])
    assert isinstance(message, Message)
    assert message.command == vector["command"]
    expected = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in vector.get("fields", {}).items()
    }
    assert {name: message.fields[name] for name in expected} == expected
    if "device" in vector:
        assert (message.device, packet.link) == (vector["device"], vector["device"])
    if "sequence" in vector:
        assert message.sequence == vector["sequence"]


def test_meaning_of_a_glucose_page_number() -> None:
    """MinimedKit's test has the parameters behind an empty length byte; the fields are the same."""
    (vector,) = [v for v in VECTORS if v["name"] == "a7-cd-page-body"]
    body = b"\x0c" + bytes.fromhex(vector["body"])[1:].ljust(12, b"\0")
    expected = {key: value for key, value in vector["fields"].items() if key != "opcode"}
    assert fields_from_body(0xCD, body) == expected
