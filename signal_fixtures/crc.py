"""Bytes come in, a check value goes out: the CRCs of the devices, bit by bit as published.

Slow on purpose: a register, a polynomial and nothing to get wrong. medmon's decoders compute
their checks in another way, so that the two confirm each other.

===================  =====  ==========  =======  ===================================
check                width  polynomial  start    used by
===================  =====  ==========  =======  ===================================
`crc8_medtronic`     8      9B          00       types A2, A5, A6, A7
`crc16_medtronic`    16     1021        FFFF     sensor types A8, AA, AB
`crc8_omnipod`       8      07          00       each packet
`crc16_omnipod`      16     8005        0000     each message; a mixed bit order, below
`crc16_cc2500`       16     8005        FFFF     what a CC2500 radio adds by itself
`crc24_ble`          24     00065B      555555   each Bluetooth LE advertisement, reflected
===================  =====  ==========  =======  ===================================

Only the last one reflects bits, and none inverts the result. `crc16_omnipod` takes a table made for
the polynomial 8005 most significant bit first, but moves its register to the right, as if
reflected; it is not in any catalogue (openaps/openomni crc16.py at 8eda783).
"""

from __future__ import annotations


def _register(value: int, polynomial: int, width: int) -> int:
    """Shift eight zero bits through a register that already holds `value`."""
    top = 1 << (width - 1)
    for _ in range(8):
        value = (value << 1) ^ (polynomial if value & top else 0)
        value &= (1 << width) - 1
    return value


def _most_significant_first(data: bytes, polynomial: int, width: int, start: int) -> int:
    """Compute a CRC without reflection."""
    value = start
    for byte in data:
        value = _register(value ^ (byte << (width - 8)), polynomial, width)
    return value


def crc8_medtronic(data: bytes) -> int:
    """Compute the last byte of a pump, meter, remote or MySentry packet.

    Parameters
    ----------
    data : bytes
        All bytes before the check.

    Returns
    -------
    int
        The check, 0 to 255.

    Examples
    --------
    >>> f"{crc8_medtronic(bytes.fromhex('a71289865d00')):02x}"  # ecc1/medtronic packet_test.go
    'be'
    """
    return _most_significant_first(data, 0x9B, 8, 0)


def crc16_medtronic(data: bytes) -> int:
    """Compute the last two bytes of a sensor packet.

    Parameters
    ----------
    data : bytes
        All bytes before the check.

    Returns
    -------
    int
        The check, 0 to 65535; it goes on the air most significant byte first.

    Examples
    --------
    >>> f"{crc16_medtronic(bytes.fromhex('02060603')):04x}"  # ecc1/medtronic crc16_test.go
    '41cd'
    """
    return _most_significant_first(data, 0x1021, 16, 0xFFFF)


def crc8_omnipod(data: bytes) -> int:
    """Compute the last byte of an Omnipod packet.

    Parameters
    ----------
    data : bytes
        All bytes before the check.

    Returns
    -------
    int
        The check, 0 to 255.
    """
    return _most_significant_first(data, 0x07, 8, 0)


def crc16_omnipod(data: bytes) -> int:
    """Compute the last two bytes of an Omnipod message.

    Parameters
    ----------
    data : bytes
        The message from its address to the end of its body.

    Returns
    -------
    int
        The check, 0 to 65535; it goes on the air most significant byte first.

    Examples
    --------
    >>> f"{crc16_omnipod(bytes.fromhex('1f01482a10030e0100')):04x}"  # LoopKit/OmniKit MessageTests
    '802c'
    """
    value = 0
    for byte in data:
        entry = _register(((value ^ byte) & 0xFF) << 8, 0x8005, 16)
        value = (value >> 8) ^ entry
    return value


def crc16_cc2500(data: bytes) -> int:
    """Compute the check that a CC2500 or CC2510 radio appends (TI design note DN502).

    Parameters
    ----------
    data : bytes
        Length byte and payload.

    Returns
    -------
    int
        The check, 0 to 65535; it goes on the air most significant byte first.

    Examples
    --------
    >>> f"{crc16_cc2500(b'123456789'):04x}"  # CRC-16/CMS in the catalogue of Greg Cook
    'aee7'
    """
    return _most_significant_first(data, 0x8005, 16, 0xFFFF)


def crc24_ble(data: bytes) -> bytes:
    """Compute the check of a Bluetooth LE advertisement (Core 5.4, volume 6, part B, 3.1.1).

    Parameters
    ----------
    data : bytes
        Header and payload.

    Returns
    -------
    bytes
        Three bytes as they stand on the air.

    Examples
    --------
    >>> crc24_ble(bytes.fromhex("0006000000000000")).hex()  # secdev/scapy bluetooth4LE.uts
    '5a3960'
    """
    mirrored = bytes(int(f"{byte:08b}"[::-1], 2) for byte in data)
    value = _most_significant_first(mirrored, 0x00065B, 24, 0x555555)
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in value.to_bytes(3, "big"))
