"""An emitter comes in, and the answer whether it is only the mirror image of a stronger one.

A receiver whose two paths differ a little in gain and phase shows every signal once more at the
mirrored frequency, 25 to 40 dB weaker and with its phase turned backwards [1]_. Such an image is
not an emitter. It is told by that phase: the product of image and signal does not turn, so their
coherence is near 1; a second sender that happens to stand there has none.

.. [1] Razavi, RF Microelectronics, 2nd ed., section 4.2.4: image rejection and mismatch.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medmon.phy.baseband import Place
from medmon.phy.channelizer import Grid
from medmon.phy.emitters import Emitter
from medmon.phy.filters import ROLL_OFF
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray

WEAKER = 10.0
"""An image is at least this much weaker than its signal (10 dB)."""
COHERENT = 0.7
"""Coherence from which an emitter counts as an image; noise at 0 dB leaves 0.7 of it."""


def may_be_image(emitter: Emitter, powers: FloatArray, first_slot: int) -> bool:
    """Tell whether the channels opposite to an emitter's are so much stronger that it may be one.

    Parameters
    ----------
    emitter : Emitter
        Who.
    powers : ndarray of float32, shape (n_slots, channels)
        Channel powers of its time.
    first_slot : int
        The first of these rows.

    Returns
    -------
    bool
        Whether the samples are worth a look.
    """
    rows = powers[max(0, emitter.start_slot - first_slot) : emitter.stop_slot - first_slot]
    channels = rows.shape[1]
    opposite = rows[:, max(0, channels - emitter.high) : channels - emitter.low + 1]
    own = rows[:, emitter.low : emitter.high + 1]
    return float(opposite.sum()) > WEAKER / 2 * float(own.sum())


def is_image(emitter: Emitter, tuner: Tuner, grid: Grid) -> bool:
    """Tell whether an emitter is the mirror image of a stronger one.

    Parameters
    ----------
    emitter : Emitter
        Who.
    tuner : Tuner
        The samples.
    grid : Grid
        Time-frequency grid.

    Returns
    -------
    bool
        Whether it is.
    """
    offset_hz = grid.offset_hz(emitter.centre)
    half_width_hz = (emitter.high - emitter.low + 2) / 2 * grid.channel_hz
    if abs(offset_hz) < 2 * half_width_hz:
        return False  # so near to zero the two overlap, and each would be coherent with itself
    slot = grid.slot_samples
    place = Place(offset_hz, 0.0, emitter.start_slot * slot, emitter.stop_slot * slot)
    mirror = replace(place, offset_hz=-offset_hz)
    here, there = (
        tuner.around(side, half_width_hz * (1 + ROLL_OFF)).listen(
            side, side.offset_hz, half_width_hz=half_width_hz, rate_hz=4 * half_width_hz
        )
        for side in (place, mirror)
    )
    power, mirrored = (float(np.vdot(band.iq, band.iq).real) for band in (here, there))
    if power <= 0.0 or mirrored < WEAKER * power:
        return False
    product = complex(np.sum(here.iq * there.iq, dtype=np.complex128))
    return abs(product) > COHERENT * float(np.sqrt(power * mirrored))
