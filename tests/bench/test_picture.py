"""The picture of the sensitivity: it can be read, and without telling colours apart."""

from __future__ import annotations

import re
from io import BytesIO

from matplotlib.image import imread

from medmon.bench.picture import draw
from medmon.bench.results import Results


def test_a_png_has_a_panel_in_both_colours(results: Results) -> None:
    """The two receivers are there, each in its own colour of Okabe and Ito."""
    assert results.sensitivity is not None
    image = imread(BytesIO(draw(results.sensitivity)), format="png")[..., :3]
    assert image.shape[1] == 990
    for colour in ((0x00, 0x72, 0xB2), (0xD5, 0x5E, 0x00)):
        distance = abs(image * 255 - colour).max(axis=2)
        assert (distance < 12).sum() > 100


def test_the_same_results_give_the_same_picture(results: Results) -> None:
    """A page that is made anew must not look changed."""
    assert results.sensitivity is not None
    for ending in ("png", "svg"):
        assert draw(results.sensitivity, ending) == draw(results.sensitivity, ending)


def test_curves_are_told_apart_by_more_than_their_colour(results: Results) -> None:
    """Three kinds of line: dashed, whole, dotted."""
    assert results.sensitivity is not None
    text = draw(results.sensitivity, "svg").decode()
    dashes = set(re.findall(r"stroke-dasharray: ([^;\"]+)", text))
    assert len(dashes) >= 2
