"""Blocks that move insulin say the dose, rate and time that the builder was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod.delivery import (
    READERS,
    Fields,
    bolus_fields,
    cancel_fields,
    rates_fields,
    schedule_fields,
)
from signal_fixtures.devices import omnipod_insulin

pulses = st.integers(0, 600)


def read(block: bytes) -> Fields:
    fields = READERS[block[0]][1](block[2:])
    assert fields is not None
    return fields


@given(pulses, st.integers(0, 300), st.integers(1, 16), st.integers(0, 2**32 - 1))
def test_bolus(now: int, later: int, half_hours: int, nonce: int) -> None:
    """The dose a nurse would read from the alarm is the dose that was ordered."""
    table, timing = omnipod_insulin.bolus(
        nonce, now / 20, extended_iu=later / 20, extended_s=half_hours * 1800
    )
    fields, exact = read(table), read(timing)
    assert fields["units_iu"] == exact["units_iu"] == (now + later) / 20
    assert fields["immediate_iu"] == exact["immediate_iu"] == now / 20
    assert exact["extended_iu"] == later / 20
    assert fields["nonce_hex"] == f"{nonce:08x}"
    assert fields["is_checksum_ok"] is True
    assert fields["pulse_interval_s"] == (2.0 if now else None)
    duration_s = exact["extended_duration_s"]
    assert isinstance(duration_s, float)
    assert duration_s == pytest.approx(half_hours * 1800 if later else 0, rel=1e-4)


@given(st.integers(0, 600), st.integers(1, 24))
def test_temporary_basal(hourly_pulses: int, half_hours: int) -> None:
    """Rate and duration of a temporary basal, also where 16 bits force several entries."""
    table, timing = omnipod_insulin.temp_basal(7, hourly_pulses / 20, half_hours * 1800)
    fields, exact = read(table), read(timing)
    assert fields["schedule"] == "temp-basal"
    assert fields["duration_s"] == half_hours * 1800
    assert exact["duration_s"] == pytest.approx(half_hours * 1800, rel=1e-4)
    assert exact["rate_iu_per_h"] == pytest.approx(hourly_pulses / 20, rel=1e-4)
    assert fields["is_checksum_ok"] is True


@given(
    st.lists(st.tuples(st.integers(1, 600), st.integers(1, 12)), min_size=1, max_size=6),
    st.integers(0, 86_399),
)
def test_basal_schedule(runs: list[tuple[int, int]], second_of_day: int) -> None:
    """Every rate of a day's schedule is read, and the two blocks agree on what time it is."""
    used = sum(count for _, count in runs)
    day = [(rate / 20, count) for rate, count in runs if used <= 48] or [(1.0, 48)]
    day[-1] = (day[-1][0], day[-1][1] + 48 - sum(count for _, count in day))
    table, timing = omnipod_insulin.basal_schedule(7, day, second_of_day)
    fields, exact = read(table), read(timing)
    assert fields["schedule"] == "basal"
    assert fields["half_hour"] == second_of_day // 1800
    assert fields["left_s"] == 1800 - second_of_day % 1800
    assert fields["is_checksum_ok"] is True
    rates = exact["rates_iu_per_h"]
    assert isinstance(rates, tuple)
    assert {round(float(str(rate)), 2) for rate in rates} == {rate for rate, _ in day}
    assert exact["rate_iu_per_h"] == pytest.approx(max(rate for rate, _ in day), rel=1e-4)
    assert exact["duration_s"] == pytest.approx(86_400, rel=1e-4)


def test_wrong_checksum_of_a_table_shows() -> None:
    """A real handheld never sends one: the message was made by hand."""
    table, _ = omnipod_insulin.bolus(7, 1.0)
    forged = bytes([*table[:8], table[8] ^ 1, *table[9:]])
    assert read(forged)["is_checksum_ok"] is False


def test_unknown_schedule_is_named_so() -> None:
    """A kind of schedule nobody knows keeps its table and claims no dose."""
    fields = schedule_fields(bytes.fromhex("7e30bf16070065010050000a000a"))
    assert fields is not None
    assert fields["schedule"] == "unknown-07"
    assert "units_iu" not in fields


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("bolus", ("bolus",)),
        ("temp-basal", ("temp-basal",)),
        ("basal", ("basal",)),
        ("all", ("basal", "temp-basal", "bolus")),
    ],
)
def test_cancel(what: str, names: tuple[str, ...]) -> None:
    """What is stopped is what was ordered to stop."""
    assert read(omnipod_insulin.cancel(7, what, beep=6)) == {
        "nonce_hex": "00000007",
        "cancels": names,
        "beep_type": 6,
    }


def test_no_time_between_pulses_is_no_rate() -> None:
    """Zero microseconds would be an endless rate; it is handed on as unknown."""
    fields = rates_fields(bytes.fromhex("00000000000000000005") + bytes(4))
    assert fields is not None
    assert fields["rates_iu_per_h"] == (None,)
    assert fields["rate_iu_per_h"] is None


@given(st.binary(max_size=80))
def test_total_on_any_payload(data: bytes) -> None:
    """A forged block never stops the monitor, and one of a wrong length is not half read."""
    for read_block in (schedule_fields, rates_fields, bolus_fields, cancel_fields):
        assert read_block(data) == read_block(data)
    assert (bolus_fields(data) is None) == (len(data) != 13)
    assert (cancel_fields(data) is None) == (len(data) != 5)
