"""Message blocks of the Omnipod Eros against published and recorded ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from signal_fixtures.devices.omnipod_blocks import (
    Alert,
    PodIdentity,
    PodStatus,
    acknowledge_alerts,
    bad_nonce,
    configure_alerts,
    configure_beeps,
    configure_faults,
    deactivate,
    error,
    get_status,
)

POD = PodIdentity(41_847, 240_439, "1f00ee87")


@pytest.mark.parametrize(
    ("block", "expected_hex"),
    [
        # openaps/openomni tests at 8eda783 and LoopKit/OmniKit OmniKitTests at 1446be8
        (get_status(), "0e0100"),
        (get_status(2), "0e0102"),
        (acknowledge_alerts(0x2F9B5B2F, 0x10), "11052f9b5b2f10"),
        (deactivate(0x2E07C7C7), "1c042e07c7c7"),
        (bad_nonce(0x92C4), "06031492c4"),
        (error(0x07, 0, 8), "0603070008"),
        (PodIdentity(1, 1, "1f01482a").assign_command(), "07041f01482a"),
        (
            PodIdentity(42_174, 320_673, "1f0218c3").setup_command(
                datetime(2016, 6, 12, 13, 47, tzinfo=UTC)
            ),
            "03131f0218c31404060c100d2f0000a4be0004e4a1",
        ),
        (POD.set_up(), "011b13881008340a5002070002070002030000a3770003ab371f00ee87"),
        (POD.assigned(), "011502070002070002020000a3770003ab379f1f00ee87"),
        (
            PodIdentity(42_560, 621_607, "1f08ced2").assigned(rssi=28),
            "011502070002070002020000a64000097c279c1f08ced2",
        ),
        (
            configure_alerts(0, [Alert(4, trigger_iu=10.0)]),
            "190a000000004c0000640102",
        ),
        (
            configure_alerts(
                0xFEB6268B,
                [
                    Alert(7, 420, 4_319, repeat=5),
                    Alert(2, 0, 4_739, repeat=6),
                    Alert(0, 15, 0, is_active=False, is_auto_off=True, repeat=2),
                ],
            ),
            "1916feb6268b79a410df0502280012830602020f00000202",
        ),
        (
            PodStatus("scheduled-basal", 9, 129.45, 2.2, 9, 0x10, 3_547, 46.0).response(),
            "1d19050ec82c08376f98",
        ),
        (
            PodStatus("temp-basal", 8, 13.0, alerts_mask=0x88, active_min=4_538).response(),
            "1d28008200004446ebff",
        ),
        (
            PodStatus(delivered_iu=6.25, programming_sequence=3, active_min=4_231).response(),
            "1d18003e980000421fff",
        ),
        (
            PodStatus(delivered_iu=2.8, programming_sequence=10, active_min=135).detailed(
                fault_min=0
            ),
            "021602080100000a003800000003ff008700000095ff0000",
        ),
    ],
)
def test_published_blocks(block: bytes, expected_hex: str) -> None:
    """Byte for byte, from the fields that the published tests assert."""
    assert block.hex() == expected_hex


def test_a_fault_in_a_detailed_status() -> None:
    """OmniKit's status with fault 86 after 2,559 minutes; the last bytes are not ours to choose."""
    status = PodStatus("suspended", 13, 101.7, 0.0, 4, 0, 2_562)
    block = status.detailed(fault_code=0x86, fault_min=2_559)
    assert block.hex()[:34] == "0216020d0000000407f28609ff03ff0a02"
    assert status.detailed().hex()[20:26] == "00ffff"


def test_blocks_without_a_published_vector() -> None:
    """Layouts of OmniKit's FaultConfigCommand and BeepConfigCommand, worked out by hand."""
    assert configure_faults(0x12345678).hex() == "0806123456780000"
    assert configure_beeps(15, (1, 2, 3)).hex() == "1e040f010203"
