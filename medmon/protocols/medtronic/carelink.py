"""An A7 packet comes in, what a pump and whoever talks to it say to each other goes out.

Layout, a byte each:

- 0: A7. 1-3: id of the pump, whoever sends. 4: opcode (see `opcodes`).
- short packet, 7 bytes: 5: 00, or with opcode 15 (no) the error; 6: CRC-8.
- long packet, 71 bytes: 5: number of parameters, 6-69: parameters, filled up with zeros, 70: CRC-8.
- a frame of a long answer or of a schedule, 71 bytes: 5: frame number from 1, bit 7 set on the
  last, 6-69: content, 70: CRC-8. It occurs with the opcodes in `_FRAMES` only.

A command with parameters goes out twice: first short (the announcement), and after the pump's yes
long, with the parameters. So a short 42 says only that a bolus is coming; the long 42 has the dose.

Who sends is not in the packet. It follows from the content where it can: control opcodes go to the
pump; a short read is a question, a long one the answer, unless it asks for a page; an error comes
from the pump. A bare yes can be either side's, and stays "unknown".

Eight check bits are few. So a short packet must have a body of 00 (or be a no), and a long one
must be zero after its parameters, or be a frame whose number fits its opcode, or be an answer of
exactly the length that its opcode has.

How sure: layout, announcement and frames confirmed by the vectors of ecc1/medtronic
(packet/packet_test.go) and its command.go at 721237c.

A real packet (ecc1/medtronic packet/packet_test.go at 721237c):

>>> message_from_carelink(bytes.fromhex("a7128986150956")).fields["error"]
'out-of-range'
"""

from __future__ import annotations

from medmon.protocols.medtronic import bodies, opcodes
from medmon.protocols.medtronic.checks import has_crc8
from medmon.protocols.medtronic.family import Family, device_id, whole
from medmon.records import Command, Direction, FieldValue, Message

SHORT_BYTES = 7
LONG_BYTES = 71
_PARAMETER_BYTES = 64
_LAST_FRAME = 0x80

_FRAMES = {
    0x30: 4, 0x31: 4, 0x6F: 4, 0x80: 16, 0x92: 4, 0x93: 4, 0x94: 4, 0x9A: 16, 0x9B: 32, 0xD5: 16,
}  # fmt: skip
"""Opcodes whose long packets come in frames, and the highest frame number.

Pages are 1024 bytes, of ISIG 2048; schedules 48 entries of 3 bytes, with an empty last frame
(ecc1/medtronic command.go).
"""

_PAGE_QUESTIONS = {0x80: 1, 0x9A: 4, 0x9B: 4, 0xD5: 1}
"""Read opcodes that are asked with parameters, and how many."""

_ERRORS = {
    0x08: "refused",
    0x09: "out-of-range",
    0x0C: "bolus-in-progress",
    0x0D: "no-such-page",
}
"""From ecc1/medtronic command.go; 09 is confirmed by a vector, the others reported."""


def _lengths(data: bytes) -> tuple[int, ...]:
    return (SHORT_BYTES,) if len(data) < LONG_BYTES else (LONG_BYTES,)


def _doubt(data: bytes) -> str:
    if len(data) == SHORT_BYTES:
        is_plain = data[5] == 0 or data[4] == opcodes.NAK
        return "" if is_plain else f"a short packet with body {data[5]:02x}"
    if _is_padded(data) or _is_frame(data) or data[5] in bodies.ANSWER_BYTES.get(data[4], ()):
        return ""
    return f"neither {data[5]} parameters and zeros, nor a frame, nor a known answer"


def _is_padded(data: bytes) -> bool:
    """Tell whether the length byte fits and all after the parameters is zero."""
    return data[5] <= _PARAMETER_BYTES and not any(data[6 + data[5] : -1])


def _is_frame(data: bytes) -> bool:
    return 1 <= data[5] & ~_LAST_FRAME <= _FRAMES.get(data[4], 0)


def _is_page_question(data: bytes) -> bool:
    return data[5] == _PAGE_QUESTIONS.get(data[4]) and _is_padded(data)


def message_from_carelink(data: bytes) -> Message:
    """Say what an A7 packet means.

    Parameters
    ----------
    data : bytes, length 7 or 71
        The packet.

    Returns
    -------
    Message
        A command, a question, an answer, a yes or a no.
    """
    known = opcodes.opcode(data[4])
    fields: dict[str, FieldValue] = {"opcode": f"{data[4]:02x}", "opcode_name": known.name}
    if len(data) == SHORT_BYTES:
        command, direction = _from_short(data, known.command, fields)
    else:
        command, direction = _from_long(data, known.command, fields)
    return Message(
        device=device_id(data), command=command, direction=direction, role="pump", fields=fields
    )


def _from_short(
    data: bytes, command: Command, fields: dict[str, FieldValue]
) -> tuple[Command, Direction]:
    """Read the body of a short packet into `fields`."""
    if command == "nack" and data[5]:
        fields["error"] = _ERRORS.get(data[5], "unknown")
        fields["error_code"] = f"{data[5]:02x}"
        return command, "from-device"
    if command in ("ack", "nack", "unknown"):
        # A reader of pages says yes and no as well: it wants the next frame, or this one again.
        return command, "unknown"
    if command != "read":
        fields["announcement"] = True
    return command, "to-device"


def _from_long(
    data: bytes, command: Command, fields: dict[str, FieldValue]
) -> tuple[Command, Direction]:
    """Read the parameters of a long packet into `fields`."""
    if _is_page_question(data):
        fields["page"] = int.from_bytes(data[6 : 6 + data[5]], "big")
        return "read", "to-device"
    if _is_frame(data):
        number = data[5] & ~_LAST_FRAME
        fields["frame"] = number
        fields["is_last_frame"] = data[5] >= _LAST_FRAME
        fields |= bodies.fields_from_frame(data[4], number, data[6:-1])
    else:
        body = data[5 : 6 + min(data[5], _PARAMETER_BYTES)]
        fields |= bodies.fields_from_body(data[4], body)
        command = bodies.command_from_body(data[4], body, command)
    if command == "read":
        return "response", "from-device"
    return command, "unknown" if command in ("ack", "nack", "unknown") else "to-device"


def heading_from_carelink(data: bytes) -> Message | None:
    """Say what the beginning of an A7 packet tells: whose pump, and what about.

    Parameters
    ----------
    data : bytes
        Its first five bytes.

    Returns
    -------
    Message or None
        Whether a control command is its announcement or the order itself, and whether a read is
        the question or the answer, is not known yet; None for an opcode that nobody names, which
        is most often noise.
    """
    command = opcodes.opcode(data[4]).command
    if command == "unknown":
        return None
    is_open = command in ("read", "ack", "nack")
    return Message(device_id(data), command, "unknown" if is_open else "to-device", "pump")


FAMILY = Family(
    lengths=_lengths,
    is_intact=has_crc8,
    doubt=_doubt,
    key=whole,
    device=device_id,
    message=message_from_carelink,
    heading=heading_from_carelink,
)
