"""The nouns of judgement: what the monitor was told about the bed, findings and verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from medmon.records.samples import Span
from medmon.records.speech import Command, Role

Priority: TypeAlias = Literal["high", "medium", "low", "info"]
AlarmKind: TypeAlias = Literal["security", "technical"]
Stage: TypeAlias = Literal["whole", "early", "checked", "confirmed", "withdrawn"]

HOLD_S = 60.0
"""How long a condition holds after its latest verdict, where its policy says nothing else."""
SEVERAL_DEVICES = "several devices"
"""Subject of an alarm about devices that are too many to be listed one by one; no address."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One of the patient's own devices, as the configuration names it.

    Attributes
    ----------
    id : str
        Its address in lower-case hexadecimal, as its decoder prints it.
    protocol : str
        Name of its decoder.
    role : str
        What it is.
    asset, name : str or None
        The hospital's inventory number, and what people call it.
    rssi_min_dbfs, rssi_max_dbfs : float or None
        Band its signal strength stays in, where somebody measured it.
    """

    id: str
    protocol: str
    role: Role
    asset: str | None = None
    name: str | None = None
    rssi_min_dbfs: float | None = None
    rssi_max_dbfs: float | None = None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A device within hearing that is known, and is not the patient's.

    Attributes
    ----------
    id : str
        Its address in lower-case hexadecimal, as its decoder prints it.
    protocol : str
        Name of its decoder.
    name : str or None
        What people call it.
    """

    id: str
    protocol: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the monitor was told about the bed: devices, limits, local time.

    Attributes
    ----------
    devices : tuple of Registered
        The patient's own devices.
    neighbours : tuple of Neighbour
        Known devices that are somebody else's.
    timezone : str
        Name of the zone of the bed's clock.
    max_bolus_iu, max_basal_iu_per_h, max_daily_iu : float or None
        Limits of a clinician; None is not limited.
    min_bolus_interval_s : float or None
        Shortest time between two boluses.
    quiet_hours : str or None
        Local hours in which nobody programmes the pump: "22:30-06:00".
    """

    devices: tuple[Registered, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()
    timezone: str = "UTC"
    max_bolus_iu: float | None = None
    max_basal_iu_per_h: float | None = None
    max_daily_iu: float | None = None
    min_bolus_interval_s: float | None = None
    quiet_hours: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One detector's remark about one thing it saw; it explains itself.

    Attributes
    ----------
    detector : str
        Which detector speaks.
    subject : str
        The device the remark is about; alarms are grouped by it.
    feature : str
        The quantity that stood out.
    value : float, int, str or None
        What was seen.
    expected : str
        What would have been ordinary.
    text : str
        One sentence for a person at the bedside.
    score : float
        How far out of the ordinary, 0 to 1; 1 is certain.
    p_value : float or None
        Chance of the same in ordinary traffic, where it is calibrated.
    time_ns : int
        When.
    transmissions : tuple of str
        Identifiers of the transmissions it rests on.
    spans : tuple of Span
        Where they stand in the recording.
    protocol : str or None
        Name of the decoder that knows the device; None where the remark is not about one.
    command : str or None
        What was said, in the words of the contract; None where nothing was.
    early : bool
        Whether it rests on a heading alone: no transmission was made of the packet yet.
    """

    detector: str
    subject: str
    feature: str
    value: float | int | str | None
    expected: str
    text: str
    time_ns: int
    score: float = 1.0
    p_value: float | None = None
    transmissions: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    protocol: str | None = None
    command: Command | None = None
    early: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy's decision about findings: this deserves that response.

    Attributes
    ----------
    policy : str
        Identifier of the policy's row.
    priority : str
        How urgent the policy says it is.
    kind : str
        "security", or "technical" when the monitor itself is in trouble.
    title, action : str
        What happened, and what a person should do.
    subject : str
        The device it is about.
    time_ns : int
        When.
    findings : tuple of Finding
        What it rests on.
    latching : bool
        Whether the alarm stays until a person resets it.
    protocol : str or None
        Name of the decoder that knows the device, where it is known.
    hold_s : float
        How long the condition holds after this verdict when no other follows.
    stage : str
        "whole" where it rests on a whole transmission, "early" on a heading; where an early one
        was given before about the same packet: "checked" when its check holds, "confirmed" by its
        transmission, "withdrawn" where none bore it out.
    is_checked : bool
        Of an early verdict: whether the packet was heard to its end and its check holds.
    """

    policy: str
    priority: Priority
    kind: AlarmKind
    title: str
    action: str
    subject: str
    time_ns: int
    findings: tuple[Finding, ...]
    latching: bool = True
    protocol: str | None = None
    hold_s: float = HOLD_S
    stage: Stage = "whole"
    is_checked: bool = False
