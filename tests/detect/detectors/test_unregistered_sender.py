"""Devices that nobody registered for this bed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from medmon.records import Command, Neighbour, Registered, Setting
from signal_fixtures.devices.medtronic_bodyside import SensorReading, meter, remote
from signal_fixtures.devices.medtronic_pump import Paradigm
from signal_fixtures.devices.omnipod import message, packets_of
from signal_fixtures.devices.omnipod_insulin import bolus

if TYPE_CHECKING:
    from tests.detect.conftest import Furnish, Tell


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
    [
        (("control",), 1, 0),
        (("presence",), 0, 1),
        (("control", "presence"), 1, 1),
        (("pairing", "role"), 0, 0),
    ],
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


BED = """
[[device]]
id = "350535"
protocol = "medtronic"
role = "pump"
[[device]]
id = "0d1234"
protocol = "medtronic"
role = "sensor"
[[device]]
id = "c527ad"
protocol = "medtronic"
role = "meter"
"""
NEIGHBOURS = """
[[neighbour]]
id = "222222"
protocol = "medtronic"
name = "The pump in bed 5"
[[neighbour]]
id = "1F0AAAAA"
protocol = "omnipod"
"""


def test_meter_packet_under_the_pumps_number(furnish: Furnish) -> None:
    """A device speaks as what it is; 500 mg/dL under the pump's number is somebody else."""
    bed = furnish(BED)
    assert bed.hear(0.0, meter("350535", 500)) == ["borrowed-address"]
    assert bed.hear(60.0, meter("c527ad", 110)) == []
    assert bed.hear(120.0, Paradigm("350535").ack()) == []


def test_command_under_the_meters_number(furnish: Furnish) -> None:
    """A pump that answers to the meter's number is not the patient's pump."""
    told = furnish(BED).hear(0.0, Paradigm("c527ad").bolus(2.0))
    assert told == ["foreign-command"]


def test_pairing_is_told_apart(furnish: Furnish) -> None:
    """A stranger's pod being paired is worth a look during the shift, its mere presence is not."""
    assign = bytes.fromhex("07041f07b1ee")
    pairing = packets_of(message("ffffffff", 0, assign), "PDM", 0)
    assert furnish(BED).hear(0.0, *pairing) == ["foreign-pairing"]
    status = packets_of(message("1f07b1ee", 0, bytes.fromhex("0e0100")), "PDM", 0)
    assert furnish(BED).hear(0.0, *status) == ["unknown-device"]


def test_neighbours_are_named_once(furnish: Furnish) -> None:
    """Whatever the next bed's devices do, no row tells of it; a stranger is still told of."""
    bed = furnish(BED + NEIGHBOURS)
    pump = Paradigm("222222")
    told = []
    for number in range(60):
        told += bed.hear(115.0 * number, pump.wakeup())
        told += bed.hear(115.0 * number + 5, pump.bolus(1.0))
    pod = packets_of(message("1f0aaaaa", 1, *bolus(1, 1.0)), "PDM", 1)
    told += bed.hear(7000.0, *pod)
    told += bed.hear(7120.0, *pod)
    told += bed.hear(7200.0, remote("222222", "bolus", 7))
    assert set(told) <= {"sensor-silent"}
    assert "foreign-remote" in bed.hear(7300.0, remote("333333", "bolus", 7))


def test_neighbours_count_with_their_protocol(furnish: Furnish) -> None:
    """A Medtronic neighbour excuses no pod of the same number."""
    bed = furnish(BED + '[[neighbour]]\nid = "1f0aaaaa"\nprotocol = "medtronic"\n')
    pod = packets_of(message("1f0aaaaa", 1, *bolus(1, 1.0)), "PDM", 1)
    assert "foreign-command" in bed.hear(0.0, *pod)


def test_own_devices_cannot_be_ignored(tell: Tell) -> None:
    """Neither list hides an attack under the number of one of the patient's devices."""
    setting = Setting(
        devices=(Registered("0d1234", "medtronic", "sensor"),),
        neighbours=(Neighbour("0d1234", "medtronic"),),
    )
    story = tell("unregistered-sender", setting, ignore_ids=("0d1234",))
    assert story.at("14:05", "bolus", heard={"device": "0d1234", "role": "pump"})


def test_first_sensor_packet_is_the_sensors(furnish: Furnish) -> None:
    """The registered sensor is neither a stranger nor out of its role."""
    assert furnish(BED).hear(0.0, SensorReading("0d1234", (100,) * 9, 0).packet()) == []
