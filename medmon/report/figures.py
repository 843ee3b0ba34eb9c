"""Figures are begun here and become PNG bytes: one size, one type, one look for every picture.

A figure belongs to nobody but its picture: pyplot and its global state are not used. Colours are
also said by shapes, numbers or words.
"""

from __future__ import annotations

from io import BytesIO

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

INK = "#22272e"
"""Text."""

FAINT = "#d5dae0"
"""Lines that only lead the eye."""

WIDTH_IN = 11.0
_DPI = 110


def new_figure(height_in: float) -> Figure:
    """Begin a figure.

    Parameters
    ----------
    height_in : float
        Its height in inches; the width is that of a page.

    Returns
    -------
    Figure
        White, laid out by constraints, so that labels do not overlap axes.
    """
    figure = Figure(figsize=(WIDTH_IN, height_in), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    figure.set_facecolor("white")
    return figure


def tidy(axes: Axes) -> None:
    """Give axes the look of the house.

    Parameters
    ----------
    axes : Axes
        What to change.
    """
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=9, length=3)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(INK)
        label.set_fontsize(9)


def png_from_figure(figure: Figure) -> bytes:
    """Draw a figure.

    Parameters
    ----------
    figure : Figure
        The figure.

    Returns
    -------
    bytes
        A PNG file. It names no program and no time, so the same figure gives the same bytes.
    """
    file = BytesIO()
    figure.savefig(file, format="png", metadata={"Software": None})
    return file.getvalue()
