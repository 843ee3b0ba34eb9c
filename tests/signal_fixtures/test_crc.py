"""Checks against published values and an independent CRC library."""

from __future__ import annotations

import anycrc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from signal_fixtures.crc import (
    crc8_medtronic,
    crc8_omnipod,
    crc16_cc2500,
    crc16_medtronic,
    crc16_omnipod,
    crc24_ble,
)


@given(data=st.binary(max_size=100))
def test_catalogue_checks_agree_with_an_independent_library(data: bytes) -> None:
    """All but one are ordinary CRCs: width, polynomial, start and reflection say all."""
    assert crc8_medtronic(data) == anycrc.CRC(8, 0x9B, 0, False, False, 0).calc(data)
    assert crc16_medtronic(data) == anycrc.CRC(16, 0x1021, 0xFFFF, False, False, 0).calc(data)
    assert crc16_cc2500(data) == anycrc.CRC(16, 0x8005, 0xFFFF, False, False, 0).calc(data)
    ble = anycrc.CRC(24, 0x00065B, 0x555555, True, True, 0).calc(data)
    assert crc24_ble(data) == ble.to_bytes(3, "little")
    assert crc8_omnipod(data) == anycrc.CRC(8, 0x07, 0, False, False, 0).calc(data)


@pytest.mark.parametrize(
    ("data_hex", "expected"),
    [
        # ecc1/medtronic crc8_test.go at 721237c; jberian/mmcommander crc tests at 5ce9c29
        ("00010203040506070809", 0x98),
        ("abcdef99", 0x9B),
    ],
)
def test_crc8_medtronic(data_hex: str, expected: int) -> None:
    """Published values."""
    assert crc8_medtronic(bytes.fromhex(data_hex)) == expected


@pytest.mark.parametrize(
    ("data_hex", "expected"), [("020900050d0203", 0x71DA), ("abcdef99", 0x0613)]
)
def test_crc16_medtronic(data_hex: str, expected: int) -> None:
    """Published values."""
    assert crc16_medtronic(bytes.fromhex(data_hex)) == expected


@pytest.mark.parametrize(
    ("data_hex", "expected"),
    [
        # openaps/openomni test_message.py at 8eda783, LoopKit/OmniKit MessageTests at 1446be8
        ("1f01482a10030e0100", 0x802C),
        ("1f00ee8628030e0100", 0x00D8),
        ("1f00ee84300a1d18003f1800004297ff", 0x8128),
    ],
)
def test_crc16_omnipod(data_hex: str, expected: int) -> None:
    """The mixed-order CRC is in no library: published messages are its only witness."""
    assert crc16_omnipod(bytes.fromhex(data_hex)) == expected


def test_crc8_omnipod() -> None:
    """A published packet (openaps/openomni test_packet.py at 8eda783)."""
    assert crc8_omnipod(bytes.fromhex("1f07b1ee4f1f07b1ee")) == 0xEF
