"""Attacks: what each puts on the air, with whose radio, and under which name."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Any

import pytest

from signal_fixtures import attacker
from signal_fixtures.acts.bodyside import RemotePress
from signal_fixtures.acts.medtronic import PumpBolus
from signal_fixtures.acts.omnipod import PodBolus
from signal_fixtures.attacker import ATTACKS
from signal_fixtures.bed import ORDINARY, Device, Emission
from signal_fixtures.scenario import At, Attack, Part, Scenario
from signal_fixtures.stage import Act

DEVICES = (
    Device("pump", "pump", "123456"),
    Device("stranger", "pump", "907163", registered=False),
    Device("remote", "remote", "411525"),
    Device("sensor", "sensor", "266b2c"),
    Device("meter", "meter", "c527ad"),
    Device("carelink", "programmer"),
    Device("pod", "pod", "1f07b1ee", freq_hz=433.93e6),
    Device("pdm", "pdm"),
    Device("mallory", "attacker", rssi_dbfs=-12.0, cfo_hz=-9_400.0, clock_ppm=-31.0, rise_us=1.5),
)


def _scene(*story: Part, duration_s: float = 200_000.0) -> list[Emission]:
    return list(Scenario("x", DEVICES, story, duration_s, start_ns=0).emissions(8))


def _attack(act: Act) -> list[Emission]:
    said = _scene(Attack(600, act))
    assert {emission.label for emission in said} == {act.name}
    return said


def test_every_attack_is_in_the_register_under_its_label() -> None:
    """Scenario files name attacks by the label that the truth will carry."""
    assert set(ATTACKS) == {
        "unregistered-sender", "remote-spoof", "bolus-injection", "overdose", "many-small-doses",
        "suspend", "settings-change", "forged-glucose", "wakeup-flood", "replay", "pod-injection",
        "pod-rider", "sensor-silence", "rssi-out-of-band",
    }  # fmt: skip
    for act in ATTACKS.values():
        assert set(act.kinds) <= {field.name for field in dataclasses.fields(act)}


def test_an_attacker_has_a_radio_of_its_own() -> None:
    """Level, offset, clock and rise are what physical detectors see; the pump still answers."""
    said = _attack(attacker.CommandInjection("pump", 12.0, wakeups=3))
    theirs = [e for e in said if e.sender == "mallory"]
    assert {e.sender for e in said} == {"mallory", "pump"}
    assert {(e.clock_ppm, e.rise_us, e.freq_hz) for e in theirs} == {(-31.0, 1.5, 916.5e6)}
    assert all(abs(e.cfo_hz + 9_400) < 200 for e in theirs)


def test_an_injected_bolus_is_addressed_to_the_patients_pump() -> None:
    """12 U are 480 strokes, 01E0, in the layout of the bolus vectors."""
    said = _attack(attacker.CommandInjection("pump", 12.0, wakeups=3))
    long = [e for e in said if len(e.signal.packet) == 71 and e.signal.packet[4] == 0x42]
    assert [e.signal.packet[:8].hex() for e in long] == ["a7123456420201e0"]


def test_an_unregistered_sender_uses_a_foreign_id_and_nobody_answers() -> None:
    """The id in the packet is the stranger's."""
    said = _attack(attacker.UnregisteredSender("stranger"))
    assert {e.signal.packet[1:4].hex() for e in said} == {"907163"}
    assert {e.sender for e in said} == {"mallory"}


def test_a_spoofed_remote_presses_with_the_patients_id() -> None:
    """Type A6, the id, 88 for bolus; two presses with a counter one apart."""
    said = _attack(attacker.RemoteSpoof("remote", presses=2))
    assert {e.signal.packet[:5].hex() for e in said} == {"a641152588"}
    assert [e.signal.packet[5] for e in said] == [0] * 16 + [1] * 16


def test_an_overdose_comes_from_the_patients_own_programmer() -> None:
    """Only the dose is wrong: the radio is the one everybody trusts."""
    said = _attack(attacker.Overdose("pump", 25.0, wakeups=1))
    assert {e.sender for e in said} == {"carelink", "pump"}
    assert [e.meaning.fields["units_iu"] for e in said if "units_iu" in e.meaning.fields] == [25.0]


def test_many_small_doses_wake_the_pump_once() -> None:
    """Twelve doses of one unit, twenty seconds apart."""
    said = _attack(attacker.ManySmallDoses("pump", wakeups=5))
    doses = [e for e in said if "units_iu" in e.meaning.fields]
    assert [e.meaning.fields["units_iu"] for e in doses] == [1.0] * 12
    assert sum(e.meaning.text == "calls the pump" for e in said) == 5
    gaps = [(b.time_ns - a.time_ns) / 1e9 for a, b in pairwise(doses)]
    assert all(20 < gap < 21 for gap in gaps)


@pytest.mark.parametrize(
    ("act", "head"),
    [
        (attacker.SuspendDelivery("pump", wakeups=1), "a71234564d0101"),
        (attacker.SettingsChange("pump", max_bolus_iu=25.0, wakeups=1), "a7123456410200fa"),
    ],
)
def test_suspension_and_settings_have_their_opcodes(act: Act, head: str) -> None:
    """4D 01 stops; 41 carries tenths of a unit (25 U are 250, FA)."""
    assert any(e.signal.packet.hex().startswith(head) for e in _attack(act))


def test_a_forged_sensor_reading_jumps_and_its_history_does_not() -> None:
    """Only the latest value is a lie, as an attacker would send it."""
    packet = _attack(attacker.ForgedGlucose("sensor", shift_mg_dl=180.0))[0].signal.packet
    now, before = (int.from_bytes(packet[at : at + 2], "big") for at in (9, 11))
    assert packet[:5].hex() == "ab0f266b2c"
    assert packet[8] == 0x20
    assert (now - before) / 25 > 120


def test_a_forged_meter_reading_is_repeated_and_stays_in_nine_bits() -> None:
    """However large the shift, the meter cannot say more than 500."""
    said = _attack(attacker.ForgedGlucose("meter", shift_mg_dl=900.0, copies=5))
    assert len(said) == 5
    assert {int.from_bytes(e.signal.packet[4:6], "big") for e in said} == {500}


def test_a_flood_calls_without_end() -> None:
    """A thousand wake-up packets of one pump in a row."""
    said = _attack(attacker.WakeupFlood("pump", copies=1_000))
    assert len(said) == 1_000
    assert len({e.signal.packet for e in said}) == 1
    assert (said[-1].end_ns - said[0].time_ns) / 1e9 < 60


@pytest.mark.parametrize("later_s", [300.0, 86_400.0])
def test_a_replay_sends_the_recorded_orders_bit_for_bit(later_s: float) -> None:
    """Same bytes, same pauses, five minutes or a day later; the pump's answers are left out."""
    said = _scene(
        At(100, PumpBolus("pump", 2.0, wakeups=4)),
        Attack(100 + later_s, attacker.Replay("pump", "pump-bolus")),
    )
    orders = [e for e in said if e.label == ORDINARY and e.sender == "carelink"]
    again = [e for e in said if e.label == "replay"]
    assert [e.signal.packet for e in again] == [e.signal.packet for e in orders]
    assert {(e.time_ns - o.time_ns) / 1e9 for e, o in zip(again, orders, strict=True)} == {later_s}
    assert {e.sender for e in again} == {"mallory"}
    assert again[-1].meaning.fields == {"units_iu": 2.0}


def test_a_replayed_remote_is_replayed_with_all_its_copies() -> None:
    """A remote has no answer to leave out."""
    said = _scene(
        At(5, RemotePress("remote", "bolus")), Attack(9, attacker.Replay("remote", "remote-press"))
    )
    assert sum(e.label == "replay" for e in said) == 16


def test_what_was_never_heard_cannot_be_replayed() -> None:
    """An attacker who recorded nothing sends nothing."""
    replay = Attack(5, attacker.Replay("pump", "pump-bolus"))
    assert _scene(replay) == []


def test_pods_are_attacked_with_recorded_nonces_only() -> None:
    """The bytes of the order are those of the recording, nonce included."""
    said = _scene(At(5, PodBolus("pod", 1.0)), Attack(60, attacker.Replay("pod", "pod-bolus")))
    recorded = {e.signal.packet for e in said if e.label == ORDINARY}
    again = [e for e in said if e.label == "replay"]
    assert again
    assert {e.signal.packet for e in again} <= recorded
    assert {e.freq_hz for e in again} == {433.93e6}


def test_an_injected_pod_order_is_refused() -> None:
    """Without the nonce the pod answers 06 14."""
    said = _attack(attacker.PodInjection("pod", 8.0))
    answers = [e.signal.packet for e in said if e.sender == "pod" and e.signal.packet[4] >> 5 == 7]
    assert answers[0][11:14].hex() == "060314"


@pytest.mark.parametrize(
    ("rider", "kinds"),
    [
        ("stop", "1a171f"),
        ("temp-basal", "1a171a16"),
        ("alert-off", "1a1719"),
        ("deactivate", "1a171c"),
    ],
)
def test_a_rider_comes_behind_a_small_bolus(rider: Any, kinds: str) -> None:
    """One message: types of the blocks by the lengths in them; 0.05 U are one pulse."""
    said = _attack(attacker.PodRider("pod", rider))
    packets = list(dict.fromkeys(e.signal.packet for e in said if e.sender == "mallory"))
    body = b"".join(packet[5:-1] for packet in packets if packet[4] >> 5 in (0b101, 0b100))[6:-2]
    found, at = "", 0
    while at < len(body):
        found += f"{body[at]:02x}"
        at += 2 + body[at + 1]
    assert found == kinds
    assert body[12:16].hex() == "00010001"
