"""A short evening at a bed, made by hand: one order of its owner, one of a stranger, one alarm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from medmon.records import (
    Alarm,
    Command,
    Finding,
    Message,
    Priority,
    Radio,
    Registered,
    Span,
    Transmission,
)
from medmon.report.account import (
    Account,
    Attack,
    Catch,
    Hindsight,
    Line,
    Sender,
    account_from_lines,
)
from medmon.report.air import Air
from medmon.wire import line_from_record

START_NS = 1_795_424_400 * 10**9  # 2026-11-23 09:00:00 UTC
PUMP = Registered("123456", "medtronic", "pump", asset="INV-7", name="Anna's pump")
RATE_HZ = 250e3


def transmission(
    second: float,
    command: Command = "bolus",
    *,
    device: str = PUMP.id,
    rssi_dbfs: float = -40.0,
    protocol: str | None = "medtronic",
    **fields: Any,
) -> Line:
    """The line of one thing heard, `second` after the start."""
    radio = Radio(916.5e6, 1e3, 25e3, rssi_dbfs, 30.0, -70.0, 5e3, "ook", 16_384.0)
    message = Message(device, command, "to-device", "pump", fields) if protocol else None
    record = Transmission(
        id=f"t{second:g}",
        span=Span("ward.cu8", round(second * RATE_HZ), 5_000),
        time_ns=START_NS + round(second * 1e9),
        radio=radio,
        protocol=protocol,
        integrity="ok" if protocol else "none",
        raw=b"\x01" if protocol else None,
        message=message,
    )
    return line_from_record(record, devices={(PUMP.protocol, PUMP.id): PUMP})


def alarm(
    second: float,
    name: str = "a1",
    *,
    priority: Priority = "high",
    count: int = 1,
    title: str = "Order above the limit",
    text: str = "A bolus of 18 IU; the limit is 10 IU.",
) -> Line:
    """The line of an alarm about the pump."""
    time_ns = START_NS + round(second * 1e9)
    reason = Finding("dose_limit", PUMP.id, "units_iu", 18.0, "at most 10", text, time_ns)
    record = Alarm(
        id=name, time_ns=time_ns, phase="start" if count == 1 else "update", state="active",
        priority=priority, kind="security", policy="dose-limit", title=title,
        action="Go to the patient.", subject=PUMP.id, reasons=(reason,), transmissions=("t6",),
        evidence=(), first_ns=time_ns, last_ns=time_ns, count=count,
    )  # fmt: skip
    return line_from_record(record, devices={(PUMP.protocol, PUMP.id): PUMP})


def attack(name: str, second: float, *catches: Catch) -> Attack:
    """An attack on the pump of two packets, both understood."""
    start_ns = START_NS + round(second * 1e9)
    return Attack(name, "pump", start_ns, start_ns + 10**9, "bolus of 18 U", 2, 2, catches)


HINDSIGHT = Hindsight(
    attacks=(attack("bolus-injection", 6.0, Catch("a1", 0.5)), attack("suspend", 8.0)),
    senders=(
        Sender("pump", "medtronic", False, 3, 3, 2),
        Sender("mallory", "medtronic", True, 4, 2, 1),
    ),
    attack_of={"t6": 0},
    by_strangers=frozenset({"t6"}),
)


@pytest.fixture
def evening() -> Account:
    """Ten seconds of it, without the truth."""
    lines = [transmission(2), transmission(6, rssi_dbfs=-20.0, units_iu=18.0), alarm(6.5)]
    account = account_from_lines(lines, title="An evening", intro="Nothing is real here.")
    return replace(
        account,
        start_ns=START_NS,
        end_ns=START_NS + 10 * 10**9,
        devices=(PUMP,),
        configuration='[site]\nname = "ward"\n',
    )


@pytest.fixture
def known_evening(evening: Account) -> Account:
    """The same with the truth: two attacks, one of them missed."""
    return replace(evening, hindsight=HINDSIGHT)


@pytest.fixture
def air() -> Air:
    """Ten seconds of noise with a louder channel in the middle."""
    power = np.random.default_rng(1).normal(-80.0, 1.0, (100, 64)).astype(np.float32)
    power[40:60, 30:34] = -30.0
    return Air(power, 10.0, 916.5e6, RATE_HZ)


@pytest.fixture(name="transmission")
def _transmission() -> Callable[..., Line]:
    return transmission


@pytest.fixture(name="alarm")
def _alarm() -> Callable[..., Line]:
    return alarm


@pytest.fixture(name="attack")
def _attack() -> Callable[..., Attack]:
    return attack
