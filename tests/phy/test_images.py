"""Mirror images are known by their phase; senders that stand there by chance are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from medmon.phy.channelizer import Grid
from medmon.phy.emitters import Emitter
from medmon.phy.images import is_image
from medmon.phy.tuner import Tuner
from signal_fixtures.channel import FrontEnd

if TYPE_CHECKING:
    from tests.phy.conftest import Air

GRID = Grid.for_rate(1.024e6)  # channels of 16 kHz, zero is channel 32
IMBALANCE = FrontEnd(iq_gain_db=0.5, iq_phase_deg=3.0)


def _emitter(channel: int) -> Emitter:
    slots = round(0.1 / GRID.slot_s)
    return Emitter(0, slots, channel - 1, channel + 1, float(channel))


def test_image_of_a_strong_packet(air: Air) -> None:
    """Half a decibel and three degrees give an image 30 dB down; it is nobody."""
    sent = air.pump(0.03, offset_hz=8 * 16e3, rssi_dbfs=-10.0)
    tuner = air.tuner(air.scene(1.024e6, 0.1, sent, front_end=IMBALANCE))
    assert is_image(_emitter(32 - 8), tuner, GRID)
    assert not is_image(_emitter(32 + 8), tuner, GRID)


def test_second_sender_at_the_mirror_frequency(air: Air) -> None:
    """An attacker who chooses that place, 20 dB weaker, is not taken for an image."""
    sent = (
        air.pump(0.03, offset_hz=8 * 16e3, rssi_dbfs=-10.0),
        air.pump(0.032, offset_hz=-8 * 16e3, rssi_dbfs=-30.0, ppm=40.0),
    )
    tuner = air.tuner(air.scene(1.024e6, 0.1, *sent))
    assert not is_image(_emitter(32 - 8), tuner, GRID)


def test_as_strong_as_its_mirror_is_no_image(air: Air) -> None:
    """Receivers are never that bad."""
    sent = (air.pump(0.03, offset_hz=128e3), air.pump(0.03, offset_hz=-128e3))
    tuner = air.tuner(air.scene(1.024e6, 0.1, *sent))
    assert not is_image(_emitter(24), tuner, GRID)


def test_near_zero_it_cannot_be_told(air: Air) -> None:
    """A sender at the tuned frequency overlaps its own image and must not vanish."""
    tuner = air.tuner(air.scene(1.024e6, 0.1, air.pump(0.03, offset_hz=5e3)))
    assert not is_image(_emitter(32), tuner, GRID)


def test_silence_is_no_image() -> None:
    """Zeros have no phase."""
    tuner = Tuner(np.zeros(102_400, np.complex64), 0, 1.024e6)
    assert not is_image(_emitter(20), tuner, GRID)
