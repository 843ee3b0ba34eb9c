"""The bed as a hospital describes it: what the monitor is configured with."""

from __future__ import annotations

import dataclasses
import tomllib

import pytest

from medmon.config import config_from_text
from signal_fixtures.bed import Device, Limits
from signal_fixtures.scenario import Scenario
from signal_fixtures.story import scenario_named, scenario_names
from signal_fixtures.ward import ACTS, medmon_toml


@pytest.mark.parametrize("name", scenario_names())
def test_the_monitor_accepts_the_configuration_of_each_scenario(name: str) -> None:
    """The demo and every test configure the monitor with it."""
    config = config_from_text(medmon_toml(scenario_named(name)))
    assert config.site.name == f"synthetic: {name}"


def test_the_patients_own_devices_are_registered_and_nobody_else() -> None:
    """The attacker, the stranger's pump and the neighbours must not be in the register."""
    read = tomllib.loads(medmon_toml(scenario_named("unregistered-sender")))
    assert {(d["id"], d["role"], d["protocol"]) for d in read["device"]} == {
        ("554321", "pump", "medtronic"),
        ("411525", "remote", "medtronic"),
        ("266b2c", "sensor", "medtronic"),
        ("c527ad", "meter", "medtronic"),
        ("carelink", "programmer", "medtronic"),
    }
    assert [d["asset"] for d in read["device"] if d["role"] == "pump"] == ["PUMP-0117"]


def test_a_pod_stands_for_its_manager_too() -> None:
    """Both speak with one address, and an address is registered once."""
    read = tomllib.loads(medmon_toml(scenario_named("pod-day")))
    assert [(d["id"], d["role"]) for d in read["device"]] == [("1f0a37c2", "pump")]


def test_limits_are_passed_on_and_absent_ones_left_out() -> None:
    """An absent limit is no limit, not a limit of nothing."""
    limits = Limits(max_bolus_iu=7.5, quiet_hours="22:00-06:00")
    text = medmon_toml(Scenario("x", (), (), 1.0, limits=limits))
    assert tomllib.loads(text)["patient"] == {"max_bolus_iu": 7.5, "quiet_hours": "22:00-06:00"}


def test_names_with_quotes_do_no_harm() -> None:
    """A device called after somebody's joke must still give a file that can be read."""
    pump = Device('the "best" \\ pump', "pump", "554321")
    (device,) = tomllib.loads(medmon_toml(Scenario("x", (pump,), (), 1.0)))["device"]
    assert device["name"] == pump.name


@pytest.mark.parametrize("name", sorted(ACTS))
def test_every_act_names_the_devices_it_needs(name: str) -> None:
    """A scenario is checked by them before it is played."""
    act = ACTS[name]
    assert act.name == name
    assert "device" in act.kinds
    assert set(act.kinds) <= {field.name for field in dataclasses.fields(act)}
