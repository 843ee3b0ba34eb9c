"""Rows of power and boxes come in, a PNG goes out: time to the right, frequency upwards.

Matplotlib is imported when a picture is drawn, and only its file back end: there is no window, no
global figure and no state that two pictures could share. Whatever text a box carries is printed
as plain ASCII, because it may come from the air or from somebody's inventory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from medmon.records import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

BOXES_MAX = 200
"""More boxes than this would hide the picture; the first ones are drawn."""
LABEL_SHARE = (0.1, 0.025)
"""Room of a label, as parts of the width and of the height of the picture."""
SIZE_INCHES = (11.0, 6.0)
DPI = 110
RANGE_DB = (6.0, 70.0)
"""Least and greatest range of levels that the colours tell apart."""


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of time and frequency to be pointed out.

    Attributes
    ----------
    start_s, stop_s : float
        Time since the start of the picture.
    low_hz, high_hz : float
        Edges, absolute frequencies as the axis has them.
    label : str
        What it is, a few words; may be empty.
    colour : str
        A colour of matplotlib: "white", "#ff4040".
    """

    start_s: float
    stop_s: float
    low_hz: float
    high_hz: float
    label: str = ""
    colour: str = "white"


def spectrogram_png(
    power_dbfs: FloatArray,
    *,
    seconds: float,
    freq_hz: float,
    rate_hz: float,
    title: str = "",
    boxes: Sequence[Box] = (),
) -> bytes:
    """Draw a spectrogram.

    Parameters
    ----------
    power_dbfs : ndarray of float32, shape (n_rows, n_bins)
        Power of each bin in dBFS, first row first in time, lowest frequency first; NaN where
        nothing is known. May be empty.
    seconds : float
        Time that the rows cover.
    freq_hz : float
        Frequency of the middle; 0.0 draws offsets.
    rate_hz : float
        Width of the band.
    title : str
        Line above the picture.
    boxes : sequence of Box
        What to point out; the first `BOXES_MAX` are drawn.

    Returns
    -------
    bytes
        A PNG; the same input gives the same bytes.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE_INCHES, dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)  # takes the figure away from any window
    axes = figure.add_subplot()
    image = draw_spectrogram(
        axes, power_dbfs, seconds=seconds, freq_hz=freq_hz, rate_hz=rate_hz, boxes=boxes
    )
    figure.colorbar(image, ax=axes, label="dBFS in a bin", pad=0.01)
    axes.set_xlabel("time in s")
    axes.set_title(plain_text(title), parse_math=False)
    data = BytesIO()
    figure.savefig(data, format="png", metadata={"Software": None})
    return data.getvalue()


def draw_spectrogram(
    axes: Axes,
    power_dbfs: FloatArray,
    *,
    seconds: float,
    freq_hz: float,
    rate_hz: float,
    boxes: Sequence[Box] = (),
) -> AxesImage:
    """Draw a spectrogram into a figure that holds other things too.

    Parameters
    ----------
    axes : Axes
        Where to draw; the horizontal axis becomes seconds, the vertical one megahertz.
    power_dbfs : ndarray of float32, shape (n_rows, n_bins)
        As `spectrogram_png` takes it.
    seconds : float
        Time that the rows cover.
    freq_hz : float
        Frequency of the middle; 0.0 draws offsets.
    rate_hz : float
        Width of the band.
    boxes : sequence of Box
        What to point out; the first `BOXES_MAX` are drawn.

    Returns
    -------
    AxesImage
        The image, for a colour bar.
    """
    lowest, highest = levels(power_dbfs)
    edges_mhz = ((freq_hz - rate_hz / 2) / 1e6, (freq_hz + rate_hz / 2) / 1e6)
    shown = power_dbfs.T if power_dbfs.size else np.full((1, 1), np.nan, dtype=np.float32)
    image = axes.imshow(
        shown,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap="viridis",
        vmin=lowest,
        vmax=highest,
        extent=(0.0, max(seconds, 1e-6), *edges_mhz),
    )
    axes.set_facecolor("0.6")
    axes.set_ylabel("frequency in MHz" if freq_hz else "offset in MHz")
    axes.ticklabel_format(axis="y", useOffset=False)
    drawn = boxes[:BOXES_MAX]
    for box in drawn:
        _draw(axes, box)
    for box in readable(drawn, near_s=LABEL_SHARE[0] * seconds, near_hz=LABEL_SHARE[1] * rate_hz):
        _label(axes, box)
    return image


def levels(power_dbfs: FloatArray) -> tuple[float, float]:
    """Choose the levels of the darkest and of the brightest colour.

    Parameters
    ----------
    power_dbfs : ndarray of float32, shape (n_rows, n_bins)
        The picture.

    Returns
    -------
    tuple of (float, float)
        A little under the median, which is the noise, and the highest level; at least the first
        and at most the second of `RANGE_DB` apart.
    """
    known = power_dbfs[np.isfinite(power_dbfs)]
    if not known.size:
        return -100.0, 0.0
    highest = float(known.max())
    lowest = float(np.median(known)) - 3.0
    return min(max(lowest, highest - RANGE_DB[1]), highest - RANGE_DB[0]), highest


def readable(boxes: Sequence[Box], *, near_s: float, near_hz: float) -> list[Box]:
    """Choose whose label is printed, so that labels do not lie upon each other.

    Parameters
    ----------
    boxes : sequence of Box
        All boxes that are drawn.
    near_s : float
        Room that a label takes in time.
    near_hz : float
        Room that a label takes in frequency.

    Returns
    -------
    list of Box
        Boxes with a label, each with room to the ones before it in the list.
    """
    kept: list[Box] = []
    for box in boxes:
        is_free = not any(
            abs(box.start_s - other.start_s) < near_s and abs(box.high_hz - other.high_hz) < near_hz
            for other in kept
        )
        if box.label and is_free:
            kept.append(box)
    return kept


def _draw(axes: Axes, box: Box) -> None:
    from matplotlib.patches import Rectangle

    corner = (box.start_s, box.low_hz / 1e6)
    size = (box.stop_s - box.start_s, (box.high_hz - box.low_hz) / 1e6)
    axes.add_patch(Rectangle(corner, *size, fill=False, edgecolor=box.colour, linewidth=1.0))


def _label(axes: Axes, box: Box) -> None:
    axes.annotate(
        plain_text(box.label),
        (box.start_s, box.high_hz / 1e6),
        xytext=(0, 2),
        textcoords="offset points",
        color=box.colour,
        fontsize=7,
        parse_math=False,
        annotation_clip=True,
        clip_on=True,
    )


def plain_text(text: str) -> str:
    r"""Keep to letters that every font has.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same with a question mark for whatever is not printable ASCII.

    Examples
    --------
    >>> plain_text("pump \u2603")
    'pump ?'
    """
    return "".join(c if " " <= c <= "~" else "?" for c in text)
