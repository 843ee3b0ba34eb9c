"""The nouns of what was said: packets, why some are refused, messages, transmissions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from medmon.records.samples import Radio, Span

FieldValue: TypeAlias = bool | int | float | str | tuple["FieldValue", ...] | None
Integrity: TypeAlias = Literal["ok", "failed", "none"]
Direction: TypeAlias = Literal["to-device", "from-device", "unknown"]
Role: TypeAlias = Literal["pump", "pdm", "remote", "meter", "sensor", "programmer"]
Command: TypeAlias = Literal[
    "bolus", "temp-basal", "cancel", "suspend", "resume", "basal-schedule", "settings", "wakeup",
    "button", "pair", "deactivate", "read", "response", "ack", "nack", "status", "glucose",
    "sensor", "meter", "alert", "advertising", "connect", "unknown",
]  # fmt: skip
RejectionReason: TypeAlias = Literal["length", "sync", "code", "check", "sanity", "incomplete"]


@dataclass(frozen=True, slots=True)
class Packet:
    """One link-layer unit whose check passed.

    Attributes
    ----------
    protocol : str
        Name of the decoder.
    data : bytes
        Link-layer bytes after line decoding, check included.
    link : str
        Conversation it belongs to (the device's address); packets of one message share it.
    part : str
        "whole" is complete by itself, "first" opens a message of several packets, "rest"
        carries on.
    key : bytes
        Two copies of one packet have the same key; it leaves out what a repeat may change.
    opening : Message or None
        What the first packet of a message tells by itself, where that must not be lost with a
        missing rest: the orders in it.
    """

    protocol: str
    data: bytes
    link: str
    part: Literal["whole", "first", "rest"] = "whole"
    key: bytes = b""
    opening: Message | None = None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a frame or a packet was not accepted; a value, never an exception.

    Attributes
    ----------
    protocol : str
        Name of the decoder.
    reason : str
        One of a few words, so that they can be counted.
    detail : str
        What was seen, for a person.
    """

    protocol: str
    reason: RejectionReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a packet, or several, say.

    Attributes
    ----------
    device : str
        Address of the pump, pod, sensor, meter or remote, in lower-case hexadecimal.
    command : str
        The kind of thing said, in the words of the contract.
    direction : str
        To or from the device, where the packet tells.
    role : str or None
        What kind of device the packet's type says the sender or addressee is.
    fields : mapping
        The protocol's own names with the unit last; values are numbers, text, booleans, None, or
        tuples of these.
    sequence : int or None
        The protocol's sequence number.
    """

    device: str
    command: Command
    direction: Direction = "unknown"
    role: Role | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """What a packet says before a transmission was made of it.

    Of its first bits nothing was checked yet: the packet may turn out damaged, or go on otherwise
    than its heading lets expect. When its last bit is in and its check holds, it is told again. It
    is no transmission then either: copies and other packets of its message may follow.

    Attributes
    ----------
    id : str
        Hash of the span and the bits; no transmission has the same.
    span : Span
        From the beginning of the sync word to the last of these bits.
    time_ns : int
        UTC time at which the last of these bits had arrived.
    radio : Radio
        How it arrived so far.
    protocol : str
        Name of the decoder.
    message : Message
        Device, command and direction as far as the heading tells; of a checked packet everything.
    is_checked : bool
        Whether the packet was heard to its end, and its check holds.
    """

    id: str
    span: Span
    time_ns: int
    radio: Radio
    protocol: str
    message: Message
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class Transmission:
    """What one device said once, repeats folded: the contract's record.

    Attributes
    ----------
    id : str
        Hash of the span, so that a replay and a live run give the same one.
    span : Span
        From the first sample of the first packet to the last of the last.
    time_ns : int
        UTC arrival of the first packet.
    radio : Radio
        How the first copy arrived.
    protocol : str or None
        Name of the decoder; None for a burst nobody understands.
    integrity : str
        "ok" only when every check passed.
    raw : bytes or None
        Link-layer bytes after line decoding, check included; packets of one message joined.
    message : Message or None
        What it says; None when nothing was decoded.
    repeats : int
        Identical copies heard, this one included.
    """

    id: str
    span: Span
    time_ns: int
    radio: Radio
    protocol: str | None = None
    integrity: Integrity = "none"
    raw: bytes | None = None
    message: Message | None = None
    repeats: int = 1
