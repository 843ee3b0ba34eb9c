"""Chips of a Bluetooth LE advertiser against published checks, sequences and packets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from signal_fixtures.crc import crc24_ble
from signal_fixtures.devices.ble import keying, on_air_bytes, on_air_chips, whitened

VECTORS = json.loads(
    (Path(__file__).parents[2] / "vectors" / "ble_link_layer.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("one", VECTORS["checks"], ids=lambda one: one["id"])
def test_checks_are_the_published_ones(one: dict[str, str]) -> None:
    """A packet whose check is wrong would be thrown away by every decoder."""
    assert crc24_ble(bytes.fromhex(one["packet_hex"])).hex() == one["crc_hex"]


@pytest.mark.parametrize("one", VECTORS["whitening"], ids=lambda one: one["id"])
def test_whitening_is_the_published_sequence(one: dict[str, str]) -> None:
    """Each channel has its own."""
    assert whitened(bytes(16), int(one["channel"])).hex() == one["hex"]
    assert whitened(bytes.fromhex(one["hex"]), int(one["channel"])) == bytes(16)


@pytest.mark.parametrize("one", VECTORS["on_air"], ids=lambda one: one["id"])
def test_packet_on_the_air(one: dict[str, str]) -> None:
    """Preamble, access address, whitened packet and check, least significant bit first."""
    packet, channel = bytes.fromhex(one["packet_hex"]), int(one["channel"])
    chips = on_air_chips(packet, channel)
    assert np.packbits(chips, bitorder="little").tobytes().hex() == one["hex"]
    assert on_air_bytes(packet, channel).hex() == one["hex"][10:]
    # AA first: the access address begins with a 0, and the preamble ends with the other bit.
    assert "".join(map(str, chips[:16])) == "0101010101101011"


def test_keying_has_the_index_that_was_asked_for() -> None:
    """Twice the deviation over the rate, also where the clock is wrong."""
    one = keying(index=0.45, ppm=50.0)
    assert one.symbol_rate_hz == pytest.approx(1_000_050.0)
    assert 2 * one.deviation_hz / one.symbol_rate_hz == pytest.approx(0.45)
    assert one.gaussian_bt == 0.5
