"""The nouns of what was said."""

from __future__ import annotations

from medmon.records import Message, Packet


def test_a_message_without_fields_has_an_empty_mapping_of_its_own() -> None:
    """A default shared between messages would leak one device's fields into another's."""
    one, other = Message("554321", "ack"), Message("554321", "ack")
    assert one == other
    assert one.fields == {}
    assert one.fields is not other.fields


def test_packets_are_whole_unless_they_say_otherwise() -> None:
    """Most protocols know no messages of several packets; they need not say so each time."""
    assert Packet("medtronic", b"\xa7", "554321").part == "whole"
