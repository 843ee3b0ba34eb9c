"""Remotes and sessions that nobody registered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from medmon.records import Command, Neighbour, Registered, Setting
from signal_fixtures.devices.medtronic_pump import Paradigm

if TYPE_CHECKING:
    from tests.detect.conftest import Furnish, Tell

NAME = "unregistered-controller"
REMOTE = {"device": "777777", "role": "remote", "direction": "from-device", "sequence": 5}
PUMP = Registered("123456", "medtronic", "pump")


def test_any_remote_is_an_event(tell: Tell) -> None:
    """Since the recall nobody should use an MMT-503, so a press of one is certain to matter."""
    (finding,) = tell(NAME).at("14:05", "button", heard=REMOTE, button="bolus")
    assert (finding.subject, finding.feature, finding.score) == ("777777", "remote", 1.0)


def test_registered_remote_is_worth_less(tell: Tell) -> None:
    """A patient who keeps a remote registers it; its id can be forged, so a press is still told."""
    remote = Registered("777777", "medtronic", "remote", name="Anna's remote")
    setting = Setting(devices=(PUMP, remote))
    (finding,) = tell(NAME, setting).at("14:05", "button", heard=REMOTE)
    assert finding.score == 0.5
    assert finding.text == "A remote control was used: Anna's remote (777777)."
    story = tell(NAME, setting, watch=("remote", "control", "contact"))
    assert not story.at("14:05", "button", heard=REMOTE)


def test_remote_must_be_registered_as_a_remote(tell: Tell) -> None:
    """An attacker who uses the meter's number for his remote does not get through."""
    setting = Setting(devices=(PUMP, Registered("777777", "medtronic", "meter")))
    (finding,) = tell(NAME, setting).at("14:05", "button", heard=REMOTE)
    assert finding.score == 1.0


@pytest.mark.parametrize("command", ["bolus", "temp-basal", "suspend", "settings", "pair"])
def test_command_without_a_programmer_is_foreign(tell: Tell, command: Command) -> None:
    """Nobody here has a programmer, so whoever commands the pump by radio is a stranger."""
    (finding,) = tell(NAME).at("14:05", command)
    assert (finding.subject, finding.score) == ("123456", 1.0)
    assert "Anna's pump (123456)" in finding.text


def test_announcement_counts(tell: Tell) -> None:
    """The short packet that announces a bolus tells of the stranger before the dose is heard."""
    assert tell(NAME).at("14:05", "bolus", announcement=True)


@pytest.mark.parametrize("command", ["wakeup", "read"])
def test_contact_scores_half(tell: Tell, command: Command) -> None:
    """Waking or reading a pump harms little, so it can be a row of lower priority."""
    (finding,) = tell(NAME).at("14:05", command)
    assert finding.score == 0.5


def test_registered_programmer_may_do_all_this(tell: Tell) -> None:
    """A loop that is registered as a programmer does not alarm all day."""
    setting = Setting(devices=(PUMP, Registered("c0ffee", "medtronic", "programmer")))
    story = tell(NAME, setting)
    assert not story.at("14:05", "wakeup")
    assert not story.at("14:06", "bolus", units_iu=1.0)


def test_answers_are_not_contact(tell: Tell) -> None:
    """What the pump says is not somebody else speaking."""
    from_pump = {"direction": "from-device"}
    assert not tell(NAME).at("14:05", "response", heard=from_pump)
    assert not tell(NAME).at("14:05", "ack", heard={"direction": "unknown"})


def test_pumps_of_others_are_for_the_other_detector(tell: Tell) -> None:
    """A command for an address that is not registered is reported once."""
    assert not tell(NAME).at("14:05", "bolus", heard={"device": "999999"})


def test_omnipod_is_worked_by_radio(tell: Tell) -> None:
    """A PDM's commands look the same from any PDM, so there is nothing to tell."""
    setting = Setting(devices=(Registered("1f014828", "omnipod", "pump"),))
    pod = {"device": "1f014828", "protocol": "omnipod", "role": "pdm"}
    assert not tell(NAME, setting).at("14:05", "bolus", heard=pod)


@pytest.mark.parametrize(
    ("watch", "found"),
    [(("remote",), [1, 0, 0]), (("control",), [0, 1, 0]), (("contact",), [0, 0, 1])],
)
def test_watch_chooses(tell: Tell, watch: tuple[str, ...], found: list[int]) -> None:
    """Each sign can have its own row with its own priority."""
    story = tell(NAME, watch=watch)
    seen = [
        story.at("14:05", "button", heard=REMOTE),
        story.at("14:06", "bolus"),
        story.at("14:07", "wakeup"),
    ]
    assert [len(findings) for findings in seen] == found


def test_damaged_packets_are_left_alone(tell: Tell) -> None:
    """A packet whose check failed is never taken for a command."""
    assert not tell(NAME).at("14:05", "bolus", heard={"integrity": "failed"})


def test_misspelt_watch_is_refused(tell: Tell) -> None:
    """A misspelt word would silently watch nothing."""
    with pytest.raises(ValueError, match="watch: expected any of"):
        tell(NAME, watch=("remotes",))


BED = '[[device]]\nid = "350535"\nprotocol = "medtronic"\nrole = "pump"\n'
PROGRAMMER = '[[device]]\nid = "c0ffee"\nprotocol = "medtronic"\nrole = "programmer"\n'


@pytest.mark.parametrize("code", [0x29, 0x43, 0x45, 0x4B, 0x52, 0x60, 0x6A, 0x6B])
def test_unknown_opcode_that_changes_something(furnish: Furnish, code: int) -> None:
    """All numbers below 70 change the pump, those too that no source names; short and long."""
    pump = Paradigm("350535")
    assert "foreign-session" in furnish(BED).hear(0.0, pump.short(code))
    assert "foreign-session" in furnish(BED).hear(0.0, pump.long(code, b"\x01\x02"))
    assert "foreign-session" not in furnish(BED + PROGRAMMER).hear(0.0, pump.short(code))


@pytest.mark.parametrize("code", [0x7A, 0xB0, 0xFF])
def test_unknown_opcode_that_reads(furnish: Furnish, code: int) -> None:
    """From 70 on a session only asks."""
    assert furnish(BED).hear(0.0, Paradigm("350535").short(code)) == ["foreign-contact"]


def test_unknown_opcode_names_itself(tell: Tell) -> None:
    """Whoever looks into it wants to know the number."""
    (finding,) = tell(NAME).at("14:05", "unknown", opcode="4b", opcode_name="unknown")
    assert finding.text == "Somebody sent an unknown (4b) command by radio to Anna's pump (123456)."


@pytest.mark.parametrize("opcode", [None, "zz", "", 0x4B])
def test_opcode_that_is_no_number(tell: Tell, opcode: str | int | None) -> None:
    """What is unknown and has no opcode is no session."""
    assert not tell(NAME).at("14:05", "unknown", opcode=opcode)


def test_neighbours_remote(tell: Tell) -> None:
    """A remote that belongs to the next bed is named once, and no patient's remote is hidden."""
    setting = Setting(
        devices=(PUMP, Registered("777777", "medtronic", "remote")),
        neighbours=(Neighbour("888888", "medtronic"), Neighbour("777777", "medtronic")),
    )
    story = tell(NAME, setting)
    assert not story.at("14:05", "button", heard={**REMOTE, "device": "888888"})
    assert story.at("14:05", "button", heard=REMOTE)
