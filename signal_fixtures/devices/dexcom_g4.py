"""Packets come in, chips go out: how a Dexcom G4 transmitter sends bytes.

A packet is a length byte and as many bytes of payload; the radio chip adds its CRC-16 over both
(polynomial 8005, start FFFF, most significant byte first). Before it stand a preamble of AA and the
sync word D391, twice. Nothing is whitened or coded: a bit is a chip.

MSK at 49.988 kbit/s. The CC2500 manual says that its MSK inverts sync word and data, so which of
the two frequencies carries a 1 is the business of whoever compares with a real transmitter; here a
1 is the higher one unless `inverted`.

Sources: StephenBlackWasAlreadyTaken/wixel-xDrip radio_registers.c and dexdrip.c, TI CC2500 data
sheet, as collected in the project's protocol sheet, section C.1. The number of preamble bytes is
the chip's default.
"""

from __future__ import annotations

from medmon.records import Modem
from signal_fixtures.crc import crc16_cc2500
from signal_fixtures.linecode import framed, nrz
from signal_fixtures.waveform import ChipArray, msk

FREQS_HZ = (2425.0e6, 2449.98e6, 2474.70e6, 2477.20e6)
SYMBOL_RATE_HZ = 49_988.0
KEYING = msk(SYMBOL_RATE_HZ)
SYNC = bytes.fromhex("d391d391")
PREAMBLE_BYTES = 4
MODEM = Modem(
    name="dexcom-g4",
    freqs_hz=FREQS_HZ,
    modulation="msk",
    symbol_rate_hz=SYMBOL_RATE_HZ,
    deviation_hz=SYMBOL_RATE_HZ / 4,
    preamble="10",
    sync="".join(f"{byte:08b}" for byte in SYNC),
    line_code="nrz",
    min_bits=19 * 8,
    max_bits=23 * 8,
)
"""For a receiver to listen with, as there is no decoder."""


def on_air_bytes(packet: bytes) -> bytes:
    """Put the radio chip's check behind a packet.

    Parameters
    ----------
    packet : bytes
        Length byte and payload.

    Returns
    -------
    bytes
        What stands behind the sync word.
    """
    return packet + crc16_cc2500(packet).to_bytes(2, "big")


def on_air_chips(packet: bytes, *, inverted: bool = False) -> ChipArray:
    """Build all chips of a burst.

    Parameters
    ----------
    packet : bytes
        Length byte and payload.
    inverted : bool
        Whether a 1 is the lower frequency.

    Returns
    -------
    ndarray of uint8, shape (n_chips,)
        Preamble, sync word, packet and check.
    """
    chips = framed(nrz(b"\xaa"), PREAMBLE_BYTES, nrz(SYNC), nrz(on_air_bytes(packet)))
    return 1 - chips if inverted else chips
