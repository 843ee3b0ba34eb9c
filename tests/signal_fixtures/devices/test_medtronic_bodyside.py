"""Meter, remote, sensor and MySentry packets against recorded ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from signal_fixtures.devices.medtronic_bodyside import (
    MySentry,
    PumpStatus,
    SensorReading,
    meter,
    remote,
)


@pytest.mark.parametrize(
    ("packet", "expected_hex"),
    [
        # ps2/minimed_rf meter_spec.rb at 3a2dc81, LoopKit/MinimedKit at 106467e
        (meter("c527ad", 142), "a5c527ad008e61"),
        (meter("c527ad", 398), "a5c527ad018e77"),
        (remote("411525", "bolus", 93), "a6411525885d46"),
    ],
)
def test_published_packets(packet: bytes, expected_hex: str) -> None:
    """Byte for byte."""
    assert packet.hex() == expected_hex


def test_a_meter_can_acknowledge() -> None:
    """Bits 2 and 1 of byte 4 are set in an acknowledgement."""
    assert meter("c527ad", 0, is_ack=True)[4] & 0x06 == 0x06


def test_a_remote_counts_modulo_256() -> None:
    """The counter has one byte; suspend is 81, ACT is 86."""
    assert remote("411525", "suspend", 256)[4:6].hex() == "8100"
    assert remote("411525", "act", 255)[4:6].hex() == "86ff"


def test_a_meter_reading_has_nine_bits() -> None:
    """No meter shows more than 511 mg/dL in this format."""
    with pytest.raises(ValueError, match="511"):
        meter("c527ad", 512)


def test_sensor_packets_of_a_log() -> None:
    """Sarunia's Enlite log at 611f776: slot 0 with nine values, and the same slot's successor."""
    nine = (0x176E, 0x15F7, 0x1480, 0x1309, 0x1192, 0x101B, 0x0EA4, 0x0D2D, 0x0BB6)
    assert SensorReading("266b2c", nine, 0).packet().hex() == (
        "ab0f266b2c0d0e1e00176e15f7005c5cce148013091192101b0ea40d2d0bb6007963"
    )
    later = (0x18E5, *nine[:-1])
    assert SensorReading("266b2c", later, 1).packet().hex() == (
        "ab0f266b2c0d0e1e1018e5176e005c5cce15f7148013091192101b0ea40d2d00556d"
    )


def test_a_sensor_in_its_test_phase() -> None:
    """A MiniLink's test packet (ecc1/medtronic packet_test.go at 721237c)."""
    reading = SensorReading(
        "25c123", (143, 144, 0, 0, 0, 0, 0, 0, 0), 5,
        phase="test", model=0x19, adjust=0x1C, battery=0x99, filler=0x3434,
    )  # fmt: skip
    assert reading.packet().hex() == (
        "a80f25c1230d191c50008f009000343499000000000000000000000000000000dee7"
    )


def test_a_repeat_differs_in_its_mark_and_its_check_only() -> None:
    """The second sending of a slot has 1 in the low nibble of byte 8."""
    first = SensorReading("266b2c", (9,) * 9, 3).packet()
    again = SensorReading("266b2c", (9,) * 9, 3, is_repeat=True).packet()
    assert [at for at in range(32) if first[at] != again[at]] == [8]
    assert (first[8], again[8]) == (0x30, 0x31)


STATUS = PumpStatus(
    time=datetime(2016, 7, 10, 23, 31, 21, tzinfo=UTC),
    glucose_mg_dl=126,
    previous_glucose_mg_dl=117,
    reservoir_iu=73.3,
    active_insulin_iu=0.125,
    battery_percent=50,
    trend="upup",
    is_24h_clock=True,
    reservoir_left_min=1_469,
    sensor_age_h=8,
    sensor_left_h=136,
    calibration=(8, 37),
    sensor_time=datetime(2016, 7, 10, 23, 30, tzinfo=UTC),
)
# MinimedKit MySentryPumpStatusMessageBodyTests at 106467e; bytes nobody can read are masked.
REAL_STATUS = "a295099004b6d5971f1510070a013f3a0002dd020105bd08880825000502000755171e0010070a0000"
UNREAD = {6, 13, 16, 30, 31, 32}


def test_a_real_pump_status() -> None:
    """Every byte with a known meaning stands as in the recorded packet."""
    built = MySentry("950990").status(54, STATUS, is_repeat=True)
    real = bytes.fromhex(REAL_STATUS)
    assert len(built) == len(real) + 1
    different = {at for at in range(len(real)) if built[at] != real[at]}
    assert different <= UNREAD
    assert built[6] >> 1 & 7 == real[6] >> 1 & 7


@pytest.mark.parametrize(
    ("reason", "code"), [("off", 0), ("weak-signal", 2), ("warm-up", 4), ("high", 7), ("lost", 10)]
)
def test_missing_glucose_is_a_code(reason: str, code: int) -> None:
    """The pump sends a small number instead of glucose; its low bit stays clear."""
    status = PumpStatus(datetime(2020, 1, 2, tzinfo=UTC), reason, reason, 10.0)
    body = status.body()
    assert body[8] == body[9] == code
    assert body[23] & 3 == 0


def test_no_calibration_and_no_sensor_time() -> None:
    """FF FF for the calibration, zeros for the time of the glucose."""
    body = PumpStatus(datetime(2020, 1, 2, tzinfo=UTC), 100, 101, 10.0).body()
    assert body[19:21].hex() == "ffff"
    assert body[27:33].hex() == "00" * 6
    assert body[23] & 3 == 0b10


@pytest.mark.parametrize(
    ("packet", "expected_hex"),
    [
        # LoopKit/MinimedKit and ps2/minimed_rf tests: bodies and packets without their check
        (
            MySentry("350535").find_device(79, "999999", is_repeat=True),
            "a235053509cf99999900" + "62",
        ),
        (
            MySentry("350535").device_link(19, "ce8aa0", is_repeat=True),
            "a23505350a93ce8aa000" + "ba",
        ),
    ],
)
def test_pairing_packets(packet: bytes, expected_hex: str) -> None:
    """Byte for byte; the checks are those of an independent CRC."""
    assert packet.hex() == expected_hex


def test_alerts_and_acknowledgements() -> None:
    """Bodies of ps2/minimed_rf specs; the last two bytes of an alert have no known meaning."""
    link = MySentry("350535")
    alert = link.alert(99, 0x33, datetime(2014, 9, 8, 21, 59, 29, tzinfo=UTC), is_repeat=True)
    assert alert[4:-3].hex() == "01" + "e333153b1d0e0908"
    assert len(alert) == 16
    assert link.alert_cleared(74, 0x72)[4:-1].hex() == "024a72"
    assert link.ack(2, "000695", 0x04)[4:-1].hex() == "06" + "020006950004000000"
