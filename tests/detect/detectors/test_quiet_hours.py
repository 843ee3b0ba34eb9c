"""Programming at night, on the clock on the wall."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from medmon.records import Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "quiet-hours"
PARIS = Setting(
    devices=(Registered("123456", "medtronic", "pump"),),
    timezone="Europe/Paris",
    quiet_hours="22:30-06:00",
)


@pytest.mark.parametrize(
    ("utc", "quiet"),
    [
        ("2026-11-23T21:29:59", 0),
        ("2026-11-23T21:30:00", 1),
        ("2026-11-23T23:59:59", 1),
        ("2026-11-24T04:59:59", 1),
        ("2026-11-24T05:00:00", 0),
        ("2026-07-01T20:30:00", 1),
        ("2026-07-01T20:29:59", 0),
    ],
)
def test_ends_of_the_night(tell: Tell, utc: str, quiet: int) -> None:
    """22:30 belongs to the night and 06:00 does not, in winter (UTC+1) and summer (UTC+2)."""
    assert len(tell(NAME, PARIS).at(utc, "bolus", units_iu=1.0)) == quiet


@pytest.mark.parametrize(
    ("utc", "quiet"),
    [
        # 2026-10-25: 03:00 summer time becomes 02:00; 02:30 happens twice, at 00:30 and 01:30 UTC.
        ("2026-10-25T00:29:59", 0),
        ("2026-10-25T00:30:00", 1),
        ("2026-10-25T00:45:00", 1),
        ("2026-10-25T01:15:00", 0),
        ("2026-10-25T01:45:00", 1),
        ("2026-10-25T02:15:00", 0),
        # 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC; 02:30 does not happen.
        ("2026-03-29T00:59:59", 0),
        ("2026-03-29T01:00:00", 0),
        ("2026-03-28T01:45:00", 1),
    ],
)
def test_nights_on_which_the_clocks_change(tell: Tell, utc: str, quiet: int) -> None:
    """Quiet from 02:30 to 03:00: twice in autumn, never in the spring night, as on the wall."""
    assert len(tell(NAME, PARIS, hours="02:30-03:00").at(utc, "bolus", units_iu=1.0)) == quiet


def test_finding_says_it_all(tell: Tell) -> None:
    """A nurse reads local time, not UTC."""
    (finding,) = tell(NAME, PARIS).at("2026-11-23T23:15", "suspend")
    assert (finding.feature, finding.value, finding.score) == ("local_time", "00:15", 1.0)
    assert finding.expected == "no programming in 22:30-06:00"
    assert "pump 123456 at 00:15" in finding.text


def test_all_day_and_never(tell: Tell, bed: Setting) -> None:
    """Equal ends are a whole day; no hours are no rule."""
    for time in ("00:00", "12:00", "23:59:59"):
        assert tell(NAME, bed, hours="12:00-12:00").at(time, "bolus")
        assert not tell(NAME, bed).at(time, "bolus")


def test_only_the_commands_named(tell: Tell) -> None:
    """A loop may set its rates all night, and a bolus is still remarkable."""
    story = tell(NAME, PARIS, commands=("bolus",))
    assert not story.at("02:00", "temp-basal", rate_iu_per_h=1.0)
    assert story.at("02:01", "bolus", units_iu=1.0)


def test_reads_and_neighbours_sleep_well(tell: Tell) -> None:
    """Reading changes nothing, and the neighbour has a night of his own."""
    story = tell(NAME, PARIS)
    assert not story.at("02:00", "read")
    assert not story.at("02:00", "bolus", heard={"device": "999999"})
    assert not story.at("02:00", "bolus", heard={"integrity": "failed"})


@pytest.mark.parametrize("hours", ["24:00-06:00", "22.30-06.00", "night", "22:30"])
def test_unreadable_hours_are_refused(tell: Tell, hours: str) -> None:
    """A rule that cannot be read must not silently be no rule."""
    with pytest.raises(ValueError, match="expected hours such as"):
        tell(NAME, PARIS, hours=hours)


def test_unknown_commands_are_refused(tell: Tell) -> None:
    """A misspelt command would silently never match."""
    with pytest.raises(ValueError, match="commands: expected any of"):
        tell(NAME, PARIS, commands=("meal",))


def test_named_command_that_rides_on_another(tell: Tell) -> None:
    """A site that only asks for settings hears of one behind a bolus."""
    story = tell(NAME, PARIS, commands=("settings",))
    orders = (("bolus", ("units_iu", 0.0)), ("settings",))
    (finding,) = story.at("02:00", "bolus", units_iu=0.0, orders=orders)
    assert "A settings command" in finding.text
    assert not story.at("02:01", "bolus", units_iu=0.0, orders=orders[:1])


def test_a_recording_without_a_start_has_no_night(tell: Tell) -> None:
    """Counted from 1970 its clock says midnight, and nobody was programming then."""
    assert tell(NAME, PARIS).at("1970-01-01T00:10:00", "bolus", units_iu=1.0) == []
