"""What one packet type of the Paradigm radio has to say about itself, as a record of functions.

The link layer has no length field and, for most types, only eight check bits. So each type brings
its own rules: which lengths it can have, what its check is, and what else must hold before its
packets are believed (`doubt`). `medmon.protocols.medtronic` joins the families in one table by
type byte; a new type is one more module.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from medmon.records import Message

HEADER_BYTES = 4
"""Type and device id, which open every packet."""
HEADING_BYTES = 5
"""They and one byte more, which tells in most types what the packet is about."""


@dataclass(frozen=True, slots=True)
class Family:
    """The rules of one packet type; all functions are pure and total.

    Attributes
    ----------
    lengths : callable
        From the bytes heard (at least 7, perhaps with a ghost at the end) to the lengths, check
        included, that a packet beginning so can have; most likely first.
    is_intact : callable
        From a packet of one of those lengths to whether its check holds.
    doubt : callable
        From an intact packet to what makes it implausible, in words; empty if nothing does.
    key : callable
        From a packet to the bytes that all its repeats share.
    device : callable
        From a packet to the id it carries.
    message : callable
        From a packet of one of those lengths to what it means.
    heading : callable
        From the first `HEADING_BYTES` bytes of a packet to what they tell, unchecked; None where
        no packet begins like that.
    """

    lengths: Callable[[bytes], tuple[int, ...]]
    is_intact: Callable[[bytes], bool]
    doubt: Callable[[bytes], str]
    key: Callable[[bytes], bytes]
    device: Callable[[bytes], str]
    message: Callable[[bytes], Message]
    heading: Callable[[bytes], Message | None]


def device_id(data: bytes) -> str:
    """Read the device id.

    Parameters
    ----------
    data : bytes
        A packet.

    Returns
    -------
    str
        Six hexadecimal digits in lower case, as printed on the device.

    Examples
    --------
    >>> device_id(bytes.fromhex("a71289865d00be"))
    '128986'
    """
    return data[1:HEADER_BYTES].hex()


def no_doubt(_data: bytes) -> str:
    """Believe every intact packet of this type."""
    return ""


def whole(data: bytes) -> bytes:
    """Let a repeat be equal to the first copy in every byte."""
    return data
