r"""The bits after a sync word come in, one checked link-layer packet goes out, or why not.

Layout (a character is a bit, a capital letter four bits)::

    AAAAAAAA tttsssss DDDD....DDDD CC
    |        |  |     |            CRC8 over everything before it
    |        |  |     data, 0 to 31 bytes
    |        |  sequence: one more for every packet of either side, modulo 32
    |        type: 101 PDM, 111 POD, 010 ACK, 100 CON
    address of the pod; FFFFFFFF while pairing

=====  =========  ===========================================  ==================================
type   sent by    data                                         length from
=====  =========  ===========================================  ==================================
PDM    handheld   start of a message, its header first         header: 31 bytes or all of it
POD    pod        the same                                     the same
ACK    either     address2, 4 bytes                            always 4 bytes
CON    either     up to 31 more bytes of a message             nothing in the packet says it
=====  =========  ===========================================  ==================================

No length field stands in the packet, and bits after its end may be garbage: the frame of phy ends
at the first Manchester violation that is sure, at the end of the carrier, or at the longest
length. The end of a PDM, POD or ACK packet follows from its first bytes; that of a CON is taken
where the longest run of bytes has a good CRC8, and `medmon.protocols.omnipod.envelope`, which
knows how many bytes are missing, cuts it again.

CRC8 alone is too weak: 7 of the 14,281 packets of the openomni corpus with a good CRC8 are wrong.
Second witnesses: the type; address1 == address2 in PDM and POD packets (FFFFFFFF both while
pairing); in an ACK address2 is the address, or 0, or anything while pairing; the length; the CRC16
of a message that fits one packet. A random frame passes with a probability of about 5e-13 as PDM,
POD or ACK. A CON has no second witness by itself: up to 1.5 % of random frames of full length pass
as one, so it is only ever accepted as the rest of a message, whose CRC16 decides.

How sure: address, type, sequence, CRC8 and the two addresses are confirmed by the vectors and the
corpus; that address2 of an ACK is free while pairing by the vector ``session-pairing``.
Sources: openomni ``rfcatomni/openomni/packet.py`` and ``analysis/packets/README.md`` at 8eda783;
OmniKit ``Packet.swift`` at 1446be8.

A request for the status of pod 1f00ee84, with the garbage that a radio chip added (openomni,
``packet_test.py``):

>>> noisy = bytes.fromhex("1f00ee84a91f00ee8434030e0100836eb01d10851a72f25018")
>>> packet = packet_from_frame(Frame("omnipod", noisy, 8 * len(noisy)))
>>> packet.data.hex(), packet.link, packet.part
('1f00ee84a91f00ee8434030e0100836eb0', '1f00ee84', 'whole')
>>> link_from_bytes(packet.data)
Link(address='1f00ee84', kind='pdm', sequence=9, data=b'\x1f\x00\xee\x844\x03\x0e\x01\x00\x83n')
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from medmon.protocols.omnipod.checks import crc8, crc16, good_lengths
from medmon.records import Frame, Packet, Rejection

PROTOCOL = "omnipod"
BROADCAST = "ffffffff"
"""Address of a pod that has none yet."""
MAX_DATA_BYTES = 31
MAX_PACKET_BYTES = 37
MESSAGE_HEADER_BYTES = 6
MESSAGE_CHECK_BYTES = 2

_HEADER_BYTES = 5
_ACK_BYTES = 10
_MIN_CON_BYTES = 7

Kind: TypeAlias = Literal["pdm", "pod", "ack", "con"]
_KINDS: dict[int, Kind] = {0b101: "pdm", 0b111: "pod", 0b010: "ack", 0b100: "con"}


@dataclass(frozen=True, slots=True)
class Link:
    """The parts of a packet.

    Attributes
    ----------
    address : str
        Address of the pod in hexadecimal.
    kind : {"pdm", "pod", "ack", "con"}
        Its type.
    sequence : int
        0 to 31.
    data : bytes
        What it carries, check taken off.
    """

    address: str
    kind: Kind
    sequence: int
    data: bytes


def link_from_bytes(data: bytes) -> Link | None:
    """Take a packet apart.

    Parameters
    ----------
    data : bytes
        A packet with its check.

    Returns
    -------
    Link or None
        None if the bytes are too few or the type is none of the four. The check is not looked at.
    """
    if len(data) <= _HEADER_BYTES or data[4] >> 5 not in _KINDS:
        return None
    return Link(
        address=data[:4].hex(),
        kind=_KINDS[data[4] >> 5],
        sequence=data[4] & 0x1F,
        data=data[_HEADER_BYTES:-1],
    )


def message_length(data: bytes) -> int:
    """Return how many bytes a message has, from its address to its CRC16.

    Parameters
    ----------
    data : bytes
        At least its six bytes of header.

    Returns
    -------
    int
        8 to 1031 bytes: the length of the body has 10 bits.
    """
    return MESSAGE_HEADER_BYTES + ((data[4] & 0x03) << 8 | data[5]) + MESSAGE_CHECK_BYTES


def packet_from_frame(frame: Frame) -> Packet | Rejection:
    """Find the packet at the start of a frame and check it.

    Parameters
    ----------
    frame : Frame
        Bits after the sync word; those after the packet's end may be garbage. Bits from the first
        fault on are not used.

    Returns
    -------
    Packet or Rejection
        Reasons: length (too few bits), code (a fault before the packet's end), sanity (no such
        type), check (CRC8, address echo, or CRC16).
    """
    bits = min((frame.bit_count, 8 * len(frame.data), *frame.faults))
    heard = frame.data[: max(bits, 0) // 8]
    if len(heard) < _MIN_CON_BYTES:
        return _too_short(frame, _MIN_CON_BYTES)
    kind = _KINDS.get(heard[4] >> 5)
    if kind is None:
        return Rejection(PROTOCOL, "sanity", f"no packet type {heard[4] >> 5:03b}")
    if kind == "con":
        return _continuation(heard)
    length = _ACK_BYTES if kind == "ack" else opening_length(heard)
    if length is None or len(heard) < length:
        return _too_short(frame, length or _HEADER_BYTES + MESSAGE_HEADER_BYTES)
    data = heard[:length]
    complaint = _complaint(kind, data)
    if complaint:
        return Rejection(PROTOCOL, "check", complaint)
    is_first = kind != "ack" and message_length(data[_HEADER_BYTES:]) > MAX_DATA_BYTES
    return Packet(PROTOCOL, data, data[:4].hex(), "first" if is_first else "whole", key=data)


def _too_short(frame: Frame, needed_bytes: int) -> Rejection:
    """Say whether the bits were missing, or there but spoilt."""
    seen = f"{frame.bit_count} bits, {8 * needed_bytes} needed"
    if frame.bit_count >= 8 * needed_bytes and frame.faults:
        return Rejection(PROTOCOL, "code", f"line code broken at bit {min(frame.faults)}; {seen}")
    return Rejection(PROTOCOL, "length", seen)


def opening_length(heard: bytes) -> int | None:
    """Return how long a PDM or POD packet is.

    Parameters
    ----------
    heard : bytes
        Its first bytes.

    Returns
    -------
    int or None
        Bytes, check included; None while its message header is not there.
    """
    data = heard[_HEADER_BYTES:]
    if len(data) < MESSAGE_HEADER_BYTES:
        return None
    return _HEADER_BYTES + min(message_length(data), MAX_DATA_BYTES) + 1


def con_length(missing: int) -> int:
    """Return how long the next CON packet of a message is.

    Parameters
    ----------
    missing : int
        Bytes that the message lacks.

    Returns
    -------
    int
        Bytes, check included.
    """
    return _HEADER_BYTES + min(missing, MAX_DATA_BYTES) + 1


def _complaint(kind: Kind, data: bytes) -> str:
    """Return what is wrong with a packet of known length, nothing if it is good."""
    if crc8(data):
        return f"CRC8 {data[-1]:02x} does not fit"
    address, echo = data[:4], data[_HEADER_BYTES:9]
    if kind == "ack":
        is_known = echo in (address, bytes(4)) or address.hex() == BROADCAST
        return "" if is_known else f"acknowledgement of {address.hex()} names {echo.hex()}"
    if address != echo:
        return f"packet for {address.hex()} holds a message for {echo.hex()}"
    message = data[_HEADER_BYTES:-1]
    if len(message) == message_length(message) and not has_good_crc16(message):
        return f"CRC16 {message[-2:].hex()} does not fit"
    return ""


def has_good_crc16(message: bytes) -> bool:
    """Say whether the last two bytes of a message are its CRC16.

    Parameters
    ----------
    message : bytes
        From its address to its CRC16.

    Returns
    -------
    bool
        True if they are.
    """
    return crc16(message[:-2]) == int.from_bytes(message[-2:], "big")


def _continuation(heard: bytes) -> Packet | Rejection:
    """Take the longest run of bytes with a good CRC8 as a CON packet.

    The longest, not the first: with no garbage after it, which is the rule, it is always right,
    while each shorter run passes by chance once in 256.
    """
    ends = [end for end in good_lengths(heard[:MAX_PACKET_BYTES]) if end >= _MIN_CON_BYTES]
    if not ends:
        return Rejection(PROTOCOL, "check", "no CRC8 fits")
    data = heard[: ends[-1]]
    return Packet(PROTOCOL, data, data[:4].hex(), "rest", key=data)
