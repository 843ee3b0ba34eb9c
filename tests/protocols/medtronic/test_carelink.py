"""What pump and programmer say to each other: kind, direction, and what is doubted."""

from __future__ import annotations

import pytest

from medmon.protocols.medtronic.carelink import FAMILY, message_from_carelink
from signal_fixtures.devices.medtronic_pump import Paradigm

PUMP = Paradigm("128986")
CONTENT = bytes(range(1, 65))


@pytest.mark.parametrize(
    ("packet", "command", "direction"),
    [
        (PUMP.wakeup(), "wakeup", "to-device"),
        (PUMP.stay_awake(10), "wakeup", "to-device"),
        (PUMP.ack(), "ack", "unknown"),
        (PUMP.nak(0), "nack", "unknown"),
        (PUMP.nak(0x0C), "nack", "from-device"),
        (PUMP.short(0x42), "bolus", "to-device"),
        (PUMP.bolus(1.0), "bolus", "to-device"),
        (PUMP.temp_basal(1.0, 1_800), "temp-basal", "to-device"),
        (PUMP.temp_basal(0.0, 0), "cancel", "to-device"),
        (PUMP.suspend(), "suspend", "to-device"),
        (PUMP.resume(), "resume", "to-device"),
        (PUMP.button("esc"), "button", "to-device"),
        (PUMP.set_remote(0, "411525"), "pair", "to-device"),
        (PUMP.set_max_bolus(10.0), "settings", "to-device"),
        (PUMP.short(0x8D), "read", "to-device"),
        (PUMP.model("522"), "response", "from-device"),
        (PUMP.long(0x80, b"\x03"), "read", "to-device"),
        (PUMP.long(0x9A, b"\0\0\0\x05"), "read", "to-device"),
        (PUMP.long(0x80, CONTENT, first=0x90), "response", "from-device"),
        (PUMP.long(0x92, CONTENT, first=0x01), "response", "from-device"),
        (PUMP.long(0x6F, CONTENT, first=0x01), "basal-schedule", "to-device"),
        (PUMP.long(0x6F, b"", first=0x84), "basal-schedule", "to-device"),
        (PUMP.long(0x12, b"\x01"), "unknown", "unknown"),
        (PUMP.short(0x12), "unknown", "unknown"),
        (PUMP.long(0x06, b""), "ack", "unknown"),
    ],
)
def test_kind_and_direction(packet: bytes, command: str, direction: str) -> None:
    """An answer is no command, and an order of a stranger must not pass for an answer."""
    assert FAMILY.doubt(packet) == ""
    message = message_from_carelink(packet)
    assert (message.command, message.direction) == (command, direction)
    assert (message.device, message.role) == ("128986", "pump")
    assert message.fields["opcode"] == f"{packet[4]:02x}"


def test_an_announcement_carries_no_dose() -> None:
    """The short 42 and the long one are one bolus, not two."""
    short, long = map(message_from_carelink, (PUMP.short(0x42), PUMP.bolus(2.5)))
    assert short.fields == {"opcode": "42", "opcode_name": "bolus", "announcement": True}
    assert long.fields == {"opcode": "42", "opcode_name": "bolus", "units_iu": 2.5}


def test_a_question_is_no_announcement() -> None:
    """Else reading a pump's clock would look like the start of an order."""
    assert "announcement" not in message_from_carelink(PUMP.short(0x70)).fields
    assert "announcement" not in message_from_carelink(PUMP.ack()).fields


@pytest.mark.parametrize(
    ("code", "name"),
    [(0x08, "refused"), (0x09, "out-of-range"), (0x0C, "bolus-in-progress"),
     (0x0D, "no-such-page"), (0x7F, "unknown")],
)  # fmt: skip
def test_errors_have_names(code: int, name: str) -> None:
    """A refusal tells that an order was tried."""
    fields = message_from_carelink(PUMP.nak(code)).fields
    assert (fields["error"], fields["error_code"]) == (name, f"{code:02x}")


def test_a_page_is_asked_for_by_number() -> None:
    """Which history a stranger copies is part of the story."""
    assert message_from_carelink(PUMP.long(0x80, b"\x03")).fields["page"] == 3
    assert message_from_carelink(PUMP.long(0x9A, b"\0\0\1\2")).fields["page"] == 258


def test_frames_are_numbered() -> None:
    """A page comes in 16 frames; the last one says so."""
    inner = message_from_carelink(PUMP.long(0x80, CONTENT, first=0x03)).fields
    last = message_from_carelink(PUMP.long(0x80, CONTENT, first=0x90)).fields
    assert (inner["frame"], inner["is_last_frame"]) == (3, False)
    assert (last["frame"], last["is_last_frame"]) == (16, True)


def test_a_first_frame_is_told_from_a_question() -> None:
    """Both have 01 in the length's place; only the question is zero behind its parameter."""
    assert message_from_carelink(PUMP.long(0x80, CONTENT, first=0x01)).command == "response"
    assert message_from_carelink(PUMP.long(0x80, b"\x07", first=0x01)).command == "read"


@pytest.mark.parametrize(
    "packet",
    [
        PUMP.short(0x42, 0x01),
        PUMP.long(0x42, CONTENT, first=0x02),
        PUMP.long(0x42, b"", first=0x41),
        PUMP.long(0x80, CONTENT, first=0x11),
        PUMP.long(0x80, CONTENT, first=0x80),
        PUMP.long(0x8D, CONTENT, first=0x08),
    ],
)
def test_what_contradicts_itself_is_doubted(packet: bytes) -> None:
    """Eight check bits need a second witness."""
    assert FAMILY.doubt(packet)


def test_an_answer_may_have_old_bytes_behind_its_parameters() -> None:
    """Pumps need not clear their buffer; an exact length of a known answer is witness enough."""
    packet = PUMP.long(0x72, b"\x00\x00\x8c" + CONTENT[:61], first=0x03)
    assert FAMILY.doubt(packet) == ""
    assert message_from_carelink(packet).fields["battery_v"] == 1.4
