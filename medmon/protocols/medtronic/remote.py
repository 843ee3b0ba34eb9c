"""An A6 packet comes in, the button that was pressed on an MMT-503 remote control goes out.

Layout, one character a bit::

    10100110 iiiiiiii iiiiiiii iiiiiiii bbbbbbbb ssssssss cccccccc
    type A6  id of the remote           button   sequence CRC-8

- button: 81 S (suspend), 86 ACT, 88 B (bolus). Confirmed for 88 (minimed_rf remote_spec.rb);
  81 and 86 reported (mmcommander MMsimulator.c).
- sequence: one more with each press. Reported (minimed_rf).

Nothing authenticates it: who knows the id can press. A press is sent 16 times (S, B) or 128 times
(ACT), byte for byte the same (mmcommander MMsimulator.c).

A real packet (ps2/minimed_rf spec/remote_spec.rb at 3a2dc81):

>>> message_from_remote(bytes.fromhex("a6411525885d46")).fields
{'button': 'bolus', 'button_code': '88'}
"""

from __future__ import annotations

from medmon.protocols.medtronic.checks import has_crc8
from medmon.protocols.medtronic.family import Family, device_id, whole
from medmon.records import Message

_LENGTH_BYTES = 7
_BUTTONS = {0x81: "suspend", 0x86: "act", 0x88: "bolus"}


def _lengths(_data: bytes) -> tuple[int, ...]:
    return (_LENGTH_BYTES,)


def _doubt(data: bytes) -> str:
    return "" if data[4] in _BUTTONS else f"a remote control has no button {data[4]:02x}"


def message_from_remote(data: bytes) -> Message:
    """Say what an A6 packet means.

    Parameters
    ----------
    data : bytes, length 7
        The packet.

    Returns
    -------
    Message
        A press of a button, from the remote to whichever pump knows it.
    """
    code = data[4]
    return Message(
        device=device_id(data),
        command="button",
        direction="from-device",
        role="remote",
        fields={"button": _BUTTONS.get(code, "unknown"), "button_code": f"{code:02x}"},
        sequence=data[5],
    )


def heading_from_remote(data: bytes) -> Message | None:
    """Say what the beginning of an A6 packet tells: which remote, and that a button was pressed.

    Parameters
    ----------
    data : bytes
        Its first five bytes.

    Returns
    -------
    Message or None
        None for a button that a remote does not have.
    """
    if data[4] not in _BUTTONS:
        return None
    return Message(device_id(data), "button", "from-device", "remote")


FAMILY = Family(
    lengths=_lengths,
    is_intact=has_crc8,
    doubt=_doubt,
    key=whole,
    device=device_id,
    message=message_from_remote,
    heading=heading_from_remote,
)
