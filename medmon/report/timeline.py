"""An account comes in, a picture of its time comes out: who said what when, and what was told.

Each device has a lane, and each transmission is a tick in it, coloured by the kind of thing said.
Alarms are markers above the lane of their device, with their number and the shape of their
priority. Where the truth is known, attacks are shaded through all lanes and numbered on top.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from medmon.pictures import plain_text
from medmon.report.account import Account, Line, name_of
from medmon.report.figures import FAINT, INK, new_figure, png_from_figure, tidy
from medmon.report.marks import ATTACK_COLOUR, COLOURS, MARKS, kind_of
from medmon.report.words import date

LANES_MAX = 12
"""More devices than this share the last lane."""

SHORT_S = 180.0
"""A longer account is drawn in minutes or hours, where a packet is too short to be seen."""

_OTHERS = "others"
_LEAST_WIDTH = 0.006  # of the axis: an attack of one packet must still be seen
_LEAST_STEP = 0.022  # of the axis: from one alarm's marker to the next in a lane
_UNITS = (("seconds", 1.0, SHORT_S), ("minutes", 60.0, 3 * 3600.0), ("hours", 3600.0, 0.0))
"""Units of the axis, each up to a length of so many seconds; the last one for all above."""


def timeline_png(account: Account) -> bytes:
    """Draw the timeline.

    Parameters
    ----------
    account : Account
        What to draw.

    Returns
    -------
    bytes
        A PNG file.
    """
    figure = new_figure(timeline_height_in(account))
    draw_timeline(figure.subplots(), account)
    add_legend(figure, account)
    return png_from_figure(figure)


def timeline_height_in(account: Account) -> float:
    """Say how high a timeline wants to be.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    float
        Inches, legend included.
    """
    return 1.9 + 0.42 * max(1, len(lanes_of(account)))


def draw_timeline(axes: Axes, account: Account) -> None:
    """Draw the lanes of an account.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    account : Account
        What to draw.
    """
    lanes = lanes_of(account)
    rows = {name: row for row, name in enumerate(lanes)}
    _draw_transmissions(axes, account, rows)
    _draw_attacks(axes, account)
    _draw_alarms(axes, account, rows)
    axes.set_yticks(range(len(lanes)), [plain_text(lane) for lane in lanes], parse_math=False)
    axes.set_ylim(max(1, len(lanes)) - 0.45, -0.7)
    for row in range(len(lanes)):
        axes.axhline(row + 0.34, color=FAINT, lw=0.8, zorder=0)
    _draw_time(axes, account)
    tidy(axes)
    axes.spines["left"].set_visible(False)
    axes.tick_params(axis="y", length=0)


def add_legend(figure: Figure, account: Account) -> None:
    """Say below a figure what its colours and shapes mean.

    Parameters
    ----------
    figure : Figure
        What holds the timeline.
    account : Account
        What was drawn; only what occurs in it is explained.
    """
    kinds = {kind_of(line["command"]) for line in account.transmissions}
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=colour, lw=0, marker="|", ms=11, mew=3, label=kind)
        for kind, colour in COLOURS.items()
        if kind in kinds
    ]
    priorities = {told.start["priority"] for told in account.alarms}
    handles += [
        Line2D(
            [], [], color=mark.colour, lw=0, marker=mark.marker, ms=mark.size, label=f"{name} alarm"
        )
        for name, mark in MARKS.items()
        if name in priorities
    ]
    if account.hindsight is not None and account.hindsight.attacks:
        handles.append(Patch(color=ATTACK_COLOUR, alpha=0.2, lw=0, label="attack (the truth)"))
    figure.legend(
        handles=handles, loc="outside lower center", ncols=5, frameon=False, fontsize=8.5,
        handlelength=1.2, columnspacing=1.6,
    )  # fmt: skip


def lanes_of(account: Account) -> list[str]:
    """Name the lanes.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    list of str
        Registered devices in their order, then others by how much they said, at most `LANES_MAX`.
    """
    counts = Counter(lane_of(line) for line in account.transmissions)
    own = [name_of({"name": d.name, "role": d.role}, d.id) for d in account.devices]
    first = [name for name in own if name in counts]
    lanes = first + [name for name, _ in counts.most_common() if name not in first]
    return lanes if len(lanes) <= LANES_MAX else [*lanes[: LANES_MAX - 1], _OTHERS]


def lane_of(line: Line) -> str:
    """Name the lane of a transmission.

    Parameters
    ----------
    line : mapping
        The transmission.

    Returns
    -------
    str
        Its device, by name and address.
    """
    return name_of(line["device"], line["device"]["id"])


def _unit(account: Account) -> tuple[str, float]:
    """Choose the unit of the axis: its name, and its length in seconds."""
    fitting = [unit for unit in _UNITS if account.duration_s <= unit[2]]
    name, length_s, _ = (*fitting, _UNITS[-1])[0]
    return name, length_s


def _x(account: Account, time_ns: int) -> float:
    """Place a moment on the axis."""
    return (time_ns - account.start_ns) / 1e9 / _unit(account)[1]


def _draw_time(axes: Axes, account: Account) -> None:
    axes.set_xlim(0.0, max(_x(account, account.end_ns), 1e-6))
    axes.set_xlabel(f"{_unit(account)[0]} after {date(account.start_ns)}")


def _draw_transmissions(axes: Axes, account: Account, rows: Mapping[str, int]) -> None:
    places: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for line in account.transmissions:
        row = rows.get(lane_of(line), len(rows) - 1)
        places[kind_of(line["command"])].append((_x(account, line["time_ns"]), row))
    for kind, ticks in places.items():
        tops = [row - 0.06 for _, row in ticks]
        feet = [row + 0.34 for _, row in ticks]
        axes.vlines([x for x, _ in ticks], tops, feet, colors=COLOURS[kind], lw=1.6)


def _draw_attacks(axes: Axes, account: Account) -> None:
    attacks = account.hindsight.attacks if account.hindsight else ()
    wide = _x(account, account.end_ns)
    for number, attack in enumerate(attacks, start=1):
        left, right = _x(account, attack.start_ns), _x(account, attack.end_ns)
        right = max(right, left + _LEAST_WIDTH * wide)
        axes.axvspan(left, right, color=ATTACK_COLOUR, alpha=0.16, lw=0, zorder=0)
        axes.annotate(
            f"A{number} {plain_text(attack.name)}", (left, 1.0),
            xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points",
            va="bottom", rotation=22, fontsize=8.5, color=ATTACK_COLOUR, parse_math=False,
        )  # fmt: skip


def _draw_alarms(axes: Axes, account: Account, rows: Mapping[str, int]) -> None:
    """Place the markers; those that would cover each other step aside to the right."""
    step = _LEAST_STEP * _x(account, account.end_ns)
    free: dict[int, float] = {}
    for told in account.alarms:
        row = rows.get(told.who, max(0, len(rows) - 1))
        mark = MARKS[told.start["priority"]]
        x = max(_x(account, told.start["time_ns"]), free.get(row, float("-inf")))
        free[row] = x + step
        axes.plot(
            x, row - 0.3, mark.marker, color=mark.colour, ms=mark.size, mec="white", mew=0.5,
            zorder=4,
        )  # fmt: skip
        axes.annotate(
            str(told.number), (x, row - 0.3), xytext=(5, 0), textcoords="offset points",
            va="center", fontsize=8.5, color=INK, fontweight="bold", zorder=4,
        )  # fmt: skip
