"""What holds for every detector, those that come later included."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.plugins import load, names
from medmon.records import Command, Heading, Registered, Setting, Transmission

if TYPE_CHECKING:
    from tests.detect.conftest import Hear

SETTING = Setting(
    devices=(
        Registered("123456", "medtronic", "pump"),
        Registered("0a0b0c", "medtronic", "sensor", rssi_min_dbfs=-60.0, rssi_max_dbfs=-20.0),
        Registered("1f014828", "omnipod", "pump"),
    ),
    max_bolus_iu=5.0,
    max_basal_iu_per_h=2.0,
    max_daily_iu=20.0,
    min_bolus_interval_s=600.0,
    quiet_hours="22:00-06:00",
)
COMMANDS = [
    "bolus", "temp-basal", "cancel", "suspend", "resume", "basal-schedule", "settings", "wakeup",
    "button", "pair", "deactivate", "read", "response", "ack", "status", "sensor", "meter",
]  # fmt: skip
FLOOD: tuple[Command, ...] = ("bolus", "wakeup", "sensor", "meter", "temp-basal")
SAID = st.fixed_dictionaries(
    {
        "device": st.sampled_from(["123456", "0a0b0c", "1f014828", "777777"]),
        "protocol": st.sampled_from(["medtronic", "omnipod", None]),
        "role": st.sampled_from(["pump", "pdm", "remote", "meter", "sensor", None]),
        "direction": st.sampled_from(["to-device", "from-device", "unknown"]),
        "sequence": st.none() | st.integers(0, 255),
        "integrity": st.sampled_from(["ok", "ok", "ok", "failed", "none"]),
        "rssi_dbfs": st.floats(),
        "fields": st.dictionaries(
            st.sampled_from(
                ["units_iu", "rate_iu_per_h", "rates_iu_per_h", "duration_s", "announcement",
                 "glucose_mg_dl", "isig", "cancels", "opcode_name", "blocks", "nonce_hex",
                 "button", "is_checksum_ok", "max_bolus_iu"]
            ),
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=3)
            | st.tuples(st.floats() | st.text(max_size=3) | st.none()),
        ),
    }
)  # fmt: skip
HEARD = st.tuples(st.floats(0, 1e6), st.sampled_from(COMMANDS), SAID, st.booleans())
every_detector = pytest.mark.parametrize("name", names("detectors"))


def _build(name: str) -> Any:
    plugin = load("detectors", name)
    return plugin(SETTING, plugin.sample_options())


@every_detector
def test_names_itself(name: str) -> None:
    """The name in findings is the name in policies, and every option has a default."""
    plugin = load("detectors", name)
    assert plugin.name == name
    assert plugin.Options() is not None
    assert isinstance(plugin.sample_options(), plugin.Options)
    assert all(field.name == field.name.lower() for field in fields(plugin.Options))


@every_detector
@settings(max_examples=60, deadline=None)
@given(stream=st.lists(HEARD, max_size=12))
def test_any_stream(name: str, hear: Hear, stream: list[Any]) -> None:
    """Whatever was heard: scoring changes nothing, findings explain themselves, memory is JSON."""
    detector, copy = _build(name), _build(name)
    for second, command, said, is_trusted in stream:
        transmission = hear(second, command, **said)
        before = json.dumps(detector.state(), allow_nan=False)
        scored = list(detector.score(transmission))
        found = scored + list(detector.overdue(transmission.time_ns))
        assert list(detector.score(transmission)) == scored
        assert json.dumps(detector.state(), allow_nan=False) == before
        for finding in found:
            assert finding.detector == name
            assert 0.0 <= finding.score <= 1.0
            assert finding.feature
            assert finding.expected
            assert finding.text[0].isupper()
            assert finding.text.endswith(".")
            assert "nan" not in finding.text
        copy.restore(json.loads(before))
        assert list(copy.score(transmission)) == scored
        detector.learn(transmission, trusted=is_trusted)


@pytest.mark.parametrize(
    "name", [name for name in names("detectors") if hasattr(load("detectors", name), "foretell")]
)
@settings(max_examples=60, deadline=None)
@given(second=st.floats(0, 1e6), command=st.sampled_from(COMMANDS), said=SAID)
def test_what_is_foretold_is_what_will_be_said(
    name: str, hear: Hear, second: float, command: Command, said: dict[str, Any]
) -> None:
    """An alarm that begins with a heading must be the one that the whole packet raises."""
    told = {**said, "integrity": "ok", "fields": {}}
    whole = hear(second, command, **told)
    assert whole.message is not None
    begun = Heading(
        whole.id, whole.span, whole.time_ns, whole.radio, whole.protocol or "", whole.message
    )
    detector = _build(name)
    before = detector.state()
    found = list(detector.foretell(begun))
    checked = list(detector.foretell(replace(begun, is_checked=True)))
    assert detector.state() == before
    if whole.protocol:
        # What needs the whole packet waits for its end.
        assert checked == list(detector.score(whole))
        assert found in ([], checked)
    if whole.message.direction == "unknown":
        assert not found


@every_detector
def test_what_nobody_understood(name: str, hear: Hear) -> None:
    """A burst without a message is no reason to fall over."""
    detector = _build(name)
    nobody = replace(hear(0.0, "bolus"), message=None, protocol=None, raw=None)
    for integrity in ("ok", "failed", "none"):
        transmission = replace(nobody, integrity=integrity)
        assert not detector.score(transmission)
        detector.learn(transmission, trusted=True)


@every_detector
def test_memory_is_bounded(name: str, hear: Hear) -> None:
    """A flood of commands from invented addresses costs a bounded amount of memory."""
    half, whole = _flood(name, hear, 6_000)
    assert whole <= 1.25 * half + 200


@pytest.mark.slow
@every_detector
def test_memory_is_bounded_for_long(name: str, hear: Hear) -> None:
    """A hundred thousand transmissions, most of them from strangers, leave less than 1 MB."""
    half, whole = _flood(name, hear, 100_000)
    assert whole <= 1.05 * half + 200
    assert whole < 1_000_000


def _flood(name: str, hear: Hear, count: int) -> tuple[int, int]:
    """Return the size of a detector's memory after half of a flood, and after all of it."""
    detector, sizes = _build(name), []
    for number in range(1, count + 1):
        transmission = _invented(hear, number)
        detector.score(transmission)
        detector.learn(transmission, trusted=number % 3 == 0)
        if number in (count // 2, count):
            sizes.append(len(json.dumps(detector.state())))
    return sizes[0], sizes[1]


def _invented(hear: Hear, number: int) -> Transmission:
    """Invent a transmission; one of three is for the patient's own devices."""
    drawn = int.from_bytes(sha256(str(number).encode()).digest()[:8], "big")
    device = ("123456", "0a0b0c")[drawn % 2] if drawn % 3 == 0 else f"{drawn % 2**24:06x}"
    command = FLOOD[drawn // 6 % len(FLOOD)]
    said = {"units_iu": drawn % 97 / 40, "isig": drawn % 9001, "rate_iu_per_h": drawn % 89 / 40}
    role = "sensor" if command == "sensor" else "pump"
    fields = {**said, "duration_s": 1800}
    return hear(10.0 * number, command, device=device, role=role, fields=fields)
