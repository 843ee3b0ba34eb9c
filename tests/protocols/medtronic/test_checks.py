"""The two checks; the vectors of their upstream suites are in test_vectors."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.medtronic.checks import has_crc8, has_crc16
from signal_fixtures.crc import crc8_medtronic, crc16_medtronic


@given(st.binary(min_size=1, max_size=80))
def test_crc8_agrees_with_a_second_implementation(data: bytes) -> None:
    """The other side of the air computes the check bit by bit from the specification."""
    check = crc8_medtronic(data)
    assert has_crc8(data + bytes([check]))
    assert not has_crc8(data + bytes([check ^ 0x01]))


@given(st.binary(min_size=1, max_size=80))
def test_crc16_agrees_with_a_second_implementation(data: bytes) -> None:
    """The high byte comes first; exchanged bytes are refused."""
    check = crc16_medtronic(data)
    assert has_crc16(data + check.to_bytes(2, "big"))
    assert not has_crc16(data + (check ^ 0x8000).to_bytes(2, "big"))
