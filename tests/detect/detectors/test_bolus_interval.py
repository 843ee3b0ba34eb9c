"""Boluses too close to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "bolus-interval"


@pytest.mark.parametrize(
    ("second", "score"), [("14:00:06", 0.995), ("14:05", 0.75), ("14:10", None), ("15:00", None)]
)
def test_second_bolus(tell: Tell, second: str, score: float | None) -> None:
    """With ten minutes between boluses: too soon is worse the sooner it is, in time is fine."""
    story = tell(NAME, min_interval_s=600.0)
    assert not story.at("14:00", "bolus", units_iu=1.0)
    findings = story.at(second, "bolus", units_iu=1.5)
    assert [finding.score for finding in findings] == ([] if score is None else [score])


def test_finding_says_it_all(tell: Tell) -> None:
    """A nurse reads after how many seconds the second bolus came."""
    setting = Setting(
        devices=(Registered("123456", "medtronic", "pump"),), min_bolus_interval_s=600
    )
    story = tell(NAME, setting)
    story.at("14:00", "bolus", units_iu=1.0)
    (finding,) = story.at("14:01", "bolus", units_iu=2.0)
    assert (finding.feature, finding.value) == ("interval_s", 60.0)
    assert finding.text == "Another bolus was ordered from pump 123456 60 s after the one before."


def test_one_bolus_is_one(tell: Tell) -> None:
    """Announcement, order, retries and an order for nothing do not make a second bolus."""
    story = tell(NAME, min_interval_s=600.0)
    assert not story.at("14:00:00", "bolus", announcement=True)
    assert not story.at("14:00:01", "bolus", units_iu=1.0)
    assert not story.at("14:00:03", "bolus", units_iu=1.0)
    assert not story.at("14:02", "bolus", units_iu=0.0)
    assert story.at("14:03", "bolus", units_iu=1.0)


def test_devices_are_apart(tell: Tell, bed: Setting) -> None:
    """Two pumps in one room do not make one too busy."""
    story = tell(NAME, bed, min_interval_s=600.0)
    stranger = {"device": "999999"}
    assert not story.at("14:00", "bolus", units_iu=1.0, heard=stranger)
    assert not story.at("14:01", "bolus", units_iu=1.0)
    assert not story.at("14:02", "bolus", units_iu=2.0, heard=stranger)


def test_silent_without_interval(tell: Tell) -> None:
    """Where no clinician set an interval, none is made up."""
    story = tell(NAME)
    assert not story.at("14:00", "bolus", units_iu=1.0)
    assert not story.at("14:00:10", "bolus", units_iu=2.0)


def test_other_commands_are_no_boluses(tell: Tell) -> None:
    """A temporary rate after a bolus is not a second bolus."""
    story = tell(NAME, min_interval_s=600.0)
    story.at("14:00", "bolus", units_iu=1.0)
    assert not story.at("14:01", "temp-basal", rate_iu_per_h=1.0)


@settings(deadline=None)
@given(gap_s=st.floats(5.1, 4000), low=st.floats(1, 4000), high=st.floats(1, 4000))
def test_longer_interval_never_finds_less(
    tell: Tell, gap_s: float, low: float, high: float
) -> None:
    """A stricter interval gives at least the findings of a looser one."""
    counts = []
    for interval_s in sorted((low, high)):
        story = tell(NAME, min_interval_s=interval_s)
        story.at(0.0, "bolus", units_iu=1.0)
        counts.append(len(story.at(gap_s, "bolus", units_iu=1.0)))
    assert counts[0] <= counts[1]


def test_two_boluses_in_one_message_are_two(tell: Tell) -> None:
    """The second comes no time after the first; one bolus and another order are one bolus."""
    twice = (("bolus", ("units_iu", 1.0)), ("bolus", ("units_iu", 1.0)))
    (finding,) = tell(NAME, min_interval_s=600.0).at("14:00", "bolus", units_iu=1.0, orders=twice)
    assert (finding.value, finding.score) == (0.0, 1.0)
    assert not tell(NAME).at("14:00", "bolus", units_iu=1.0, orders=twice)
    once = (("cancel", ("cancels", ("bolus",))), ("bolus", ("units_iu", 1.0)))
    story = tell(NAME, min_interval_s=600.0)
    assert not story.at("14:00", "bolus", units_iu=1.0, orders=once)
    assert story.at("14:05", "bolus", units_iu=2.0)


def test_bolus_behind_an_order_for_nothing_counts(tell: Tell) -> None:
    """An empty bolus in front does not hide the real one from the clock."""
    orders = (("bolus", ("units_iu", 0.0)), ("bolus", ("units_iu", 1.0)))
    story = tell(NAME, min_interval_s=600.0)
    assert not story.at("14:00", "bolus", units_iu=0.0, orders=orders)
    assert story.at("14:05", "bolus", units_iu=2.0)
