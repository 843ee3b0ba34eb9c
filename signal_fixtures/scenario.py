"""The scenario language: a story in ten lines goes in, time-ordered emissions come out.

A story is a bed, a span of time and a list of parts::

    Scenario(
        "bolus-injection",
        devices=(Device("pump", "pump", "554321"), Device("carelink", "programmer"),
                 Device("mallory", "attacker", rssi_dbfs=-19)),
        duration_s=1800,
        story=(
            Every("5m", PumpStatus("pump")),
            At("6m", Bolus("pump", by="carelink", units_iu=2.5)),
            Attack("20m", CommandInjection("pump", by="mallory", units_iu=12.0)),
        ),
    )

What happens at one moment is an `Act` (`signal_fixtures.acts`) and plays itself onto a `Stage`;
an attack is an act, or a `Disturbance` that alters what others send. This module knows no
protocol.

Reproducible: each turn of each part has its own generator, PCG64 on
``SeedSequence(seed, spawn_key=(part, turn))``, so adding a part at the end changes nothing before
it, and the stream does not depend on how far it is read. Lazy: nothing is kept but counters, the
emissions not yet due and the latest session of each kind (which a replay attack needs).
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from signal_fixtures.bed import (
    KINDS,
    ORDINARY,
    Band,
    Device,
    Emission,
    Limits,
    ScenarioError,
    Window,
)
from signal_fixtures.patient import Patient
from signal_fixtures.ranges import DURATION_MAX_S, period_mistakes, range_mistakes
from signal_fixtures.stage import Act, Disturbance, Stage, World, generator

_START_NS = 1_795_392_000 * 1_000_000_000  # 2026-11-23T00:00:00Z
_NO_LIMITS = Limits()
_BAND = Band(916.6e6, 512_000.0)
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")
_ID_DIGITS = {"medtronic": 6, "omnipod": 8}

When: TypeAlias = float | str
"""Seconds after the scenario's start, a duration such as "1h30m", or a time of day "14:05"."""


@dataclass(frozen=True, slots=True)
class At:
    """An act at one moment.

    Attributes
    ----------
    time : float or str
        When.
    act : Act
        What.
    path : str
        Where it stands in a file, for messages.
    """

    time: When
    act: Act
    path: str = ""


@dataclass(frozen=True, slots=True)
class Every:
    """An act again and again.

    Attributes
    ----------
    period : float, str or tuple of float
        Seconds from one turn to the next; a tuple is gone through in a circle.
    act : Act
        What.
    first, until : float or str
        When it begins, and when it ends (None is the end of the scenario).
    jitter_s : float
        Each turn comes up to this much later; less than the period.
    path : str
        Where it stands in a file, for messages.
    """

    period: When | tuple[float, ...]
    act: Act
    first: When = 0.0
    until: When | None = None
    jitter_s: float = 0.0
    path: str = ""


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack at one moment, or from one moment to another.

    Attributes
    ----------
    time : float or str
        When it begins.
    act : Act
        What is done; its name becomes the label.
    until : float or str or None
        When a lasting attack ends; None is the end of the scenario.
    path : str
        Where it stands in a file, for messages.
    """

    time: When
    act: Act
    until: When | None = None
    path: str = ""


Part: TypeAlias = At | Every | Attack


@dataclass(frozen=True, slots=True, order=True)
class _Turn:
    time_ns: int
    part: int
    count: int


@dataclass(frozen=True, slots=True)
class Scenario:
    """A bed, a span of time and a story.

    Attributes
    ----------
    name : str
        Short name, words joined by hyphens.
    title : str
        One sentence for a person.
    devices : tuple of Device
        Everybody who sends.
    story : tuple of At, Every or Attack
        What happens.
    duration_s : float
        How long it lasts.
    start_ns : int
        UTC time it begins.
    limits : Limits
        What the clinician allows.
    band : Band
        What the receiver sees when it is made into samples.
    """

    name: str
    devices: tuple[Device, ...]
    story: tuple[Part, ...]
    duration_s: float
    title: str = ""
    start_ns: int = _START_NS
    limits: Limits = _NO_LIMITS
    band: Band = _BAND

    def __post_init__(self) -> None:
        mistakes = list(_mistakes(self))
        if mistakes:
            raise ScenarioError(self.name, mistakes)

    @property
    def end_ns(self) -> int:
        """UTC time at which it ends."""
        return self.start_ns + round(self.duration_s * 1e9)

    def emissions(self, seed: int = 0) -> Iterator[Emission]:
        """Resolve the story.

        Parameters
        ----------
        seed : int
            Same seed, same emissions.

        Yields
        ------
        Emission
            In order of time, as far as they begin before the end.
        """
        world = World(
            {device.name: device for device in self.devices}, Patient(seed), self.start_ns
        )
        pending: list[tuple[int, int, Emission]] = []
        serial = 0
        for turn in heapq.merge(*(self._turns(index, seed) for index in range(len(self.story)))):
            while pending and pending[0][0] <= turn.time_ns:
                yield heapq.heappop(pending)[2]
            for emission in self._play(turn, world, seed):
                heapq.heappush(pending, (emission.time_ns, serial, emission))
                serial += 1
        while pending:
            yield heapq.heappop(pending)[2]

    def attacks(self) -> tuple[Window, ...]:
        """List the attacks of the story, also those that send nothing.

        Returns
        -------
        tuple of Window
            In the order of the story; an attack without an end lasts as long as it speaks, and
            is listed to the end of the scenario only if it alters what others send.
        """
        windows = []
        for part in self.story:
            if isinstance(part, Attack):
                start_ns = self._moment_ns(part.time)
                lasts = isinstance(part.act, Disturbance)
                end_ns = self._end_ns(part.until) if lasts else start_ns
                text = f"{part.act.name} against {part.act.device}"
                windows.append(Window(part.act.name, part.act.device, start_ns, end_ns, text))
        return tuple(windows)

    def _moment_ns(self, when: When) -> int:
        return self.start_ns + round(seconds_after_start(when, self.start_ns) * 1e9)

    def _end_ns(self, until: When | None) -> int:
        return self.end_ns if until is None else min(self._moment_ns(until), self.end_ns)

    def _turns(self, index: int, seed: int) -> Iterator[_Turn]:
        part = self.story[index]
        if not isinstance(part, Every):
            yield _Turn(self._moment_ns(part.time), index, 0)
            return
        periods = _periods_s(part.period, self.start_ns)
        time_ns, end_ns, count = self._moment_ns(part.first), self._end_ns(part.until), 0
        while time_ns < end_ns:
            late_s = 0.0
            if part.jitter_s:
                late_s = float(generator(seed, 0, index, count).uniform(0.0, part.jitter_s))
            yield _Turn(time_ns + round(late_s * 1e9), index, count)
            time_ns += round(periods[count % len(periods)] * 1e9)
            count += 1

    def _play(self, turn: _Turn, world: World, seed: int) -> Iterator[Emission]:
        part = self.story[turn.part]
        label = part.act.name if isinstance(part, Attack) else ORDINARY
        rng = generator(seed, 1, turn.part, turn.count)
        stage = Stage(world, rng, turn.time_ns, turn.count, label)
        part.act.play(stage)
        if label == ORDINARY:
            world.tape[(part.act.device, part.act.name)] = tuple(stage.said)
        for emission in stage.said:
            arrived = self._disturbed(emission)
            if arrived is not None and arrived.time_ns < self.end_ns:
                yield arrived

    def _disturbed(self, emission: Emission) -> Emission | None:
        """Pass an ordinary emission through the attacks that alter what others send."""
        for part in self.story:
            if emission.label != ORDINARY:
                break
            if not isinstance(part, Attack) or not isinstance(part.act, Disturbance):
                continue
            if not self._moment_ns(part.time) <= emission.time_ns < self._end_ns(part.until):
                continue
            altered = part.act.alter(emission)
            if altered is None:
                return None
            if altered is not emission:
                emission = replace(altered, label=part.act.name)
        return emission


def seconds_after_start(when: When, start_ns: int) -> float:
    """Read a moment of a story.

    Parameters
    ----------
    when : float or str
        Seconds, "1h30m", or a time of day in UTC, "14:05:30": the first such after the start.
    start_ns : int
        UTC time the scenario begins.

    Returns
    -------
    float
        Seconds after the start.

    Raises
    ------
    ValueError
        If it is none of these.

    Examples
    --------
    >>> seconds_after_start("1h30m", 0)
    5400.0
    >>> seconds_after_start("00:02", 60 * 10**9)
    60.0
    """
    if not isinstance(when, str):
        return float(when)
    clock = _CLOCK.fullmatch(when)
    if clock:
        hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        of_day_s = hours * 3_600 + minutes * 60 + seconds
        return (of_day_s - start_ns / 1e9) % 86_400
    length = _DURATION.fullmatch(when)
    if length and any(length.groups()):
        days, hours, minutes, seconds = (float(part or 0) for part in length.groups())
        return days * 86_400 + hours * 3_600 + minutes * 60 + seconds
    raise ValueError(f"expected seconds, 1h30m or a time of day such as 14:05, found {when!r}")


def _periods_s(period: When | tuple[float, ...], start_ns: int) -> tuple[float, ...]:
    if isinstance(period, tuple):
        return period
    return (seconds_after_start(period, start_ns),)


def _mistakes(scenario: Scenario) -> Iterator[str]:
    """Everything that is wrong with a scenario, each with its key path."""
    if not 0 < scenario.duration_s <= DURATION_MAX_S:
        yield (
            f"duration_s: expected more than 0 and at most {DURATION_MAX_S:g}, "
            f"found {scenario.duration_s}"
        )
    yield from range_mistakes("patient", scenario.limits)
    yield from range_mistakes("band", scenario.band)
    names: set[str] = set()
    for index, device in enumerate(scenario.devices):
        yield from _device_mistakes(f"device.{index}", device, names)
        yield from range_mistakes(f"device.{index}", device)
        names.add(device.name)
    devices = {device.name: device for device in scenario.devices}
    for index, part in enumerate(scenario.story):
        path = part.path or f"story.{index}"
        yield from _time_mistakes(path, part, scenario)
        yield from _cast_mistakes(path, part.act, devices)
        yield from range_mistakes(path, part.act)


def _device_mistakes(path: str, device: Device, names: set[str]) -> Iterator[str]:
    if device.name in names:
        yield f"{path}.name: {device.name!r} is taken by another device"
    if device.kind not in KINDS:
        yield f"{path}.kind: expected one of {', '.join(KINDS)}, found {device.kind!r}"
        return
    digits = _ID_DIGITS.get(device.family, len(device.id))
    fits = re.fullmatch(f"[0-9a-f]{{{digits}}}", device.id)
    # Programmers and managers speak with the address of their pump or pod.
    if not fits and not (device.kind in ("programmer", "pdm") and not device.id):
        yield f"{path}.id: expected {digits} lower-case hexadecimal digits, found {device.id!r}"


def _time_mistakes(path: str, part: Part, scenario: Scenario) -> Iterator[str]:
    times = {"time": part.time} if not isinstance(part, Every) else {"first": part.first}
    if not isinstance(part, At) and part.until is not None:
        times["until"] = part.until
    for key, when in times.items():
        try:
            seconds = seconds_after_start(when, scenario.start_ns)
        except ValueError as error:
            yield f"{path}.{key}: {error}"
            continue
        if not 0 <= seconds <= scenario.duration_s:
            yield (
                f"{path}.{key}: expected a time within the {scenario.duration_s:g} s of the "
                f"scenario, found {when!r}"
            )
    if isinstance(part, Every):
        yield from _period_mistakes(path, part, scenario.start_ns)


def _period_mistakes(path: str, part: Every, start_ns: int) -> Iterator[str]:
    try:
        periods_s = _periods_s(part.period, start_ns)
    except ValueError as error:
        yield f"{path}.period: {error}"
        return
    yield from period_mistakes(path, periods_s, part.jitter_s)


def _cast_mistakes(path: str, act: Act, devices: dict[str, Device]) -> Iterator[str]:
    for key, kinds in act.kinds.items():
        name = getattr(act, key)
        if name not in devices:
            yield f"{path}.{key}: no device is named {name!r}; there are {', '.join(devices)}"
        elif devices[name].kind not in kinds:
            yield (
                f"{path}.{key}: {act.name} needs a {' or '.join(kinds)}, "
                f"{name!r} is a {devices[name].kind}"
            )
