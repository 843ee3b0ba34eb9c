"""Blocks of a checked message come in, one `Message` in the contract's words goes out.

A message may hold several blocks; the one that weighs most gives the command, and its fields come
first where two blocks use one name:

==========================================  ================
block                                       command
==========================================  ================
1A or 17 of a bolus                         bolus
1A or 16 of a temporary basal               temp-basal
1A or 13 of a basal schedule                basal-schedule
1F of all three deliveries                  suspend
1F of fewer                                 cancel
1C                                          deactivate
07, 03, 01                                  pair
08, 11, 19, 1E                              settings
06                                          nack
02, 1D                                      status
0E                                          read
an ACK packet                               ack
anything else                               unknown
==========================================  ================

`units_iu` of a bolus is the larger of the two blocks' claims, and `is_dose_consistent` says whether
they agree: real handhelds always do, so a difference is a forgery, and the worse one counts.

While pairing the address on the air is FFFFFFFF; the message's device is then the address the pod
is given. The packet's type gives direction and role: a PDM packet goes to the pod, a POD packet
comes from it; an ACK may be either's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from medmon.protocols.omnipod.blocks import Block, blocks_from_body
from medmon.protocols.omnipod.delivery import Fields
from medmon.protocols.omnipod.envelope import Envelope
from medmon.protocols.omnipod.packet import BROADCAST, Link
from medmon.records import Command, FieldValue, Message

_SET_SCHEDULE, _CANCEL = 0x1A, 0x1F
_ALL_DELIVERIES = 3
_COMMANDS: dict[int, Command] = {
    0x17: "bolus",
    0x16: "temp-basal",
    0x13: "basal-schedule",
    0x1F: "cancel",
    0x1C: "deactivate",
    0x07: "pair",
    0x03: "pair",
    0x01: "pair",
    0x08: "settings",
    0x19: "settings",
    0x11: "settings",
    0x1E: "settings",
    0x06: "nack",
    0x02: "status",
    0x1D: "status",
    0x0E: "read",
}
_WEIGHT: tuple[Command, ...] = (
    "bolus", "temp-basal", "basal-schedule", "suspend", "cancel", "deactivate", "pair", "settings",
    "nack", "status", "read", "unknown",
)  # fmt: skip
_SCHEDULE_COMMANDS: dict[FieldValue, Command] = {
    "bolus": "bolus",
    "temp-basal": "temp-basal",
    "basal": "basal-schedule",
}


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
    ranked = sorted(blocks, key=lambda block: _WEIGHT.index(_command(block)))
    fields: Fields = {
        "packet_type": link.kind,
        "message_sequence": envelope.sequence,
        "is_followed": envelope.is_followed,
    }
    for block in ranked:
        fields = fields | {
            name: value for name, value in block.fields.items() if name not in fields
        }
    fields.update(_dose(blocks))
    fields["blocks"] = tuple(block.name for block in blocks)
    fields["blocks_hex"] = tuple(block.data.hex() for block in blocks)
    return Message(
        device=_device(link.address, blocks),
        command=_command(ranked[0]) if ranked else "unknown",
        direction="to-device" if link.kind == "pdm" else "from-device",
        role="pdm" if link.kind == "pdm" else "pump",
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


def _command(block: Block) -> Command:
    """Return the command one block stands for."""
    if not block.fields:
        return "unknown"
    if block.kind == _SET_SCHEDULE:
        return _SCHEDULE_COMMANDS.get(block.fields["schedule"], "unknown")
    if block.kind == _CANCEL and len(_texts(block.fields["cancels"])) == _ALL_DELIVERIES:
        return "suspend"
    return _COMMANDS[block.kind]


def _texts(value: FieldValue) -> tuple[FieldValue, ...]:
    return value if isinstance(value, tuple) else ()


def _dose(blocks: Sequence[Block]) -> Fields:
    """Compare what the two blocks of a bolus claim."""
    doses = [
        cast("float", block.fields["units_iu"]) for block in blocks if "units_iu" in block.fields
    ]
    if len(doses) < 2:
        return {}
    return {"units_iu": max(doses), "is_dose_consistent": min(doses) == max(doses)}


def _device(address: str, blocks: Sequence[Block]) -> str:
    """Return the pod's address, while pairing the one it is given."""
    if address != BROADCAST:
        return address
    given = [
        block.fields["assigned_address"] for block in blocks if "assigned_address" in block.fields
    ]
    return str(given[0]) if given else address
