"""Blocks of a checked message come in, one `Message` in the contract's words goes out.

A message may hold several parts (`medmon.protocols.omnipod.orders`); the one that weighs most
gives the command, and its fields come first where two parts use one name. Where there is more than
one part, `orders` holds every order of the message, in its order: the command, then pairs of name
and value. So a stop that rides on a harmless bolus is judged like one that comes alone.

The first packet of a message that goes on is no message. What it says of orders is kept in
`Packet.opening` for the case that the rest is never heard: command unknown, orders as above.

While pairing the address on the air is FFFFFFFF; the message's device is then the address the pod
is given. The packet's type gives direction and role: a PDM packet goes to the pod, a POD packet
comes from it; an ACK packet (command ack) may be either's.
"""

from __future__ import annotations

from collections.abc import Sequence

from medmon.protocols.omnipod.blocks import Block, blocks_from_body
from medmon.protocols.omnipod.delivery import Fields
from medmon.protocols.omnipod.envelope import Envelope
from medmon.protocols.omnipod.orders import orders_from_parts, parts_from_blocks
from medmon.protocols.omnipod.packet import BROADCAST, MESSAGE_HEADER_BYTES, Link
from medmon.records import Command, Message

_WEIGHT: tuple[Command, ...] = (
    "bolus", "temp-basal", "basal-schedule", "suspend", "cancel", "deactivate", "pair", "settings",
    "nack", "status", "read", "unknown",
)  # fmt: skip


def message_from_envelope(link: Link, envelope: Envelope) -> Message:
    """Say what a message means.

    Parameters
    ----------
    link : Link
        Its first packet.
    envelope : Envelope
        The message itself.

    Returns
    -------
    Message
        With the fields of all blocks, and the blocks themselves in hexadecimal.
    """
    blocks = blocks_from_body(envelope.body)
    parts = parts_from_blocks(blocks)
    ranked = sorted(parts, key=lambda part: _WEIGHT.index(part.command))
    fields: Fields = {
        "packet_type": link.kind,
        "message_sequence": envelope.sequence,
        "is_followed": envelope.is_followed,
    }
    for part in ranked:
        fields |= {name: value for name, value in part.fields.items() if name not in fields}
    if link.kind == "pdm" and len(parts) > 1:
        fields["orders"] = orders_from_parts(parts)
    fields["blocks"] = tuple(block.name for block in blocks)
    fields["blocks_hex"] = tuple(block.data.hex() for block in blocks)
    return Message(
        device=_device(link.address, blocks),
        command=ranked[0].command if ranked else "unknown",
        direction="to-device" if link.kind == "pdm" else "from-device",
        role="pdm" if link.kind == "pdm" else "pump",
        fields=fields,
        sequence=link.sequence,
    )


def message_from_opening(link: Link) -> Message | None:
    """Say which orders stand in the first packet of a message whose rest is missing.

    Parameters
    ----------
    link : Link
        The first packet.

    Returns
    -------
    Message or None
        Command unknown, for its checks have not passed; None if it holds no order.
    """
    blocks = blocks_from_body(link.data[MESSAGE_HEADER_BYTES:])
    orders = orders_from_parts(parts_from_blocks(blocks), is_whole=False)
    if link.kind != "pdm" or not orders:
        return None
    fields: Fields = {"packet_type": link.kind, "orders": orders}
    return Message(
        device=_device(link.address, blocks),
        command="unknown",
        direction="to-device",
        role="pdm",
        fields=fields,
        sequence=link.sequence,
    )


def message_from_acknowledgement(link: Link) -> Message:
    """Say what an ACK packet means.

    Parameters
    ----------
    link : Link
        The packet.

    Returns
    -------
    Message
        Direction and role are unknown: either side acknowledges.
    """
    address2 = link.data.hex()
    is_named = link.address == BROADCAST and address2 != "00000000"
    return Message(
        device=address2 if is_named else link.address,
        command="ack",
        fields={"packet_type": "ack", "address2": address2},
        sequence=link.sequence,
    )


def _device(address: str, blocks: Sequence[Block]) -> str:
    """Return the pod's address, while pairing the one it is given."""
    if address != BROADCAST:
        return address
    given = [
        block.fields["assigned_address"] for block in blocks if "assigned_address" in block.fields
    ]
    return str(given[0]) if given else address
