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
