"""Devices that nobody registered for this bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from medmon.records import Command, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell


def test_command_for_a_stranger_is_certain(tell: Tell) -> None:
    """A control command with an address that is not on the list scores highest."""
    (finding,) = tell("unregistered-sender").at("14:05", "bolus", heard={"device": "999999"})
    assert (finding.subject, finding.feature, finding.value) == ("999999", "device", "999999")
    assert finding.score == 1.0
    assert "bolus command with the address 999999" in finding.text


@pytest.mark.parametrize(("command", "score"), [("sensor", 0.3), ("status", 0.3), ("pair", 0.5)])
def test_presence_scores_low(tell: Tell, command: Command, score: float) -> None:
    """A neighbour's sensor, or a pod being paired, is worth knowing and no more."""
    (finding,) = tell("unregistered-sender").at("14:05", command, heard={"device": "999999"})
    assert finding.score == score


def test_own_devices_are_left_alone(tell: Tell) -> None:
    """The patient's own pump is never a stranger, whoever commands it."""
    assert not tell("unregistered-sender").at("14:05", "bolus", units_iu=1.0)


def test_same_address_on_another_protocol_is_a_stranger(tell: Tell) -> None:
    """A pod with the number of the patient's pump is still not the patient's pump."""
    assert tell("unregistered-sender").at("14:05", "bolus", heard={"protocol": "omnipod"})


def test_known_neighbour_can_be_ignored(tell: Tell) -> None:
    """The pump in the next bed need not alarm all day; its id may be written in capitals."""
    story = tell("unregistered-sender", ignore_ids=("99AAFF",))
    assert not story.at("14:05", "bolus", heard={"device": "99aaff"})


@pytest.mark.parametrize(
    ("watch", "bolus", "sensor"),
    [(("control",), 1, 0), (("presence",), 0, 1), (("control", "presence"), 1, 1)],
)
def test_watch_chooses(tell: Tell, watch: tuple[str, ...], bolus: int, sensor: int) -> None:
    """One row for commands and another for presence, without saying a thing twice."""
    story = tell("unregistered-sender", watch=watch)
    stranger = {"device": "999999"}
    assert len(story.at("14:05", "bolus", heard=stranger)) == bolus
    assert len(story.at("14:06", "sensor", heard={**stranger, "role": "sensor"})) == sensor


def test_nothing_registered_means_every_command_is_foreign(tell: Tell) -> None:
    """Without a list the monitor cannot know better, and says so rather than stay silent."""
    assert tell("unregistered-sender", Setting()).at("14:05", "bolus")


def test_answers_and_damaged_packets_are_no_commands(tell: Tell) -> None:
    """What a foreign pump answers is presence, and a packet that failed its check is nothing."""
    story = tell("unregistered-sender", watch=("control",))
    stranger = {"device": "999999"}
    assert not story.at("14:05", "settings", heard={**stranger, "direction": "from-device"})
    assert not story.at("14:06", "bolus", heard={**stranger, "integrity": "failed"})


def test_remotes_are_for_the_other_detector(tell: Tell) -> None:
    """A remote is reported once, by unregistered-controller."""
    remote = {"device": "999999", "role": "remote", "direction": "from-device"}
    assert not tell("unregistered-sender").at("14:05", "button", heard=remote)


def test_misspelt_watch_is_refused(tell: Tell) -> None:
    """A misspelt word would silently watch nothing."""
    with pytest.raises(ValueError, match="watch: expected any of"):
        tell("unregistered-sender", watch=("commands",))
