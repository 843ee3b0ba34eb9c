"""Rows of power and boxes come in, a PNG goes out: time to the right, frequency upwards.

Matplotlib is imported when a picture is drawn, and only its file back end: there is no window, no
global figure and no state that two pictures could share. Whatever text a box carries is printed
as plain ASCII, because it may come from the air or from somebody's inventory.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np

from medmon.pictures.boxes import Box, merged, readable
from medmon.records import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

TOUCH_SHARE = (0.003, 0.01)
"""Boxes nearer than this, three pixels across and five up, become one; parts of both axes."""
LETTER_SHARE = (0.0062, 0.025)
"""Room of a letter of a label, as parts of the width and of the height of the picture."""
SIZE_INCHES = (11.0, 6.0)
DPI = 110
RANGE_DB = (6.0, 70.0)
"""Least and greatest range of levels that the colours tell apart."""


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
        What to point out; where there is no room between two of a kind, they are drawn as one.

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
        What to point out; where there is no room between two of a kind, they are drawn as one.

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
    drawn = merged(boxes, near_s=TOUCH_SHARE[0] * seconds, near_hz=TOUCH_SHARE[1] * rate_hz)
    _outline(axes, drawn)
    letter_s, line_hz = LETTER_SHARE[0] * seconds, LETTER_SHARE[1] * rate_hz
    for box in readable(drawn, letter_s=letter_s, line_hz=line_hz):
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


def _outline(axes: Axes, boxes: Sequence[Box]) -> None:
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    shapes = [
        Rectangle(
            (box.start_s, box.low_hz / 1e6),
            box.stop_s - box.start_s,
            (box.high_hz - box.low_hz) / 1e6,
        )
        for box in boxes
    ]
    colours = [box.colour for box in boxes]
    axes.add_collection(
        PatchCollection(shapes, facecolor="none", edgecolor=colours, linewidth=1.0), autolim=False
    )


def _label(axes: Axes, box: Box) -> None:
    from matplotlib.patheffects import withStroke

    axes.annotate(
        plain_text(box.text),
        (box.start_s, box.high_hz / 1e6),
        xytext=(0, 2),
        textcoords="offset points",
        color=box.colour,
        fontsize=7,
        parse_math=False,
        annotation_clip=True,
        clip_on=True,
        path_effects=[withStroke(linewidth=1.5, foreground="black")],
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
