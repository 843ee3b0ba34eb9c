"""Attacks that alter what others send."""

from __future__ import annotations

from signal_fixtures.acts.bodyside import PumpStatus, SensorReport
from signal_fixtures.bed import Device, Emission
from signal_fixtures.disturbance import LevelShift, SensorSilence
from signal_fixtures.scenario import Attack, Every, Part, Scenario
from signal_fixtures.stage import Act

DEVICES = (Device("pump", "pump", "554321"), Device("sensor", "sensor", "266b2c"))
DAY = (Every(300, PumpStatus("pump")), Every(300, SensorReport("sensor")))


def _said(*attacks: Act) -> list[Emission]:
    story: tuple[Part, ...] = (*DAY, *(Attack(1_000, attack, until=3_000) for attack in attacks))
    return list(Scenario("x", DEVICES, story, 3_600.0).emissions(1))


def test_silence_takes_one_device_off_the_air_and_leaves_the_others() -> None:
    """A silenced sensor does not silence the pump."""
    silenced, before = _said(SensorSilence("sensor")), _said()
    gone = [e for e in before if e not in silenced]
    assert {e.sender for e in gone} == {"sensor"}
    assert all(1_000 <= e.time_ns / 1e9 % 3_600 < 3_000 for e in gone)
    assert len(silenced) + len(gone) == len(before)
    assert len(gone) == 12  # six slots from 1,200 to 2,700 s, each sent twice


def test_a_shifted_level_is_the_only_thing_that_changes() -> None:
    """Same bytes, same times, 15 dB more, and the label of the attack."""
    shifted = [e for e in _said(LevelShift("sensor", 15.0)) if e.label == "rssi-out-of-band"]
    plain = {(e.time_ns, e.signal.packet): e.rssi_dbfs for e in _said()}
    assert len(shifted) == 12
    for emission in shifted:
        rise_db = emission.rssi_dbfs - plain[emission.time_ns, emission.signal.packet]
        assert abs(rise_db - 15.0) < 0.011
        assert emission.sender == "sensor"


def test_disturbances_say_nothing_themselves() -> None:
    """They only change what is there."""
    assert len(_said(LevelShift("pump"), LevelShift("sensor"))) == len(_said())
