"""Bursts that no modem understands come in; the two tones of one sender go out as one burst.

A frequency-shift keyed sender with a wide shift looks like two keyed carriers on two channels.
What gives it away is that they take turns: hardly ever both, hardly ever neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medmon.phy.baseband import Baseband, Place
from medmon.phy.filters import ROLL_OFF
from medmon.phy.packets import Heard
from medmon.phy.reception import matched
from medmon.phy.tuner import Tuner

LIKE_DB = 10.0
WIDEST_HZ = 250e3
"""Two carriers farther apart than this are two senders."""
BOTH = 0.15
NEITHER = 0.15
"""Largest part of the time in which both tones, or neither, may be on: changes of tone take
time in the narrow filters."""
SMOOTH_S = 30e-6


def paired(found: Sequence[Heard], tuner: Tuner) -> list[Heard]:
    """Join the tones that take turns.

    Parameters
    ----------
    found : sequence of Heard
        Bursts without frames.
    tuner : Tuner
        The samples they were found in.

    Returns
    -------
    list of Heard
        The same, those that are tones of one sender joined into one burst.
    """
    left = sorted(found, key=lambda heard: heard.start - heard.stop)
    done: list[Heard] = []
    while left:
        longest = left.pop(0)
        inside = [other for other in left if _alike(longest, other)]
        partners = [other for other in inside if _take_turns(longest, other, tuner)]
        if partners:
            # The other pieces on the partner's frequency are parts of the same tone.
            width_hz = max(partner.radio.bandwidth_hz for partner in partners)
            near_hz = partners[0].radio.freq_hz
            parts = [one for one in inside if abs(one.radio.freq_hz - near_hz) < width_hz]
            left = [other for other in left if other not in parts]
            longest = _joined(longest, parts)
        done.append(longest)
    return done


def _alike(longest: Heard, other: Heard) -> bool:
    """Tell whether a burst lies within another's time, as loud as it, on another frequency."""
    common = min(longest.stop, other.stop) - max(longest.start, other.start)
    apart_hz = abs(longest.radio.freq_hz - other.radio.freq_hz)
    return (
        common > 0.9 * (other.stop - other.start)
        and abs(longest.radio.rssi_dbfs - other.radio.rssi_dbfs) < LIKE_DB
        and longest.radio.bandwidth_hz / 2 < apart_hz < WIDEST_HZ
    )


def _take_turns(one: Heard, other: Heard, tuner: Tuner) -> bool:
    """Tell whether one of two carriers is on whenever the other one is not."""
    apart_hz = abs(one.radio.freq_hz - other.radio.freq_hz)
    start, stop = max(one.start, other.start), min(one.stop, other.stop)
    on = []
    half_width_hz = apart_hz / 3
    for heard in (one, other):
        place = Place(heard.radio.freq_hz, 0.0, start, stop)
        near = tuner.around(place, half_width_hz * (1 + ROLL_OFF))
        band = near.tune(place.offset_hz, half_width_hz=half_width_hz, rate_hz=2 * apart_hz)
        on.append(_on(band, start, stop))
    both = float(np.mean(on[0] & on[1]))
    neither = float(np.mean(~on[0] & ~on[1]))
    alone = min(float(np.mean(on[0] & ~on[1])), float(np.mean(on[1] & ~on[0])))
    return both < BOTH and neither < NEITHER and alone > BOTH


def _on(band: Baseband, start: float, stop: float) -> np.typing.NDArray[np.bool_]:
    first, last = (round((place - band.first_sample) / band.step) for place in (start, stop))
    smooth = matched(band.iq, max(1, round(SMOOTH_S * band.rate_hz)))[max(0, first) : last]
    power = smooth.real**2 + smooth.imag**2
    return np.asarray(power > np.quantile(power, 0.95) / 4)


def _joined(one: Heard, parts: Sequence[Heard]) -> Heard:
    """Make one burst of a tone and the pieces of the other tone."""
    other = max(parts, key=lambda part: part.stop - part.start)
    low, high = sorted((one.radio, other.radio), key=lambda radio: radio.freq_hz)
    middle_hz = (low.freq_hz + high.freq_hz) / 2
    radio = replace(
        max(low, high, key=lambda radio: radio.rssi_dbfs),
        freq_hz=middle_hz,
        cfo_hz=middle_hz,
        bandwidth_hz=high.freq_hz - low.freq_hz + (low.bandwidth_hz + high.bandwidth_hz) / 2,
        modulation="fsk",
        deviation_hz=(high.freq_hz - low.freq_hz) / 2,
    )
    everyone = (one, *parts)
    start, stop = min(h.start for h in everyone), max(h.stop for h in everyone)
    return Heard(start, stop, radio)
