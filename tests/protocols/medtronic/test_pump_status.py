"""The pump's long report."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.medtronic.pump_status import fields_from_pump_status
from signal_fixtures.devices.medtronic_bodyside import PumpStatus

TIME = datetime(2026, 11, 23, 11, 15, 7, tzinfo=UTC)


def body(status: PumpStatus) -> bytes:
    """Put a sequence byte in front."""
    return b"\x05" + status.body()


@given(
    glucose_mg_dl=st.integers(40, 400),
    previous_mg_dl=st.integers(40, 400),
    tenths=st.integers(0, 3000),
    strokes=st.integers(0, 1000),
)
def test_what_the_pump_knows_is_read(
    glucose_mg_dl: int, previous_mg_dl: int, tenths: int, strokes: int
) -> None:
    """Both glucose values are spread over two bytes; insulin has two different scales."""
    status = PumpStatus(TIME, glucose_mg_dl, previous_mg_dl, tenths / 10, strokes / 40)
    fields = fields_from_pump_status(body(status))
    assert fields["glucose_mg_dl"] == glucose_mg_dl
    assert fields["previous_glucose_mg_dl"] == previous_mg_dl
    assert fields["reservoir_iu"] == tenths / 10
    assert fields["active_insulin_iu"] == strokes / 40
    assert (fields["glucose_state"], fields["pump_time"]) == ("ok", "2026-11-23T11:15:07")


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("off", "sensor-off"),
        ("meter-bg-now", "meter-bg-now"),
        ("weak-signal", "weak-signal"),
        ("calibration-error", "calibration-error"),
        ("warm-up", "warm-up"),
        ("sensor-ended", "sensor-ended"),
        ("high", "above-400"),
        ("lost", "sensor-lost"),
    ],
)
def test_a_missing_value_is_not_a_glucose(code: str, state: str) -> None:
    """A code taken for 4 mg/dL would ring for a deadly low."""
    fields = fields_from_pump_status(body(PumpStatus(TIME, code, code, 50.0)))
    assert fields["glucose_mg_dl"] is None
    assert fields["previous_glucose_mg_dl"] is None
    assert fields["glucose_state"] == state


def test_a_code_not_yet_seen_is_not_a_glucose_either() -> None:
    """No sensor shows 12 mg/dL."""
    fields = fields_from_pump_status(body(PumpStatus(TIME, 12, 13, 50.0)))
    assert (fields["glucose_mg_dl"], fields["glucose_state"]) == (None, "unknown")


@pytest.mark.parametrize(
    ("trend", "name"), [("flat", "flat"), ("up", "up"), ("upup", "double-up"), ("down", "down")]
)
def test_trend_and_sensor_times(trend: str, name: str) -> None:
    """Arrow, age of the sensor and next calibration as the display shows them."""
    status = PumpStatus(
        TIME, 100, 100, 50.0, trend=trend, is_24h_clock=True, reservoir_left_min=90,
        sensor_age_h=18, sensor_left_h=126, calibration=(5, 4), sensor_time=TIME,
    )  # fmt: skip
    fields = fields_from_pump_status(body(status))
    assert fields["trend"] == name
    assert (fields["sensor_age_s"], fields["sensor_remaining_s"]) == (64_800, 453_600)
    assert (fields["next_calibration"], fields["is_24_hour_clock"]) == ("05:04", True)
    assert (fields["sensor_time"], fields["pump_time"]) == ("2026-11-23T11:15:07",) * 2
    assert fields["reservoir_remaining_s"] == 5_400


def test_an_unknown_trend_has_a_name() -> None:
    """Three bits have eight values, of which five are known."""
    assert fields_from_pump_status(bytes([0, 0x0E, *bytes(34)]))["trend"] == "unknown"
