"""The pump's clock: any bytes have an answer, and flags do not disturb it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.medtronic.clock import clock_from_parts, clock_from_six

SIX = bytes([12, 14, 27, 14, 8, 11])


def test_flag_bits_are_left_out() -> None:
    """A pump that shows 24 hours sets a bit beside the hour; the time is the same."""
    assert clock_from_six(SIX) == "2014-08-11T12:14:27"
    assert clock_from_six(bytes([12 | 0x80, *SIX[1:]])) == "2014-08-11T12:14:27"


def test_impossible_times_are_none() -> None:
    """A pump without a sensor sends zeros, an attacker sends anything."""
    assert clock_from_six(bytes(6)) is None
    assert clock_from_parts((2023, 2, 29), (0, 0, 0)) is None
    assert clock_from_parts((65535, 1, 1), (0, 0, 0)) is None


@given(st.binary(min_size=6, max_size=6))
def test_any_six_bytes_have_an_answer(data: bytes) -> None:
    """Hostile bytes never raise."""
    text = clock_from_six(data)
    assert text is None or len(text) == len("2014-08-11T12:14:27")
