"""When the monitor itself could not hear."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "deafness"


def test_long_gap(tell: Tell) -> None:
    """Six seconds lost in five minutes are too much, and are forgotten after five more."""
    story = tell(NAME)
    story.deaf("14:00:00", 6.0)
    (finding,) = story.due("14:01")
    assert (finding.subject, finding.feature, finding.value) == ("monitor", "lost_s", 6.0)
    assert finding.score == pytest.approx(0.6)
    assert not story.due("14:05:06")


@pytest.mark.parametrize(("seconds", "found"), [(5.0, 0), (5.1, 1), (60.0, 1)])
def test_limit(tell: Tell, seconds: float, found: int) -> None:
    """At the limit is allowed."""
    story = tell(NAME)
    story.deaf("14:00:00", seconds)
    assert len(story.due("14:01:30")) == found


def test_stutter_adds_up(tell: Tell) -> None:
    """Ten thousand gaps of a millisecond are ten seconds, and cost little memory."""
    story = tell(NAME)
    for number in range(10_000):
        story.deaf(0.02 * number, 0.001)
    (finding,) = story.due(200.0)
    assert finding.value == pytest.approx(10.0)
    assert len(str(story.detector.state())) < 20_000


def test_nothing_lost(tell: Tell) -> None:
    """No gap, an empty gap, and anything heard are no deafness."""
    story = tell(NAME, max_lost_s=0.0)
    story.deaf("14:00", 0.0)
    assert not story.at("14:00", "bolus")
    assert not story.due("14:01")
    story.deaf("14:02", 0.001)
    assert story.due("14:03")[0].score == 1.0


@settings(deadline=None)
@given(lost_s=st.floats(0.001, 60), low=st.floats(0, 60), high=st.floats(0, 60))
def test_lower_limit_never_finds_less(tell: Tell, lost_s: float, low: float, high: float) -> None:
    """A stricter limit gives at least the findings of a looser one."""
    counts = []
    for limit in sorted((low, high)):
        story = tell(NAME, max_lost_s=limit)
        story.deaf(0.0, lost_s)
        counts.append(len(story.due(100.0)))
    assert counts[0] >= counts[1]
