"""A device that its decoder could never name is found before it guards nobody."""

from __future__ import annotations

import pytest

from medmon.config import Device, checked
from medmon.protocols.medtronic import PLUGIN as MEDTRONIC
from medmon.protocols.omnipod import PLUGIN as OMNIPOD
from medmon.protocols.registration import registration_mistakes
from medmon.records import Role

KINDS = (OMNIPOD, MEDTRONIC)


def _mistakes(protocol: str, device_id: str, role: Role = "pump") -> list[str]:
    device, _ = checked(Device, {"id": device_id, "protocol": protocol, "role": role})
    assert device is not None
    return registration_mistakes([("device.4.", device)], KINDS)


@pytest.mark.parametrize(
    ("protocol", "device_id", "role"),
    [
        ("medtronic", "350535", "pump"),
        ("medtronic", "C527AD", "meter"),
        ("omnipod", "1f0e89f0", "pump"),
        ("medtronic", "h:0123456789ab", "pump"),
        ("omnipod", "h:0123456789ab", "pump"),
        ("medtronic", "ward-programmer", "programmer"),
    ],
)
def test_what_a_decoder_prints_can_be_registered(protocol: str, device_id: str, role: Role) -> None:
    """Hexadecimal digits in either case, pseudonyms, and a programmer by any name."""
    assert _mistakes(protocol, device_id, role) == []


@pytest.mark.parametrize(
    ("protocol", "device_id", "example"),
    [
        ("medtronic", "0x350535", "350535"),
        ("medtronic", "zz", "350535"),
        ("medtronic", "35053g", "350535"),
        ("medtronic", "1f0e89f0", "350535"),
        ("medtronic", "h:0123", "350535"),
        ("omnipod", "1f0e89f", "1f0e89f0"),
        ("omnipod", "350535", "1f0e89f0"),
        ("omnipod", "1f0e89f01", "1f0e89f0"),
    ],
)
def test_another_form_is_a_mistake_with_an_example(
    protocol: str, device_id: str, example: str
) -> None:
    """No patient limit would apply to that pump, and nothing would say so."""
    assert _mistakes(protocol, device_id) == [
        f"device.4.id: expected an id of {protocol} such as {example}, found {device_id!r}"
    ]


def test_an_unknown_protocol_is_a_mistake_with_the_known_ones() -> None:
    """A slip of the keys gets the list."""
    assert _mistakes("medtronik", "350535") == [
        "device.4.protocol: expected one of medtronic, omnipod, found 'medtronik'"
    ]
    device = Device(id="1", protocol="x", role="pump")
    assert "no decoder is loaded" in registration_mistakes([("", device)], ())[0]
