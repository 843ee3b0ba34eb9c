"""Acts come in, emissions go out: the stage on which the devices of a bed speak.

An act plays itself onto a `Stage`: it says signals one after the other and lets time pass. The
`World` behind the stage is what the bed remembers from one act to the next: sequence numbers,
delivered insulin, and the latest session of each kind, which a replay attack needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np

from signal_fixtures.bed import ORDINARY, Device, Emission, Kind, Meaning, Signal
from signal_fixtures.patient import Patient

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Act(Protocol):
    """Something that devices say at one moment: one emission or a whole session.

    Attributes
    ----------
    name : str
        Its name in stories and labels.
    kinds : mapping
        For each attribute that names a device, the kinds of device it may name.
    """

    name: ClassVar[str]
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]]

    @property
    def device(self) -> str:
        """Name of the device it is about."""

    def play(self, stage: Stage) -> None:
        """Say it onto the stage."""


@runtime_checkable
class Disturbance(Protocol):
    """An attack that alters what others send while it lasts."""

    def alter(self, emission: Emission) -> Emission | None:
        """Return what arrives instead of an ordinary emission; None is silence."""


@dataclass(slots=True)
class World:
    """What the bed remembers from one turn to the next.

    Attributes
    ----------
    devices : mapping
        Devices by name.
    patient : Patient
        Whose glucose the sensor sees.
    origin_ns : int
        UTC time at which the scenario begins.
    counters : dict
        Sequence numbers and the like, by "device.what".
    amounts : dict
        Insulin delivered and the like, by "device.what".
    tape : dict
        Latest ordinary session of each (device, act): what an attacker could have recorded.
    """

    devices: Mapping[str, Device]
    patient: Patient
    origin_ns: int = 0
    counters: dict[str, int] = field(default_factory=dict)
    amounts: dict[str, float] = field(default_factory=dict)
    tape: dict[tuple[str, str], tuple[Emission, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class Stage:
    """One turn of one part: acts say things onto it, one after the other.

    Attributes
    ----------
    world : World
        The bed.
    rng : Generator
        This turn's own random numbers.
    now_ns : int
        UTC time at which the next thing is said.
    turn : int
        How often this part has had its turn before.
    label : str
        Label of what is said.
    said : list of Emission
        What was said so far.
    """

    world: World
    rng: np.random.Generator
    now_ns: int
    turn: int = 0
    label: str = ORDINARY
    said: list[Emission] = field(default_factory=list)

    @property
    def utc(self) -> datetime:
        """The moment as a date, to the second below."""
        return _EPOCH + timedelta(seconds=self.now_ns // 1_000_000_000)

    def device(self, name: str) -> Device:
        """Look a device up.

        Parameters
        ----------
        name : str
            Its name in the story.

        Returns
        -------
        Device
            The device.
        """
        return self.world.devices[name]

    def pause(self, seconds: float) -> None:
        """Let time pass.

        Parameters
        ----------
        seconds : float
            How long.
        """
        self.now_ns += round(seconds * 1e9)

    def say(
        self, sender: Device, signal: Signal, meaning: Meaning, *, on: Device | None = None
    ) -> None:
        """Send a signal now; afterwards it is the end of the emission.

        Parameters
        ----------
        sender : Device
            Whose radio sends.
        signal : Signal
            What is sent.
        meaning : Meaning
            What it says.
        on : Device or None
            Whose frequency is used; None is the sender's own.
        """
        # Level and carrier wander from one emission to the next, as every radio's do.
        emission = Emission(
            time_ns=self.now_ns,
            signal=signal,
            meaning=meaning,
            sender=sender.name,
            label=self.label,
            freq_hz=(on or sender).carrier_hz,
            cfo_hz=round(sender.cfo_hz + float(self.rng.normal(0.0, 25.0)), 1),
            rssi_dbfs=round(
                sender.rssi_dbfs + float(self.rng.normal(0.0, 1.0)) * sender.rssi_sd_db, 2
            ),
            clock_ppm=sender.clock_ppm,
            rise_us=sender.rise_us,
        )
        self.said.append(emission)
        self.now_ns = emission.end_ns

    def step(self, key: str, *, modulo: int, by: int = 1) -> int:
        """Read a counter and move it on.

        Parameters
        ----------
        key : str
            Which, "device.what".
        modulo : int
            Where it wraps.
        by : int
            How far it moves.

        Returns
        -------
        int
            Its value before the move.
        """
        value = self.world.counters.get(key, 0)
        self.world.counters[key] = (value + by) % modulo
        return value

    def add(self, key: str, amount: float) -> float:
        """Add to an amount.

        Parameters
        ----------
        key : str
            Which, "device.what".
        amount : float
            How much.

        Returns
        -------
        float
            The sum.
        """
        total = self.world.amounts.get(key, 0.0) + amount
        self.world.amounts[key] = total
        return total


def generator(seed: int, *key: int) -> np.random.Generator:
    """Make the random generator of one place of a scenario.

    Parameters
    ----------
    seed : int
        The scenario's seed.
    *key : int
        The place.

    Returns
    -------
    Generator
        PCG64; the same on every machine.
    """
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
