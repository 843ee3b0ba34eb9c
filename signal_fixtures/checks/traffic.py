"""A seed comes in, transmissions for trying out detectors go out: ordinary and strange ones.

Nothing here is meant to be realistic; `signal_fixtures.ward` is. It is meant to touch everything a
detector may look at: every command, every role, strangers, missing meaning, missing measurements.
"""

from __future__ import annotations

from functools import cache
from typing import Any, get_args

import numpy as np

from medmon.records import (
    Command,
    Direction,
    FieldValue,
    Message,
    Radio,
    Registered,
    Role,
    Setting,
    Span,
    Transmission,
)

PUMP, REMOTE, SENSOR, METER = "1a2b3c", "99ff01", "0c5a01", "7e0001"
START_NS = 1_795_392_000_000_000_000
"""2026-11-23T00:00:00Z."""

SETTING = Setting(
    devices=(
        Registered(PUMP, "medtronic", "pump", rssi_min_dbfs=-45.0, rssi_max_dbfs=-35.0),
        Registered(REMOTE, "medtronic", "remote"),
        Registered(SENSOR, "medtronic", "sensor"),
        Registered(METER, "medtronic", "meter"),
    ),
    max_bolus_iu=5.0,
    max_basal_iu_per_h=2.0,
    max_daily_iu=40.0,
    min_bolus_interval_s=600.0,
    quiet_hours="22:30-06:00",
)
"""A bed with every limit set."""

_STRANGERS = ("deadbe", "0badf0", "feed00")
_FIELDS: dict[str, dict[str, FieldValue]] = {
    "bolus": {"units_iu": 4.0},
    "temp-basal": {"rate_iu_per_h": 1.5, "duration_s": 1_800.0},
    "glucose": {"glucose_mg_dl": 110.0},
    "sensor": {"glucose_mg_dl": 110.0, "isig_na": 20.0},
    "meter": {"glucose_mg_dl": 110.0},
    "settings": {"max_bolus_iu": 10.0},
}


@cache
def transmissions(
    seed: int, count: int, *, is_crowd: bool = False, start_ns: int = START_NS
) -> tuple[Transmission, ...]:
    """Make seeded transmissions, half a minute apart on average.

    Parameters
    ----------
    seed : int
        Seed.
    count : int
        How many.
    is_crowd : bool
        Whether each one comes from a device never heard before.
    start_ns : int
        UTC time of the first.

    Returns
    -------
    tuple of Transmission
        In order of time.
    """
    generator = np.random.default_rng(seed)
    steps_ns = generator.integers(1_000_000, 60_000_000_000, count)
    times_ns = start_ns + np.cumsum(steps_ns) - steps_ns[0]
    return tuple(
        _transmission(generator, f"{seed:04x}{index:08x}", index, int(time_ns), is_crowd=is_crowd)
        for index, time_ns in enumerate(times_ns)
    )


def _transmission(
    generator: np.random.Generator, identity: str, index: int, time_ns: int, *, is_crowd: bool
) -> Transmission:
    message = None if index % 11 == 10 else _message(generator, index, is_crowd=is_crowd)
    return Transmission(
        id=identity,
        span=Span("traffic", index * 1_000, 500),
        time_ns=time_ns,
        radio=_radio(generator, index),
        protocol=None if message is None else "medtronic",
        integrity="none" if message is None else "ok",
        raw=None if message is None or index % 7 == 0 else generator.bytes(12),
        message=message,
    )


def _message(generator: np.random.Generator, index: int, *, is_crowd: bool) -> Message:
    command: Command = _choice(generator, get_args(Command))
    known = (PUMP, REMOTE, SENSOR, METER)
    device = f"{index:06x}c" if is_crowd else _choice(generator, (*known, *known, *_STRANGERS))
    fields = {
        name: value * float(generator.uniform(0.2, 3.0)) if isinstance(value, float) else value
        for name, value in _FIELDS.get(command, {}).items()
    }
    direction: Direction = _choice(generator, get_args(Direction))
    role: Role | None = _choice(generator, (*get_args(Role), None))
    return Message(
        device=device,
        command=command,
        direction=direction,
        role=role,
        fields=fields if index % 13 else {},
        sequence=None if index % 3 else index % 16,
    )


def _radio(generator: np.random.Generator, index: int) -> Radio:
    is_measured = index % 17 != 0
    return Radio(
        freq_hz=916.5e6,
        cfo_hz=float(generator.normal(500.0, 2_000.0)),
        bandwidth_hz=50e3,
        rssi_dbfs=float(generator.normal(-40.0, 8.0)) if is_measured else float("nan"),
        snr_db=20.0,
        noise_dbfs=-70.0,
        duration_us=8_000.0,
        rise_us=float(generator.normal(20.0, 3.0)) if is_measured else None,
    )


def _choice(generator: np.random.Generator, options: tuple[Any, ...]) -> Any:
    return options[int(generator.integers(len(options)))]
