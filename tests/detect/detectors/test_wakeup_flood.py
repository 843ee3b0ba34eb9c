"""Pumps that are woken again and again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Neighbour, Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "wakeup-flood"


def test_loop_every_five_minutes_is_ordinary(tell: Tell) -> None:
    """An automatic loop wakes its pump twelve times an hour, all day."""
    story = tell(NAME)
    assert not any(story.at(300.0 * number, "wakeup") for number in range(288))


def test_one_too_many(tell: Tell) -> None:
    """Every two minutes is more than 24 in an hour; twice the limit is as bad as it gets."""
    story = tell(NAME)
    found = [story.at(120.0 * number, "wakeup") for number in range(30)]
    assert [len(findings) for findings in found] == [0] * 24 + [1] * 6
    (finding,) = found[24]
    assert (finding.feature, finding.value) == ("wakeups_count", 25)
    assert finding.score == pytest.approx(0.5 + 0.5 / 24)
    assert "Somebody woke Anna's pump (123456) by radio 25 times within 1 h;" in finding.text


def test_burst_counts_once(tell: Tell) -> None:
    """Hundreds of copies for ten seconds, folded to several transmissions, are one wake-up."""
    story = tell(NAME, max_wakeups_count=1)
    for second in range(10):
        assert not story.at(float(second), "wakeup")
    assert story.at(60.0, "wakeup")


def test_continuous_waking_counts(tell: Tell) -> None:
    """A burst that never ends is no burst: it counts every twenty seconds."""
    story = tell(NAME, max_wakeups_count=24)
    found = [bool(story.at(6.0 * number, "wakeup")) for number in range(120)]
    assert any(found)


@pytest.mark.parametrize(("copies", "found"), [(255, 0), (300, 0), (301, 1), (1000, 1)])
def test_copies_of_one_wakeup(tell: Tell, copies: int, found: int) -> None:
    """Two full bursts of 255 are a pump that is hard to reach; a thousand calls are a flood."""
    story = tell(NAME)
    assert not story.at(0.0, "wakeup", heard={"repeats": 300})
    findings = story.at(5.0, "wakeup", heard={"repeats": copies})
    assert [(f.feature, f.value) for f in findings] == [("copies_count", 300 + copies)] * found
    assert not story.at(60.0, "wakeup", heard={"repeats": 255})


def test_other_traffic_and_damage(tell: Tell) -> None:
    """Reads, answers and damaged packets wake nobody."""
    story = tell(NAME, max_wakeups_count=0)
    assert not story.at(0.0, "read")
    assert not story.at(60.0, "wakeup", heard={"direction": "from-device"})
    assert not story.at(120.0, "wakeup", heard={"integrity": "failed"})
    assert story.at(180.0, "wakeup")[0].score == 1.0


@settings(deadline=None)
@given(count=st.integers(1, 60), low=st.integers(0, 60), high=st.integers(0, 60))
def test_lower_limit_never_finds_less(tell: Tell, count: int, low: int, high: int) -> None:
    """A stricter limit gives at least the findings of a looser one."""
    counts = []
    for limit in sorted((low, high)):
        story = tell(NAME, max_wakeups_count=limit)
        counts.append(sum(len(story.at(30.0 * n, "wakeup")) for n in range(count)))
    assert counts[0] >= counts[1]


def test_neighbours_loop(tell: Tell) -> None:
    """How often the pump in the next bed is woken is not this bed's trouble."""
    setting = Setting(
        devices=(Registered("123456", "medtronic", "pump"),),
        neighbours=(Neighbour("222222", "medtronic"), Neighbour("123456", "medtronic")),
    )
    story = tell(NAME, setting)
    other = {"device": "222222"}
    assert not any(story.at(60.0 * number, "wakeup", heard=other) for number in range(60))
    # Whatever the list of neighbours says, the patient's pump is the patient's.
    assert any(story.at(60.0 * number, "wakeup") for number in range(60))


def test_endless_burst_under_a_neighbours_number(tell: Tell) -> None:
    """A carrier that is never free hides what is sent to this patient, whoever it calls."""
    story = tell(NAME, Setting(neighbours=(Neighbour("222222", "medtronic"),)))
    flood = {"device": "222222", "repeats": 601}
    assert story.at(0.0, "wakeup", heard=flood)
