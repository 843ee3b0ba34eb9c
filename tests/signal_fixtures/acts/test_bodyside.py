"""Sensor, meter, remote control and the pump's status: cadence, repeats and contents."""

from __future__ import annotations

from itertools import islice

import pytest

from signal_fixtures.acts.bodyside import (
    SLOT_SPACING_S,
    Button,
    MeterReading,
    PumpStatus,
    RemotePress,
    SensorReport,
)
from signal_fixtures.bed import Device, Emission
from signal_fixtures.scenario import At, Every, Scenario

DEVICES = (
    Device("pump", "pump", "594040"),
    Device("remote", "remote", "411525"),
    Device("sensor", "sensor", "266b2c"),
    Device("meter", "meter", "c527ad"),
)


def _said(*story: At | Every, duration_s: float = 7_200.0) -> list[Emission]:
    return list(Scenario("x", DEVICES, story, duration_s).emissions(4))


def _sensor_packets() -> list[bytes]:
    said = _said(Every(SLOT_SPACING_S, SensorReport("sensor", repeat=False)))
    return [emission.signal.packet for emission in said]


def test_eight_slots_take_the_logged_2397_seconds() -> None:
    """The sum of the Enlite log; a mean of five minutes, unevenly spaced."""
    assert sum(SLOT_SPACING_S) == 2_397
    assert len(SLOT_SPACING_S) == 8


def test_each_slot_is_repeated_after_11_to_17_seconds() -> None:
    """The repeat differs from the first sending in one bit and the check."""
    said = _said(Every(SLOT_SPACING_S, SensorReport("sensor")))
    for first, second in zip(said[::2], said[1::2], strict=False):
        assert 11 <= (second.time_ns - first.end_ns) / 1e9 <= 17
        assert first.signal.packet[8] | 1 == second.signal.packet[8]
        assert first.signal.packet[:8] == second.signal.packet[:8]
        assert first.signal.packet[9:32] == second.signal.packet[9:32]


def test_a_sensor_packet_is_laid_out_as_logged() -> None:
    """34 bytes AB 0F id 0D .. slot, and the slot counts from 0 to 7."""
    packets = _sensor_packets()
    assert {len(packet) for packet in packets} == {34}
    assert {packet[:6].hex() for packet in packets} == {"ab0f266b2c0d"}
    assert [packet[8] >> 4 for packet in packets[:9]] == [0, 1, 2, 3, 4, 5, 6, 7, 0]


def test_readings_move_through_the_history_of_later_packets() -> None:
    """What is now becomes five minutes ago, then the first of the older ones, and so on."""

    def values(packet: bytes) -> list[int]:
        words = packet[9:13] + packet[17:31]
        return [int.from_bytes(words[at : at + 2], "big") for at in range(0, 18, 2)]

    packets = [values(packet) for packet in _sensor_packets()]
    for before, after in zip(packets, islice(packets, 1, None), strict=False):
        assert after[1:] == before[:-1]


def test_a_meter_repeats_and_the_pump_acknowledges() -> None:
    """142 mg/dL of meter c527ad is this packet in ps2/minimed_rf's tests."""
    said = _said(At(5, MeterReading("meter", glucose_mg_dl=142, copies=7)))
    assert [e.signal.packet.hex() for e in said[:-1]] == ["a5c527ad008e61"] * 7
    assert said[-1].sender == "pump"
    assert said[-1].signal.packet[4] == 0x06
    assert said[0].meaning.fields == {"glucose_mg_dl": 142}


def test_a_meter_shows_the_patient_unless_told_otherwise() -> None:
    """The value in the packet is the value in the truth."""
    (first, *_), packets = (said := _said(At(5, MeterReading("meter")))), said[:-1]
    assert len(packets) == 255
    level = int.from_bytes(first.signal.packet[4:6], "big")
    assert first.meaning.fields == {"glucose_mg_dl": level}
    assert 45 <= level <= 395


@pytest.mark.parametrize(
    ("button", "code", "copies"), [("suspend", 0x81, 16), ("bolus", 0x88, 16), ("act", 0x86, 128)]
)
def test_a_remote_sends_its_button_often_and_counts_presses(
    button: Button, code: int, copies: int
) -> None:
    """Codes and repeats of the MMT-503 simulator; the counter steps with each press."""
    press = RemotePress("remote", button)
    said = _said(At(1, press), At(60, press))
    assert len(said) == 2 * copies
    assert {e.signal.packet[:5].hex() for e in said} == {f"a6411525{code:02x}"}
    assert {(e.meaning.command, e.meaning.direction) for e in said} == {("button", "from-device")}
    assert [e.signal.packet[5] for e in said] == [0] * copies + [1] * copies


def test_pump_status_counts_and_now_and_then_repeats_with_the_repeat_bit() -> None:
    """The same body with bit 7 of the sequence set; without repeats each number comes once."""
    plain = _said(Every(300, PumpStatus("pump", repeat_probability=0.0)))
    assert [e.signal.packet[5] for e in plain] == list(range(24))
    assert {e.signal.packet[:5].hex() for e in plain} == {"a259404004"}
    twice = _said(Every(300, PumpStatus("pump", repeat_probability=1.0)))
    assert [e.signal.packet[5] for e in twice[:4]] == [0, 0x80, 1, 0x81]
    assert twice[0].signal.packet[6:-1] == twice[1].signal.packet[6:-1]


def test_pump_status_tells_time_and_glucose_in_their_places() -> None:
    """Hour, minute, second, year, month, day from body byte 2; glucose in nine bits."""
    (said,) = _said(At("7m5s", PumpStatus("pump", repeat_probability=0.0)), duration_s=600)
    body = said.signal.packet[5:-1]
    assert len(body) == 36
    assert list(body[2:8]) == [0, 7, 5, 26, 11, 23]
    assert said.meaning.fields["glucose_mg_dl"] == body[9] << 1 | body[24] & 1
    assert said.meaning.fields["reservoir_iu"] == int.from_bytes(body[12:14], "big") / 10
