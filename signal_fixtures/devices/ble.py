"""Link-layer packets come in, chips go out: how a Bluetooth LE advertiser sends bytes.

On the air stand the preamble AA, the access address 8E89BED6, the packet (header and payload) and a
CRC-24 that starts from 555555; everything least significant bit first. Packet and check are
whitened with a register that starts from the channel's index. GFSK at 1 Mbit/s with BT = 0.5 and a
modulation index between 0.45 and 0.55; a 1 is the higher frequency.

Source: Bluetooth Core Specification 5.4, volume 6, part A sections 1 and 3, part B sections 2.1 and
3.1 to 3.2, as collected in the project's protocol sheet, section D.1.
"""

from __future__ import annotations

import numpy as np

from medmon.records import Modem
from signal_fixtures.crc import crc24_ble
from signal_fixtures.waveform import ChipArray, Keying, fsk

FREQS_HZ = {37: 2402e6, 38: 2426e6, 39: 2480e6}
SYMBOL_RATE_HZ = 1e6
ACCESS_ADDRESS = bytes.fromhex("d6be898e")
PREAMBLE = b"\xaa"
MODEM = Modem(
    name="ble-advertising",
    freqs_hz=tuple(FREQS_HZ.values()),
    modulation="gfsk",
    symbol_rate_hz=SYMBOL_RATE_HZ,
    deviation_hz=SYMBOL_RATE_HZ / 4,
    preamble="01",
    sync="".join(f"{byte:08b}"[::-1] for byte in ACCESS_ADDRESS),
    line_code="nrz",
    # Header, advertiser's address and check; the longest legacy advertisement.
    min_bits=(2 + 6 + 3) * 8,
    max_bits=(2 + 37 + 3) * 8,
)
"""For a receiver to listen with, as there is no decoder; bits stand as on the air."""


def keying(*, index: float = 0.5, ppm: float = 0.0) -> Keying:
    """Describe how one device sends.

    Parameters
    ----------
    index : float
        Modulation index: twice the deviation over the rate.
    ppm : float
        Error of its clock, in parts per million.

    Returns
    -------
    Keying
        The description.
    """
    rate_hz = SYMBOL_RATE_HZ * (1 + ppm * 1e-6)
    return fsk(rate_hz, index * rate_hz / 2, gaussian_bt=0.5, rise_us=1.0 / 2)


def whitened(data: bytes, channel: int) -> bytes:
    """Whiten bytes, or undo it.

    Parameters
    ----------
    data : bytes
        Packet and check.
    channel : int
        Channel index, 0 to 39.

    Returns
    -------
    bytes
        The same, each bit added to that of a register with the polynomial x^7 + x^4 + 1.
    """
    register = [1, *((channel >> bit) & 1 for bit in (5, 4, 3, 2, 1, 0))]
    turned = bytearray(data)
    for place in range(8 * len(data)):
        out = register[6]
        turned[place // 8] ^= out << (place % 8)
        register = [out, *register[:6]]
        register[4] ^= out
    return bytes(turned)


def on_air_bytes(packet: bytes, channel: int) -> bytes:
    """Put the check behind a packet and whiten both.

    Parameters
    ----------
    packet : bytes
        Header and payload.
    channel : int
        Channel index.

    Returns
    -------
    bytes
        What stands behind the access address; each byte goes least significant bit first.
    """
    return whitened(packet + crc24_ble(packet), channel)


def on_air_chips(packet: bytes, channel: int) -> ChipArray:
    """Build all chips of a burst.

    Parameters
    ----------
    packet : bytes
        Header and payload.
    channel : int
        Channel index.

    Returns
    -------
    ndarray of uint8, shape (n_chips,)
        Preamble, access address, packet and check.
    """
    sent = PREAMBLE + ACCESS_ADDRESS + on_air_bytes(packet, channel)
    return np.unpackbits(np.frombuffer(sent, np.uint8), bitorder="little")
