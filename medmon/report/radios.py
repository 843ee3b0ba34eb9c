"""An account comes in, a picture of radios comes out: who stands out although the words are right.

Each transmission is a point: how far its carrier is off (CFO) against how strong it arrives
(RSSI). Both belong to a radio and its place, not to what it says. A device gives one small cloud;
a second cloud under the same address is another transmitter. One panel for each protocol.

A pump's own programmer speaks with the pump's address too: what is in a cloud is for a person to
know. Where the truth is known, what strangers sent is ringed.
"""

from __future__ import annotations

from collections import defaultdict

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from medmon.pictures import plain_text
from medmon.report.account import Account, Line
from medmon.report.figures import FAINT, INK, new_figure, png_from_figure, tidy
from medmon.report.marks import ATTACK_COLOUR
from medmon.report.timeline import lane_of, lanes_of

_LOOKS = (
    ("o", "#0072b2"), ("s", "#009e73"), ("^", "#d55e00"), ("D", "#cc79a7"),
    ("v", "#56b4e9"), ("P", "#8a6d00"), ("X", "#555f6b"),
)  # fmt: skip
PANELS_MAX = 4
"""More protocols than this are not drawn; the busiest ones are."""


def radios_png(account: Account) -> bytes | None:
    """Draw the radios as a file.

    Parameters
    ----------
    account : Account
        What to draw.

    Returns
    -------
    bytes or None
        A PNG file; None where nothing was understood.
    """
    figure = radios_figure(account)
    return None if figure is None else png_from_figure(figure)


def radios_figure(account: Account) -> Figure | None:
    """Draw the radios.

    Parameters
    ----------
    account : Account
        What to draw.

    Returns
    -------
    Figure or None
        A panel for each protocol; None where nothing was understood.
    """
    grouped: dict[str, list[Line]] = defaultdict(list)
    for line in account.transmissions:
        if line["protocol"] is not None and line["radio"]["rssi_dbfs"] is not None:
            grouped[line["protocol"]].append(line)
    busiest = sorted(grouped, key=lambda name: (-len(grouped[name]), name))[:PANELS_MAX]
    if not busiest:
        return None
    figure = new_figure(4.2)
    panels = figure.subplots(1, len(busiest), sharey=True, squeeze=False)[0]
    for axes, protocol in zip(panels, busiest, strict=True):
        _draw(axes, account, grouped[protocol])
        axes.set_title(plain_text(protocol), fontsize=10, color=INK, parse_math=False)
    panels[0].set_ylabel("signal strength (RSSI) in dBFS")
    return figure


def _draw(axes: Axes, account: Account, lines: list[Line]) -> None:
    looks = {name: _LOOKS[n % len(_LOOKS)] for n, name in enumerate(lanes_of(account))}
    by_device: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_device[lane_of(line)].append(line)
    for name, own in by_device.items():
        marker, colour = looks.get(name, _LOOKS[-1])
        axes.scatter(
            *_points(own), s=34, marker=marker, color=colour, alpha=0.75, lw=0,
            label=plain_text(name).replace("$", r"\$"),
        )  # fmt: skip
    strangers = account.hindsight.by_strangers if account.hindsight else frozenset()
    foreign = [line for line in lines if line["id"] in strangers]
    if foreign:
        axes.scatter(
            *_points(foreign), s=150, facecolors="none", edgecolors=ATTACK_COLOUR, lw=1.1,
            label="a stranger (the truth)",
        )  # fmt: skip
    axes.set_xlabel("carrier offset (CFO) in kHz")
    axes.margins(0.12)
    axes.grid(color=FAINT, lw=0.5)
    axes.set_axisbelow(True)
    tidy(axes)
    axes.legend(fontsize=8.5, frameon=False, loc="best")


def _points(lines: list[Line]) -> tuple[list[float], list[float]]:
    cfos = [line["radio"]["cfo_hz"] / 1e3 for line in lines]
    return cfos, [line["radio"]["rssi_dbfs"] for line in lines]
