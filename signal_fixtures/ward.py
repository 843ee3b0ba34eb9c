"""A bed's ordinary life: names of acts come in, acts go out; a scenario in, its medmon.toml out.

The register `ACTS` is what a scenario file may say under ``act`` outside attacks. `medmon_toml`
describes the bed as a hospital would: the devices that are the patient's own, and the clinician's
limits. A pod's manager speaks with the address of its pod, which stands for both; a programmer
speaks with the address of its pump and is registered under its name.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from signal_fixtures.acts import bodyside, foreign, medtronic, omnipod
from signal_fixtures.bed import Device
from signal_fixtures.scenario import Scenario

_CLASSES = (
    medtronic.ReadPump, medtronic.PumpBolus, medtronic.PumpTempBasal, medtronic.PumpSuspend,
    medtronic.PumpMaxBolus,
    bodyside.SensorReport, bodyside.MeterReading, bodyside.PumpStatus, bodyside.RemotePress,
    omnipod.PodStatusRequest, omnipod.PodBolus, omnipod.PodTempBasal, omnipod.PodCancel,
    foreign.WeatherStation, foreign.HouseControl, foreign.FskSensor, foreign.Neighbour,
)  # fmt: skip
ACTS: Mapping[str, type[Any]] = {act.name: act for act in _CLASSES}
"""Every ordinary act by its name."""

_ROLES = {
    "pump": "pump",
    "remote": "remote",
    "meter": "meter",
    "sensor": "sensor",
    "pod": "pump",
    "programmer": "programmer",
}


def medmon_toml(scenario: Scenario) -> str:
    """Write the monitor's configuration for a scenario's bed.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    str
        Text of a medmon.toml with ``[site]``, ``[[device]]`` and ``[patient]``.
    """
    site = json.dumps(f"synthetic: {scenario.name}")
    lines = ["[site]", f"name = {site}", 'bed = "1"', 'timezone = "UTC"']
    for device in scenario.devices:
        if device.registered and device.kind in _ROLES:
            lines += ["", "[[device]]", *_device_lines(device)]
    lines += ["", "[patient]"]
    for key, value in dataclasses.asdict(scenario.limits).items():
        if value is not None:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"


def _device_lines(device: Device) -> list[str]:
    # A programmer speaks with the pump's address; it is registered under its name, so that its
    # sessions are expected.
    entries = {
        "id": device.id or device.name,
        "protocol": device.family,
        "role": _ROLES[device.kind],
        "name": device.name,
        "asset": device.asset,
    }
    # A JSON text is also a TOML text.
    return [f"{key} = {json.dumps(value)}" for key, value in entries.items() if value]
