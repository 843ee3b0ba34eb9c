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

from medmon.kernels import crossings, level_over, mean_powers
from medmon.phy.baseband import Baseband

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
    power = mean_powers(band.iq, max(1, round(SMOOTH_S * band.rate_hz)))
    # The loud half of the loud samples: a burst that fills little of the stretch still counts.
    loud = round(0.99 * (power.size - 1))
    full = float(np.partition(power, loud)[loud]) if power.size else 0.0
    threshold = max(HALF * full, NOISE_MARGIN * noise)
    places = crossings(power, threshold)
    begins, ends = places[::2], places[1::2]
    if not begins.size:
        return []
    limit = _longest_pause(ends - begins, band.rate_hz)
    (breaks,) = (begins[1:] - ends[:-1] > limit).nonzero()
    firsts = [0, *(breaks + 1).tolist()]
    lasts = [*breaks.tolist(), begins.size - 1]
    found = []
    for first, last in zip(firsts, lasts, strict=True):
        start, stop = float(begins[first]), float(ends[last])
        if stop - start >= SHORTEST_S * band.rate_hz:
            inside = slice(max(0, round(start)), round(stop))
            # Smoothing weakens the tones of a shifted carrier, so the level is that before it.
            level = level_over(band.iq[inside], power[inside], threshold)
            found.append(Stretch(start, stop, last - first + 1, level))
    return found


def _longest_pause(marks: npt.NDArray[np.float64], rate_hz: float) -> float:
    """Give the longest silence inside a burst; a fifth of the marks is as short as a symbol."""
    place = 0.2 * (marks.size - 1)
    low = int(place)
    ordered = np.sort(marks)[low : low + 2].tolist()
    symbol = ordered[0] + (place - low) * (ordered[-1] - ordered[0])
    pause_s = SHORTEST_PAUSE_S
    if symbol < KEYED_S * rate_hz:
        pause_s = min(max(PAUSE_SYMBOLS * symbol / rate_hz, SHORTEST_PAUSE_S), LONGEST_PAUSE_S)
    return pause_s * rate_hz
