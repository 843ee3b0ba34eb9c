"""What a monitor heard is read back exactly, and a bad file is named by line and key."""

import json
import math
from collections.abc import Callable
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.errors import InputError
from medmon.records import (
    Command,
    Direction,
    Finding,
    Gap,
    Heading,
    Integrity,
    Message,
    Modulation,
    Radio,
    Registered,
    Role,
    Span,
    Summary,
    Transmission,
)
from medmon.wire import (
    gap_from_line,
    heard_from_lines,
    line_from_record,
    text_from_line,
    transmission_from_line,
)

real = st.floats(allow_nan=False, allow_infinity=False)
whole = st.integers(0, 2**62)
maybe = st.none() | real
spans = st.builds(Span, st.text(), whole, whole, st.text())
radios = st.builds(
    Radio,
    freq_hz=real,
    cfo_hz=real,
    bandwidth_hz=real,
    rssi_dbfs=real,
    snr_db=real,
    noise_dbfs=real,
    duration_us=real,
    modulation=st.sampled_from(get_args(Modulation)),
    symbol_rate_hz=maybe,
    deviation_hz=maybe,
    rise_us=maybe,
    rssi_dbm=maybe,
    tdoa_ns=maybe,
    aoa_deg=maybe,
    tdoa_std_ns=maybe,
    aoa_std_deg=maybe,
    aoa_ambiguous=st.none() | st.booleans(),
    collided=st.booleans(),
)
scalars = st.none() | st.booleans() | st.integers() | real | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6)
messages = st.builds(
    Message,
    device=st.text(),
    command=st.sampled_from(get_args(Command)),
    direction=st.sampled_from(get_args(Direction)),
    role=st.none() | st.sampled_from(get_args(Role)),
    fields=st.dictionaries(st.text(), values, max_size=4),
    sequence=st.none() | whole,
)
transmissions = st.builds(
    Transmission,
    id=st.text(),
    span=spans,
    time_ns=whole,
    radio=radios,
    protocol=st.none() | st.text(min_size=1),
    integrity=st.sampled_from(get_args(Integrity)),
    raw=st.none() | st.binary(max_size=20),
    message=st.none() | messages,
    repeats=st.integers(1, 1_000),
)

HEARD = Transmission(
    "t1",
    Span("a.cu8", 0, 10),
    1_000_000_007,
    Radio(9e8, 0.0, 1e4, -30.0, 20.0, -50.0, 100.0, "ook"),
    "medtronic",
    "ok",
    b"\xa7",
    Message("350535", "bolus"),
)


@given(transmissions, st.sampled_from(get_args(Role)))
def test_transmission_comes_back_exactly(heard: Transmission, role: Role) -> None:
    """A replayed .jsonl is judged as the recording was, whatever the configuration shows."""
    own = Registered("350535", "medtronic", role, asset="INV-7")
    devices = {(own.protocol, own.id): own}
    if heard.message is not None:
        devices[heard.protocol or "", heard.message.device] = own
    line = json.loads(text_from_line(line_from_record(heard, devices=devices)))
    assert transmission_from_line(line) == heard


@given(spans, whole, real, st.text())
def test_gap_comes_back_exactly(span: Span, time_ns: int, rate_hz: float, reason: str) -> None:
    """Lost samples are judged like heard ones."""
    gap = Gap(span, time_ns, rate_hz, reason)
    assert gap_from_line(json.loads(text_from_line(line_from_record(gap)))) == gap


def test_level_that_was_not_finite_comes_back_as_nan() -> None:
    """Nobody mistakes an unknown level for a number."""
    line = line_from_record(HEARD)
    line["radio"]["noise_dbfs"] = None
    assert math.isnan(transmission_from_line(line).radio.noise_dbfs)


def test_file_gives_what_was_heard_and_passes_over_conclusions() -> None:
    """Alarms and findings are drawn again, the end of the recording is kept; a heading is part
    of the transmission that follows it."""
    gap = Gap(Span("a.cu8", 10, 5), 2_000_000_000, 1e6, "overrun")
    finding = Finding("d", "s", "f", 1, "0", "text", 3)
    end = Summary(9, 8, 7, 0.5, {"medtronic/ok": 1, "None/none": 2}, {"high/dose": 1}, 2.5, 90.0)
    said = Message("350535", "bolus", "to-device")
    heading = Heading("h", HEARD.span, HEARD.time_ns, HEARD.radio, "medtronic", said)
    told = (heading, HEARD, finding, gap, end)
    lines = [text_from_line(line_from_record(record)) for record in told]
    lines.insert(1, "\n")
    lines.insert(1, '{"schema": "medmon/1", "type": "invented-later", "time": "2030"}')
    assert list(heard_from_lines(lines)) == [HEARD, gap, end]


def test_unknown_keys_are_ignored() -> None:
    """A newer monitor may add keys."""
    line = line_from_record(HEARD) | {"new": 1}
    line["radio"]["new_db"] = 3
    assert transmission_from_line(line) == HEARD


def test_lines_of_other_programs_need_no_nanoseconds() -> None:
    """The contract's own keys are enough; whole numbers and upper-case digits are fine."""
    line = line_from_record(HEARD)
    del line["time_ns"], line["device"]["role_heard"]
    line["time"] = "1970-01-01T00:00:01.000002Z"
    line["device"]["role"] = "pump"
    line["radio"]["freq_hz"] = 900_000_000
    line["raw_hex"] = "A7"
    line["fields"] = {"nested": {"a": 1}}
    heard = transmission_from_line(line)
    assert heard.time_ns == 1_000_002_000
    assert isinstance(heard.radio.freq_hz, float)
    assert heard.raw == b"\xa7"
    assert heard.message is not None
    assert heard.message.role == "pump"
    assert heard.message.fields == {"nested": '{"a": 1}'}


def _set(*path: str, to: Any) -> Callable[[dict[str, Any]], None]:
    def change(line: dict[str, Any]) -> None:
        for key in path[:-1]:
            line = line[key]
        if to is KeyError:
            del line[path[-1]]
        else:
            line[path[-1]] = to

    return change


@pytest.mark.parametrize(
    ("change", "expected", "found"),
    [
        (_set("radio", to=KeyError), "radio to be an object", "no such key"),
        (_set("radio", to=[1]), "radio to be an object", "[1]"),
        (_set("radio", "freq_hz", to=KeyError), "radio.freq_hz to be a number", "no such key"),
        (_set("radio", "freq_hz", to="x"), "radio.freq_hz to be a number", "'x'"),
        (_set("radio", "freq_hz", to=True), "radio.freq_hz to be a number", "True"),
        (_set("radio", "aoa_deg", to=math.inf), "radio.aoa_deg to be a number", "inf"),
        (_set("radio", "aoa_ambiguous", to=1), "radio.aoa_ambiguous to be true, false or", "1"),
        (_set("radio", "modulation", to="am"), "radio.modulation to be 'ook' or", "'am'"),
        (_set("integrity", to=[]), "integrity to be 'ok' or", "[]"),
        (_set("source", "file", to=KeyError), "source.file to be a text", "no such key"),
        (_set("source", "sample_start", to=-1), "source.sample_start to be a whole", "-1"),
        (_set("source", "sample_count", to=1.5), "source.sample_count to be a whole", "1.5"),
        (_set("repeats", to=0), "repeats to be a whole number of at least 1", "0"),
        (_set("time_ns", to=2**63), "time_ns to be a whole", "9223372036854775808"),
        (_set("raw_hex", to="a"), "raw_hex to be hexadecimal", "'a'"),
        (_set("raw_hex", to=7), "raw_hex to be a text", "7"),
        (_set("device", "role_heard", to="king"), "device.role_heard to be 'pump' or", "'king'"),
        (_set("protocol", to=3), "protocol to be a text", "3"),
        (_set("sequence", to="3"), "sequence to be a whole", "'3'"),
    ],
)
def test_bad_value_is_named(
    change: Callable[[dict[str, Any]], None], expected: str, found: str
) -> None:
    """The message says file, line, key, what was expected and what stands there."""
    line = line_from_record(HEARD)
    change(line)
    with pytest.raises(InputError) as caught:
        transmission_from_line(line, file="ward.jsonl", number=12)
    message = str(caught.value)
    assert message.startswith(f"ward.jsonl: line 12: expected {expected}")
    assert f"found {found}" in message


def test_bad_time_is_named() -> None:
    """A time of another form is shown with an example of the right one."""
    line = line_from_record(HEARD)
    del line["time_ns"]
    line["time"] = "yesterday"
    with pytest.raises(InputError, match=r"time to be a time such as 2026.*found 'yesterday'"):
        transmission_from_line(line)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("not json", "one JSON object, found 'not json'"),
        ('{"schema": "medm', "one JSON object"),
        ("[1, 2]", r"one JSON object, found \[1, 2\]"),
        ("[" * 100_000, "one JSON object"),
        ('{"type": "transmission"}', "schema to be 'medmon/1', found no such key"),
        ('{"schema": "medmon/2", "type": "gap"}', "schema to be 'medmon/1', found 'medmon/2'"),
        ('{"schema": "medmon/1"}', "type to be a text"),
        ('{"schema": "medmon/1", "type": "gap"}', "source to be an object"),
        (
            '{"schema": "medmon/1", "type": "transmission", "id": NaN}',
            "id to be a finite number, found nan",
        ),
    ],
)
def test_line_that_is_no_record_is_named(text: str, complaint: str) -> None:
    """The second line is bad, and the message says so."""
    good = text_from_line(line_from_record(HEARD))
    lines = heard_from_lines([good, text], file="a.jsonl")
    assert next(lines) == HEARD
    with pytest.raises(InputError, match=rf"^a\.jsonl: line 2: expected {complaint}"):
        next(lines)
