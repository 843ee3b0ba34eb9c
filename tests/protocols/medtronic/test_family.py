"""What all packet types share."""

from __future__ import annotations

from medmon.protocols.medtronic.family import device_id, no_doubt, whole

PACKET = bytes.fromhex("a7ABCDEF060012")


def test_the_id_is_lower_case() -> None:
    """Ids are compared with those of the configuration, which are lower case."""
    assert device_id(PACKET) == "abcdef"


def test_what_a_type_without_own_rules_does() -> None:
    """Its packets are believed once intact, and repeats are equal in every byte."""
    assert no_doubt(PACKET) == ""
    assert whole(PACKET) == PACKET
