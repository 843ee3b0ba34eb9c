"""A bedside story for detectors: what is heard when, and what they say to it.

``story.at("14:05", "bolus", units_iu=12.0)`` lets the detector score what was heard at that time
on one fixed day, lets it learn, and returns its findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import pytest

from medmon.config import config_from_text
from medmon.detect import SETTLE_NS, Judge, policies_from_config, setting_from_config
from medmon.plugins import load
from medmon.protocols import Reader
from medmon.records import (
    Burst,
    Command,
    Direction,
    FieldValue,
    Finding,
    Frame,
    Gap,
    Integrity,
    Message,
    Radio,
    Registered,
    Role,
    Setting,
    Span,
    Transmission,
)

RADIO = Radio(916.5e6, 0.0, 25e3, -40.0, 30.0, -70.0, 5e3, "ook", 16_384.0)
PUMP = Registered("123456", "medtronic", "pump", name="Anna's pump")
SENSOR = Registered("0a0b0c", "medtronic", "sensor")
BED = Setting(devices=(PUMP, SENSOR))
DAY = datetime.fromisoformat("2026-11-23T00:00:00+00:00")
_MEDTRONIC = frozenset(b"\xa2\xa5\xa6\xa7\xa8\xaa\xab")
"""First bytes of Medtronic packets; the pods of the stories begin with 1f."""
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def ns(when: str | float) -> int:
    """Nanoseconds of a time of day "14:05", of a whole date, or of seconds after midnight."""
    if isinstance(when, str):
        date = f"2026-11-23T{when}" if "T" not in when else when
        moment = datetime.fromisoformat(date if "+" in date else f"{date}+00:00")
    else:
        moment = DAY + timedelta(seconds=when)
    return (moment - EPOCH) // timedelta(microseconds=1) * 1_000


def hear(
    when: str | float,
    command: Command,
    *,
    device: str = PUMP.id,
    protocol: str | None = "medtronic",
    role: Role | None = "pump",
    direction: Direction = "to-device",
    sequence: int | None = None,
    integrity: Integrity = "ok",
    rssi_dbfs: float = -40.0,
    repeats: int = 1,
    fields: Mapping[str, FieldValue] | None = None,
) -> Transmission:
    """Something heard; its bytes follow from what it says, as on a protocol without nonces."""
    said = dict(fields or {})
    time_ns = ns(when)
    return Transmission(
        id=f"{time_ns}/{device}/{command}",
        span=Span("ward.cu8", max(0, time_ns // 1_000), 100),
        time_ns=time_ns,
        radio=replace(RADIO, rssi_dbfs=rssi_dbfs),
        protocol=protocol,
        integrity=integrity,
        raw=repr((device, command, sequence, sorted(said.items()))).encode(),
        message=Message(device, command, direction, role, said, sequence),
        repeats=repeats,
    )


def gap(when: str | float, seconds: float) -> Gap:
    """A gap of so many seconds."""
    return Gap(Span("ward.cu8", 0, round(seconds * 1000)), ns(when), 1000.0, "test")


class Story:
    """One detector at one bed."""

    def __init__(self, name: str, setting: Setting, options: Mapping[str, Any]) -> None:
        plugin = load("detectors", name)
        self.detector = plugin(setting, plugin.Options(**options))

    def at(
        self,
        when: str | float,
        command: Command,
        *,
        trusted: bool | None = None,
        heard: Mapping[str, Any] | None = None,
        **fields: FieldValue,
    ) -> list[Finding]:
        """Let the detector score, then learn; trusted unless it found something, or as told."""
        transmission = hear(when, command, fields=fields, **(heard or {}))
        findings = list(self.detector.score(transmission))
        is_trusted = not findings if trusted is None else trusted
        self.detector.learn(transmission, trusted=is_trusted)
        return findings

    def deaf(self, when: str | float, seconds: float) -> None:
        """Lose samples."""
        self.detector.missed(gap(when, seconds))

    def begin(self, when: str | float) -> None:
        """Begin to listen."""
        self.detector.begin(ns(when))

    def due(self, when: str | float) -> list[Finding]:
        """Ask what is overdue."""
        return list(self.detector.overdue(ns(when)))


class Tell(Protocol):
    """Begin a story."""

    def __call__(self, name: str, setting: Setting = ..., /, **options: Any) -> Story:
        """About a detector at a bed, with options."""


@pytest.fixture(scope="session")
def tell() -> Tell:
    """Begin a story; by default the bed has one pump and one sensor and no limits."""

    def begin(name: str, setting: Setting = BED, /, **options: Any) -> Story:
        return Story(name, setting, options)

    return begin


class Bedside:
    """A configured bed with all shipped policies: real packets go in, verdicts come out."""

    def __init__(self, text: str) -> None:
        config = config_from_text(text)
        self.judge = Judge(policies_from_config(config), setting_from_config(config))
        self._reader = Reader([load("protocols", name) for name in ("medtronic", "omnipod")])

    def hear(self, second: float, *packets: bytes, rssi_dbfs: float = -40.0) -> list[str]:
        """Tell the policies of what was heard at so many seconds after midnight."""
        radio = replace(RADIO, rssi_dbfs=rssi_dbfs)
        heard = []
        for number, packet in enumerate(packets):
            time_ns = ns(second) + 80_000_000 * number
            family = "medtronic" if packet[0] in _MEDTRONIC else "omnipod"
            frame = Frame(family, packet, 8 * len(packet))
            span = Span("ward.cu8", max(0, time_ns // 1_000), 100)
            heard += self._reader.feed(Burst(span, time_ns, radio, (frame,)))
        heard += self._reader.flush()
        return [verdict.policy for item in heard for verdict in self.judge.feed(item)]

    def wait(self, second: float) -> list[str]:
        """Let time pass; tell the policies of what was missed by then."""
        return [verdict.policy for verdict in self.judge.advance(ns(second) + SETTLE_NS)]


class Furnish(Protocol):
    """Furnish a bed."""

    def __call__(self, text: str, /) -> Bedside:
        """With a configuration."""


@pytest.fixture(scope="session")
def furnish() -> Furnish:
    """Furnish a bed that hears real packets."""
    return Bedside


class Hear(Protocol):
    """Hear something."""

    def __call__(self, when: str | float, command: Command, **said: Any) -> Transmission:
        """At a time; see `hear`."""


@pytest.fixture(scope="session", name="hear")
def hear_fixture() -> Hear:
    """Hear something."""

    def listen(when: str | float, command: Command, **said: Any) -> Transmission:
        return hear(when, command, **said)

    return listen


@pytest.fixture(scope="session")
def bed() -> Setting:
    """The bed of the stories: one pump, one sensor, no limits."""
    return BED
