"""Chips of a Dexcom G4 against recorded packets and the radio chip's manual."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from signal_fixtures.devices.dexcom_g4 import KEYING, SYMBOL_RATE_HZ, on_air_bytes, on_air_chips

VECTORS = Path(__file__).parents[2] / "vectors" / "dexcom_g4.json"
PACKETS = [
    bytes.fromhex(one["hex"]) for one in json.loads(VECTORS.read_text(encoding="utf-8"))["packets"]
]


def crc16_cms(data: bytes) -> int:
    """Polynomial division as long division of one big number: no register to get wrong."""
    number = int.from_bytes(data, "big") << 16
    number ^= 0xFFFF << (8 * len(data))
    for place in range(8 * len(data) + 15, 15, -1):
        if number >> place & 1:
            number ^= 0x18005 << (place - 16)
    return number


@pytest.mark.parametrize("packet", PACKETS, ids=bytes.hex)
def test_a_burst_is_preamble_sync_word_packet_and_check(packet: bytes) -> None:
    """4 + 4 + 1 + 18 + 2 bytes, so that a test of the receiver hears what a radio would send."""
    sent = np.packbits(on_air_chips(packet)).tobytes()
    assert sent[:8].hex() == "aaaaaaaad391d391"
    assert sent[8:-2] == packet
    assert len(sent) == 29
    assert int.from_bytes(sent[-2:], "big") == crc16_cms(packet)
    assert on_air_bytes(packet) == sent[8:]


def test_length_byte_counts_the_payload() -> None:
    """The recorded packets are what the builder takes them for."""
    assert {packet[0] for packet in PACKETS} == {18}
    assert {len(packet) for packet in PACKETS} == {19}


def test_an_inverted_burst_has_every_chip_turned_over() -> None:
    """CC2500 manual: MSK inverts sync word and data."""
    packet = PACKETS[0]
    assert np.array_equal(on_air_chips(packet, inverted=True), 1 - on_air_chips(packet))


def test_keying_is_msk() -> None:
    """A deviation of a quarter of the rate, without a filter."""
    assert KEYING.deviation_hz * 4 == KEYING.symbol_rate_hz == SYMBOL_RATE_HZ
    assert KEYING.gaussian_bt is None
