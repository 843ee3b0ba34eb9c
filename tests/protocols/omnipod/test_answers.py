"""What a pod answers is what the builder let it say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod.answers import (
    READERS,
    delivery_name,
    error_fields,
    information_fields,
    slots_from_mask,
    status_fields,
    version_fields,
)
from signal_fixtures.devices import omnipod_blocks

STATUSES = st.builds(
    omnipod_blocks.PodStatus,
    delivery=st.sampled_from(sorted(omnipod_blocks.DELIVERIES)),
    progress=st.integers(0, 15),
    delivered_iu=st.integers(0, 8191).map(lambda pulses: pulses / 20),
    not_delivered_iu=st.integers(0, 1023).map(lambda pulses: pulses / 20),
    programming_sequence=st.integers(0, 15),
    alerts_mask=st.integers(0, 255),
    active_min=st.integers(0, 8191),
    reservoir_iu=st.none() | st.integers(0, 1022).map(lambda pulses: pulses / 20),
)


@given(STATUSES)
def test_status(status: omnipod_blocks.PodStatus) -> None:
    """All 72 bits of a status response are read where the pod put them."""
    fields = status_fields(status.response()[1:])
    assert fields is not None
    assert (fields["delivered_iu"], fields["not_delivered_iu"], fields["reservoir_iu"]) == (
        status.delivered_iu, status.not_delivered_iu, status.reservoir_iu,
    )  # fmt: skip
    assert fields["is_reservoir_above_50_iu"] is (status.reservoir_iu is None)
    assert fields["time_active_s"] == 60 * status.active_min
    assert fields["alerts_mask_hex"] == f"{status.alerts_mask:02x}"
    assert fields["last_programming_sequence"] == status.programming_sequence


@given(STATUSES, st.integers(0, 255), st.none() | st.integers(0, 65_534))
def test_detailed_status(
    status: omnipod_blocks.PodStatus, fault: int, fault_min: int | None
) -> None:
    """A pod that failed tells why and when; that must reach the bedside unchanged."""
    block = status.detailed(fault_code=fault, fault_min=fault_min)
    fields = READERS[block[0]][1](block[2:])
    assert fields is not None
    assert fields["fault_code_hex"] == f"{fault:02x}"
    assert fields["fault_time_s"] == (None if fault_min is None else 60 * fault_min)
    assert fields["delivered_iu"] == status.delivered_iu
    assert fields["reservoir_iu"] == status.reservoir_iu
    assert fields["time_active_s"] == 60 * status.active_min


@pytest.mark.parametrize(
    ("payload", "unknown"),
    [("0500112233", "00112233"), ("0201", "01"), ("01000102", "000102"), ("50", "")],
)
def test_other_information_is_handed_on(payload: str, unknown: str) -> None:
    """Subtypes and lengths nobody described keep their bytes, marked as unknown."""
    fields = information_fields(bytes.fromhex(payload))
    assert fields == {"subtype_hex": payload[:2], "unknown_hex": unknown}


def test_alert_values_of_the_corpus() -> None:
    """Subtype 01 as heard from pod 1f01482b (openomni corpus, all.txt): eight slots, all at 0."""
    fields = information_fields(bytes.fromhex("01" + "00" * 18))
    assert fields is not None
    assert fields["alert_values"] == (0,) * 8


def test_refusals() -> None:
    """A refused nonce is the trace of a forged command, so it is told from other errors."""
    assert error_fields(bytes.fromhex("1492c4")) == {"error": "bad-nonce", "nonce_sync_hex": "92c4"}
    other = error_fields(bytes.fromhex("07001f"))
    assert other == {"error": "code-07", "fault_code_hex": "00", "progress": "unknown-31"}


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 63))
def test_versions(lot: int, tid: int, rssi: int) -> None:
    """Lot and number tell one pod from another, before and after it has an address."""
    identity = omnipod_blocks.PodIdentity(lot, tid, "1f07b1ee", firmware=(2, 10, 0))
    for block in (identity.assigned(rssi=rssi, gain=1), identity.set_up()):
        fields = version_fields(block[2:])
        assert fields is not None
        assert (fields["lot"], fields["tid"]) == (lot, tid)
        assert (fields["firmware"], fields["interface_firmware"]) == ("2.10.0", "2.7.0")
        assert (fields["product"], fields["assigned_address"]) == ("eros", "1f07b1ee")
        assert fields.get("pod_rssi", rssi) == rssi


def test_unknown_codes_are_named_so() -> None:
    """A code nobody has seen is printed, never guessed."""
    assert delivery_name(7) == "unknown-7"
    fields = version_fields(bytes.fromhex("0207000207000902" + "00" * 13))
    assert fields is not None
    assert fields["product"] == "unknown-9"


@given(st.integers(0, 255))
def test_slots_and_mask_say_the_same(mask: int) -> None:
    """Slots are the bits of the mask."""
    assert sum(1 << slot for slot in slots_from_mask(mask)) == mask


@given(st.binary(max_size=40))
def test_total_on_any_payload(data: bytes) -> None:
    """A forged answer never stops the monitor."""
    assert (status_fields(data) is None) == (len(data) != 9)
    assert (version_fields(data) is None) == (len(data) not in (21, 27))
    assert (information_fields(data) is None) == (not data)
    assert (error_fields(data) is None) == (len(data) != 3)
