"""Insulin stopped by radio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from medmon.records import Command

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "suspend"


@pytest.mark.parametrize(
    ("command", "fields", "score"),
    [
        ("suspend", {}, 1.0),
        ("deactivate", {}, 0.8),
        ("cancel", {"cancels": ("basal", "temp-basal")}, 0.9),
        ("cancel", {"cancels": ("bolus",)}, 0.5),
        ("cancel", {"cancels": ("temp-basal",)}, 0.2),
        ("cancel", {"temp_basal_type": "absolute"}, 0.2),
        ("cancel", {}, 0.3),
    ],
)
def test_how_much_it_stops(
    tell: Tell, command: Command, fields: dict[str, Any], score: float
) -> None:
    """Stopping everything is worse than a bolus, and a loop ends temporary rates all day."""
    (finding,) = tell(NAME).at("14:05", command, **fields)
    assert (finding.subject, finding.value, finding.score) == ("123456", command, score)


def test_remote_with_a_suspend_button(
    tell: Tell,
) -> None:
    """The S key of a remote stops the pump like any suspend command."""
    remote = {"role": "remote", "direction": "from-device", "sequence": 7}
    (finding,) = tell(NAME).at("14:05", "button", heard=remote, button="suspend")
    assert (finding.value, finding.score) == ("suspend", 1.0)
    assert not tell(NAME).at("14:05", "button", heard=remote, button="bolus")


def test_announcement_is_not_yet_a_stop(tell: Tell) -> None:
    """The short packet announces suspend and resume alike; only the long one tells which."""
    assert not tell(NAME).at("14:05", "suspend", announcement=True)


def test_resume_others_and_damage(tell: Tell) -> None:
    """Resuming stops nothing; neither does a neighbour's pump or a damaged packet."""
    story = tell(NAME)
    assert not story.at("14:05", "resume")
    assert not story.at("14:06", "suspend", heard={"device": "999999"})
    assert not story.at("14:07", "suspend", heard={"integrity": "failed"})


ALL = ("cancels", ("basal", "temp-basal", "bolus"))


def test_stop_that_rides_on_a_bolus(tell: Tell) -> None:
    """A pod stops, whatever else the message asks for."""
    orders = (("bolus", ("units_iu", 0.0)), ("suspend", ALL))
    (finding,) = tell(NAME).at("14:05", "bolus", units_iu=0.0, orders=orders)
    assert (finding.value, finding.score) == ("suspend", 1.0)


def test_stop_before_a_new_schedule_is_none(tell: Tell) -> None:
    """Delivery goes on with the schedule that follows; a pod switched off gives nothing more."""
    story = tell(NAME)
    restart = (("suspend", ALL), ("basal-schedule", ("rate_iu_per_h", 1.0)))
    assert not story.at("14:05", "basal-schedule", orders=restart)
    assert story.at("14:06", "basal-schedule", orders=restart[::-1])
    ended = (("deactivate",), ("basal-schedule", ("rate_iu_per_h", 1.0)))
    assert story.at("14:07", "basal-schedule", orders=ended)


@pytest.mark.parametrize(
    ("hours", "score"), [(0.5, 0.175), (1.0, 0.35), (2.0, 0.7), (2.5, 0.875), (12.0, 1.0)]
)
@pytest.mark.parametrize(
    "fields",
    [
        {"rate_iu_per_h": 0.0},
        {"rate_iu_per_h": 0.05},
        {"percent": 0},
        {"percent": 10},
        {"rate_iu_per_h": 0.0, "rates_iu_per_h": (0.0, 0.0)},
    ],
)
def test_rate_of_nothing(tell: Tell, fields: dict[str, Any], hours: float, score: float) -> None:
    """Loops ask for half an hour to two hours of nothing; half a day of it is a stop."""
    (finding,) = tell(NAME).at("14:05", "temp-basal", duration_s=hours * 3600, **fields)
    assert (finding.feature, finding.value) == ("duration_s", hours * 3600)
    assert finding.score == pytest.approx(score)


@pytest.mark.parametrize(
    "fields",
    [
        {"rate_iu_per_h": 0.1},
        {"percent": 50},
        {"rate_iu_per_h": 0.0, "rates_iu_per_h": (0.0, 1.0)},
        {"rate_iu_per_h": None},
    ],
)
def test_low_rate_is_no_stop(tell: Tell, fields: dict[str, Any]) -> None:
    """A lowered rate still feeds; one that cannot be read is a matter of `dose-limit`."""
    assert not tell(NAME).at("14:05", "temp-basal", duration_s=43_200, **fields)
