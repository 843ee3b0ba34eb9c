"""MSK and GFSK packets are such as their radios send, and are heard where they are loud."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medmon.bench.hearing import bits_in
from medmon.bench.kind import Kind
from medmon.bench.phase_packets import PHASE_KINDS
from medmon.bench.stretches import stretch
from signal_fixtures.crc import crc16_cc2500, crc24_ble
from signal_fixtures.devices import ble

NAMES = [kind.name for kind in PHASE_KINDS]
G4, BLE = PHASE_KINDS


def test_checks_are_those_of_the_radios() -> None:
    """A decoder that comes one day must believe these packets."""
    packet = G4.draw(np.random.default_rng(1))
    assert crc16_cc2500(packet[:-2]) == int.from_bytes(packet[-2:], "big")
    plain = ble.whitened(BLE.draw(np.random.default_rng(1)), 37)
    assert plain[:2] == bytes((0x40, 37))
    assert crc24_ble(plain[:-3]) == plain[-3:]


@pytest.mark.parametrize("kind", PHASE_KINDS, ids=NAMES)
def test_no_two_packets_are_alike(kind: Kind) -> None:
    """One that is read twice would count for another."""
    generator = np.random.default_rng(1)
    drawn = {kind.draw(generator) for _ in range(100)}
    assert len(drawn) == 100
    assert {len(packet) for packet in drawn} == {int(kind.name.rpartition("-")[2])}


@pytest.mark.parametrize("kind", PHASE_KINDS, ids=NAMES)
def test_senders_differ_in_clock_and_index(kind: Kind) -> None:
    """The bound and the receiver are asked about the same ones."""
    generator = np.random.default_rng(1)
    keyings = [kind.keying(generator) for _ in range(200)]
    assert kind.modem is not None
    off = [1e6 * (k.symbol_rate_hz / kind.modem.symbol_rate_hz - 1) for k in keyings]
    limit_ppm = 500 if kind is G4 else 60
    assert 0.8 * limit_ppm < max(map(abs, off)) <= limit_ppm
    index = [2 * each.deviation_hz / each.symbol_rate_hz for each in keyings]
    expected = (0.5, 0.5) if kind is G4 else (0.45, 0.55)
    assert (min(index), max(index)) == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize("kind", PHASE_KINDS, ids=NAMES)
def test_loud_packets_are_heard_bit_for_bit(kind: Kind, tmp_path: Path) -> None:
    """What is compared is what stands behind the sync word, in the order of the air."""
    assert kind.modem is not None
    made = stretch([kind], min(kind.rates_hz), 20.0, 2, seed=1)
    heard = bits_in(made.write(tmp_path), kind.modem)
    wanted = ["".join(map(str, kind.coded(one.packet).tolist())) for one in made.sent]
    assert heard == wanted


@pytest.mark.parametrize(("kind", "half_db"), [(G4, 5.5), (BLE, 5.8)], ids=NAMES)
def test_the_bound_is_where_it_was_published(kind: Kind, half_db: float) -> None:
    """docs/decisions/0024: half of the packets of a G4 at 5.5 dB."""
    assert kind.right(half_db) == pytest.approx(0.5, abs=0.06)
