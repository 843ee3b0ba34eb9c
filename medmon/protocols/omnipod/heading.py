"""The first bytes of a packet come in; whose pod, and what about, goes out before its check.

Of the packets that open a message (PDM and POD) the first 12 bytes hold the packet's head, the
message's head and the type of its first block; six more hold what a block 1A sets, what a block 1F
stops, and the address that a pod is given while pairing. Where a message holds several blocks, the
heading tells of the first one.

An ACK says nothing, and a CON goes on with a message whose heading was told. The address stands
twice, which is the one witness that a heading has: noise passes it once in 2**32.

A bolus (openomni corpus, ``all.txt`` line 443), after 12 bytes and after 18:

>>> start = bytes.fromhex("1f014828b91f014828101f1a0ea9127c2b02")
>>> message_from_heading(start[:12])
>>> message_from_heading(start).command
'bolus'
"""

from __future__ import annotations

from collections.abc import Sequence

from medmon.protocols.omnipod.orders import command_from_start
from medmon.protocols.omnipod.packet import (
    BROADCAST,
    MESSAGE_CHECK_BYTES,
    MESSAGE_HEADER_BYTES,
    con_length,
    link_from_bytes,
    message_length,
    opening_length,
)
from medmon.records import Message, Packet

_BLOCK_AT = 5 + MESSAGE_HEADER_BYTES
_SETTLED_BYTES = _BLOCK_AT + 7
HEADING_BITS = (8 * (_BLOCK_AT + 1), 8 * _SETTLED_BYTES)
"""After so many bits of a packet something more is known."""

_GIVEN_AT = _BLOCK_AT + 2
_GIVES_ADDRESS = (0x03, 0x07)


def message_from_heading(data: bytes) -> Message | None:
    """Say what the first bytes of a packet tell.

    Parameters
    ----------
    data : bytes
        As many as were heard.

    Returns
    -------
    Message or None
        Device, command, direction and role; None where the bytes do not tell, or not yet.
    """
    link = link_from_bytes(data)
    if link is None or link.kind not in ("pdm", "pod") or len(data) <= _BLOCK_AT:
        return None
    command = command_from_start(data[_BLOCK_AT:])
    address = _address(data)
    is_empty = message_length(data[5:]) == MESSAGE_HEADER_BYTES + MESSAGE_CHECK_BYTES
    if command is None or address is None or is_empty or data[:4] != data[5:9]:
        return None
    is_order = link.kind == "pdm"
    return Message(
        device=address,
        command=command,
        direction="to-device" if is_order else "from-device",
        role="pdm" if is_order else "pump",
        sequence=link.sequence,
    )


def end_from_heading(data: bytes, opened: Sequence[Sequence[Packet]]) -> int | None:
    """Say where a packet ends that begins like this.

    Parameters
    ----------
    data : bytes
        As many as were heard.
    opened : sequence of sequence of Packet
        The packets so far of messages that are not complete, the latest message last.

    Returns
    -------
    int or None
        Its length in bytes; None for an ACK, which says nothing, and for a CON of a message whose
        beginning was not heard.
    """
    link = link_from_bytes(data)
    if link is None or link.kind == "ack":
        return None
    if link.kind == "con":
        missing = [_missing(packets) for packets in opened if packets[0].link == link.address]
        return con_length(missing[-1]) if missing else None
    return opening_length(data) if data[:4] == data[5:9] else None


def _missing(packets: Sequence[Packet]) -> int:
    """Count the bytes that a message still lacks."""
    parts = [packet.data[5:-1] for packet in packets]
    return message_length(parts[0]) - sum(map(len, parts))


def _address(data: bytes) -> str | None:
    """Give the pod's address; while pairing the one it is given, None where that is not told."""
    address = data[:4].hex()
    if address != BROADCAST:
        return address
    if data[_BLOCK_AT] not in _GIVES_ADDRESS or len(data) < _SETTLED_BYTES:
        return None
    return data[_GIVEN_AT : _GIVEN_AT + 4].hex()
