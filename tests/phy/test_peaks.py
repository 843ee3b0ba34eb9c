"""Which channels somebody is on the air in, and which only glow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medmon.phy.peaks import peaks

if TYPE_CHECKING:
    from tests.phy.conftest import Air


def test_what_a_louder_sender_spills_is_nobody() -> None:
    """Skirts and images of one near pump would else take the places of all senders."""
    excess = np.ones(64, dtype=np.float32)
    excess[[20, 26]] = 1e4, 20.0  # a skirt six channels away, 27 dB down
    excess[[54, 56]] = 20.0  # the flanks of what stands between
    excess[44] = 50.0  # the mirror image of channel 20
    excess[55] = 50.0
    assert peaks(excess) == [(20, 1e4), (55, 50.0)]


def test_weak_energy_shows_over_four_channels(air: Air) -> None:
    """A pod spreads its power over five channels; none of them alone stands out as a pump does."""
    excess = np.ones(64, dtype=np.float32)
    excess[30:34] = 2.2
    ((channel, power),) = peaks(excess)
    assert (channel, round(power, 3)) == (30, 2.2)
    assert peaks(np.ones(64, dtype=np.float32)) == []
    assert air.modem("omnipod").deviation_hz == 26_370.0  # +-1.65 channels
