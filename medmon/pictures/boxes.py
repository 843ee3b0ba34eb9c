"""Boxes of a picture come in, fewer come out: those that lie upon each other become one.

A train of a hundred wake-ups is a hundred boxes, each thinner than its own line. Drawn one by one
they are a white block that hides what it points at; merged, they are one box with its count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Box:
    """A stretch of time and frequency to be pointed out.

    Attributes
    ----------
    start_s, stop_s : float
        Time since the start of the picture.
    low_hz, high_hz : float
        Edges, absolute frequencies as the axis has them.
    label : str
        What it is, a few words; may be empty.
    colour : str
        A colour of matplotlib: "white", "#ff4040".
    count : int
        How many boxes became this one.
    """

    start_s: float
    stop_s: float
    low_hz: float
    high_hz: float
    label: str = ""
    colour: str = "white"
    count: int = 1

    @property
    def text(self) -> str:
        """The label, with the count where there is more than one."""
        return f"{self.label} x{self.count}" if self.label and self.count > 1 else self.label


def merged(boxes: Sequence[Box], *, near_s: float, near_hz: float) -> list[Box]:
    """Make one box of those that overlap or nearly touch and say the same in the same colour.

    Parameters
    ----------
    boxes : sequence of Box
        In any order.
    near_s : float
        Boxes less than this apart in time touch.
    near_hz : float
        Boxes less than this apart in frequency touch.

    Returns
    -------
    list of Box
        Each with the count of those it stands for, in the order in which the first of them was
        given; none is lost.
    """
    order = sorted(range(len(boxes)), key=lambda index: boxes[index].start_s)
    done: list[tuple[int, Box]] = []
    growing: list[tuple[int, Box]] = []
    for index in order:
        box, first = boxes[index], index
        still = [other for other in growing if other[1].stop_s + near_s >= box.start_s]
        done += [other for other in growing if other not in still]
        growing = []
        for place, other in still:
            if _touch(other, box, near_hz):
                first, box = min(first, place), _union(other, box)
            else:
                growing.append((place, other))
        growing.append((first, box))
    return [box for _, box in sorted(done + growing, key=lambda pair: pair[0])]


def _touch(one: Box, other: Box, near_hz: float) -> bool:
    return (
        (one.label, one.colour) == (other.label, other.colour)
        and one.low_hz - near_hz <= other.high_hz
        and other.low_hz - near_hz <= one.high_hz
    )


def _union(one: Box, other: Box) -> Box:
    return replace(
        one,
        start_s=min(one.start_s, other.start_s),
        stop_s=max(one.stop_s, other.stop_s),
        low_hz=min(one.low_hz, other.low_hz),
        high_hz=max(one.high_hz, other.high_hz),
        count=one.count + other.count,
    )


def readable(boxes: Sequence[Box], *, letter_s: float, line_hz: float) -> list[Box]:
    """Choose whose text is printed, so that texts do not lie upon each other.

    Parameters
    ----------
    boxes : sequence of Box
        All boxes that are drawn; the first ones are preferred.
    letter_s : float
        Width of a letter on the axis of time.
    line_hz : float
        Height of a line on the axis of frequency.

    Returns
    -------
    list of Box
        Boxes with a label, whose text begins at their upper left corner and is free of those
        before it in the list.
    """
    kept: list[Box] = []
    for box in boxes:
        is_free = not any(
            box.start_s < other.start_s + letter_s * len(other.text)
            and other.start_s < box.start_s + letter_s * len(box.text)
            and abs(box.high_hz - other.high_hz) < line_hz
            for other in kept
        )
        if box.label and is_free:
            kept.append(box)
    return kept
