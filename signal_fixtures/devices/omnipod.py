"""Blocks come in, packets and chips go out: how an Omnipod Eros and its manager send bytes.

A message is ``address 4, B9, BLEN, blocks, CRC-16``: bit 7 of B9 says that more follows, bits 5
to 2 are the message sequence, bits 1 to 0 with BLEN the length of the blocks. It travels in
packets ``address 4, ttt sssss, data, CRC-8`` of at most 31 bytes of data: the first is of type
PDM or POD, each is acknowledged, and the rest follow as CON with packet sequences two apart.

On the air a data bit 1 is chips 01 and 0 is 10; before the packet stand chips 6665, repeated, and
the sync word A55A. Chip 1 is the higher frequency.

Sources: openaps/openomni rfcatomni and analysis/ at 8eda783, LoopKit/OmniKit Packet.swift and
Message.swift at 1446be8, as collected in the project's protocol sheet, sections B.1 to B.4.
Nonces are arguments: this package never computes one.
"""

from __future__ import annotations

from signal_fixtures.crc import crc8_omnipod, crc16_omnipod
from signal_fixtures.linecode import framed, manchester_802_3, nrz
from signal_fixtures.waveform import ChipArray, fsk

FREQ_HZ = 433.923e6  # openomni wiki, RF-Modulation
SYMBOL_RATE_HZ = 40_625.0  # chips: rtlomni takes 32 samples a chip at 1.3 MS/s
DEVIATION_HZ = 26_370.0  # openomni wiki, RF-Modulation; others report 20 to 35 kHz
KEYING = fsk(SYMBOL_RATE_HZ, DEVIATION_HZ)

PACKET_TYPES = {"PDM": 0b101, "POD": 0b111, "ACK": 0b010, "CON": 0b100}
_DATA_BYTES = 31


def address_bytes(address: str) -> bytes:
    """Read a pod's address.

    Parameters
    ----------
    address : str
        Eight hexadecimal digits.

    Returns
    -------
    bytes
        Four bytes.

    Raises
    ------
    ValueError
        If it is not eight hexadecimal digits.
    """
    data = bytes.fromhex(address)
    if len(data) != 4:
        raise ValueError(f"expected eight hexadecimal digits, found {address!r}")
    return data


def packet(kind: str, address: str, sequence: int, data: bytes) -> bytes:
    """Build one packet.

    Parameters
    ----------
    kind : str
        "PDM", "POD", "ACK" or "CON".
    address : str
        Eight hexadecimal digits.
    sequence : int
        Packet sequence; the low five bits are sent.
    data : bytes
        At most 31 bytes.

    Returns
    -------
    bytes
        The packet, check included.

    Raises
    ------
    ValueError
        If there is too much data, or the address is not one.
    """
    if len(data) > _DATA_BYTES:
        raise ValueError(f"expected at most 31 bytes of data, found {len(data)}")
    head = address_bytes(address) + bytes([PACKET_TYPES[kind] << 5 | sequence & 0x1F])
    return head + data + bytes([crc8_omnipod(head + data)])


def ack(address: str, sequence: int, second_address: str | None = None) -> bytes:
    """Build an acknowledgement.

    Parameters
    ----------
    address : str
        Eight hexadecimal digits.
    sequence : int
        Packet sequence.
    second_address : str or None
        The address in the data; None repeats the first (pods also send 00000000).

    Returns
    -------
    bytes
        10 bytes.

    Examples
    --------
    >>> ack("1f07b1ee", 15).hex()  # openomni test_packet.py
    '1f07b1ee4f1f07b1eeef'
    """
    return packet("ACK", address, sequence, address_bytes(second_address or address))


def message(
    address: str, sequence: int, *blocks: bytes, has_more: bool = False, crc_xor: int = 0
) -> bytes:
    """Build one message.

    Parameters
    ----------
    address : str
        Eight hexadecimal digits.
    sequence : int
        Message sequence; the low four bits are sent.
    *blocks : bytes
        The body.
    has_more : bool
        The follow-on bit.
    crc_xor : int
        Bits of the check to spoil; 0 leaves it valid.

    Returns
    -------
    bytes
        The message, check included.

    Raises
    ------
    ValueError
        If the blocks are longer than 1,023 bytes, or the address is not one.
    """
    body = b"".join(blocks)
    if len(body) > 1_023:
        raise ValueError(f"expected at most 1023 bytes of blocks, found {len(body)}")
    b9 = has_more << 7 | (sequence & 0xF) << 2 | len(body) >> 8
    data = address_bytes(address) + bytes([b9, len(body) & 0xFF]) + body
    return data + (crc16_omnipod(data) ^ crc_xor).to_bytes(2, "big")


def packets_of(
    text: bytes, kind: str, sequence: int, *, address: str | None = None
) -> tuple[bytes, ...]:
    """Cut a message into packets.

    Parameters
    ----------
    text : bytes
        The message, check included.
    kind : str
        "PDM" or "POD": who sends it.
    sequence : int
        Packet sequence of the first packet; each further one is two higher, because the other
        side's acknowledgement stands between them.
    address : str or None
        Address of the packets; None for that of the message.

    Returns
    -------
    tuple of bytes
        The packets in order.
    """
    where = text[:4].hex() if address is None else address
    pieces = [text[at : at + _DATA_BYTES] for at in range(0, len(text), _DATA_BYTES)]
    kinds = [kind, *["CON"] * (len(pieces) - 1)]
    return tuple(
        packet(each, where, sequence + 2 * index, piece)
        for index, (each, piece) in enumerate(zip(kinds, pieces, strict=True))
    )


def on_air_chips(data: bytes, *, preamble_repeats: int = 50) -> ChipArray:
    """Frame and code a packet as it goes on the air.

    Parameters
    ----------
    data : bytes
        The packet, check included.
    preamble_repeats : int
        How many times chips 6665 are sent: about 50 to more than 200.

    Returns
    -------
    ndarray of uint8, shape (n,)
        Chips, the higher frequency is 1.
    """
    preamble, sync = nrz(bytes.fromhex("6665")), nrz(bytes.fromhex("a55a"))
    return framed(preamble, preamble_repeats, sync, manchester_802_3(data))


def sample_packets() -> tuple[bytes, ...]:
    """Build a few packets that a decoder must accept, for the conformance suite.

    Returns
    -------
    tuple of bytes
        A request for the status, its acknowledgement, and a bolus in two packets.
    """
    address = "1f014828"
    status = message(address, 3, bytes.fromhex("0e0100"))
    dose = message(
        address,
        4,
        bytes.fromhex("1a0ea9127c2b02021d010c8000c800c8"),
        bytes.fromhex("170d0007d000030d40000000000000"),
    )
    return (
        *packets_of(status, "PDM", 22),
        ack(address, 24),
        *packets_of(dose, "PDM", 25),
    )
