"""The sensor transmitters."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.medtronic import PLUGIN
from medmon.protocols.medtronic.sensor import FAMILY, message_from_sensor
from medmon.records import Frame, Packet
from signal_fixtures.devices.medtronic_bodyside import SensorReading

WORD = st.integers(0, 0xFFFF)
READING = SensorReading("266b2c", (2998, 3405, 1, 2, 3, 4, 5, 6, 7), slot=3)


@given(isig=st.tuples(*[WORD] * 9), slot=st.integers(0, 7), is_repeat=st.booleans())
def test_currents_are_read(
    isig: tuple[int, int, int, int, int, int, int, int, int], slot: int, *, is_repeat: bool
) -> None:
    """A jump of the current is how a forged sensor is noticed."""
    reading = SensorReading("266b2c", isig, slot=slot, is_repeat=is_repeat)
    message = message_from_sensor(reading.packet())
    fields = message.fields
    assert (fields["isig"], fields["isig_previous"], fields["isig_older"]) == (
        isig[0],
        isig[1],
        isig[2:],
    )
    assert (message.sequence, fields["is_repeat"]) == (slot, is_repeat)
    assert (message.device, message.command, message.role) == ("266b2c", "sensor", "sensor")


@pytest.mark.parametrize("phase", ["test", "warm-up", "normal"])
def test_the_type_is_the_state_of_the_sensor(phase: str) -> None:
    """A sensor that warms up has no value to trust."""
    message = message_from_sensor(dataclasses.replace(READING, phase=phase).packet())
    assert message.fields["sensor_state"] == phase
    assert message.fields["version"] == "1.3"


def test_the_second_sending_is_a_repeat_of_the_first() -> None:
    """Both say the same, though the repeat nibble and so the check differ."""
    repeat = dataclasses.replace(READING, is_repeat=True)
    later = dataclasses.replace(READING, slot=4)
    assert FAMILY.key(READING.packet()) == FAMILY.key(repeat.packet())
    assert FAMILY.key(READING.packet()) != FAMILY.key(later.packet())


def test_the_link_is_the_transmitter() -> None:
    """The id stands one byte later than in all other packets."""
    data = READING.packet()
    packet = PLUGIN.packet(Frame("medtronic", data, 8 * len(data)))
    assert isinstance(packet, Packet)
    assert packet.link == "266b2c"
