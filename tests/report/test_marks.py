"""Marks: no priority rests on colour alone, and every command has a kind."""

from __future__ import annotations

from typing import get_args

from medmon.records import Command, Priority
from medmon.report.marks import COLOURS, KINDS, MARKS, kind_of


def _contrast_with_white(colour: str) -> float:
    """WCAG 2.1, relative luminance and contrast ratio, computed here by its formula."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    luminance = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return 1.05 / (luminance + 0.05)


def test_every_priority_has_a_shape_of_its_own() -> None:
    """Who sees no colours reads shapes; the worst comes first."""
    assert tuple(MARKS) == get_args(Priority)
    for part in ("stars", "shape", "marker", "colour"):
        assert len({getattr(mark, part) for mark in MARKS.values()}) == len(MARKS)


def test_white_text_can_be_read_on_every_mark() -> None:
    """4.5 to 1 is what the guidelines for accessible pages ask for."""
    assert all(_contrast_with_white(mark.colour) >= 4.5 for mark in MARKS.values())


def test_every_command_of_the_records_has_exactly_one_kind() -> None:
    """A new command must not turn up grey without anybody noticing."""
    listed = [command for commands in KINDS.values() for command in commands]
    assert sorted(listed) == sorted(get_args(Command))
    assert set(COLOURS) == set(KINDS)


def test_a_command_of_tomorrow_is_drawn_as_not_understood() -> None:
    """Files of a later version are still drawn."""
    assert kind_of("teleport") == "not understood"
