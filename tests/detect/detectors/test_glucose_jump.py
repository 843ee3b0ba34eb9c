"""Glucose that changes faster than a body can."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "glucose-jump"
METER = {"device": "0d0e0f", "role": "meter", "direction": "from-device"}
SENSOR = {"device": "0a0b0c", "role": "sensor", "direction": "from-device"}
BED = Setting(
    devices=(
        Registered("0d0e0f", "medtronic", "meter"),
        Registered("0a0b0c", "medtronic", "sensor"),
    )
)


@pytest.mark.parametrize(
    ("then", "now", "minutes", "found"),
    [
        (100, 140, 0, 0),
        (100, 141, 0, 1),
        (100, 190, 10, 0),
        (100, 191, 10, 1),
        (250, 60, 30, 0),
        (250, 59, 30, 1),
    ],
)
def test_what_a_body_can(tell: Tell, then: int, now: int, minutes: int, found: int) -> None:
    """5 mg/dL a minute and 40 mg/dL for two strips: up or down, and one more is too much."""
    story = tell(NAME, BED)
    assert not story.at(0.0, "meter", heard=METER, glucose_mg_dl=then)
    findings = story.at(60.0 * minutes, "meter", heard=METER, glucose_mg_dl=now)
    assert [(f.feature, f.value) for f in findings] == [("glucose_mg_dl", now)] * found


def test_finding_says_it_all(tell: Tell) -> None:
    """A nurse reads both values and the time between."""
    story = tell(NAME, BED)
    story.at("14:00", "meter", heard=METER, glucose_mg_dl=110)
    (finding,) = story.at("14:10", "meter", heard=METER, glucose_mg_dl=335)
    assert finding.text == (
        "The value of meter 0d0e0f went from 110 to 335 mg/dL in 10 min, faster than a body can."
    )
    assert finding.expected == "110 give or take 90"
    assert finding.score == 1.0


def test_forgery_is_not_learned(tell: Tell) -> None:
    """After a forged 400 the true 112 is compared with the true 110 before."""
    story = tell(NAME, BED)
    story.at("14:00", "meter", heard=METER, glucose_mg_dl=110)
    assert story.at("14:05", "meter", heard=METER, glucose_mg_dl=400)
    assert not story.at("14:10", "meter", heard=METER, glucose_mg_dl=112)


def test_old_values_tell_nothing(tell: Tell) -> None:
    """An hour after the last value anything is possible."""
    story = tell(NAME, BED, max_age_s=3600.0)
    story.at("14:00", "meter", heard=METER, glucose_mg_dl=40)
    assert story.at("14:59:59", "meter", heard=METER, glucose_mg_dl=400)
    assert not story.at("15:00:00", "meter", heard=METER, glucose_mg_dl=400)


@pytest.mark.parametrize(("isig", "found"), [(800, 0), (801, 1), (200, 0), (199, 1)])
def test_raw_current_is_judged_by_its_share(tell: Tell, isig: int, found: int) -> None:
    """Raw current has no scale: 30 % at once and 6 % a minute are possible, 60 % in 5 minutes."""
    story = tell(NAME, BED)
    story.at(0.0, "sensor", heard=SENSOR, isig=500)
    assert len(story.at(300.0, "sensor", heard=SENSOR, isig=isig)) == found


def test_kinds_and_devices_are_apart(tell: Tell) -> None:
    """A meter and a sensor may differ, and so may two patients."""
    story = tell(NAME, Setting())
    story.at(0.0, "meter", heard=METER, glucose_mg_dl=100)
    assert not story.at(60.0, "sensor", heard=SENSOR, glucose_mg_dl=300)
    assert not story.at(60.0, "meter", heard={**METER, "device": "999999"}, glucose_mg_dl=300)
    assert not story.at(60.0, "status", heard={**METER, "role": "pump"}, glucose_mg_dl=300)


@pytest.mark.parametrize("value", [None, math.nan, math.inf, "high", True])
def test_values_that_are_no_numbers(tell: Tell, value: float | str | None) -> None:
    """A missing or broken value neither alarms nor deafens the detector."""
    story = tell(NAME, BED)
    story.at(0.0, "meter", heard=METER, glucose_mg_dl=100)
    assert not story.at(60.0, "meter", heard=METER, glucose_mg_dl=value)
    assert story.at(120.0, "meter", heard=METER, glucose_mg_dl=300)


def test_neighbours_and_damage(tell: Tell) -> None:
    """The neighbour's glucose is his own; a damaged packet has none."""
    story = tell(NAME, BED)
    for second, value in ((0.0, 100), (60.0, 400)):
        assert not story.at(
            second, "meter", heard={**METER, "device": "999999"}, glucose_mg_dl=value
        )
        damaged = {**METER, "integrity": "failed"}
        assert not story.at(second, "meter", heard=damaged, glucose_mg_dl=value)


@settings(deadline=None)
@given(
    now=st.integers(20, 500),
    minutes=st.floats(0, 59),
    low=st.floats(0.1, 20),
    high=st.floats(0.1, 20),
)
def test_slower_body_never_finds_less(
    tell: Tell, now: int, minutes: float, low: float, high: float
) -> None:
    """A stricter rate gives at least the findings of a looser one."""
    counts = []
    for rate in sorted((low, high)):
        story = tell(NAME, BED, max_mg_dl_per_min=rate)
        story.at(0.0, "meter", heard=METER, glucose_mg_dl=120)
        counts.append(len(story.at(60 * minutes, "meter", heard=METER, glucose_mg_dl=now)))
    assert counts[0] >= counts[1]


def test_a_walk_of_small_steps(tell: Tell) -> None:
    """Steps of 28 % within seconds are each within the instrument's error, their sum is not."""
    story = tell(NAME, BED)
    story.at(0.0, "sensor", heard=SENSOR, isig=100)
    found = [
        story.at(5.0 + 4 * number, "sensor", heard=SENSOR, isig=isig)
        for number, isig in enumerate((72, 52, 38, 28, 20))
    ]
    assert [len(findings) for findings in found] == [0, 1, 1, 1, 1]
    assert found[1][0].expected == "100 give or take 31"


def test_a_walk_over_minutes(tell: Tell) -> None:
    """40 mg/dL at once is the error of two strips once, not every minute again."""
    story = tell(NAME, BED)
    found = [
        len(story.at(60.0 * minute, "meter", heard=METER, glucose_mg_dl=100 + 30 * minute))
        for minute in range(5)
    ]
    # 5 mg/dL a minute and 40: 45, 50 and more are possible after one minute, two and more.
    assert found == [0, 0, 1, 1, 1]


def test_a_flood_does_not_push_out_the_value_before_it(tell: Tell) -> None:
    """A hundred packets in ten seconds, each a little lower, are seen against the first."""
    story = tell(NAME, BED)
    story.at(0.0, "meter", heard=METER, glucose_mg_dl=200)
    found = [
        bool(story.at(0.1 * n, "meter", heard=METER, glucose_mg_dl=200 - n)) for n in range(1, 101)
    ]
    assert found == [n > 40 for n in range(1, 101)]
