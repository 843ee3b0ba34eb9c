"""Doses that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Command, Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "cumulative-dose"
PUMP = Registered("123456", "medtronic", "pump", name="Anna's pump")


def test_day_of_small_doses(tell: Tell) -> None:
    """Ten boluses of 5 IU an hour apart stay within 50 IU; the eleventh does not."""
    story = tell(NAME, Setting(devices=(PUMP,), max_daily_iu=50.0))
    for hour in range(10):
        assert not story.at(3600.0 * hour, "bolus", units_iu=5.0)
    (finding,) = story.at("10:00", "bolus", units_iu=5.0)
    assert (finding.feature, finding.value, finding.score) == ("sum_iu", 55.0, 0.55)
    assert finding.expected == "at most 50 IU in 24 h"


def test_flood_of_tiny_boluses_hides_no_dose(tell: Tell) -> None:
    """55 IU, then 1,100 orders of next to nothing, then 6 IU more: over 60 IU in one day."""
    story = tell(NAME, max_iu=60.0)
    story.at(0.0, "bolus", units_iu=55.0)
    for number in range(1100):
        assert not story.at(60.0 * (1 + number), "bolus", units_iu=0.001)
    (finding,) = story.at(60.0 * 1102, "bolus", units_iu=6.0)
    assert finding.value == pytest.approx(55.0 + 1.1 + 6.0, abs=1e-3)
    assert [len(rows) for rows in story.detector.state().values()] == [1024]


def test_flood_of_tiny_rates_hides_no_rate(tell: Tell) -> None:
    """Half an hour at 100 IU/h counts with 50 IU, however many rates follow."""
    story = tell(NAME, max_iu=60.0)
    story.at(0.0, "temp-basal", rate_iu_per_h=100.0, duration_s=1800)
    for number in range(1100):
        story.at(1800.0 + 2.0 * number, "temp-basal", rate_iu_per_h=0.001, duration_s=1800)
    assert story.at(5000.0, "bolus", units_iu=11.0)


def test_window_slides(tell: Tell) -> None:
    """What was given a day ago no longer counts: 50 IU at 08:00 and again the next morning."""
    story = tell(NAME, max_iu=50.0)
    assert not story.at("2026-11-23T08:00", "bolus", units_iu=50.0)
    assert story.at("2026-11-24T07:59:59", "bolus", units_iu=0.1, trusted=False)
    assert not story.at("2026-11-24T08:00:01", "bolus", units_iu=49.9)


def test_strokes_sum_exactly(tell: Tell) -> None:
    """Four hundred strokes of 0.025 IU are 10 IU, not a rounding error more."""
    story = tell(NAME, max_iu=10.0)
    for number in range(400):
        assert not story.at(6.0 * number, "bolus", units_iu=0.025)
    assert story.at("00:50", "bolus", units_iu=0.025)


def test_alarmed_doses_count_too(tell: Tell) -> None:
    """An attack that raised an alarm was still an order for insulin."""
    story = tell(NAME, max_iu=10.0)
    assert story.at("14:00", "bolus", units_iu=12.0)
    assert story.at("15:00", "bolus", units_iu=1.0)


def test_announcement_and_damage_do_not_count(tell: Tell) -> None:
    """A bolus is announced, then ordered: its dose counts once."""
    story = tell(NAME, max_iu=10.0)
    story.at("14:00:00", "bolus", announcement=True, units_iu=6.0)
    story.at("14:00:01", "bolus", units_iu=6.0, heard={"integrity": "failed"})
    assert not story.at("14:00:02", "bolus", units_iu=6.0)


def test_retries_count_once(tell: Tell) -> None:
    """A pod that is hard to reach gets one bolus, however often the handheld asks."""
    story = tell(NAME, max_iu=10.0)
    for second in range(8):
        assert not story.at(float(second), "bolus", units_iu=6.0, nonce_hex="0a0b0c0d")
    (finding,) = story.at(30.0, "bolus", units_iu=6.0, nonce_hex="deadbeef")
    assert finding.value == 12.0


def test_equal_boluses_without_a_nonce_are_two(tell: Tell) -> None:
    """Medtronic boluses look all the same; a minute apart they are two."""
    story = tell(NAME, max_iu=10.0)
    assert not story.at("14:00", "bolus", units_iu=6.0)
    assert story.at("14:01", "bolus", units_iu=6.0)


def test_temporary_rate_counts_until_replaced(tell: Tell) -> None:
    """A loop sets 3 IU/h for half an hour every five minutes: 3 IU an hour, not 18."""
    story = tell(NAME, window_s=7200.0, max_iu=8.0)
    for step in range(24):
        set_rate = story.at(
            300.0 * step, "temp-basal", rate_iu_per_h=3.0 + 0.001 * step, duration_s=1800
        )
        assert not set_rate
    (finding,) = story.at(7199.0, "bolus", units_iu=2.0)
    # The fullest two hours end with the last rate: 18 spans of 5 min at 3.005 to 3.022 IU/h
    # (54.243 IU/h in all), half an hour at 3.023 IU/h, and the bolus.
    assert finding.value == pytest.approx(54.243 / 12 + 0.5 * 3.023 + 2.0, abs=1e-3)


@pytest.mark.parametrize(
    ("end", "fields"),
    [
        ("cancel", {"cancels": ("temp-basal",)}),
        ("cancel", {"cancels": ("basal", "temp-basal")}),
        ("cancel", {"temp_basal_type": "absolute"}),
        ("suspend", {}),
        ("deactivate", {}),
    ],
)
def test_stopped_rate_counts_in_part(tell: Tell, end: Command, fields: dict[str, Any]) -> None:
    """Ten hours at 2 IU/h, stopped after one, are 2 IU."""
    story = tell(NAME, max_iu=10.0)
    assert story.at("08:00", "temp-basal", rate_iu_per_h=2.0, duration_s=36_000)
    story.at("09:00", end, **fields)
    (finding,) = story.at("09:01", "bolus", units_iu=9.0)
    assert finding.value == 11.0


@pytest.mark.parametrize("fields", [{"cancels": ("bolus",)}, {"cancels": ("basal",)}, {}])
def test_what_does_not_stop_a_rate_leaves_it_in_the_sum(tell: Tell, fields: dict[str, Any]) -> None:
    """Ten hours at 2 IU/h go on when a bolus is cancelled: 20 IU, not one hour's 2."""
    story = tell(NAME, max_iu=25.0)
    story.at("08:00", "temp-basal", rate_iu_per_h=2.0, duration_s=36_000)
    story.at("09:00", "cancel", **fields)
    (finding,) = story.at("09:01", "bolus", units_iu=9.0)
    assert finding.value == 29.0


def test_long_slow_rate_is_no_stack_of_boluses(tell: Tell) -> None:
    """Twelve hours at 1 IU/h hold 2 IU in any two hours, and 8 IU of boluses more are 10."""
    story = tell(NAME, window_s=7200.0, max_iu=10.0)
    assert not story.at("08:00", "temp-basal", rate_iu_per_h=1.0, duration_s=43_200)
    assert not story.at("15:00", "bolus", units_iu=8.0)
    (finding,) = story.at("15:30", "bolus", units_iu=0.5)
    assert finding.value == 10.5


def test_rate_counts_before_it_has_flowed(tell: Tell) -> None:
    """30 IU/h are too much from the order on, not only when two hours have passed."""
    story = tell(NAME, window_s=7200.0, max_iu=10.0)
    (finding,) = story.at("08:00", "temp-basal", rate_iu_per_h=30.0, duration_s=1800)
    assert finding.value == 15.0


def test_rate_that_began_before_the_window_counts_in_it(tell: Tell) -> None:
    """A rate of 5 IU/h for six hours fills the last two of them, also after it was replaced."""
    story = tell(NAME, window_s=7200.0, max_iu=11.0)
    story.at("08:00", "temp-basal", rate_iu_per_h=5.0, duration_s=21_600)
    story.at("13:59", "temp-basal", rate_iu_per_h=0.0, duration_s=1800)
    (finding,) = story.at("13:59:30", "bolus", units_iu=2.0)
    # From 11:59:30 to 13:59 are 1 h 59 min 30 s.
    assert finding.value == pytest.approx(5.0 * 7170 / 3600 + 2.0, abs=1e-3)


def test_orders_of_one_message_add_up(tell: Tell) -> None:
    """A bolus of 6 IU with another of 6 IU riding on it is 12 IU; the small one is not the sum."""
    two = (("bolus", ("units_iu", 6.0)), ("bolus", ("units_iu", 6.0)))
    (finding,) = tell(NAME, max_iu=10.0).at("14:00", "bolus", units_iu=6.0, orders=two)
    assert finding.value == 12.0
    riding = (
        ("bolus", ("units_iu", 0.05)),
        ("temp-basal", ("rate_iu_per_h", 30.0), ("duration_s", 1800.0)),
    )
    (finding,) = tell(NAME, max_iu=10.0).at("14:00", "bolus", units_iu=0.05, orders=riding)
    assert finding.value == 15.05


@pytest.mark.parametrize("rate_iu_per_h", [1e9, 1.7e308])
@pytest.mark.parametrize("duration_s", [86_400.0, 1.7e308])
def test_absurd_orders_stay_numbers(tell: Tell, rate_iu_per_h: float, duration_s: float) -> None:
    """A record with a monstrous rate is an alarm, not a sum that compares with nothing."""
    story = tell(NAME, max_iu=60.0)
    for when in ("14:00", "14:05"):
        (finding,) = story.at(
            when, "temp-basal", rate_iu_per_h=rate_iu_per_h, duration_s=duration_s
        )
        assert finding.score == 1.0


def test_some_boluses_worth(tell: Tell) -> None:
    """Two hours may hold two of the patient's largest boluses, and no more."""
    setting = Setting(devices=(PUMP,), max_bolus_iu=5.0)
    story = tell(NAME, setting, window_s=7200.0, max_boluses_count=2.0)
    assert not story.at("14:00", "bolus", units_iu=5.0)
    assert not story.at("14:30", "bolus", units_iu=5.0)
    assert story.at("15:00", "bolus", units_iu=1.0)


def test_silent_without_limit(tell: Tell, bed: Setting) -> None:
    """Where no clinician set a limit, none is made up."""
    assert not tell(NAME, bed).at("14:00", "bolus", units_iu=300.0)
    assert not tell(NAME, bed, max_boluses_count=2.0).at("14:00", "bolus", units_iu=300.0)


def test_devices_are_apart(tell: Tell) -> None:
    """What a neighbour's pump gives does not count here."""
    story = tell(NAME, max_iu=10.0)
    story.at("14:00", "bolus", heard={"device": "999999"}, units_iu=9.0)
    assert not story.at("14:01", "bolus", units_iu=9.0)
    assert not story.at("14:02", "bolus", heard={"device": "999999"}, units_iu=9.0)


def test_clock_that_steps_back_forgets_nothing(tell: Tell) -> None:
    """Setting the clock back by an hour must not open the door for another full dose."""
    story = tell(NAME, max_iu=10.0)
    story.at("14:00", "bolus", units_iu=9.0)
    assert story.at("13:00", "bolus", units_iu=9.5)


@settings(deadline=None)
@given(
    doses=st.lists(st.floats(0.05, 25), min_size=1, max_size=12),
    low=st.floats(0.5, 60),
    high=st.floats(0.5, 60),
)
def test_closer_limit_never_finds_less(
    tell: Tell, doses: list[float], low: float, high: float
) -> None:
    """A stricter limit gives at least the findings of a looser one."""
    stories = [tell(NAME, max_iu=limit) for limit in sorted((low, high))]
    counts = [
        sum(len(story.at(600.0 * i, "bolus", units_iu=dose)) for i, dose in enumerate(doses))
        for story in stories
    ]
    assert counts[0] >= counts[1]
