"""Whose device is whose."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from medmon.detect.roster import Roster
from medmon.records import Neighbour, Registered, Role, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Hear

SETTING = Setting(
    devices=(
        Registered("12AB56", "medtronic", "pump", name="Anna's pump"),
        Registered("12ab56", "medtronic", "programmer"),
        Registered("1f014828", "omnipod", "pump"),
    )
)


def test_roster_knows_roles() -> None:
    """A device may have two roles; capitals do not matter; protocols are apart."""
    roster = Roster(SETTING)
    assert roster.holds("medtronic", "12ab56")
    assert roster.holds("medtronic", "12ab56", "programmer")
    assert not roster.holds("medtronic", "12ab56", "meter")
    assert not roster.holds("omnipod", "12ab56")
    assert not roster.holds(None, "12ab56")
    assert roster.has_role("omnipod", "pump")
    assert not roster.has_role("omnipod", "programmer")
    assert roster.ids == {"12ab56", "1f014828"}
    assert roster.keys == {"medtronic:12ab56", "omnipod:1f014828"}


def test_whose_device_it_is(hear: Hear) -> None:
    """Registered devices are ours; everything is while nothing is registered."""
    own, other = hear("14:05", "bolus", device="12ab56"), hear("14:05", "bolus", device="999999")
    assert Roster(SETTING).is_ours(own)
    assert not Roster(SETTING).is_ours(other)
    assert Roster(Setting()).is_ours(other)
    assert not Roster(Setting()).is_ours(replace(other, message=None))


def test_what_a_person_calls_it(hear: Hear) -> None:
    """The name if there is one, else what it is and its number."""
    roster = Roster(SETTING)
    assert roster.called(hear("14:05", "bolus", device="12ab56")) == "Anna's pump (12ab56)"
    assert roster.called(hear("14:05", "bolus", device="999999")) == "pump 999999"
    assert roster.called(hear("14:05", "ack", device="999999", role=None)) == "device 999999"
    nobody = replace(hear("14:05", "bolus"), message=None)
    assert roster.called(nobody) == "a device that could not be identified"


def test_neighbours(hear: Hear) -> None:
    """A neighbour's device is known and not ours, even while none is ours; ours stays ours."""
    others = (Neighbour("99AAFF", "medtronic"), Neighbour("12ab56", "medtronic"))
    roster = Roster(replace(SETTING, neighbours=others))
    other, own = hear("14:05", "bolus", device="99aaff"), hear("14:05", "bolus", device="12ab56")
    assert roster.is_neighbour(other)
    assert not roster.is_neighbour(own)
    assert roster.is_ours(own)
    assert not roster.is_neighbour(replace(other, protocol="omnipod"))
    assert not roster.is_neighbour(replace(other, message=None))
    assert not Roster(Setting(neighbours=others)).is_ours(other)


@pytest.mark.parametrize("role", ["pump", "pdm", "programmer", None, "meter", "sensor", "remote"])
def test_who_may_speak_under_a_pumps_number(hear: Hear, role: Role | None) -> None:
    """Handheld and programmer use the pump's address; all others have one of their own."""
    said = hear("14:05", "ack", device="1f014828", protocol="omnipod", role=role)
    assert Roster(SETTING).is_out_of_role(said) is (role in ("meter", "sensor", "remote"))


def test_strangers_have_no_role_to_leave(hear: Hear) -> None:
    """Who is not registered cannot be out of his role."""
    said = hear("14:05", "meter", device="999999", role="meter")
    assert not Roster(SETTING).is_out_of_role(said)
    assert not Roster(SETTING).is_out_of_role(replace(said, message=None))


def test_keys_tell_systems_apart(hear: Hear) -> None:
    """What is remembered of a pump is not mixed with a pod of the same number."""
    pump = hear("14:05", "ack", device="12ab56")
    assert Roster(SETTING).key(pump) == "medtronic:12ab56"
    assert Roster(SETTING).key(replace(pump, protocol="omnipod")) == "omnipod:12ab56"
