"""Framing of the Paradigm family against published packets and one published frame."""

from __future__ import annotations

import numpy as np
import pytest

from signal_fixtures.devices.medtronic import (
    KEYING,
    id_bytes,
    on_air_chips,
    with_crc8,
    with_crc16,
)
from signal_fixtures.waveform import modulate

# A short wake-up as it stands on the air, chip by chip: ecc1/medtronic packet_test.go at 721237c
# (payload), framing per ecc1/cc111x at b8bf92b.
WAKEUP = bytes.fromhex("a71289865d00be")
WAKEUP_ON_AIR = "aa" * 16 + "ff00ff00" + "a96c726996a694d5552ce5" + "00"


def test_a_published_packet_on_the_air() -> None:
    """The synthesiser's target for IQ: preamble, sync word, 4b6b, silence."""
    assert np.packbits(on_air_chips(WAKEUP)).tobytes().hex() == WAKEUP_ON_AIR


def test_the_preamble_can_be_as_long_as_other_senders_make_it() -> None:
    """RFM69 senders use 24 bytes instead of 16."""
    longer = on_air_chips(WAKEUP, preamble_bytes=24)
    assert longer.size - on_air_chips(WAKEUP).size == 64


def test_duration_on_the_air() -> None:
    """A short packet takes (16 + 4 + 11 + 1) bytes of 8 chips at 16,384 chips a second."""
    iq = modulate(on_air_chips(WAKEUP), KEYING, 2.048e6)
    assert iq.size / 2.048e6 == pytest.approx(32 * 8 / 16_384, abs=1e-5)


@pytest.mark.parametrize(
    ("body_hex", "packet_hex"),
    [
        # ecc1/medtronic packet_test.go at 721237c
        ("5d00", "a71289865d00be"),
        ("0600", "a7128986060015"),
        ("1509", "a7128986150956"),
        ("8d00", "a71289868d00b0"),
    ],
)
def test_packets_with_crc8(body_hex: str, packet_hex: str) -> None:
    """Real packets, byte for byte."""
    assert with_crc8(0xA7, "128986", bytes.fromhex(body_hex)).hex() == packet_hex


def test_packet_with_crc16() -> None:
    """A real MiniLink test packet (ecc1/medtronic packet_test.go)."""
    whole = "a80f25c1230d191c50008f009000343499000000000000000000000000000000dee7"
    assert with_crc16(bytes.fromhex(whole[:-4])).hex() == whole


@pytest.mark.parametrize("text", ["1234", "12345678", "12345g"])
def test_an_id_has_six_digits(text: str) -> None:
    """A mistyped serial number is refused."""
    with pytest.raises(ValueError, match="hexadecimal"):
        id_bytes(text)
