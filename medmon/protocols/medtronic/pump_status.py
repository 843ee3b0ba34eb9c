"""The body of an A2 pump status comes in (36 bytes), what the pump knows of its patient goes out.

Layout, a byte each:

- 0: sequence. 1: bits 3 to 1 trend. 2-7: the pump's time; bit 7 of 2: 24-hour display. Confirmed.
- 9 and bit 0 of 24: glucose, 9 bits with byte 9 on top, mg/dL, or a code (`_GLUCOSE_STATES`).
  10 and bit 1 of 24: the same five minutes ago. Confirmed; 400+, calibration error and lost
  sensor reported (minimed_rf).
- 12-13: reservoir / 10 U. 14: battery in quarters. Confirmed.
- 16-17: minutes until the reservoir is empty. Reported by MinimedKit and minimed_rf (which agrees
  with the display only in the last day); mmcommander takes it for the battery's mV.
- 18: age of the sensor, 19: its hours left. 20-21: hour and minute of the next calibration, FF
  none. 22-23: active insulin / 40 U. 28-33: time of the last sensor value, 0 none. Confirmed.
- 8, 11, 15, 25-27, 34-35: unknown, left out.

A real body (ps2/minimed_rf spec/pump_status_spec.rb at 3a2dc81):

>>> body = "9041040d240e0718006a6d00022103020683068a051500000172008b040b000e07180000"
>>> fields_from_pump_status(bytes.fromhex(body))["glucose_mg_dl"]
213
"""

from __future__ import annotations

from medmon.protocols.medtronic.clock import clock_from_six
from medmon.records import FieldValue

_TRENDS = ("flat", "up", "double-up", "down", "double-down")
_GLUCOSE_STATES = {
    0: "sensor-off",
    2: "meter-bg-now",
    4: "weak-signal",
    6: "calibration-error",
    8: "warm-up",
    10: "sensor-ended",
    14: "above-400",
    20: "sensor-lost",
}
_LAST_CODE = 21  # no sensor value is as low: what is not in the table is a code not yet seen
_NO_CALIBRATION = 0xFF
_STROKES_PER_IU = 40


def fields_from_pump_status(body: bytes) -> dict[str, FieldValue]:
    """Read a pump status.

    Parameters
    ----------
    body : bytes, length 36
        The body, sequence byte first.

    Returns
    -------
    dict
        Fields by name; None where the pump says that it does not know.
    """
    glucose = body[9] << 1 | body[24] & 1
    previous = body[10] << 1 | body[24] >> 1 & 1
    trend = body[1] >> 1 & 0x07
    return {
        "pump_time": clock_from_six(body[2:8]),
        "is_24_hour_clock": body[2] & 0x80 != 0,
        "trend": _TRENDS[trend] if trend < len(_TRENDS) else "unknown",
        "glucose_mg_dl": glucose if glucose > _LAST_CODE else None,
        "glucose_state": _state(glucose),
        "previous_glucose_mg_dl": previous if previous > _LAST_CODE else None,
        "sensor_time": clock_from_six(body[28:34]),
        "sensor_age_s": body[18] * 3_600,
        "sensor_remaining_s": body[19] * 3_600,
        "next_calibration": _time_of_day(body[20], body[21]),
        "reservoir_iu": _u16(body, 12) / 10,
        "reservoir_remaining_s": _u16(body, 16) * 60,
        "battery_percent": body[14] * 25,
        "active_insulin_iu": _u16(body, 22) / _STROKES_PER_IU,
    }


def _state(glucose: int) -> str:
    return "ok" if glucose > _LAST_CODE else _GLUCOSE_STATES.get(glucose, "unknown")


def _u16(body: bytes, place: int) -> int:
    return int.from_bytes(body[place : place + 2], "big")


def _time_of_day(hour: int, minute: int) -> str | None:
    return None if _NO_CALIBRATION in (hour, minute) else f"{hour:02d}:{minute:02d}"
