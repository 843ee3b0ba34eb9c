"""A packet comes in, whether its check holds goes out.

Types A2, A5, A6 and A7 end in one byte of CRC-8 (polynomial 9B, initial value 0), the sensor
types A8, AA and AB in two bytes of CRC-16 (polynomial 1021, initial value FFFF, high byte first).
Neither is reflected, neither has a final exclusive-or; both cover every byte before them.

How sure: confirmed by the vectors of ecc1/medtronic (packet/crc8_test.go, packet/crc16_test.go at
721237c) and of the mmcommander developers' document.
"""

from __future__ import annotations

from anycrc import CRC

# Built once: constructing one computes a table.
_CRC8 = CRC(width=8, poly=0x9B, init=0x00, refin=False, refout=False, xorout=0x00)
_CRC16 = CRC(width=16, poly=0x1021, init=0xFFFF, refin=False, refout=False, xorout=0x0000)


def has_crc8(data: bytes) -> bool:
    """Check the last byte of a packet against all before it.

    Parameters
    ----------
    data : bytes
        A packet of at least two bytes.

    Returns
    -------
    bool
        Whether the check holds.

    Examples
    --------
    >>> has_crc8(bytes.fromhex("a71289868d00b0"))  # ecc1/medtronic packet/packet_test.go
    True
    """
    return _CRC8.calc(data[:-1]) == data[-1]


def has_crc16(data: bytes) -> bool:
    """Check the last two bytes of a packet against all before them.

    Parameters
    ----------
    data : bytes
        A packet of at least three bytes.

    Returns
    -------
    bool
        Whether the check holds.

    Examples
    --------
    >>> has_crc16(bytes.fromhex("0206060341cd"))  # ecc1/medtronic packet/crc16_test.go
    True
    """
    return _CRC16.calc(data[:-2]) == int.from_bytes(data[-2:], "big")
