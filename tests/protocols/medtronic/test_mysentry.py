"""The link of pump and MySentry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from medmon.protocols.medtronic.mysentry import FAMILY, message_from_mysentry
from signal_fixtures.devices.medtronic_bodyside import MySentry, PumpStatus

LINK = MySentry("350535")
TIME = datetime(2026, 11, 23, 11, 15, tzinfo=UTC)


def test_an_alert_is_read() -> None:
    """The pump's own alerts belong beside ours."""
    message = message_from_mysentry(LINK.alert(99, 0x52, TIME))
    assert message.command == "alert"
    assert message.fields["alert"] == "low-reservoir"
    assert message.fields["alert_time"] == "2026-11-23T11:15:00"
    assert (message.sequence, message.direction, message.role) == (99, "from-device", "pump")


def test_an_unknown_alert_keeps_its_code() -> None:
    """What nobody named can still be looked up."""
    message = message_from_mysentry(LINK.alert_cleared(1, 0x7F))
    assert message.fields["alert"] == "unknown"
    assert message.fields["alert_code"] == "7f"


@pytest.mark.parametrize(
    ("packet", "name", "command", "peer"),
    [
        (LINK.find_device(1, "999999"), "find-device", "pair", "999999"),
        (LINK.device_link(2, "ce8aa0"), "device-link", "pair", "ce8aa0"),
        (LINK.ack(3, "000695", 0x04), "acknowledge", "ack", "000695"),
    ],
)
def test_devices_that_meet_are_named(packet: bytes, name: str, command: str, peer: str) -> None:
    """A stranger that pairs with a pump is worth knowing by its id."""
    message = message_from_mysentry(packet)
    assert (message.command, message.device) == (command, "350535")
    assert (message.fields["message_name"], message.fields["peer"]) == (name, peer)


@pytest.mark.parametrize(
    ("kind", "name", "body", "fields"),
    [
        (0x03, "device-test", "", {}),
        (0x05, "pump-status-2", "0102", {"params_hex": "0102"}),
        (0x08, "backfill", "aabbcc", {"params_hex": "aabbcc"}),
        (0x0B, "pump-dump", "01", {"params_hex": "01"}),
    ],
)
def test_what_is_not_understood_is_kept(
    kind: int, name: str, body: str, fields: dict[str, str]
) -> None:
    """Bytes without a known layout are shown, not dropped."""
    packet = LINK.message(kind, 7, bytes.fromhex(body))
    message = message_from_mysentry(packet)
    assert message.fields["message_name"] == name
    assert {key: message.fields.get(key) for key in fields} == fields
    assert len(packet) in FAMILY.lengths(packet)


def test_zeros_behind_a_packet_of_unknown_length_are_padding() -> None:
    """A CRC holds with and without zeros behind it, so the shorter packet is taken."""
    packet = LINK.message(0x08, 7, b"\xaa\xbb")
    assert packet[-1] != 0
    assert FAMILY.lengths(packet + bytes(2))[0] == len(packet)
    assert FAMILY.lengths(packet + bytes(3))[0] == len(packet) + 1
    assert FAMILY.lengths(LINK.message(0x08, 7, bytes(70))) == ()


def test_a_repeat_has_the_key_of_the_first_copy() -> None:
    """The repeat bit and so the check differ; the report is the same."""
    status = PumpStatus(TIME, 120, 118, 54.5)
    first, again = (LINK.status(5, status, is_repeat=flag) for flag in (False, True))
    assert first != again
    assert FAMILY.key(first) == FAMILY.key(again)
    assert message_from_mysentry(again).fields["is_repeat"] is True
    assert FAMILY.key(first) != FAMILY.key(LINK.status(6, status))
