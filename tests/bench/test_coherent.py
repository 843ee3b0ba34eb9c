"""The coherent bound against what theory says of MSK, and in the right order for GFSK."""

from __future__ import annotations

import math

import numpy as np
import pytest

from medmon.bench.coherent import Rivals, coherent, rivals
from signal_fixtures.devices import ble
from signal_fixtures.waveform import ChipArray, Keying, msk

RATE_HZ = 50e3
CHIPS = np.random.default_rng(3).integers(2, size=120).astype(np.uint8)


def _wrong(squared_distance: float, ecn0_db: float) -> float:
    """Q(D / sqrt(2 N0)), written with the complementary error function."""
    return math.erfc(math.sqrt(squared_distance * 10 ** (ecn0_db / 10) / 4)) / 2


def test_msk_is_antipodal_where_two_chips_are_turned_over() -> None:
    """A difference of four chip energies, as of two opposite chips; of two where it is the last."""
    found = rivals(CHIPS, msk(RATE_HZ, rise_us=0.0), 20)
    assert found.count == 99
    assert found.pairs == pytest.approx(np.full(found.pairs.size, 4.0), rel=1e-6)
    assert found.last == pytest.approx(2.0, rel=1e-6)


def test_a_packet_is_right_where_no_pair_is_turned_over() -> None:
    """The product of the chances of all pairs and of the last chip, level by level."""
    bound = coherent(lambda _: (CHIPS, msk(RATE_HZ, rise_us=0.0), 20))
    for level_db in (3.0, 5.0, 7.0):
        expected = (1 - _wrong(4.0, level_db)) ** 99 * (1 - _wrong(2.0, level_db))
        assert bound(level_db) == pytest.approx(expected, rel=1e-3)


def test_a_filter_brings_packets_nearer_to_each_other() -> None:
    """GFSK needs a little more than MSK at the same index."""
    found = rivals(CHIPS, ble.keying(), 40)
    assert 3.0 < found.pairs.min() < 4.0


def test_neighbours_of_one_kind_are_far_apart_at_another_index() -> None:
    """Two ones turned over leave the phase of the rest off, so nobody takes one for the other."""
    alike, keying = np.ones(120, np.uint8), ble.keying(index=0.55)
    assert rivals(alike, keying, 20).pairs[0] > 4.0 + 10


def test_the_bound_is_the_mean_over_packets() -> None:
    """Packets with a hundred unknown chips and with twenty, one as often as the other."""
    keying = msk(RATE_HZ, rise_us=0.0)

    def draw(generator: np.random.Generator) -> tuple[ChipArray, Keying, int]:
        """Draw a long packet or a short one."""
        return CHIPS, keying, int(generator.choice([20, 100]))

    long, short = (rivals(CHIPS, keying, first).right(4.0) for first in (20, 100))
    assert long + 0.01 < coherent(draw)(4.0) < short - 0.01


def test_what_cannot_be_mistaken_is_right() -> None:
    """Far apart, always; not apart at all, half of the time."""
    far, near = Rivals(np.array([1e3]), 1e3, 1), Rivals(np.array([0.0]), 1e3, 1)
    assert far.right(10.0) == pytest.approx(1.0)
    assert near.right(10.0) == pytest.approx(0.5)
