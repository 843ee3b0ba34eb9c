"""Figures: the same picture gives the same bytes, and nothing global is left behind."""

from __future__ import annotations

from medmon.report.figures import new_figure, png_from_figure, tidy


def _picture() -> bytes:
    figure = new_figure(2.0)
    axes = figure.subplots()
    axes.plot([0, 1], [1, 0])
    tidy(axes)
    return png_from_figure(figure)


def test_the_same_figure_gives_the_same_bytes() -> None:
    """Reports of one recording can be compared byte by byte; a PNG must not carry a date."""
    first = _picture()
    assert first == _picture()
    assert first.startswith(b"\x89PNG\r\n")
    assert b"tEXt" not in first


def test_all_pictures_are_equally_wide() -> None:
    """They stand below one another in a page."""
    width = int.from_bytes(_picture()[16:20], "big")
    assert width == 1210


def test_only_the_axes_that_carry_numbers_are_drawn() -> None:
    """A frame around a picture says nothing."""
    axes = new_figure(2.0).subplots()
    tidy(axes)
    assert not axes.spines["top"].get_visible()
    assert axes.spines["bottom"].get_visible()
