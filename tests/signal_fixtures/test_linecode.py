"""Line codes against published coded packets and patterns written by hand."""

from __future__ import annotations

import numpy as np
import pytest

from signal_fixtures.linecode import (
    chips_from_text,
    four_to_six,
    framed,
    manchester_802_3,
    manchester_thomas,
    nrz,
)
from signal_fixtures.waveform import ChipArray


def text(chips: ChipArray) -> str:
    return "".join(map(str, chips.tolist()))


@pytest.mark.parametrize(
    ("packet_hex", "on_air_hex"),
    [
        # ecc1/medtronic packet_test.go at 721237c, LoopKit/MinimedKit tests at 106467e
        ("a71289865d00be", "a96c726996a694d5552ce5"),
        ("a76367810600c3", "a969a39966b1566555b235"),
    ],
)
def test_4b6b_of_published_packets(packet_hex: str, on_air_hex: str) -> None:
    """What real senders put on the air for these packets, padding included."""
    assert np.packbits(four_to_six(bytes.fromhex(packet_hex))).tobytes().hex() == on_air_hex


@pytest.mark.parametrize(("raw", "coded"), [(7, 11), (34, 51), (42, 63), (71, 107)])
def test_4b6b_lengths(raw: int, coded: int) -> None:
    """Published lengths of the four packet sizes before and after coding."""
    assert four_to_six(bytes(raw)).size == coded * 8


def test_4b6b_symbols_are_sixteen_different_ones_that_are_half_ones() -> None:
    """Property of the published code: each symbol has three ones, so it has no mean."""
    symbols = {text(four_to_six(bytes([nibble << 4, 0])))[:6] for nibble in range(16)}
    assert len(symbols) == 16
    assert {symbol.count("1") for symbol in symbols} == {3}


def test_manchester_conventions_are_opposite() -> None:
    """IEEE 802.3 sends a 1 as low-high, Thomas as high-low."""
    assert text(manchester_802_3(b"\xc1")) == "0101101010101001"
    assert text(manchester_thomas(b"\xc1")) == "1010010101010110"


def test_nrz_goes_most_significant_bit_first() -> None:
    """One chip a bit."""
    assert text(nrz(b"\x96\x01")) == "1001011000000001"


def test_frame_order() -> None:
    """Preamble as often as asked, then the sync word, then the payload."""
    parts = [chips_from_text(part) for part in ("10", "0011", "111")]
    assert text(framed(parts[0], 3, parts[1], parts[2])) == "1010100011111"


def test_chips_are_zeros_and_ones_only() -> None:
    """A typing mistake in a hand-made pattern is named."""
    assert chips_from_text("0 1\n1").tolist() == [0, 1, 1]
    with pytest.raises(ValueError, match="zeros and ones"):
        chips_from_text("012")
