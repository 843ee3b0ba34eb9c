"""The envelope of one emitter comes in, the exact stretches in which it was on the air go out.

A silence belongs to a burst when it is no longer than the silences this sender's keying makes: a
keyed carrier pauses at most a dozen of its own symbols (the sync word of a Paradigm pump has
eight), a carrier that is not keyed does not pause at all. So two packets one millisecond apart are
two bursts, and the long pauses of a slow remote control are inside one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.phy.baseband import Baseband
from medmon.phy.reception import matched
from medmon.records import FloatArray

PAUSE_SYMBOLS = 12
SHORTEST_PAUSE_S = 0.75e-3
LONGEST_PAUSE_S = 4e-3
KEYED_S = 1.5e-3
"""Marks shorter than this are symbols; longer ones are a carrier that is not keyed."""
SHORTEST_S = 150e-6
"""Energy shorter than this is a click: no device of interest says anything in 3 symbols."""
SMOOTH_S = 15e-6
HALF = 0.25
"""Half the amplitude is a quarter of the power."""
NOISE_MARGIN = 9.0
"""A smoothed noise sample passes this many times its mean once in 1e4 times four samples."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a carrier was on the air, keying included.

    Attributes
    ----------
    start, stop : float
        Half-amplitude crossings, as indices into the narrow signal.
    marks : int
        How often the carrier was switched on inside.
    on : float
        Mean power while it was on, noise included.
    """

    start: float
    stop: float
    marks: int
    on: float


def stretches(band: Baseband, noise: float) -> list[Stretch]:
    """Find where the carrier of a narrow signal was on.

    Parameters
    ----------
    band : Baseband
        One emitter's narrow signal.
    noise : float
        Noise power in it.

    Returns
    -------
    list of Stretch
        In order of time.
    """
    smooth = matched(band.iq, max(1, round(SMOOTH_S * band.rate_hz)))
    power = smooth.real**2 + smooth.imag**2
    raw = band.iq.real**2 + band.iq.imag**2
    # The loud half of the loud samples: a burst that fills little of the stretch still counts.
    loud = round(0.99 * (power.size - 1))
    full = float(np.partition(power, loud)[loud]) if power.size else 0.0
    threshold = max(HALF * full, NOISE_MARGIN * noise)
    begins, ends = _crossings(power, threshold)
    if not begins.size:
        return []
    limit = _longest_pause(ends - begins, band.rate_hz)
    breaks = np.flatnonzero(begins[1:] - ends[:-1] > limit)
    firsts = np.concatenate(([0], breaks + 1))
    lasts = np.concatenate((breaks, [begins.size - 1]))
    found = []
    for first, last in zip(firsts, lasts, strict=True):
        start, stop = float(begins[first]), float(ends[last])
        if stop - start >= SHORTEST_S * band.rate_hz:
            inside = slice(round(start), round(stop))
            on = power[inside] > threshold
            # Smoothing weakens the tones of a shifted carrier, so the level is that before it.
            level = float(raw[inside][on].mean()) if on.any() else 0.0
            found.append(Stretch(start, stop, int(last - first + 1), level))
    return found


def _crossings(
    power: FloatArray, threshold: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give the interpolated places where the power rises over the threshold and falls under it."""
    over = np.concatenate(([False], power > threshold, [False]))
    padded = np.concatenate(([0.0], power.astype(np.float64), [0.0]))
    # Amplitude is straighter than power on an edge, so the crossing is interpolated there.
    height, level = np.sqrt(padded), np.sqrt(threshold)
    edges = np.flatnonzero(over[1:] != over[:-1])
    part = (level - height[edges]) / (height[edges + 1] - height[edges])
    places = edges - 1 + part
    return places[::2], places[1::2]


def _longest_pause(marks: npt.NDArray[np.float64], rate_hz: float) -> float:
    symbol = float(np.interp(0.2 * (marks.size - 1), np.arange(marks.size), np.sort(marks)))
    pause_s = SHORTEST_PAUSE_S
    if symbol < KEYED_S * rate_hz:
        pause_s = min(max(PAUSE_SYMBOLS * symbol / rate_hz, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
    return pause_s * rate_hz
