"""Blocks that set up a pod say what the builder ordered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod.delivery import Fields
from medmon.protocols.omnipod.settings import READERS, alerts_fields, setup_fields
from signal_fixtures.devices import omnipod_blocks

ALERTS = st.builds(
    omnipod_blocks.Alert,
    slot=st.integers(0, 7),
    duration_min=st.integers(0, 511),
    trigger_min=st.none() | st.integers(0, 16_383),
    trigger_iu=st.integers(0, 500).map(lambda tenths: tenths / 10),
    is_active=st.booleans(),
    is_auto_off=st.booleans(),
    repeat=st.integers(0, 15),
    beep=st.integers(0, 15),
)


def read(block: bytes) -> Fields:
    fields = READERS[block[0]][1](block[2:])
    assert fields is not None
    return fields


@given(st.lists(ALERTS, min_size=1, max_size=8), st.integers(0, 2**32 - 1))
def test_alerts(alerts: list[omnipod_blocks.Alert], nonce: int) -> None:
    """An attacker who turns alerts off is seen doing it: each entry is read."""
    fields = read(omnipod_blocks.configure_alerts(nonce, alerts))
    assert fields["nonce_hex"] == f"{nonce:08x}"
    assert fields["alert_slots"] == tuple(alert.slot for alert in alerts)
    assert fields["are_active"] == tuple(alert.is_active for alert in alerts)
    assert fields["are_auto_off"] == tuple(alert.is_auto_off for alert in alerts)
    assert fields["alert_durations_s"] == tuple(60 * alert.duration_min for alert in alerts)
    assert fields["alert_triggers_s"] == tuple(
        None if alert.trigger_min is None else 60 * alert.trigger_min for alert in alerts
    )
    assert fields["alert_triggers_iu"] == tuple(
        alert.trigger_iu if alert.trigger_min is None else None for alert in alerts
    )
    assert fields["beep_types"] == tuple(alert.beep for alert in alerts)


def test_orders_with_a_nonce() -> None:
    """Acknowledged alerts, fault handling and deactivation show nonce and purpose."""
    assert read(omnipod_blocks.acknowledge_alerts(0x2F9B5B2F, 0x10)) == {
        "nonce_hex": "2f9b5b2f", "alerts_mask_hex": "10", "alert_slots": (4,),
    }  # fmt: skip
    assert read(omnipod_blocks.configure_faults(1)) == {
        "nonce_hex": "00000001", "fault_flags": (0, 0),
    }  # fmt: skip
    assert read(omnipod_blocks.deactivate(2)) == {"nonce_hex": "00000002"}


def test_questions_and_beeps() -> None:
    """Which status is asked for, and which beep is ordered."""
    assert read(omnipod_blocks.get_status(2)) == {"status_type": 2}
    beeps = read(omnipod_blocks.configure_beeps(2, (0x40, 0x7C, 0x7C)))
    assert beeps == {"beep_type": 2, "beep_options_hex": "407c7c"}


def test_pairing_orders() -> None:
    """A pod that is paired anew is recognised by address, lot and number."""
    identity = omnipod_blocks.PodIdentity(lot=42_174, tid=320_673, address="1f0218c3")
    assert read(identity.assign_command()) == {"assigned_address": "1f0218c3"}
    fields = read(identity.setup_command(datetime(2016, 6, 12, 13, 47, tzinfo=UTC)))
    assert fields["clock"] == "2016-06-12T13:47"
    assert (fields["assigned_address"], fields["lot"], fields["tid"]) == (
        "1f0218c3", 42_174, 320_673,
    )  # fmt: skip


def test_impossible_clock_is_shown_as_sent() -> None:
    """A forged date must not stop the monitor."""
    fields = setup_fields(bytes.fromhex("1f0218c314040d2063183c0000a4be0004e4a1"))
    assert fields["clock"] == "2099-13-32T24:60"


@pytest.mark.parametrize("kind", sorted(READERS))
@given(data=st.binary(max_size=40))
def test_total_on_any_payload(kind: int, data: bytes) -> None:
    """A forged block never stops the monitor."""
    read_block = READERS[kind][1]
    assert read_block(data) == read_block(data)


def test_torn_alert_entries_are_refused() -> None:
    """An entry cut short is not half read."""
    assert alerts_fields(bytes.fromhex("8d27868e4c0000c801")) is None
