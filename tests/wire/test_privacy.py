"""A line that leaves the machine names no patient, and still tells devices apart."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon import plugins
from medmon.protocols import Decoder, Reader
from medmon.records import (
    SEVERAL_DEVICES,
    Alarm,
    AlarmKind,
    Beginning,
    Burst,
    Finding,
    Frame,
    Message,
    Radio,
    Registered,
    Span,
    Transmission,
    Verdict,
)
from medmon.respond import Board
from medmon.wire import Vouched, hashed, line_from_record
from medmon.wire.privacy import pseudonym
from signal_fixtures.devices import omnipod
from signal_fixtures.devices.medtronic import with_crc8
from signal_fixtures.devices.medtronic_bodyside import MySentry
from signal_fixtures.devices.medtronic_pump import Paradigm

SALT = b"sixteen bytes at least"
PUMP = Registered("350535", "medtronic", "pump", asset="INV-7", name="Anna's pump")
RADIO = Radio(9e8, 0.0, 1e4, -30.0, 20.0, -50.0, 100.0)
DECODERS: list[Decoder] = [plugins.load("protocols", name) for name in ("medtronic", "omnipod")]
VOUCHED = Vouched(
    {decoder.name: decoder.open_fields for decoder in DECODERS},
    tuple(decoder.id_pattern for decoder in DECODERS),
)
VECTORS = Path(__file__).parents[1] / "vectors"


def _transmission(device: str = "350535", **fields: str | int | None) -> dict[str, Any]:
    heard = Transmission(
        "t1", Span("a.cu8", 0, 10), 7, RADIO, "medtronic", "ok", bytes.fromhex("a735053506"),
        Message(device, "bolus", fields=fields),
    )  # fmt: skip
    return line_from_record(heard, devices={(PUMP.protocol, PUMP.id): PUMP})


def _alarm(kind: AlarmKind = "security", subject: str = "350535") -> dict[str, Any]:
    reason = Finding("d", subject, "f", "350535", "INV-7", "Anna's pump (350535): 5 IU.", 7)
    alarm = Alarm(
        "a1", 7, "start", "active", "high", kind, "p",
        f"Pump {subject} was told", "Ask at INV-7", subject, (reason,), ("t1",), (), 7, 7, 1,
    )  # fmt: skip
    return line_from_record(alarm, devices={(PUMP.protocol, PUMP.id): PUMP})


def _heading(device: str = "350535") -> dict[str, Any]:
    said = Message(device, "bolus", "to-device", "pump")
    begun = Beginning(
        Span("a.cu8", 0, 10), 7, RADIO, Frame("medtronic", Paradigm(device).bolus(1.0)[:5], 40)
    )
    (heading,) = Reader(DECODERS).glance([begun])
    assert heading.message == said
    return line_from_record(heading)


@pytest.mark.parametrize("line", [_transmission(serial="350535", lot=44_012), _alarm(), _heading()])
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
    vouched = Vouched({"medtronic": frozenset({"units_iu", "pages"})})
    clean = hashed(line, salt=SALT, vouched=vouched)
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


def _said(protocol: str, packets: Sequence[bytes]) -> list[dict[str, Any]]:
    """Give the lines of what the real decoders make of packets."""
    reader, lines = Reader(DECODERS), []
    for number, data in enumerate(packets):
        burst = Burst(Span("a.cu8", number, 1), 7, RADIO, (Frame(protocol, data, 8 * len(data)),))
        lines += reader.feed(burst)
    return [line_from_record(heard) for heard in lines + reader.flush()]


def _spellings(secret: str | int) -> Iterator[str]:
    """Write an identifier as it could stand somewhere: digits, bytes either way, text."""
    word = f"{secret:x}" if isinstance(secret, int) else secret
    if re.fullmatch("[0-9a-fA-F]+", word):
        data = bytes.fromhex(word.rjust(len(word) + len(word) % 2, "0"))
        yield from (data.hex(), data[::-1].hex(), str(int(word, 16)))
    for text in {word, str(secret)}:
        yield from (text, text.encode().hex())


def _found(line: dict[str, Any], secrets: Sequence[str | int]) -> set[str]:
    """Hash a line and give what is left of the secrets in its text."""
    text = json.dumps(hashed(line, salt=SALT, vouched=VOUCHED)).lower()
    spelled = {word.lower() for secret in secrets for word in _spellings(secret)}
    return {word for word in spelled if word in text}


SECRET_KEYS = {
    "device", "address", "address2", "assigned_address", "lot", "tid", "nonce_hex", "peer",
    "remote_id", "remote_ids", "meter_ids", "linked_devices",
}  # fmt: skip


def _secrets_of(vector: Any, key: str = "") -> Iterator[str | int]:
    """Collect what the source of a vector itself names as an identifier."""
    if isinstance(vector, dict):
        for name, value in vector.items():
            yield from _secrets_of(value, name)
    elif isinstance(vector, list):
        for value in vector:
            yield from _secrets_of(value, key)
    elif key in SECRET_KEYS and str(vector).strip("0f") not in {"", "None"}:
        yield vector


def _medtronic_packet(vector: dict[str, Any]) -> bytes | None:
    if "packet" in vector or "body" not in vector:
        return bytes.fromhex(vector["packet"]) if "packet" in vector else None
    body, fields = bytes.fromhex(vector["body"]), vector["fields"]
    if "message_type" in fields:
        return with_crc8(0xA2, "350535", bytes.fromhex(fields["message_type"]) + body)
    # One source leaves the length byte zero; the packet then has to say it.
    body = (body if body[0] else bytes([12]) + body[1:]).ljust(65, b"\0")
    return with_crc8(0xA7, "350535", bytes.fromhex(fields["opcode"]) + body)


def _every_vector() -> Iterator[Any]:
    """Give protocol, packets and secrets of every vector that can be a transmission."""
    for vector in json.loads((VECTORS / "medtronic.json").read_text())["vectors"]:
        packet = _medtronic_packet(vector)
        if packet is not None:
            at = 2 if packet[0] in (0xA8, 0xAA, 0xAB) else 1
            secrets = {packet[at : at + 3].hex(), *_secrets_of(vector)}
            yield pytest.param("medtronic", [packet], sorted(secrets), id=vector["name"])
    for name in ("omnipod.json", "omnipod_corpus.json"):
        kinds = json.loads((VECTORS / name).read_text())
        for kind in ("packets", "noisy", "messages", "blocks", "sessions"):
            for vector in kinds.get(kind, []):
                packets = _omnipod_packets(kind, vector)
                secrets = {*(packet[:4].hex() for packet in packets), *_secrets_of(vector)}
                given = sorted(secrets - {"ffffffff"}, key=str)
                yield pytest.param("omnipod", packets, given, id=vector["id"])


def _omnipod_packets(kind: str, vector: dict[str, Any]) -> list[bytes]:
    if kind == "sessions":
        return [bytes.fromhex(packet["hex"]) for packet in vector["packets"]]
    if kind == "messages" and vector["packets"]:
        return [bytes.fromhex(packet) for packet in vector["packets"]]
    data = bytes.fromhex(vector["hex"])
    if kind in {"packets", "noisy"}:
        return [data]
    whole = data if kind == "messages" else omnipod.message("1f014828", 3, data)
    sender = "POD" if data[0] in (0x01, 0x02, 0x06, 0x1D) else "PDM"
    return list(omnipod.packets_of(whole, sender, 5))


ALL_VECTORS = list(_every_vector())


@pytest.mark.parametrize(("protocol", "packets", "secrets"), ALL_VECTORS)
def test_no_real_packet_leaves_an_identifier(
    protocol: str, packets: Sequence[bytes], secrets: Sequence[str | int]
) -> None:
    """Serial, lot, tid, nonce and every address are gone, in whatever spelling they stood."""
    lines = _said(protocol, packets)
    assert lines
    for line in lines:
        assert _found(line, secrets) == set()


def test_exactly_the_identifying_fields_are_hidden() -> None:
    """A measurement that is hidden is lost to a researcher; a new field has to be decided about.

    A field that fails here goes into its decoder's `open_fields`, or into this list.
    """
    hidden: set[str] = set()
    inside: set[str] = set()
    for param in ALL_VECTORS:
        for line in _said(*param.values[:2]):
            clean = hashed(line, salt=SALT, vouched=VOUCHED)["fields"]
            hidden |= {name for name, value in line["fields"].items() if clean[name] != value}
            for order, shown in zip(
                line["fields"].get("orders", []), clean.get("orders", []), strict=True
            ):
                assert order[0] == shown[0]
                pairs = zip(order[1:], shown[1:], strict=True)
                inside |= {name for (name, value), seen in pairs if seen != [name, value]}
    assert inside == {"nonce_hex"}
    assert hidden - {"orders"} == {
        "address2", "assigned_address", "blocks_hex", "linked_devices", "lot",
        "nonce_hex", "nonce_sync_hex", "peer", "remote_id", "remote_ids", "tid", "unknown_hex",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("orders", "expected"),
    [
        ([["bolus", ["units_iu", 2.0]]], [["bolus", ["units_iu", 2.0]]]),
        ([["bolus", ["lot", 7]]], [["bolus", ["lot", pseudonym("7", salt=SALT)]]]),
        ([["bolus", 7]], [["bolus", pseudonym("7", salt=SALT)]]),
        ([["c0ffee"]], [[pseudonym("c0ffee", salt=SALT)]]),
        ([[["c0ffee"]], []], [[[pseudonym("c0ffee", salt=SALT)]], []]),
        (7, pseudonym("7", salt=SALT)),
    ],
)
def test_orders_of_any_shape_are_hidden_or_vouched_for(orders: object, expected: object) -> None:
    """A record of strangers may hold anything where orders should stand; nothing of it shows."""
    line = {"type": "transmission", "protocol": "omnipod", "fields": {"orders": orders}}
    assert hashed(line, salt=SALT, vouched=VOUCHED)["fields"] == {"orders": expected}


PUMP_SAYS = Paradigm("350535")


@pytest.mark.parametrize(
    ("packet", "secrets"),
    [
        (PUMP_SAYS.long(0x71, b"350535"), ["350535"]),
        (PUMP_SAYS.long(0x76, b"411525" + b"------" * 2), ["350535", "411525"]),
        (PUMP_SAYS.long(0x95, b"123456" + b"------" * 2), ["350535", "123456"]),
        (
            PUMP_SAYS.long(0xF0, bytes.fromhex("0100a5c527ad00").ljust(31, b"\0")),
            ["350535", "c527ad"],
        ),
        (PUMP_SAYS.long(0xEE, b"350535"), ["350535"]),
        (MySentry("350535").find_device(5, "abcdef"), ["350535", "abcdef"]),
        (MySentry("350535").ack(5, "abcdef", 4), ["350535", "abcdef"]),
    ],
    ids=["serial", "remotes", "meters", "linked", "unknown", "sought", "monitor"],
)
def test_ids_inside_parameters_are_hidden_too(packet: bytes, secrets: Sequence[str]) -> None:
    """A pump tells its own serial number and its companions to whoever asks."""
    (line,) = _said("medtronic", [packet])
    assert line["command"] != "unknown" or line["fields"]
    assert _found(line, secrets) == set()


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        parts = [_leaves(item, f"{path}.{key}") for key, item in value.items()]
    elif isinstance(value, list):
        parts = [_leaves(item, f"{path}.{index}") for index, item in enumerate(value)]
    else:
        return {path: value}
    return {key: item for part in parts for key, item in part.items()}


def _alarm_about(device: str) -> dict[str, Any]:
    (heard,) = _said("medtronic", [Paradigm(device).wakeup()])
    finding = Finding(
        "d", device, "device", device, "a registered device", f"A pump with the address {device}.",
        7, transmissions=(heard["id"],),
    )  # fmt: skip
    verdict = Verdict("p", "high", "security", "t", "a", device, 7, (finding,))
    (alarm,) = Board().feed(verdict)
    return line_from_record(alarm)


@pytest.mark.parametrize("make", [lambda device: _said("medtronic", [Paradigm(device).wakeup()])[0],
                                  _alarm_about, _heading],
                         ids=["transmission", "alarm", "heading"])  # fmt: skip
def test_whatever_depends_on_the_address_depends_on_the_salt(make: Any) -> None:
    """Else 2^24 tries undo it: two devices may only differ in what nobody can compute.

    The ids of transmissions and alarms are hashes without a key; everything else that goes into
    them stands in the line.
    """
    one, other = (
        _leaves(hashed(make(d), salt=SALT, vouched=VOUCHED)) for d in ("350535", "35053a")
    )
    elsewhere = _leaves(hashed(make("350535"), salt=b"x" * 16, vouched=VOUCHED))
    telling = {key for key in one if one[key] != other[key]}
    assert ".id" in telling
    assert {key for key in telling if one[key] == elsewhere[key]} == set()


def test_hashed_lines_still_refer_to_each_other() -> None:
    """Who reads an alarm finds the transmissions it rests on, and all its phases."""
    (heard,) = _said("medtronic", [Paradigm("350535").wakeup()])
    alarm = _alarm_about("350535")
    clean = hashed(alarm, salt=SALT)
    assert clean["transmissions"] == [hashed(heard, salt=SALT)["id"]]
    assert clean["id"] == hashed(alarm | {"phase": "end"}, salt=SALT)["id"]
    assert len(clean["id"]) == len("h:") + 16


def test_counts_of_a_summary_are_no_references() -> None:
    """They name nobody."""
    line = {"type": "summary", "transmissions": {"medtronic": {"ok": 7}}}
    assert hashed(line, salt=SALT) == line


@pytest.mark.parametrize("device", ["1f0e89f0", "c0ffee"])
def test_a_flood_names_no_foreign_device_either(device: str) -> None:
    """The alarm about several devices carries what it could not list."""
    board = Board(strangers_max=1)
    for subject in ("1f000001", device):
        finding = Finding(
            "d", subject, "device", subject, f"not {subject.upper()}",
            f"A pdm with the address {subject.upper()}, which is not registered here.", 7,
        )  # fmt: skip
        verdict = Verdict("p", "high", "security", "t", "a", subject, 7, (finding,))
        (alarm,) = board.feed(verdict)
    line = line_from_record(alarm)
    clean = hashed(line, salt=SALT, vouched=VOUCHED)
    assert device not in json.dumps(clean).lower()
    assert pseudonym(device, salt=SALT) in {reason["value"] for reason in clean["reasons"]}
    assert clean["subject"] == line["subject"] == SEVERAL_DEVICES


def test_a_technical_alarm_about_a_device_names_it_by_its_pseudonym() -> None:
    """The form of the subject decides where the kind of the alarm would let it pass."""
    clean = hashed(_alarm("technical", "1f0e89f0"), salt=SALT, vouched=VOUCHED)
    assert clean["subject"] == pseudonym("1f0e89f0", salt=SALT)


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
