"""Pictures of the band: boxes around what was heard, joined where they would melt together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from medmon.report.account import Account, Line
from medmon.report.air import Air, air_png, boxes_of, overview_png
from medmon.report.timeline import timeline_png

Maker = Callable[..., Line]


def test_a_box_covers_the_samples_and_the_band(evening: Account, air: Air) -> None:
    """5,000 samples at 250 kHz are 20 ms; the carrier stands in the middle."""
    first = boxes_of(evening, air)[0]
    assert (first.start_s, first.stop_s) == pytest.approx((2.0, 2.02))
    assert (first.low_hz + first.high_hz) / 2 == pytest.approx(916.5e6)
    assert first.high_hz - first.low_hz > 25e3


def test_neighbours_share_a_box_and_others_do_not(
    evening: Account, air: Air, transmission: Maker
) -> None:
    """Twenty calls in a second are one box; five seconds later there is another one."""
    calls = tuple(transmission(1 + n / 20) for n in range(20))
    boxes = boxes_of(replace(evening, transmissions=(*calls, transmission(8))), air)
    edges = [edge for box in boxes for edge in (box.start_s, box.stop_s)]
    assert edges == pytest.approx([1.0, 1.97, 8.0, 8.02])


def test_attacks_have_their_number_and_the_unknown_its_colour(
    known_evening: Account, air: Air, transmission: Maker
) -> None:
    """Three colours, three meanings, and the number of the table."""
    unknown = transmission(9, protocol=None)
    account = replace(known_evening, transmissions=(*known_evening.transmissions, unknown))
    boxes = boxes_of(account, air)
    assert [box.label for box in boxes] == ["", "A1", ""]
    assert len({box.colour for box in boxes}) == 3


def test_the_overview_of_a_long_account_is_its_timeline(evening: Account, air: Air) -> None:
    """Packets of milliseconds cannot be seen in a picture of an hour."""
    long = replace(evening, end_ns=evening.start_ns + 3600 * 10**9)
    assert overview_png(long, air) == timeline_png(long)
    assert len(overview_png(evening, air)) != len(timeline_png(evening))


def test_calm_noise_keeps_pictures_small(evening: Account, air: Air) -> None:
    """The noise is most of the bytes; the loud channel stays."""
    loud = Air(air.power_dbfs * np.float32(0.5), air.seconds, air.freq_hz, air.rate_hz)
    assert air_png(evening, air) != air_png(evening, loud)
    nothing = Air(np.full((4, 8), np.nan, np.float32), 10.0, 0.0, 250e3)
    assert air_png(evening, nothing).startswith(b"\x89PNG")
