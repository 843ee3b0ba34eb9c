"""An A2 packet comes in, what a pump tells its MySentry (and back) goes out.

Layout, a byte each:

- 0: A2. 1-3: id of the pump. 4: type of message. 5: bit 7 repeat, bits 6 to 0 sequence. Confirmed.
- then, by type of message (length of the whole packet in brackets), and CRC-8 at the end:

  - 01 alert (16): 6 code, 7-12 time, 13-14 unknown. Confirmed (minimed_rf alert_spec.rb).
  - 02 alert cleared (8): 6 code. Confirmed (minimed_rf alert_cleared_spec.rb).
  - 03 device test (7): nothing more. Reported (minimed_rf docs/DeviceTest.packetdiag).
  - 04 pump status (42): see `pump_status`. Confirmed.
  - 06 acknowledge (15): 6-8 id of who acknowledges, 9 00, 10 type of the acknowledged message,
    11-13 00. Confirmed (minimed_rf pump_status_ack_spec.rb).
  - 09 find device (11), 0A device link (11): 6-8 id of the other device, 9 00. Confirmed
    (minimed_rf and MinimedKit tests).
  - 05 pump status 2, 08 backfill, 0B pump dump: length and content not known; the
    length heard is taken, without up to two bytes of zeros.

Direction: guessed from what each type is for. The pump reports, looks for devices and links them;
the MySentry acknowledges.

A real packet (LoopKit/MinimedKit FindDeviceMessageBodyTests at 106467e; CRC computed):

>>> message_from_mysentry(bytes.fromhex("a235053509cf9999990062")).fields["peer"]
'999999'
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medmon.protocols.medtronic.checks import has_crc8
from medmon.protocols.medtronic.clock import clock_from_six
from medmon.protocols.medtronic.family import Family, device_id
from medmon.protocols.medtronic.pump_status import fields_from_pump_status
from medmon.records import Command, Direction, FieldValue, Message

_REPEAT = 0x80

_ALERTS = {
    0x04: "no-delivery",
    0x33: "max-hourly-bolus",
    0x52: "low-reservoir",
    0x65: "high-glucose",
    0x66: "low-glucose",
    0x67: "low-suspend",
    0x68: "meter-bg-now",
    0x69: "meter-bg-soon",
    0x6A: "calibration-error",
    0x6B: "sensor-end",
    0x70: "weak-signal",
    0x71: "lost-sensor",
    0x72: "high-predicted",
    0x73: "low-predicted",
    0x74: "rise-rate",
    0x75: "fall-rate",
}
"""From ps2/minimed_rf messages/alert.rb; 67, 74 and 75 only in mmcommander MMsimulator.c."""


def _alert(data: bytes) -> dict[str, FieldValue]:
    return {**_alert_cleared(data), "alert_time": clock_from_six(data[7:13])}


def _alert_cleared(data: bytes) -> dict[str, FieldValue]:
    return {"alert": _ALERTS.get(data[6], "unknown"), "alert_code": f"{data[6]:02x}"}


def _acknowledge(data: bytes) -> dict[str, FieldValue]:
    return {"peer": data[6:9].hex(), "acknowledged_type": f"{data[10]:02x}"}


def _peer(data: bytes) -> dict[str, FieldValue]:
    return {"peer": data[6:9].hex()}


def _status(data: bytes) -> dict[str, FieldValue]:
    return fields_from_pump_status(data[5:-1])


def _nothing(_data: bytes) -> dict[str, FieldValue]:
    return {}


def _unread(data: bytes) -> dict[str, FieldValue]:
    return {"params_hex": data[6:-1].hex()}


@dataclass(frozen=True, slots=True)
class _Kind:
    """One type of message: its name, its packet's length (0 where unknown), how it is read."""

    name: str
    length_bytes: int
    command: Command
    direction: Direction
    fields: Callable[[bytes], dict[str, FieldValue]]


_KINDS = {
    0x01: _Kind("alert", 16, "alert", "from-device", _alert),
    0x02: _Kind("alert-cleared", 8, "alert", "from-device", _alert_cleared),
    0x03: _Kind("device-test", 7, "unknown", "unknown", _nothing),
    0x04: _Kind("pump-status", 42, "status", "from-device", _status),
    0x05: _Kind("pump-status-2", 0, "status", "from-device", _unread),
    0x06: _Kind("acknowledge", 15, "ack", "to-device", _acknowledge),
    0x08: _Kind("backfill", 0, "response", "from-device", _unread),
    0x09: _Kind("find-device", 11, "pair", "from-device", _peer),
    0x0A: _Kind("device-link", 11, "pair", "from-device", _peer),
    0x0B: _Kind("pump-dump", 0, "response", "from-device", _unread),
}
_UNKNOWN_BYTES = range(8, 72)
"""Lengths that a packet of unknown length may have: one byte of content to the longest of A7."""
_PADDING_BYTES = 2


def _lengths(data: bytes) -> tuple[int, ...]:
    kind = _KINDS.get(data[4])
    if kind is None:
        return ()
    if kind.length_bytes:
        return (kind.length_bytes,)
    # Some senders pad with chips that read as zeros. A CRC cannot tell them from content: behind an
    # intact packet zeros keep it intact. So they are taken for padding, as far as there can be any.
    unpadded = max(len(data.rstrip(b"\0")), len(data) - _PADDING_BYTES)
    return tuple(n for n in (unpadded, len(data)) if n in _UNKNOWN_BYTES)


def _doubt(data: bytes) -> str:
    is_filled = data[4] in (0x09, 0x0A) and data[9] != 0
    return f"the last byte of a {_KINDS[data[4]].name} is {data[9]:02x}" if is_filled else ""


def _key(data: bytes) -> bytes:
    """Leave out the repeat bit and the check, which covers it."""
    return data[:5] + bytes([data[5] & ~_REPEAT]) + data[6:-1]


def message_from_mysentry(data: bytes) -> Message:
    """Say what an A2 packet means.

    Parameters
    ----------
    data : bytes
        The packet; its type of message is known and its length fits.

    Returns
    -------
    Message
        A report, an alert, an acknowledgement, or a search for a device.
    """
    kind = _KINDS[data[4]]
    return Message(
        device=device_id(data),
        command=kind.command,
        direction=kind.direction,
        role="pump",
        fields={
            "message_type": f"{data[4]:02x}",
            "message_name": kind.name,
            "is_repeat": data[5] >= _REPEAT,
            **kind.fields(data),
        },
        sequence=data[5] & ~_REPEAT,
    )


def heading_from_mysentry(data: bytes) -> Message | None:
    """Say what the beginning of an A2 packet tells: whose pump, and which type of message.

    Parameters
    ----------
    data : bytes
        Its first five bytes.

    Returns
    -------
    Message or None
        None for a type that is not known.
    """
    kind = _KINDS.get(data[4])
    return Message(device_id(data), kind.command, kind.direction, "pump") if kind else None


FAMILY = Family(
    lengths=_lengths,
    is_intact=has_crc8,
    doubt=_doubt,
    key=_key,
    device=device_id,
    message=message_from_mysentry,
    heading=heading_from_mysentry,
)
