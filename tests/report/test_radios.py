"""The picture of radios: a point for each transmission, a panel for each protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from matplotlib.axes import Axes

from medmon.report.account import Account, Line, account_from_lines
from medmon.report.radios import radios_figure, radios_png

Maker = Callable[..., Line]


def _panels(account: Account) -> list[Axes]:
    figure = radios_figure(account)
    assert figure is not None
    return figure.axes


def test_points_are_where_the_radio_was(known_evening: Account) -> None:
    """1 kHz off at -40 and -20 dBFS; what the stranger sent is ringed."""
    points, ring = _panels(known_evening)[0].collections
    assert np.asarray(points.get_offsets()).tolist() == [[1, -40], [1, -20]]
    assert np.asarray(ring.get_offsets()).tolist() == [[1, -20]]


def test_each_protocol_has_a_panel_and_the_unknown_has_none(
    evening: Account, transmission: Maker
) -> None:
    """Offsets of two protocols count from two frequencies and must not share an axis."""
    more = (transmission(7, protocol="omnipod"), transmission(8, protocol=None))
    panels = _panels(replace(evening, transmissions=(*evening.transmissions, *more)))
    assert [axes.get_title() for axes in panels] == ["medtronic", "omnipod"]


def test_a_name_that_looks_like_a_formula_is_drawn_as_it_is(
    evening: Account, transmission: Maker
) -> None:
    """Legends of matplotlib read dollar signs as mathematics, and fail on bad formulas."""
    png = radios_png(replace(evening, transmissions=(transmission(1, device="$\\bad$"),)))
    assert png is not None
    assert png.startswith(b"\x89PNG")


def test_without_anything_understood_there_is_no_picture(transmission: Maker) -> None:
    """An empty panel would look like a fault."""
    account = account_from_lines([transmission(1, protocol=None)], title="t", intro="i")
    assert radios_png(account) is None
