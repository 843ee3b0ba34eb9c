"""The timeline: everything has its lane, its place in time, and its explanation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from medmon.report.account import Account, Line, account_from_lines
from medmon.report.figures import new_figure
from medmon.report.timeline import LANES_MAX, draw_timeline, lanes_of, timeline_png

Maker = Callable[..., Line]


def _drawn(account: Account) -> Axes:
    axes = new_figure(3.0).subplots()
    draw_timeline(axes, account)
    return axes


def _texts(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def test_ticks_stand_at_their_seconds(evening: Account) -> None:
    """Heard at 2 s and at 6 s of ten."""
    axes = _drawn(evening)
    paths = [path for ticks in axes.collections for path in ticks.get_paths()]
    places = [np.asarray(path.vertices)[0, 0] for path in paths]
    assert sorted(places) == pytest.approx([2.0, 6.0])
    assert axes.get_xlim() == (0.0, 10.0)
    assert axes.get_xlabel() == "seconds after 2026-11-23 09:00:00 UTC"


@pytest.mark.parametrize(
    ("seconds", "unit", "right"), [(3_600, "minutes", 60.0), (86_400, "hours", 24.0)]
)
def test_long_accounts_have_longer_units(
    evening: Account, seconds: int, unit: str, right: float
) -> None:
    """86,400 seconds on an axis are no time of day."""
    axes = _drawn(replace(evening, end_ns=evening.start_ns + seconds * 10**9))
    assert axes.get_xlabel().startswith(unit)
    assert axes.get_xlim()[1] == pytest.approx(right)


def test_attacks_and_alarms_carry_the_numbers_of_the_tables(known_evening: Account) -> None:
    """The picture is read together with the tables, also by people who see no colours."""
    assert {"A1 bolus-injection", "A2 suspend", "1"} <= set(_texts(_drawn(known_evening)))


def test_without_the_truth_no_attack_is_drawn(evening: Account) -> None:
    """At a real bed nobody knows them."""
    assert not [text for text in _texts(_drawn(evening)) if text.startswith("A")]


def test_alarms_at_one_moment_do_not_hide_each_other(evening: Account, alarm: Maker) -> None:
    """Two policies often speak about one command."""
    lines = [alarm(6.5, "a1"), alarm(6.5, "a2")]
    told = account_from_lines(lines, title="t", intro="i").alarms
    axes = _drawn(replace(evening, alarms=told))
    marks = [np.asarray(m.get_xdata())[0] for m in axes.lines if m.get_marker() == "^"]
    assert marks[0] == pytest.approx(6.5)
    assert marks[1] > 6.6


def test_own_devices_come_first_and_a_crowd_shares_the_last_lane(
    evening: Account, transmission: Maker
) -> None:
    """A flood of invented addresses must not make an endless picture."""
    crowd = [transmission(n / 10, device=f"{n:06x}") for n in range(50)]
    account = replace(evening, transmissions=(*crowd, *evening.transmissions))
    lanes = lanes_of(account)
    assert len(lanes) == LANES_MAX
    assert lanes[0] == "Anna's pump (123456)"
    assert lanes[-1] == "others"
    assert timeline_png(account).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ["$x^$", "\u2603 \u202e", "<script>", "\x1b[2J"])
def test_names_are_plain_text(evening: Account, transmission: Maker, name: str) -> None:
    """A formula, a letter without a glyph, a control character: drawn, and no warning."""
    account = replace(evening, transmissions=(transmission(1, device=name),))
    assert timeline_png(account).startswith(b"\x89PNG")


def test_nothing_heard_is_a_picture_too() -> None:
    """A quiet night."""
    account = account_from_lines([], title="t", intro="i")
    assert timeline_png(account).startswith(b"\x89PNG")
