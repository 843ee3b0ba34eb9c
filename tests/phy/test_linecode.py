"""Soft line decoding, against the line coder of the other side of the air."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.phy.linecode import bits_each, chips_each, decide, least_margin
from medmon.records import FloatArray, LineCode
from signal_fixtures.linecode import four_to_six, manchester_802_3, manchester_thomas, nrz
from signal_fixtures.waveform import ChipArray

CODES: dict[LineCode, Callable[[bytes], ChipArray]] = {
    "nrz": nrz,
    "4b6b": four_to_six,
    "manchester-802.3": manchester_802_3,
    "manchester-thomas": manchester_thomas,
}
SIZES: dict[LineCode, tuple[int, int]] = {
    "nrz": (1, 1), "4b6b": (6, 4), "manchester-802.3": (2, 1), "manchester-thomas": (2, 1),
}  # fmt: skip


def _soft(chips: ChipArray) -> FloatArray:
    return (2.0 * chips - 1.0).astype(np.float32)


@pytest.mark.parametrize("code", CODES)
@given(data=st.binary(min_size=1, max_size=40))
def test_what_was_coded_is_decoded(code: LineCode, data: bytes) -> None:
    """Every byte string comes back, with full quality and no contradiction."""
    width, bits = SIZES[code]
    symbols = 8 * len(data) // bits
    decided = decide(_soft(CODES[code](data))[: symbols * width], code)
    assert decided.data(symbols) == data
    assert decided.quality.tolist() == pytest.approx([1.0] * symbols)
    assert not decided.contradicted.any()


@pytest.mark.parametrize("code", CODES)
def test_sizes(code: LineCode) -> None:
    """Chips and bits of a symbol."""
    assert (chips_each(code), bits_each(code)) == SIZES[code]


def test_one_weak_chip_is_corrected() -> None:
    """4b6b has three marks in each word: a chip that is on the wrong side by little is righted."""
    chips = _soft(four_to_six(b"\xa7\x12"))
    chips[3] *= -0.3
    decided = decide(chips, "4b6b")
    assert decided.data(4) == b"\xa7\x12"
    assert decided.quality[0] == pytest.approx((5 - 0.3) / 6)
    assert not decided.contradicted.any()


def test_strong_wrong_chip_is_a_contradiction() -> None:
    """Six marks in a row are no word of 4b6b: something else is on the air."""
    chips = np.concatenate((_soft(four_to_six(b"\xa7")), np.ones(6, dtype=np.float32)))
    assert decide(chips, "4b6b").contradicted.tolist() == [False, False, True]


def test_noise_is_no_contradiction() -> None:
    """At 8 dB Ec/N0 a chip in one packet of 18 stands fully against its bit, and the bit is
    right all the same: a packet that is cut there is lost for nothing."""
    rng = np.random.default_rng(5)
    broken = 0
    for _ in range(100):
        signs = _soft(manchester_802_3(rng.bytes(37)))
        mark, space = rng.standard_normal((2, 2, signs.size)) / np.sqrt(2 * 10**0.8)
        contrast = (1 + mark[0]) ** 2 + mark[1] ** 2 - space[0] ** 2 - space[1] ** 2
        chips = (signs * contrast).astype(np.float32)
        broken += bool(decide(chips, "manchester-802.3").contradicted.any())
    assert broken <= 1


def test_incomplete_symbols_and_bytes() -> None:
    """Half a symbol is left out; half a byte is filled up with zeros."""
    chips = _soft(four_to_six(b"\xa7"))
    decided = decide(np.concatenate((chips[:6], chips[6:10])), "4b6b")
    assert decided.values.tolist() == [0xA]
    assert decided.data(1) == b"\xa0"
    assert decide(chips[:5], "4b6b").data(0) == b""


@pytest.mark.parametrize("code", CODES)
def test_a_clear_decision_has_margin_one_and_a_tie_none(code: LineCode) -> None:
    """A heading has no check: one doubtful symbol must show, however clear the others are."""
    soft = _soft(CODES[code](bytes.fromhex("a712")))
    assert least_margin(soft, code) == pytest.approx(1.0)
    assert least_margin(soft[:0], code) == pytest.approx(1.0)
    width = SIZES[code][0]
    soft[width : 2 * width] = 0.0
    assert least_margin(soft, code) == pytest.approx(0.0)
    soft[width : 2 * width] = 0.25 * _soft(CODES[code](bytes.fromhex("a712")))[width : 2 * width]
    assert least_margin(soft, code) == pytest.approx(0.25)
