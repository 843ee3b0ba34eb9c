"""Bytes come in, check values go out: the CRC8 of an Eros packet and the CRC16 of a message.

CRC8 has polynomial 0x07, starts at 0 and is not reflected. It stands last in every packet and
covers all bytes before it, so the CRC of a whole good packet is 0.

CRC16 is a mixture that no catalogue of CRCs has, which is why it is written out here: its table is
built most significant bit first from polynomial 0x8005, but the accumulator moves the other way,
``acc = (acc >> 8) ^ table[(acc ^ byte) & 0xFF]``. It starts at 0, covers a message from its
address to the end of its body, and is stored most significant byte first. Because of the mixture
it is linear but has no guaranteed distance: it is trusted beside the CRC8, not alone.

Sources: openomni ``crc16.py`` and ``packet.py`` (openaps/openomni at 8eda783), OmniKit
``CRC8.swift`` and ``CRC16.swift`` (LoopKit/OmniKit at 1446be8). Confirmed by
tests/vectors/omnipod.json and 14,281 packets of the openomni corpus.
"""

from __future__ import annotations

from anycrc import CRC

# Built once: constructing one computes a table.
_CRC8 = CRC(width=8, poly=0x07, init=0x00, refin=False, refout=False, xorout=0x00)
_TABLE_CRC = CRC(width=16, poly=0x8005, init=0x0000, refin=False, refout=False, xorout=0x0000)
_CRC16 = tuple(_TABLE_CRC.calc(bytes([byte])) for byte in range(256))


def crc8(data: bytes) -> int:
    """Compute the CRC8 of packet bytes.

    Parameters
    ----------
    data : bytes
        The bytes covered.

    Returns
    -------
    int
        0 to 255; 0 for a good packet with its check included.

    Examples
    --------
    >>> hex(crc8(bytes.fromhex("1f01482aad1f01482a10030e0100802c")))
    '0x88'
    """
    return _CRC8.calc(data)


def good_lengths(data: bytes) -> tuple[int, ...]:
    """List where a packet may end: each count of leading bytes whose last one is their CRC8.

    Parameters
    ----------
    data : bytes
        A packet, perhaps with other bytes after it.

    Returns
    -------
    tuple of int
        Rising counts of bytes, check included.

    Examples
    --------
    >>> good_lengths(bytes.fromhex("1f01482a5e1f01482ae51824c9"))
    (10,)
    """
    return tuple(count for count in range(1, len(data) + 1) if crc8(data[:count]) == 0)


def crc16(data: bytes) -> int:
    """Compute the CRC16 of a message from its address to the end of its body.

    Parameters
    ----------
    data : bytes
        The bytes covered.

    Returns
    -------
    int
        0 to 65535.

    Examples
    --------
    >>> hex(crc16(bytes.fromhex("1f01482a10030e0100")))
    '0x802c'
    """
    acc = 0
    for byte in data:
        acc = (acc >> 8) ^ _CRC16[(acc ^ byte) & 0xFF]
    return acc
