"""Measured sensitivity comes in, a picture goes out: a panel for each kind of packet.

The bound is a black dashed line, medmon is blue and filled, rtl_433 orange and open, and the
sample rate is the shape of the mark, so that nobody has to tell colours apart. The colours are
those of Okabe and Ito, as in every picture of medmon.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from medmon.bench.packets import KINDS
from medmon.bench.results import Bound, Curve, Sensitivity
from medmon.bench.tables.table import rate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Ending: TypeAlias = Literal["png", "svg"]

COLOURS = {"medmon": "#0072b2", "rtl_433": "#d55e00"}
_MARKS = ("o", "s", "^", "D", "v", "P")
_WIDTH_INCHES, _PANEL_INCHES, _DPI = 9.0, 2.6, 110


def draw(part: Sensitivity, ending: Ending = "png") -> bytes:
    """Draw the curves of every kind of packet.

    Parameters
    ----------
    part : Sensitivity
        What was measured.
    ending : {"png", "svg"}
        Format of the file.

    Returns
    -------
    bytes
        The picture.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = (_WIDTH_INCHES, 0.9 + _PANEL_INCHES * len(part.bounds))
    figure = Figure(figsize=size, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)  # takes the figure away from any window
    panels = figure.subplots(len(part.bounds), 1, sharex=True, squeeze=False)[:, 0].tolist()
    rates_hz = sorted({curve.rate_hz for curve in part.curves})
    for axes, bound in zip(panels, part.bounds, strict=True):
        curves = [curve for curve in part.curves if curve.packet == bound.packet]
        _panel(axes, bound, curves, rates_hz)
    panels[-1].set_xlabel("Ec/N0 in dB: energy of a chip at full carrier over noise in one hertz")
    _explain(figure, panels)
    data = BytesIO()
    fixed = {"Software": None} if ending == "png" else {"Date": None}
    with rc_context({"svg.hashsalt": "medmon"}):
        figure.savefig(data, format=ending, metadata=fixed)
    return data.getvalue()


def _panel(axes: Axes, bound: Bound, curves: Sequence[Curve], rates_hz: Sequence[float]) -> None:
    levels_db, shares = np.array(bound.points).T
    axes.plot(levels_db, 100 * shares, "--", color="black", linewidth=1.5, label="bound")
    for curve in curves:
        is_mine = curve.receiver == "medmon"
        axes.plot(
            [point.ecn0_db for point in curve.points],
            [100 * point.read / point.sent for point in curve.points],
            color=COLOURS[curve.receiver],
            linewidth=1.2,
            linestyle="-" if is_mine else ":",
            marker=_MARKS[rates_hz.index(curve.rate_hz) % len(_MARKS)],
            markersize=4.5,
            markerfacecolor=COLOURS[curve.receiver] if is_mine else "white",
            label=f"{curve.receiver}, {rate(curve.rate_hz)}",
        )
    axes.axhline(50, color="0.8", linewidth=0.8, zorder=0)
    axes.axhline(90, color="0.8", linewidth=0.8, zorder=0)
    axes.set_ylabel("packets read, %")
    axes.set_ylim(-4, 104)
    axes.set_title(KINDS[bound.packet].title, fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def _explain(figure: Figure, panels: Sequence[Axes]) -> None:
    """Name the curves once for all panels; not every one has every rate."""
    named = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        named.values(), named, loc="outside upper center", ncols=4, frameon=False, fontsize=9
    )
