"""Single doses and rates beyond the limit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "dose-limit"
PUMP = Registered("123456", "medtronic", "pump", name="Anna's pump")
LIMITED = Setting(devices=(PUMP,), max_bolus_iu=10.0, max_basal_iu_per_h=2.0)


@pytest.mark.parametrize(
    ("units_iu", "score"),
    [(10.0, None), (10.025, 0.50125), (15.0, 0.75), (20.0, 1.0), (300.0, 1.0)],
)
def test_bolus_against_the_limit(tell: Tell, units_iu: float, score: float | None) -> None:
    """At the limit is allowed, one stroke above is not, twice as much is as bad as it gets."""
    findings = tell(NAME, LIMITED).at("14:05", "bolus", units_iu=units_iu)
    assert [finding.score for finding in findings] == ([] if score is None else [score])


def test_finding_says_it_all(tell: Tell) -> None:
    """A nurse reads what was ordered, from which pump, and what the limit is."""
    (finding,) = tell(NAME, LIMITED).at("14:05", "bolus", units_iu=12.5)
    assert (finding.subject, finding.feature, finding.value) == ("123456", "units_iu", 12.5)
    assert finding.text == (
        "A bolus of 12.5 IU was ordered from Anna's pump (123456); the limit is 10 IU."
    )
    assert finding.expected == "at most 10 IU"


@pytest.mark.parametrize("field", ["rates_iu_per_h", "schedule_rate_iu_per_h"])
def test_highest_rate_counts(tell: Tell, field: str) -> None:
    """One high entry in a schedule of low ones is enough."""
    fields: dict[str, Any] = {field: (0.5, None, 3.0, 1.0)}
    (finding,) = tell(NAME, LIMITED).at("14:05", "basal-schedule", **fields)
    assert (finding.feature, finding.value, finding.score) == ("rate_iu_per_h", 3.0, 0.75)


def test_ordinary_rates_and_percentages_pass(tell: Tell) -> None:
    """A rate at the limit is allowed; percent of an unknown rate cannot be judged."""
    story = tell(NAME, LIMITED)
    assert story.at("14:04", "temp-basal", rate_iu_per_h=2.025, duration_s=1800)
    assert not story.at("14:05", "temp-basal", rate_iu_per_h=2.0, duration_s=1800)
    assert not story.at("14:06", "temp-basal", percent=200, duration_s=1800)
    assert not story.at("14:07", "read", rate_iu_per_h=9.0)


@pytest.mark.parametrize("dose", [None, math.nan, math.inf, "12", True])
def test_unreadable_dose_is_not_a_small_one(tell: Tell, dose: float | str | None) -> None:
    """What cannot be read must not pass for harmless."""
    (finding,) = tell(NAME, LIMITED).at("14:05", "bolus", units_iu=dose)
    assert (finding.value, finding.score) == (None, 0.5)


def test_announcement_has_no_dose(tell: Tell) -> None:
    """Medtronic announces each bolus with a packet without dose; only the dose itself counts."""
    assert not tell(NAME, LIMITED).at("14:05", "bolus", announcement=True)


def test_silent_without_limit(tell: Tell, bed: Setting) -> None:
    """Where no clinician set a limit, none is made up."""
    story = tell(NAME, bed)
    assert not story.at("14:05", "bolus", units_iu=300.0)
    assert not story.at("14:06", "temp-basal", rate_iu_per_h=35.0)


def test_row_goes_before_patient(tell: Tell) -> None:
    """A row with a limit of its own can be stricter than the patient's."""
    story = tell(NAME, LIMITED, max_bolus_iu=1.0, max_basal_iu_per_h=0.5)
    assert story.at("14:05", "bolus", units_iu=2.0)
    assert story.at("14:06", "temp-basal", rate_iu_per_h=1.0)


def test_limits_are_the_patients_own(tell: Tell) -> None:
    """A neighbour may need more; without a list of devices everybody counts as the patient."""
    stranger = {"device": "999999"}
    assert not tell(NAME, LIMITED).at("14:05", "bolus", heard=stranger, units_iu=50.0)
    nobody_registered = Setting(max_bolus_iu=10.0)
    assert tell(NAME, nobody_registered).at("14:05", "bolus", heard=stranger, units_iu=50.0)


@settings(deadline=None)
@given(units_iu=st.floats(0, 400), low=st.floats(0.1, 50), high=st.floats(0.1, 50))
def test_closer_limit_never_finds_less(
    tell: Tell, units_iu: float, low: float, high: float
) -> None:
    """A stricter limit gives at least the findings of a looser one, and no lower score."""
    low, high = min(low, high), max(low, high)
    strict = tell(NAME, max_bolus_iu=low).at("14:05", "bolus", units_iu=units_iu)
    loose = tell(NAME, max_bolus_iu=high).at("14:05", "bolus", units_iu=units_iu)
    assert len(strict) >= len(loose)
    assert not loose or strict[0].score >= loose[0].score


def test_every_order_of_a_message_is_judged(tell: Tell) -> None:
    """30 IU/h do not pass because a bolus of 0.05 IU stands before them."""
    orders = (("bolus", ("units_iu", 0.05)), ("temp-basal", ("rate_iu_per_h", 30.0)))
    (finding,) = tell(NAME, LIMITED).at("14:05", "bolus", units_iu=0.05, orders=orders)
    assert (finding.feature, finding.value) == ("rate_iu_per_h", 30.0)


@pytest.mark.parametrize(
    "fields",
    [{}, {"rate_iu_per_h": None}, {"rate_iu_per_h": 0.5, "rates_iu_per_h": (0.5, None)}],
)
def test_unreadable_rate_is_not_a_low_one(tell: Tell, fields: dict[str, Any]) -> None:
    """A rate of which nothing, or not all, is known must not pass for harmless."""
    (finding,) = tell(NAME, LIMITED).at("14:05", "temp-basal", duration_s=1800, **fields)
    assert (finding.feature, finding.value, finding.score) == ("rate_iu_per_h", None, 0.5)


def test_packet_of_a_schedule_without_entries_is_read(tell: Tell) -> None:
    """The last packet of a short Medtronic schedule is empty, and orders no rate at all."""
    empty: dict[str, Any] = {"schedule_rate_iu_per_h": ()}
    assert not tell(NAME, LIMITED).at("14:05", "basal-schedule", **empty)
