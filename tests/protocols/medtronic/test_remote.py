"""The MMT-503 remote control."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.medtronic.remote import FAMILY, message_from_remote
from signal_fixtures.devices.medtronic import with_crc8
from signal_fixtures.devices.medtronic_bodyside import remote


@pytest.mark.parametrize(("button", "code"), [("suspend", "81"), ("act", "86"), ("bolus", "88")])
@given(counter=st.integers(0, 255))
def test_a_press_is_read(button: str, code: str, counter: int) -> None:
    """Which button was pressed decides whether insulin flows."""
    message = message_from_remote(remote("411525", button, counter))
    assert (message.device, message.role, message.direction) == ("411525", "remote", "from-device")
    assert message.fields == {"button": button, "button_code": code}
    assert (message.command, message.sequence) == ("button", counter)


def test_an_unknown_button_is_doubted_and_still_has_a_meaning() -> None:
    """A remote with three buttons cannot press a fourth."""
    packet = with_crc8(0xA6, "411525", b"\x99\x01")
    assert "99" in FAMILY.doubt(packet)
    assert message_from_remote(packet).fields["button"] == "unknown"


def test_two_presses_are_not_repeats() -> None:
    """The counter tells a second press from a copy of the first."""
    assert FAMILY.key(remote("411525", "bolus", 1)) != FAMILY.key(remote("411525", "bolus", 2))
