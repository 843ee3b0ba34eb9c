"""A line that leaves the machine names no patient, and still tells devices apart."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.records import Alarm, Finding, Message, Radio, Registered, Span, Transmission
from medmon.wire import hashed, line_from_record
from medmon.wire.privacy import pseudonym

SALT = b"sixteen bytes at least"
PUMP = Registered("350535", "medtronic", "pump", asset="INV-7", name="Anna's pump")
RADIO = Radio(9e8, 0.0, 1e4, -30.0, 20.0, -50.0, 100.0)


def _transmission(device: str = "350535", **fields: str | int | None) -> dict[str, Any]:
    heard = Transmission(
        "t1", Span("a.cu8", 0, 10), 7, RADIO, "medtronic", "ok", bytes.fromhex("a735053506"),
        Message(device, "bolus", fields=fields),
    )  # fmt: skip
    return line_from_record(heard, devices={(PUMP.protocol, PUMP.id): PUMP})


def _alarm(kind: str = "security", subject: str = "350535") -> dict[str, Any]:
    reason = Finding("d", subject, "f", "350535", "INV-7", "Anna's pump (350535): 5 IU.", 7)
    alarm = Alarm(
        "a1", 7, "start", "active", "high", "technical" if kind == "technical" else "security",
        "p", f"Pump {subject} was told", "Ask at INV-7", subject, (reason,), ("t1",), (), 7, 7, 1,
    )  # fmt: skip
    return line_from_record(alarm, devices={(PUMP.protocol, PUMP.id): PUMP})


@pytest.mark.parametrize("line", [_transmission(serial="350535", lot=44_012), _alarm()])
def test_nothing_identifying_is_left(line: dict[str, Any]) -> None:
    """Address, inventory number, name and the raw bytes are gone, wherever they stood."""
    text = json.dumps(hashed(line, salt=SALT))
    for secret in ("350535", "INV-7", "Anna", "a735053506", "44012"):
        assert secret not in text


def test_pseudonym_has_the_documented_form() -> None:
    """Another program can compute it: this one is from `openssl mac ... BLAKE2BMAC` (3.0)."""
    device = hashed(_transmission(), salt=SALT)["device"]
    assert device["id"] == "h:31eb774a762b"
    assert device["id"] == hashed(_alarm(), salt=SALT)["subject"]
    assert device["role"] == "pump"


def test_pseudonyms_tell_devices_apart_and_sites_do_not_match() -> None:
    """One device is one pseudonym under one salt; another salt links nothing."""
    first = hashed(_transmission("350535"), salt=SALT)["device"]["id"]
    assert first == hashed(_transmission("350535", units=1), salt=SALT)["device"]["id"]
    assert first != hashed(_transmission("350536"), salt=SALT)["device"]["id"]
    assert first != hashed(_transmission("350535"), salt=b"x" * 16)["device"]["id"]


def test_measurements_stay() -> None:
    """What a researcher needs is not touched, nor is the line that was given."""
    line = _transmission(units_iu=5, lot=None, pages=1)
    before = json.dumps(line)
    clean = hashed(line, salt=SALT)
    assert clean["radio"] == line["radio"]
    assert clean["fields"] == {"units_iu": 5, "lot": None, "pages": 1}
    assert clean["raw_hex"] is None
    assert json.dumps(line) == before


def test_sentences_stay_readable() -> None:
    """A device that is called "pump" does not blank the word pump in every sentence."""
    plain = Registered("350535", "medtronic", "pump", name="Pump")
    alarm = _alarm()
    alarm["device"]["name"] = plain.name
    clean = hashed(alarm, salt=SALT)
    assert clean["title"].startswith("Pump h:")
    assert clean["device"]["name"] == "Pump"
    assert "5 IU" in clean["reasons"][0]["text"]


def test_technical_subject_is_no_patient() -> None:
    """ "monitor" stays readable, and a registered device is hidden all the same."""
    assert hashed(_alarm("technical", "monitor"), salt=SALT)["subject"] == "monitor"
    assert hashed(_alarm("technical"), salt=SALT)["subject"].startswith("h:")


def test_known_identifiers_are_found_in_lines_about_others() -> None:
    """A finding about a foreign device may name the patient's own one."""
    finding = Finding("d", "ffffff", "device", "ffffff", "only 350535", "Not 350535.", 7)
    clean = hashed(line_from_record(finding), salt=SALT, known=["350535"])
    assert "350535" not in json.dumps(clean)
    assert clean["subject"] == pseudonym("ffffff", salt=SALT)


def test_line_without_identifiers_stays_as_it_is() -> None:
    """A gap names nobody."""
    line = {"schema": "medmon/1", "type": "gap", "reason": "overrun", "samples_lost": 3}
    assert hashed(line, salt=SALT) == line


@given(st.text(min_size=1), st.text(min_size=1))
def test_case_does_not_matter(one: str, other: str) -> None:
    """Addresses are the same in either case; different words differ."""
    assert (pseudonym(one, salt=SALT) == pseudonym(other, salt=SALT)) == (
        one.lower().encode(errors="replace") == other.lower().encode(errors="replace")
    )


@pytest.mark.parametrize("salt", [b"", b"x" * 15, b"x" * 65])
def test_weak_salt_is_refused(salt: bytes) -> None:
    """A short secret could be guessed, and then every address."""
    with pytest.raises(ValueError, match="16 to 64 bytes"):
        hashed({}, salt=salt)
