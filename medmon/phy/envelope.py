"""The narrow signal of an emitter comes in, whether it is keyed or steady goes out.

A keyed carrier is off for half of its time, a shifted one never. Where that is plain, half of the
modems need not be listened for. Where it is not (weak signals, two senders at once, one after the
other) nothing is said, and all are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

import numpy as np

from medmon.phy.baseband import Baseband
from medmon.phy.bursts import Stretch

Envelope: TypeAlias = Literal["keyed", "steady", "unclear"]

PLAIN_SNR = 4.0
"""Below this ratio of power to noise (6 dB) nothing is plain."""
STEADY = 0.1
"""Variance of the power of a steady carrier over its squared mean, beyond that of noise: filters
leave some, a sender 13 dB weaker on the same channel adds as much."""
OFF_PART = 0.2
OFF = 0.03
"""A keyed carrier is off for much more than this part of its time: so much of its power is below
the mean of the noise, or below this part of a mark, which filters leave of it."""


def envelope(band: Baseband, on_air: Sequence[Stretch], noise: float) -> Envelope:
    """Tell whether what is on the air is a keyed or a steady carrier.

    Parameters
    ----------
    band : Baseband
        The narrow signal, as wide as the emitter.
    on_air : sequence of Stretch
        When something was on the air, in its samples.
    noise : float
        Noise power in it.

    Returns
    -------
    str
        "keyed", "steady" or "unclear".
    """
    parts = [band.iq[max(0, round(one.start)) : round(one.stop)] for one in on_air]
    iq = parts[0] if len(parts) == 1 else np.concatenate((band.iq[:0], *parts))
    power = iq.real**2 + iq.imag**2
    mean = float(np.add.reduce(power)) / power.size if power.size else 0.0
    if mean < PLAIN_SNR * noise:
        return "unclear"
    # Power of a carrier with noise N, mean power m: variance m**2 - (m - N)**2 (Rice).
    chance = 1.0 - (1.0 - noise / mean) ** 2
    beside = power - np.float32(mean)
    if float(np.dot(beside, beside)) / power.size / mean**2 - chance < STEADY:
        return "steady"
    low = round(OFF_PART * (power.size - 1))
    power.partition((low, power.size - 1 - low))
    off, mark = float(power[low]), float(power[power.size - 1 - low])
    return "keyed" if off < max(noise, OFF * mark) else "unclear"
