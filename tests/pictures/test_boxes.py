"""Boxes that would lie upon each other become one, and labels have room."""

from __future__ import annotations

import pytest

from medmon.pictures.boxes import Box, merged, readable

FLOOD = [Box(0.02 * n, 0.02 * n + 0.01, 100.0, 200.0, "wakeup") for n in range(300)]


def test_a_train_is_one_box_with_its_count() -> None:
    """A flood is seen as long as it was, to its last packet, and how many it was is written."""
    (train,) = merged(FLOOD, near_s=0.015, near_hz=10.0)
    assert (train.start_s, train.stop_s) == pytest.approx((0.0, 5.99))
    assert (train.low_hz, train.high_hz, train.count) == (100.0, 200.0, 300)
    assert train.text == "wakeup x300"


@pytest.mark.parametrize(
    "other",
    [
        Box(0.0, 0.01, 100.0, 200.0, "bolus"),
        Box(0.0, 0.01, 100.0, 200.0, "wakeup", "orange"),
        Box(0.0, 0.01, 211.0, 300.0, "wakeup"),
        Box(6.1, 6.2, 100.0, 200.0, "wakeup"),
    ],
)
def test_what_differs_stays_apart(other: Box) -> None:
    """Another meaning, another integrity, another channel, another time: nothing is hidden."""
    boxes = merged([other, *FLOOD], near_s=0.015, near_hz=10.0)
    assert [box.count for box in boxes] == [1, 300]
    assert boxes[0] == other


def test_with_room_between_them_all_are_there() -> None:
    """A picture of a second shows each packet of the same train."""
    assert merged(FLOOD, near_s=0.005, near_hz=10.0) == FLOOD


def test_a_bridge_joins_what_it_touches() -> None:
    """Two channels and a wide packet over both are one, whatever came first."""
    low, high = Box(0.0, 1.0, 0.0, 10.0), Box(0.1, 1.0, 90.0, 100.0)
    bridge = Box(0.2, 0.5, 5.0, 95.0)
    assert merged([high, low, bridge], near_s=0.0, near_hz=0.0) == [
        Box(0.0, 1.0, 0.0, 100.0, count=3)
    ]


def test_labels_do_not_lie_upon_each_other() -> None:
    """A hundred wake-ups in a row are a hundred boxes and a few readable words."""
    other = Box(0.01, 0.02, 700.0, 800.0, "status")
    unnamed = Box(5.0, 5.1, 100.0, 200.0)
    kept = readable([*FLOOD[:100], other, unnamed], letter_s=0.5 / 6, line_hz=50.0)
    assert [box.start_s for box in kept] == pytest.approx([0.0, 0.5, 1.0, 1.5, 0.01])


def test_a_long_label_needs_more_room() -> None:
    """A word that runs into the next one is as bad as one upon the other."""
    boxes = [Box(0.0, 0.1, 0.0, 9.0, "medtronic wakeup"), Box(1.0, 1.1, 0.0, 9.0, "a")]
    assert len(readable(boxes, letter_s=0.05, line_hz=5.0)) == 2
    assert len(readable(boxes, letter_s=0.07, line_hz=5.0)) == 1
