"""Scenario files: read with all their mistakes, and the ones that ship with medmon."""

from __future__ import annotations

import hashlib
import math
from itertools import islice, pairwise
from pathlib import Path

import pytest

from signal_fixtures.attacker import CommandInjection
from signal_fixtures.bed import ORDINARY, ScenarioError
from signal_fixtures.render import Recording
from signal_fixtures.scenario import Attack, Every
from signal_fixtures.story import (
    scenario_from_file,
    scenario_from_text,
    scenario_named,
    scenario_names,
)

GOOD = """
name = "mine"
title = "A test."
start = 2026-11-23T09:00:00Z
duration = "30m"

[patient]
max_bolus_iu = 10
quiet_hours = "22:00-06:00"

[band]
freq_hz = 916.6e6
rate_hz = 500_000

[[device]]
name = "pump"
kind = "pump"
id = "554321"

[[device]]
name = "mallory"
kind = "attacker"
rssi_dbfs = -12

[[every]]
period = [300.0, 200]
jitter_s = 2
act = "pump-status"
device = "pump"

[[attack]]
time = "09:20"
act = "bolus-injection"
device = "pump"
by = "mallory"
units_iu = 12
"""


def _mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(text, file="s.toml")
    assert str(caught.value).startswith("s.toml: ")
    return caught.value.mistakes


def test_a_file_becomes_the_scenario_it_describes() -> None:
    """Every table ends where it belongs."""
    scenario = scenario_from_text(GOOD)
    assert (scenario.name, scenario.title, scenario.duration_s) == ("mine", "A test.", 1_800.0)
    assert scenario.start_ns == 1_795_424_400 * 10**9
    assert (scenario.limits.max_bolus_iu, scenario.limits.quiet_hours) == (10, "22:00-06:00")
    assert scenario.band.rate_hz == 500_000
    assert [device.rssi_dbfs for device in scenario.devices] == [-30.0, -12]
    every, attack = scenario.story
    assert isinstance(every, Every)
    assert every.period == (300.0, 200)
    assert isinstance(attack, Attack)
    assert attack.act == CommandInjection("pump", 12, "mallory")
    times = [e.time_ns - scenario.start_ns for e in scenario.emissions() if e.label != ORDINARY]
    assert times[0] == 1_200 * 10**9


def test_a_time_without_a_zone_is_utc() -> None:
    """As everywhere in medmon."""
    local = scenario_from_text(GOOD.replace("09:00:00Z", "09:00:00"))
    east = scenario_from_text(GOOD.replace("09:00:00Z", "10:00:00+01:00"))
    assert local.start_ns == east.start_ns == 1_795_424_400 * 10**9


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("units_iu = 12", 'units_iu = "12"', "attack.0.units_iu: expected number, found '12'"),
        ("units_iu = 12", "units_iu = true", "attack.0.units_iu: expected number, found True"),
        ("units_iu = 12", "", "attack.0.units_iu: missing, expected number"),
        ("units_iu = 12", "dose_ui = 12\ndose_iu = 1", "attack.0.dose_ui: unknown"),
        ('act = "pump-status"', 'act = "dance"', "every.0.act: expected one of "),
        ('act = "pump-status"', 'act = "replay"', "every.0.act: expected one of "),
        ('kind = "attacker"', 'kind = "robot"', "device.1.kind: expected one of pump, remote"),
        ('time = "09:20"', 'time = "noon"', "attack.0.time: expected seconds, 1h30m"),
        ('time = "09:20"', "time = true", "attack.0.time: expected number or text, found True"),
        ("period = [300.0, 200]", 'period = ["5m"]', "every.0.period: expected number or text or"),
        ('duration = "30m"', 'duration = "long"', "duration: expected seconds or 1h30m"),
        ('duration = "30m"', "", "duration: expected seconds or 1h30m, found None"),
        ('name = "mine"', "name = 5", "name: expected text, found 5"),
        ("start = 2026-11-23T09:00:00Z", "start = 9", "start: expected 2026-11-23T07:00:00Z"),
        ('by = "mallory"', 'by = "pump"', "attack.0.by: bolus-injection needs a attacker, 'pump'"),
        ('device = "pump"\nby', 'device = "pod"\nby', "attack.0.device: no device is named 'pod'"),
        ("[patient]", "[patent]", "patent: unknown; there are at, attack, band"),
        ("max_bolus_iu = 10", 'max_bolus_iu = "x"', "patient.max_bolus_iu: expected number"),
        ("[[every]]", "[every]", "every: expected [[every]] tables"),
    ],
)
def test_mistakes_are_told_with_their_place(old: str, new: str, mistake: str) -> None:
    """Key path, what was expected, what stands there."""
    assert old in GOOD
    mistakes = _mistakes(GOOD.replace(old, new, 1))
    assert any(told.startswith(mistake) for told in mistakes), mistakes


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody wants to fix a file one message at a time."""
    text = GOOD.replace("rssi_dbfs = -12", 'rssi_dbfs = "loud"').replace(
        "units_iu = 12", "dose = 1"
    )
    places = sorted(told.split(":")[0] for told in _mistakes(text))
    assert places == ["attack.0.dose", "attack.0.units_iu", "device.1.rssi_dbfs"]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("name = ", "not TOML: "),
        ("name = 'x'\nduration = 1\ndevice = 5", "device: expected [[device]] tables, found 5"),
        ("name = 'x'\nduration = 1\nat = [1]", "at.0: expected a table, found 1"),
        ("name = 'x'\nduration = 1\nband = 1", "band: expected a table, found 1"),
    ],
)
def test_files_of_another_shape_are_refused(text: str, mistake: str) -> None:
    """What is not a scenario says so instead of raising something else."""
    assert _mistakes(text)[0].startswith(mistake)


def test_files_are_read_from_disk(tmp_path: Path) -> None:
    """The message names the file."""
    (tmp_path / "s.toml").write_text(GOOD, encoding="utf-8")
    assert scenario_from_file(tmp_path / "s.toml").name == "mine"
    (tmp_path / "b.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(ScenarioError, match=r"b\.toml: 1 mistake\n  not UTF-8"):
        scenario_from_file(tmp_path / "b.toml")
    with pytest.raises(FileNotFoundError):
        scenario_from_file(tmp_path / "none.toml")


def test_an_unknown_scenario_is_told_which_there_are() -> None:
    """A typing mistake is answered with the list."""
    with pytest.raises(ScenarioError, match="no such scenario; there are bolus-injection, demo"):
        scenario_named("demo2")


@pytest.mark.parametrize("name", scenario_names())
def test_shipped_scenarios_are_what_they_say(name: str) -> None:
    """Its name is the file's, it has a sentence, its attacks are heard or silence something."""
    scenario = scenario_named(name)
    assert scenario.name == name
    assert scenario.title.endswith(".")
    emissions = list(scenario.emissions(1))
    assert all(a.time_ns <= b.time_ns for a, b in pairwise(emissions))
    labels = {e.label for e in emissions} - {ORDINARY}
    attacks = {window.attack for window in scenario.attacks()}
    assert labels == attacks - {"sensor-silence"}


@pytest.mark.parametrize("name", [name for name in scenario_names() if name != "noise"])
def test_shipped_scenarios_lie_inside_their_band(name: str) -> None:
    """A recording that drops half of its story because it is too narrow would mislead."""
    scenario = scenario_named(name)
    told = sum(1 for _ in islice(scenario.emissions(2), 300))
    assert sum(1 for _ in islice(Recording(scenario, 2).emissions(), 300)) == told > 0


@pytest.mark.parametrize("name", scenario_names())
def test_shipped_scenarios_do_not_overdrive_the_receiver(name: str) -> None:
    """Levels stay below full scale by more than their spread."""
    levels = [e.rssi_dbfs for e in islice(scenario_named(name).emissions(3), 500)]
    assert max(levels, default=-math.inf) < -6


def test_two_families_overlap_three_deep_on_three_frequencies() -> None:
    """The scene that a channelizer has to take apart."""
    emissions = list(scenario_named("two-families").emissions(0))
    deepest = max(
        len({o.freq_hz for o in emissions if o.time_ns <= e.time_ns < o.end_ns}) for e in emissions
    )
    assert deepest == 3


def test_a_ward_day_has_the_traffic_of_a_day() -> None:
    """288 status messages, 288 sensor slots sent twice, a handful of sessions."""
    emissions = list(scenario_named("ward-day").emissions(0))
    sensor = [e for e in emissions if e.meaning.command == "sensor"]
    status = [e for e in emissions if e.meaning.command == "status"]
    boluses = [e for e in emissions if e.meaning.fields.get("units_iu")]
    assert abs(len(sensor) - 2 * 288) <= 4
    assert 288 <= len(status) <= 345
    assert len(boluses) == 4


def test_the_emissions_of_a_seed_are_the_same_on_every_machine() -> None:
    """A digest that was taken once: it changes only when the demo is changed on purpose."""
    digest = hashlib.sha256()
    for e in scenario_named("demo").emissions(11):
        digest.update(f"{e.time_ns} {e.signal.packet.hex()} {e.rssi_dbfs} {e.cfo_hz}\n".encode())
    assert digest.hexdigest() == (
        "8318727985d973ea4a849649d95e3d80ffa8d237ae246de14b5485b0efda49ae"
    )


def test_a_start_that_no_pump_clock_can_tell_is_refused() -> None:
    """Pumps and pods send the year of this century in one byte."""
    mistakes = _mistakes(GOOD.replace("2026-11-23", "1999-11-23"))
    assert mistakes == ("start: expected a year from 2000 to 2099, found 1999",)
