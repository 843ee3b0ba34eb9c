"""Every record becomes the line that the contract promises."""

import json
import math
from dataclasses import replace

import pytest

from medmon.records import (
    Alarm,
    Evidence,
    Finding,
    Gap,
    Heading,
    Message,
    Radio,
    Record,
    Registered,
    Span,
    Status,
    Summary,
    Transmission,
)
from medmon.wire import line_from_record, schema, text_from_line

jsonschema = pytest.importorskip("jsonschema")

RADIO = Radio(
    freq_hz=916_499_871.25,
    cfo_hz=-128.75,
    bandwidth_hz=51_200.0,
    rssi_dbfs=-31.4,
    snr_db=22.1,
    noise_dbfs=-53.5,
    duration_us=53_100.0,
    modulation="ook",
    symbol_rate_hz=16_384.5,
)
HEARD = Transmission(
    id="5f0c",
    span=Span("ward.sigmf-data", 4_096, 2_048),
    time_ns=1_795_432_503_000_001_234,
    radio=RADIO,
    protocol="medtronic",
    integrity="ok",
    raw=bytes.fromhex("a7350535061f00"),
    message=Message(
        device="350535",
        command="bolus",
        direction="to-device",
        role="remote",
        fields={"units_iu": 2.5, "pages": (1, 2), "square": False, "note": None},
        sequence=3,
    ),
    repeats=2,
)
HEADING = Heading(
    "0d1e", Span("ward.sigmf-data", 4_200, 5_750), HEARD.time_ns + 13_428_000, RADIO, "medtronic",
    Message("350535", "bolus", "to-device", "pump"),
)  # fmt: skip
FINDING = Finding(
    detector="dose-limit",
    subject="350535",
    feature="units_iu",
    value=2.5,
    expected="at most 2 IU",
    text="A bolus of 2.5 IU is above the limit of 2 IU.",
    time_ns=HEARD.time_ns,
    score=0.75,
    p_value=0.01,
    transmissions=("5f0c",),
    spans=(HEARD.span,),
)
ALARM = Alarm(
    id="a1",
    time_ns=HEARD.time_ns,
    phase="start",
    state="active",
    priority="high",
    kind="security",
    policy="dose-above-limit",
    title="Bolus above the limit",
    action="Check the pump.",
    subject="350535",
    reasons=(FINDING,),
    transmissions=("5f0c",),
    evidence=(Evidence("ward.sigmf-data", 4_096, 2_048),),
    first_ns=HEARD.time_ns,
    last_ns=HEARD.time_ns,
    count=1,
)
GAP = Gap(Span("rtl_tcp://box:1234", 10, 500), 2_000, 250_000.0, "buffer overrun")
STATUS = Status(3_000, 250_000.0, -61.5, 1_000, 500, {"medtronic/check": 2, "omnipod/check": 1})
SUMMARY = Summary(
    4_000, 1_000, 500, 0.004, {"medtronic/ok": 3, "medtronic/failed": 1}, {"high/dose": 1}
)
RECORDS: tuple[Record, ...] = (HEARD, HEADING, FINDING, ALARM, GAP, STATUS, SUMMARY)
PUMP = Registered("350535", "medtronic", "pump", asset="INV-7", name="Bed 3 pump")

# Transcribed from the contract's section "Records".
HEAD = {"schema", "type", "time"}
CONTRACT = {
    "transmission": "id source radio protocol integrity raw_hex device direction command fields "
    "sequence repeats",
    "heading": "id source radio protocol device direction command checked",
    "alarm": "id phase priority kind state policy title action score p_value reasons transmissions "
    "first last count evidence jamming",
    "finding": "",
    "gap": "samples_lost reason",
    "status": "rate noise_dbfs drops latency_ms",
    "summary": "samples seconds real_time_factor transmissions alarms peak_rss_mb",
}
CONTRACT_RADIO = (
    "freq_hz cfo_hz bandwidth_hz rssi_dbfs rssi_dbm snr_db noise_dbfs duration_us modulation "
    "symbol_rate_hz deviation_hz rise_us tdoa_ns aoa_deg"
)
ADDED_RADIO = "tdoa_std_ns aoa_std_deg aoa_ambiguous collided"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_line_has_the_keys_of_the_contract(record: Record) -> None:
    """Scripts rely on these keys."""
    line = line_from_record(record)
    assert line["type"] == type(record).__name__.lower()
    assert HEAD | set(CONTRACT[line["type"]].split()) <= line.keys()


def test_nested_objects_have_the_keys_of_the_contract() -> None:
    """Scripts reach into source, radio, device, reasons and evidence too."""
    line = line_from_record(HEARD)
    assert set(f"{CONTRACT_RADIO} {ADDED_RADIO}".split()) == line["radio"].keys()
    assert {"file", "receiver", "sample_start", "sample_count"} == line["source"].keys()
    assert {"id", "asset", "role"} <= line["device"].keys()
    alarm = line_from_record(ALARM)
    assert {"feature", "value", "expected", "text"} <= alarm["reasons"][0].keys()
    assert {"file", "sample_start", "sample_count", "sha512"} == alarm["evidence"][0].keys()


def test_transmission_line_by_hand() -> None:
    """The values stand where a reader looks for them."""
    line = line_from_record(HEARD)
    assert line["time"] == "2026-11-23T11:15:03.000001Z"
    assert line["time_ns"] == 1_795_432_503_000_001_234
    assert line["raw_hex"] == "a7350535061f00"
    assert line["command"] == "bolus"
    assert line["direction"] == "to-device"
    assert line["fields"] == {"units_iu": 2.5, "pages": [1, 2], "square": False, "note": None}
    assert (line["sequence"], line["repeats"]) == (3, 2)
    assert line["radio"]["cfo_hz"] == -128.75
    assert line["radio"]["aoa_deg"] is None


def test_heading_line_holds_nothing_that_was_not_known() -> None:
    """Nobody may take a heading for a transmission: it has no check, no bytes, and no dose."""
    line = line_from_record(HEADING, devices={(PUMP.protocol, PUMP.id): PUMP})
    assert not {"integrity", "raw_hex", "fields", "sequence", "repeats"} & line.keys()
    assert (line["command"], line["direction"]) == ("bolus", "to-device")
    assert (line["device"]["name"], line["device"]["registered"]) == ("Bed 3 pump", True)


def test_own_device_is_shown_as_the_hospital_knows_it() -> None:
    """A nurse looks for the inventory number, not for a radio address."""
    devices = {(PUMP.protocol, PUMP.id): PUMP}
    device = line_from_record(HEARD, devices=devices)["device"]
    assert device == {
        "id": "350535",
        "asset": "INV-7",
        "name": "Bed 3 pump",
        "role": "pump",
        "registered": True,
        "role_heard": "remote",
    }
    alarm = line_from_record(ALARM, devices=devices)
    assert alarm["subject"] == "350535"
    assert alarm["device"]["asset"] == "INV-7"


def test_same_digits_on_another_system_are_another_device() -> None:
    """A foreign sensor must not borrow the name of the patient's pump."""
    other = replace(PUMP, protocol="dexcom-g4")
    device = line_from_record(HEARD, devices={(other.protocol, other.id): other})["device"]
    assert device["registered"] is False
    assert device["asset"] is None
    assert device["role"] == "remote"


def test_two_own_devices_with_the_same_digits_stay_two() -> None:
    """A packet and an alarm name their own system's device; without a system it is neither."""
    pod = Registered("350535", "omnipod", "pump", asset="INV-9")
    devices = {(device.protocol, device.id): device for device in (PUMP, pod)}
    on_pod = replace(HEARD, protocol="omnipod")
    assert line_from_record(HEARD, devices=devices)["device"]["asset"] == "INV-7"
    assert line_from_record(on_pod, devices=devices)["device"]["asset"] == "INV-9"
    alarm = line_from_record(ALARM, devices=devices)
    assert (alarm["subject"], alarm["device"]) == ("350535", None)
    of_pod = line_from_record(replace(ALARM, protocol="omnipod"), devices=devices)
    assert (of_pod["protocol"], of_pod["device"]["asset"]) == ("omnipod", "INV-9")
    of_other = line_from_record(replace(ALARM, protocol="dexcom-g4"), devices=devices)
    assert of_other["device"] is None


def test_burst_that_nobody_understands() -> None:
    """Undecoded energy has the same keys, so that scripts need no special case."""
    line = line_from_record(replace(HEARD, protocol=None, integrity="none", raw=None, message=None))
    assert line["device"]["id"] is None
    assert (line["command"], line["direction"], line["fields"]) == ("unknown", "unknown", {})
    assert line["raw_hex"] is None


def test_uri_and_file_are_told_apart() -> None:
    """The contract names the source by file or by URI."""
    assert line_from_record(GAP)["source"]["uri"] == "rtl_tcp://box:1234"
    assert "file" not in line_from_record(GAP)["source"]


def test_counts_are_nested() -> None:
    """The summary is by protocol and integrity, by priority and policy."""
    line = line_from_record(SUMMARY)
    assert line["transmissions"] == {"medtronic": {"ok": 3, "failed": 1}}
    assert line["alarms"] == {"high": {"dose": 1}}
    rejections = line_from_record(STATUS)["rejections"]
    assert rejections == {"medtronic": {"check": 2}, "omnipod": {"check": 1}}


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_no_line_holds_nan_or_infinity(bad: float) -> None:
    """JSON has no such numbers, and many readers stop at them."""
    message = Message("1", "status", fields={"level_db": bad, "levels_db": (bad, 1.0)})
    records: list[Record] = [
        replace(HEARD, radio=replace(RADIO, noise_dbfs=bad), message=message),
        replace(FINDING, value=bad, score=bad, p_value=bad),
        replace(STATUS, noise_dbfs=bad),
    ]
    for record in records:
        text = text_from_line(line_from_record(record))
        assert "NaN" not in text
        assert "Infinity" not in text
    assert json.loads(text_from_line(line_from_record(records[0])))["fields"] == {
        "level_db": None,
        "levels_db": [None, 1.0],
    }


def test_text_is_one_line_of_ascii() -> None:
    """What was heard can neither break a line nor steer a terminal."""
    hostile = replace(FINDING, text="a\nb\x1b[2J\x9b\u202e")
    text = text_from_line(line_from_record(hostile))
    assert text.isascii()
    assert text.isprintable()


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
def test_line_fits_the_schema(record: Record) -> None:
    """The published schema and the program say the same."""
    line = json.loads(
        text_from_line(line_from_record(record, devices={(PUMP.protocol, PUMP.id): PUMP}))
    )
    jsonschema.Draft202012Validator(schema()).validate(line)


@pytest.mark.parametrize(
    ("record", "key"),
    [(record, key) for record in RECORDS for key in line_from_record(record)],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_schema_misses_every_key(record: Record, key: str) -> None:
    """A key that were dropped would be noticed by whoever validates."""
    line = line_from_record(record)
    del line[key]
    assert not jsonschema.Draft202012Validator(schema()).is_valid(line)
