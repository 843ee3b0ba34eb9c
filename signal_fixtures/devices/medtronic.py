"""Packets come in, chips go out: how Medtronic Paradigm devices frame and send bytes.

Every packet is ``type, device id (3 bytes), body, check``; the id is the six-digit serial number,
two digits a byte. On the air stand the preamble AA (16 times), the sync word FF 00 FF 00, the
packet in 4b6b, and one byte of silence by which a receiver knows the end. Carrier on is 1.

Sources: ecc1/medtronic packet/*.go at 721237c, ecc1/cc111x at b8bf92b (framing), as collected in
the project's protocol sheet, sections A.1 to A.4. Packet bodies are in `medtronic_pump` and
`medtronic_bodyside`.
"""

from __future__ import annotations

import numpy as np

from signal_fixtures.crc import crc8_medtronic, crc16_medtronic
from signal_fixtures.linecode import four_to_six, framed, nrz
from signal_fixtures.waveform import ChipArray, ook

SYMBOL_RATE_HZ = 16_384.0  # chips on the air (ecc1/rfm69 rf.go)
KEYING = ook(SYMBOL_RATE_HZ)


def id_bytes(device_id: str) -> bytes:
    """Read a device id as printed on the device.

    Parameters
    ----------
    device_id : str
        Six hexadecimal digits.

    Returns
    -------
    bytes
        Three bytes.

    Raises
    ------
    ValueError
        If it is not six hexadecimal digits.
    """
    data = bytes.fromhex(device_id)
    if len(data) != 3:
        raise ValueError(f"expected six hexadecimal digits, found {device_id!r}")
    return data


def with_crc8(kind: int, device_id: str, body: bytes) -> bytes:
    """Build a packet of type A2, A5, A6 or A7.

    Parameters
    ----------
    kind : int
        Packet type.
    device_id : str
        Six hexadecimal digits.
    body : bytes
        What stands between id and check.

    Returns
    -------
    bytes
        The packet.

    Raises
    ------
    ValueError
        If the id is not six hexadecimal digits.

    Examples
    --------
    >>> with_crc8(0xA7, "128986", bytes.fromhex("0600")).hex()  # ecc1/medtronic packet_test.go
    'a7128986060015'
    """
    data = bytes([kind]) + id_bytes(device_id) + body
    return data + bytes([crc8_medtronic(data)])


def with_crc16(data: bytes) -> bytes:
    """Put the check of the sensor types after a packet.

    Parameters
    ----------
    data : bytes
        The packet without its check.

    Returns
    -------
    bytes
        The packet.
    """
    return data + crc16_medtronic(data).to_bytes(2, "big")


def on_air_chips(packet: bytes, *, preamble_bytes: int = 16) -> ChipArray:
    """Frame and code a packet as it goes on the air.

    Parameters
    ----------
    packet : bytes
        The packet, check included.
    preamble_bytes : int
        How many times AA is sent: 16 by CC111x senders, 24 by RFM69 ones.

    Returns
    -------
    ndarray of uint8, shape (n,)
        Chips, carrier on is 1.

    Examples
    --------
    >>> np.packbits(on_air_chips(bytes.fromhex("a71289865d00be"))).tobytes().hex()[32:]
    'ff00ff00a96c726996a694d5552ce500'
    """
    payload = np.concatenate([four_to_six(packet), nrz(bytes(1))])
    return framed(nrz(b"\xaa"), preamble_bytes, nrz(bytes.fromhex("ff00ff00")), payload)


def sample_packets() -> tuple[bytes, ...]:
    """Build a few packets that a decoder must accept, for the conformance suite.

    Returns
    -------
    tuple of bytes
        A wake-up, an acknowledgement, a meter's value and a press on a remote.
    """
    return (
        with_crc8(0xA7, "128986", bytes.fromhex("5d00")),
        with_crc8(0xA7, "128986", bytes.fromhex("0600")),
        with_crc8(0xA5, "c527ad", bytes.fromhex("018e")),
        with_crc8(0xA6, "411525", bytes.fromhex("885d")),
    )
