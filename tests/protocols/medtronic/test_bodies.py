"""Parameters of A7 packets, against packets that the other side of the air builds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.medtronic.bodies import (
    command_from_body,
    fields_from_body,
    fields_from_frame,
)
from medmon.records import Command, FieldValue
from signal_fixtures.devices.medtronic_pump import Paradigm, Settings

NEW = Paradigm("128986")
OLD = Paradigm("128986", strokes_per_iu=10)


def fields_of(packet: bytes) -> dict[str, FieldValue]:
    """Cut the body out of a long packet and read it."""
    return fields_from_body(packet[4], packet[5 : 6 + packet[5]])


@given(strokes=st.integers(0, 1000))
def test_a_dose_is_read_for_both_generations(strokes: int) -> None:
    """Tenfold errors kill: new pumps count 40 strokes a unit, old ones 10."""
    assert fields_of(NEW.long(0x42, strokes.to_bytes(2, "big"))) == {"units_iu": strokes / 40}
    old = strokes % 256
    assert fields_of(OLD.long(0x42, bytes([old]))) == {"units_iu": old / 10}


@given(dose_tenths=st.integers(0, 250))
def test_a_programmed_dose_comes_back(dose_tenths: int) -> None:
    """The builder rounds as pumps do; tenths survive in both generations."""
    for pump in (NEW, OLD):
        assert fields_of(pump.bolus(dose_tenths / 10)) == {"units_iu": dose_tenths / 10}


@given(strokes=st.integers(0, 0xFFFF), half_hours=st.integers(0, 255))
def test_a_temporary_rate_is_read(strokes: int, half_hours: int) -> None:
    """Rate and duration are judged against the patient's limits."""
    packet = NEW.long(0x4C, strokes.to_bytes(2, "big") + bytes([half_hours]))
    assert fields_of(packet) == {
        "temp_basal_type": "absolute",
        "rate_iu_per_h": strokes / 40,
        "duration_s": half_hours * 1800,
    }


def test_a_percent_rate_is_read() -> None:
    """A rate in percent has no amount."""
    expected = {"temp_basal_type": "percent", "percent": 150, "duration_s": 5_400}
    assert fields_of(NEW.temp_basal_percent(150, 5_400)) == expected


def test_a_running_rate_is_read() -> None:
    """The pump answers in minutes."""
    percent = fields_of(NEW.temp_basal_answer(percent=50, left_s=3_600))
    assert percent == {"temp_basal_type": "percent", "percent": 50, "remaining_s": 3_600}
    absolute = fields_of(NEW.temp_basal_answer(rate_iu_per_h=1.375, left_s=1_380))
    assert absolute["rate_iu_per_h"] == 1.375
    assert absolute["temp_basal_type"] == "absolute"


def test_small_bodies() -> None:
    """Each of the short layouts once, with values that differ in every byte."""
    at = datetime(2026, 11, 23, 11, 15, 7, tzinfo=UTC)
    assert fields_of(NEW.clock(at)) == {"pump_time": "2026-11-23T11:15:07"}
    assert fields_of(NEW.clock(at, opcode=0x40)) == {"pump_time": "2026-11-23T11:15:07"}
    assert fields_of(NEW.stay_awake(10)) == {"awake_s": 600}
    assert fields_of(NEW.button("act")) == {"button": "act", "button_code": "02"}
    assert fields_of(NEW.long(0x4A, b"\x02")) == {"pattern": "b"}
    assert fields_of(NEW.long(0x4A, b"\x09")) == {"pattern": "unknown"}
    assert fields_of(NEW.set_max_basal(6.4)) == {"max_basal_iu_per_h": 6.4}
    for pump in (NEW, OLD):
        assert fields_of(pump.set_max_bolus(6.4)) == {"max_bolus_iu": 6.4}
        assert fields_of(pump.reservoir(80.5)) == {"reservoir_iu": 80.5}
    assert fields_of(NEW.battery(1.4, is_low=True)) == {"battery_v": 1.4, "battery_low": True}
    assert fields_of(NEW.model("754")) == {"model": "754"}
    assert fields_of(NEW.long(0x9C, b"\x25\x57")) == {"calibration_factor": 0x2557}
    assert fields_of(NEW.long(0x9D, b"\0\0\1\2")) == {"page": 258}


def test_status() -> None:
    """Whether the pump delivers decides what an alarm means."""
    packet = NEW.status("priming", is_bolusing=True, is_suspended=False)
    expected = {"status": "priming", "is_bolusing": True, "is_suspended": False}
    assert fields_of(packet) == expected


def test_remote_ids() -> None:
    """A new id in the list is an attacker's remote."""
    assert fields_of(NEW.set_remote(2, "411525")) == {"slot": 2, "remote_id": "411525"}
    assert fields_of(NEW.set_remote(0, None)) == {"slot": 0, "remote_id": None}
    assert fields_of(NEW.remotes(("411525", None, None))) == {"remote_ids": ("411525", None, None)}
    meters = NEW.long(0x95, b"C527AD" + b"-" * 12)
    assert fields_of(meters) == {"meter_ids": ("C527AD", None, None)}


@pytest.mark.parametrize("pump", [NEW, OLD])
def test_settings(pump: Paradigm) -> None:
    """The limits inside the pump are the last defence; they stand elsewhere in each generation."""
    settings = Settings(
        12.5, 2.5, auto_off_h=3, pattern=1, remote_enabled=True, percent_temp_basal=True, action_h=5
    )
    assert fields_of(pump.settings(settings)) == {
        "auto_off_s": 10_800,
        "max_bolus_iu": 12.5,
        "max_basal_iu_per_h": 2.5,
        "pattern": "a",
        "remote_enabled": True,
        "temp_basal_type": "percent",
        "insulin_action_s": 18_000,
    }


def test_old_insulin_action_is_a_type() -> None:
    """The oldest pumps have fast (6 h) and regular (8 h) insulin."""
    body = bytearray(19)
    body[0], body[18] = 0x12, 1
    assert fields_from_body(0x91, bytes(body))["insulin_action_s"] == 28_800


# ecc1/medtronic basal_test.go at 721237c: five rates of a day, then an empty entry.
SCHEDULE = bytes.fromhex("280000280006 2c000c 300014 30002c 000000")


def test_a_schedule_is_read() -> None:
    """A changed basal schedule acts for days."""
    assert fields_from_frame(0x92, 1, SCHEDULE.ljust(64, b"\0")) == {
        "schedule_start_s": (0, 10_800, 21_600, 36_000, 79_200),
        "schedule_rate_iu_per_h": (1.0, 1.0, 1.1, 1.2, 1.2),
    }


def test_a_schedule_may_begin_with_nothing_and_fill_the_frame() -> None:
    """A rate of zero at midnight is no end; 64 bytes hold 21 entries."""
    entries = b"".join(bytes([hour * 4, 0, hour * 2]) for hour in range(21))
    fields = fields_from_frame(0x6F, 1, entries + b"\x54")
    assert fields["schedule_rate_iu_per_h"] == tuple(hour / 10 for hour in range(21))


def test_pages_are_left_alone() -> None:
    """Their records run across frames."""
    assert fields_from_frame(0x80, 1, SCHEDULE.ljust(64, b"\0")) == {}


def test_a_full_schedule_is_read_in_all_its_frames() -> None:
    """48 entries at rising rates: a high rate late in the day is not out of sight.

    Entry n asks for 7 + n IU/h. Of entry 21 the low byte (28 IU/h are 1120 strokes, 0460) stands
    in the first frame, so 1024 strokes are read; of entry 42 the time stands in the third.
    """
    entries = b"".join((40 * (7 + n)).to_bytes(2, "little") + bytes([n]) for n in range(48))
    frames = [entries[at : at + 64].ljust(64, b"\0") for at in (0, 64, 128)]
    rates = [
        fields_from_frame(0x6F, number, content)["schedule_rate_iu_per_h"]
        for number, content in enumerate(frames, start=1)
    ]
    assert rates[0] == tuple(7.0 + n for n in range(21))
    assert rates[1] == (1024 / 40, *(7.0 + n for n in range(22, 43)))
    assert rates[2] == tuple(7.0 + n for n in range(43, 48))
    starts = fields_from_frame(0x6F, 2, frames[1])["schedule_start_s"]
    assert starts == tuple(1800 * n for n in range(21, 42))


def test_an_empty_last_frame_holds_no_rate() -> None:
    """A short schedule ends in the first frame; the frames after it order nothing."""
    for number in (2, 3, 4):
        fields = fields_from_frame(0x6F, number, bytes(64))
        assert fields == {"schedule_start_s": (), "schedule_rate_iu_per_h": ()}


def test_a_body_of_unknown_layout_is_kept() -> None:
    """A dose in a length that no pump knows must not be guessed."""
    assert fields_from_body(0x42, bytes.fromhex("03000102")) == {"params_hex": "000102"}
    assert fields_from_body(0x4E, b"\x01\x05") == {"params_hex": "05"}


@pytest.mark.parametrize(
    ("code", "body", "command", "expected"),
    [
        (0x4D, "0100", "suspend", "resume"),
        (0x4D, "0101", "suspend", "suspend"),
        (0x4C, "03000000", "temp-basal", "cancel"),
        (0x4C, "03002c01", "temp-basal", "temp-basal"),
        (0x69, "026400", "temp-basal", "cancel"),
        (0x4C, "0100", "temp-basal", "temp-basal"),
        (0x42, "020000", "bolus", "bolus"),
    ],
)
def test_commands_that_share_an_opcode(
    code: int, body: str, command: Command, expected: str
) -> None:
    """Stopping insulin and taking it up again are one opcode apart in one byte."""
    assert command_from_body(code, bytes.fromhex(body), command) == expected


@given(code=st.integers(0, 255), body=st.binary(min_size=1, max_size=65))
def test_any_body_has_fields(code: int, body: bytes) -> None:
    """Hostile parameters never raise, and a name says its unit or kind."""
    assert isinstance(fields_from_body(code, body), dict)
    assert isinstance(fields_from_frame(code, 1, body.ljust(64, b"\0")[:64]), dict)
