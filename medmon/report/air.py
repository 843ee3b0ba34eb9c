"""An account and the power on the air come in, pictures of the band come out.

`spectrogram` is the band alone, with a box around everything that was heard. `overview` is the
picture to show first: the band above, and below it, second by second, what was made of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medmon.pictures import Box, draw_spectrogram, spectrogram_png
from medmon.records import FloatArray
from medmon.report.account import Account, Line
from medmon.report.figures import new_figure, png_from_figure, tidy
from medmon.report.timeline import (
    SHORT_S,
    add_legend,
    draw_timeline,
    timeline_height_in,
    timeline_png,
)

_ATTACK, _HEARD, _UNKNOWN = "#ff5a5a", "white", "#ffd24a"
_BAND_HEIGHT_IN = 2.3
_MARGIN = 0.012  # of the band, above and below what is boxed
_JOINED = 0.012  # of the time: closer boxes would melt into one another
_NEIGHBOURS = 4
_NOISE_DB = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Air:
    """The power in a band over the time of an account.

    Attributes
    ----------
    power_dbfs : ndarray of float32, shape (n_rows, n_bins)
        As `medmon.pictures.PowerRows` gives it.
    seconds : float
        Time that the rows cover.
    freq_hz : float
        Frequency of the middle; 0.0 is not known.
    rate_hz : float
        Width of the band.
    """

    power_dbfs: FloatArray
    seconds: float
    freq_hz: float
    rate_hz: float


def air_png(account: Account, air: Air) -> bytes:
    """Draw the band with a box around everything that was heard.

    Parameters
    ----------
    account : Account
        What was heard.
    air : Air
        The power on the air.

    Returns
    -------
    bytes
        A PNG file.
    """
    return spectrogram_png(
        _calm(air.power_dbfs),
        seconds=air.seconds,
        freq_hz=air.freq_hz,
        rate_hz=air.rate_hz,
        title="what was heard: white; not understood: yellow; attack (the truth): red",
        boxes=boxes_of(account, air),
    )


def overview_png(account: Account, air: Air) -> bytes:
    """Draw the band and the timeline, one above the other.

    Parameters
    ----------
    account : Account
        What was heard and told.
    air : Air
        The power on the air.

    Returns
    -------
    bytes
        A PNG file; of a long account the timeline alone, because boxes of a few milliseconds
        would not be seen.
    """
    if account.duration_s > SHORT_S:
        return timeline_png(account)
    below_in = timeline_height_in(account)
    figure = new_figure(_BAND_HEIGHT_IN + below_in)
    above, below = figure.subplots(2, height_ratios=(_BAND_HEIGHT_IN, below_in - 0.9))
    draw_spectrogram(
        above, _calm(air.power_dbfs), seconds=air.seconds, freq_hz=air.freq_hz, rate_hz=air.rate_hz
    )
    tidy(above)
    above.set_xticks([])
    draw_timeline(below, account)
    above.set_xlim(below.get_xlim())
    add_legend(figure, account)
    return png_from_figure(figure)


def boxes_of(account: Account, air: Air) -> list[Box]:
    """Put a box around everything that was heard.

    Parameters
    ----------
    account : Account
        What was heard.
    air : Air
        The rate that counts of samples are in.

    Returns
    -------
    list of Box
        Neighbours in time on one frequency share a box. With the truth at hand, the first box of
        each attack carries its number; the picture shows it where there is room.
    """
    attack_of = account.hindsight.attack_of if account.hindsight else {}
    named: set[int] = set()
    boxes: list[Box] = []
    for line in account.transmissions:
        index = attack_of.get(line["id"])
        label = "" if index is None or index in named else f"A{index + 1}"
        named |= set() if index is None else {index}
        box = _box(account, air, line, label, is_attack=index is not None)
        for place in range(len(boxes) - 1, max(-1, len(boxes) - 1 - _NEIGHBOURS), -1):
            if _is_neighbour(boxes[place], box, _JOINED * air.seconds):
                boxes[place] = _joined(boxes[place], box)
                break
        else:
            boxes.append(box)
    return boxes


def _box(account: Account, air: Air, line: Line, label: str, *, is_attack: bool) -> Box:
    radio = line["radio"]
    start_s = (line["time_ns"] - account.start_ns) / 1e9
    half_hz = (radio["bandwidth_hz"] or 0.0) / 2 + _MARGIN * air.rate_hz
    colour = _ATTACK if is_attack else _HEARD if line["protocol"] else _UNKNOWN
    stop_s = start_s + line["source"]["sample_count"] / air.rate_hz
    freq_hz = radio["freq_hz"] or air.freq_hz
    return Box(start_s, stop_s, freq_hz - half_hz, freq_hz + half_hz, label, colour)


def _is_neighbour(box: Box, later: Box, gap_s: float) -> bool:
    middle_hz = (later.low_hz + later.high_hz) / 2
    return (
        box.colour == later.colour
        and later.start_s - box.stop_s < gap_s
        and box.low_hz < middle_hz < box.high_hz
        and not (box.label and later.label)
    )


def _joined(box: Box, later: Box) -> Box:
    return Box(
        min(box.start_s, later.start_s),
        max(box.stop_s, later.stop_s),
        min(box.low_hz, later.low_hz),
        max(box.high_hz, later.high_hz),
        box.label or later.label,
        box.colour,
    )


def _calm(power_dbfs: FloatArray) -> FloatArray:
    """Lift the valleys of the noise: they say nothing, and are most of the bytes of a picture."""
    if not np.isfinite(power_dbfs).any():
        return power_dbfs
    floor = np.nanmedian(power_dbfs) + _NOISE_DB
    return np.asarray(np.maximum(power_dbfs, floor), dtype=np.float32)
