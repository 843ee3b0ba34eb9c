"""The glucose meter."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.medtronic.meter import FAMILY, message_from_meter
from signal_fixtures.devices.medtronic import with_crc8
from signal_fixtures.devices.medtronic_bodyside import meter


@given(st.integers(0, 511))
def test_every_value_is_read(glucose_mg_dl: int) -> None:
    """MinimedKit reads 257 for 398: nine bits must stay nine bits."""
    message = message_from_meter(meter("c527ad", glucose_mg_dl))
    assert message.fields == {"glucose_mg_dl": glucose_mg_dl}
    assert (message.command, message.role, message.device) == ("meter", "meter", "c527ad")


def test_the_largest_value_of_a_meter_is_believed() -> None:
    """600 mg/dL does not fit nine bits, and is an emergency."""
    packet = with_crc8(0xA5, "c527ad", (600).to_bytes(2, "big"))
    assert FAMILY.doubt(packet) == ""
    assert message_from_meter(packet).fields == {"glucose_mg_dl": 600}
    assert FAMILY.doubt(with_crc8(0xA5, "c527ad", (601).to_bytes(2, "big")))


def test_an_acknowledgement_is_no_measurement() -> None:
    """Else every measurement would be followed by one of 0 mg/dL."""
    message = message_from_meter(meter("c527ad", 0, is_ack=True))
    assert (message.command, dict(message.fields), message.direction) == ("ack", {}, "unknown")
