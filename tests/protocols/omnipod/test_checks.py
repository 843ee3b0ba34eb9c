"""The two checks of Omnipod Eros, held against a second implementation and published values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod.checks import crc8, crc16, good_lengths
from signal_fixtures.crc import crc8_omnipod, crc16_omnipod


@given(st.binary(max_size=64))
def test_checks_agree_with_the_transmitter_side(data: bytes) -> None:
    """The synthesiser computes both checks from the specification a second time."""
    assert crc8(data) == crc8_omnipod(data)
    assert crc16(data) == crc16_omnipod(data)


def test_crc8_is_the_catalogued_one() -> None:
    """The check value of CRC-8/SMBUS over "123456789", from the catalogue of parametrised CRCs."""
    assert crc8(b"123456789") == 0xF4


@given(st.binary(min_size=1, max_size=36), st.binary(max_size=4))
def test_every_good_end_is_found(data: bytes, garbage: bytes) -> None:
    """Where a packet ends is never overlooked, whatever follows it."""
    whole = data + bytes([crc8_omnipod(data)])
    ends = good_lengths(whole + garbage)
    assert len(whole) in ends
    assert all(
        crc8_omnipod(whole[: end - 1]) == whole[end - 1] for end in ends if end <= len(whole)
    )


def test_a_wrong_byte_has_no_good_end() -> None:
    """A packet with one wrong bit ends nowhere."""
    assert good_lengths(bytes.fromhex("1f01482a5e1f01482ae4")) == ()
