"""A kind of packet knows where its own chips stand among those on the air."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.bench.kind import Kind, clock
from medmon.bench.packets import KINDS


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_bits_are_counted_in_chips_of_the_air(kind: Kind) -> None:
    """What has arrived, and when, hangs on it."""
    packet = kind.draw(np.random.default_rng(2))
    own, begin = kind.coded(packet), kind.chips_until(packet, 0)
    assert np.array_equal(kind.on_air(packet)[begin : begin + own.size], own)
    assert kind.chips_until(packet, 8 * len(packet)) == begin + own.size
    assert kind.chips_until(packet, 4 * len(packet)) == begin + own.size // 2


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_packet_fits_into_the_band_at_its_rates(kind: Kind) -> None:
    """What folds over can be read by nobody."""
    assert kind.rates_hz
    assert min(kind.rates_hz) > kind.width_hz


def test_clocks_are_off_by_up_to_500_ppm() -> None:
    """To both sides, and as far as the goals ask for."""
    generator = np.random.default_rng(1)
    off_ppm = [1e6 * (clock(generator) - 1) for _ in range(1_000)]
    assert -500 <= min(off_ppm) < -480
    assert 480 < max(off_ppm) <= 500
