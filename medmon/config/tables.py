"""The tables of medmon.toml as frozen dataclasses: what may stand there, and what it is by default.

The tables are those of the contract. Every key has its unit as the last word. What a value must
satisfy stands in the annotation of its key (`medmon.config.limits`); whatever comes from a file is
held to it by `medmon.config.checking`. What the program builds itself is not: so the defaults are
there without the library that checks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from medmon.config.limits import Checked, Limited, Read
from medmon.quantities import hertz_from_text, seconds_from_text
from medmon.records import Priority, Role


def _hertz(value: object) -> object:
    return hertz_from_text(value) if isinstance(value, str) else value


def _seconds(value: object) -> object:
    return seconds_from_text(value) if isinstance(value, str) else value


def _lower(value: str) -> str:
    return value.lower()


def _known_zone(value: str) -> str:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"expected a time zone such as Europe/Paris, found {value!r}") from error
    return value


def _hours(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"expected hours such as 22:30-06:00, found {value!r}")
    return value


def _size(value: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+)? ?([kMGT]i?)?B", value):
        raise ValueError(f"expected a size such as 1GB, found {value!r}")
    return value


def _address(value: str) -> str:
    try:
        ip_address(value)
    except ValueError as error:
        raise ValueError(f"expected an address such as 127.0.0.1, found {value!r}") from error
    return value


def _apart(value: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    if len(value) < 2:
        raise ValueError(f"expected at least two antennas, found {len(value)}")
    if len(set(value)) < len(value):
        raise ValueError("expected each antenna in a place of its own, found two in one")
    return value


def _once_each(value: tuple[Device, ...]) -> tuple[Device, ...]:
    rows: dict[tuple[str, str], int] = {}
    twice = []
    for row, device in enumerate(value):
        first = rows.setdefault((device.protocol, device.id), row)
        if first != row:
            twice.append(f"device.{first} and device.{row} are both {device.protocol} {device.id}")
    if twice:
        raise ValueError(f"{'; '.join(twice)}: keep one row of each")
    return value


def _rows_by_id(value: object) -> object:
    """Accept ``[policies.ID]`` tables and the shorthand ``ID = false``."""
    if not isinstance(value, dict):
        return value
    rows: list[dict[str, Any]] = []
    for name, row in value.items():
        given = {"enable": row} if isinstance(row, bool) else row
        if not isinstance(given, dict):
            raise ValueError(f"{name}: expected a table, true or false, found {row!r}")
        rows.append({"id": name, **given})
    return rows


Hertz = Annotated[float, Read(_hertz)]
Seconds = Annotated[float, Limited(ge=0), Read(_seconds)]
Hold = Annotated[float, Limited(ge=1, le=2_592_000), Read(_seconds)]
Positive = Annotated[float, Limited(gt=0)]
Address = Annotated[str, Limited(pattern=r"^[0-9a-zA-Z:_.-]+$"), Checked(_lower)]
PolicyName = Annotated[str, Limited(pattern=r"^[a-z0-9][a-z0-9-]*$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the configuration: unknown keys are mistakes, values do not change."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {
        "extra": "forbid",
        "allow_inf_nan": False,
        "use_attribute_docstrings": True,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Site(Table):
    """``[site]``: where the monitor stands."""

    name: str = "unnamed"
    """What the site is called in reports."""
    bed: str = ""
    """Which bed, as the ward calls it."""
    timezone: Annotated[str, Checked(_known_zone)] = "UTC"
    """Zone of the bed's clock, for quiet hours: Europe/Paris."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(Table):
    """``[[device]]``: one of the patient's own devices."""

    id: Address
    """Address as its decoder prints it, upper case is accepted; of a programmer any word."""
    protocol: str
    """Name of its decoder: medtronic, omnipod."""
    role: Role
    """What it is."""
    asset: str | None = None
    """The hospital's inventory number."""
    name: str | None = None
    """What people call it."""
    rssi_min_dbfs: float | None = None
    """Lowest signal strength that somebody measured for it here."""
    rssi_max_dbfs: float | None = None
    """Highest signal strength that somebody measured for it here."""

    def __post_init__(self) -> None:
        low, high = self.rssi_min_dbfs, self.rssi_max_dbfs
        if low is not None and high is not None and low > high:
            raise ValueError(
                f"expected rssi_min_dbfs to be at most rssi_max_dbfs, found {low:g} and {high:g}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour(Table):
    """``[[neighbour]]``: a known device of somebody else, such as the pump in the next bed."""

    id: Address
    """Address as its decoder prints it; upper case is accepted."""
    protocol: str
    """Name of its decoder: medtronic, omnipod."""
    name: str | None = None
    """What people call it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient(Table):
    """``[patient]``: limits a clinician set; None means not limited."""

    max_bolus_iu: Positive | None = None
    """Largest single bolus."""
    max_basal_iu_per_h: Positive | None = None
    """Highest basal rate, temporary ones included."""
    max_daily_iu: Positive | None = None
    """Most insulin ordered in 24 hours."""
    min_bolus_interval_s: Seconds | None = None
    """Shortest time between two boluses: 15m."""
    quiet_hours: Annotated[str, Checked(_hours)] | None = None
    """Local hours in which nobody programmes the pump: 22:30-06:00."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTable(Table):
    """``[[source]]``: a receiver, or a recording."""

    uri: str
    """Path or URI: ward.sigmf-meta, rtl_tcp://127.0.0.1:1234."""
    freq_hz: Hertz | None = None
    """Frequency to tune to, or the one a recording was made at: 916.5M."""
    rate_hz: Hertz | None = None
    """Samples a second: 2.048M."""
    gain_db: float | Literal["auto"] | None = None
    """Gain of the receiver, or auto."""
    ppm: float = 0.0
    """Error of the receiver's clock in parts per million."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationTable(Table):
    """``[array.calibration]``: what the receiver does to a wave; ``medmon inspect`` measures it."""

    freq_hz: Hertz
    """Frequency at which it was measured: 868.35M."""
    gains_db: tuple[float, ...]
    """Gain of each channel, relative to channel 0."""
    phases_deg: tuple[float, ...]
    """Phase of each channel, relative to channel 0."""
    delays_ns: tuple[float, ...] = ()
    """Delay of each channel, relative to channel 0; without it no delay is taken off."""
    phase_std_deg: Annotated[float, Limited(ge=0)] = 0.0
    """Standard deviation of the error of a phase."""
    delay_std_ns: Annotated[float, Limited(ge=0)] = 0.0
    """Standard deviation of the error of a delay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrayTable(Table):
    """``[array]``: the antennas of a receiver with several channels."""

    positions_m: Annotated[tuple[tuple[float, float], ...], Checked(_apart)]
    """Where each antenna stands, x and y, in the order of the channels."""
    calibration: CalibrationTable | None = None
    """What the receiver does to a wave; without it no angle is told."""

    def __post_init__(self) -> None:
        known, count = self.calibration, len(self.positions_m)
        for name in ("gains_db", "phases_deg", "delays_ns") if known else ():
            found = len(getattr(known, name))
            if found != count and (found or name != "delays_ns"):
                raise ValueError(
                    f"expected calibration.{name} to have {count} numbers, one for each of "
                    f"positions_m, found {found}"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTable(Table):
    """``[[policy]]`` or ``[policies.ID]``: a row of the policy table, or changes to one."""

    id: PolicyName
    """Name of the row; alarms carry it."""
    enable: bool | None = None
    """false switches the row off."""
    detector: str | None = None
    """Name of the detector that serves the row."""
    threshold: float | None = None
    """Lowest score, 0 to 1, that leads to an alarm."""
    priority: Priority | None = None
    """How urgent its alarms are."""
    title: str | None = None
    """What happened, for the person at the bedside."""
    action: str | None = None
    """What that person should do."""
    latching: bool | None = None
    """Whether the alarm stays until a person resets it."""
    hold_s: Hold | None = None
    """How long the condition holds after it was last seen, 30 days at most: 30m."""
    kind: Literal["security", "technical"] | None = None
    """Whether it is about an attack, or about the monitor itself."""
    options: dict[str, bool | int | float | str | list[str]] = field(default_factory=dict)
    """The detector's own options, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector(Table):
    """``[detector]``: the learned part."""

    baseline: Path | None = None
    """File with what was learned to be normal here."""
    false_alarms_per_day: Positive = 0.06
    """Budget of false alarms for all learned detectors together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Output(Table):
    """``[[output]]``: where records go."""

    uri: str
    """Where to: json:-, csv:ward.csv, sqlite:ward.sqlite."""
    min_priority: Priority | None = None
    """Alarms less urgent than this are left out; None lets all pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store(Table):
    """``[store]``: what is kept."""

    path: Path | None = None
    """File of the store."""
    retention: Seconds | None = None
    """How long records are kept: 30d; None is for ever."""
    free_space_floor: Annotated[str, Checked(_size)] = "1GB"
    """Free space on the disk below which the oldest records go: 1GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Web(Table):
    """``[web]``: the page at the bedside."""

    bind: Annotated[str, Checked(_address)] = "127.0.0.1"
    """Address it listens on; anything but the loopback address needs tokens."""
    tokens_file: Path | None = None
    """File with the tokens of those who may look and those who may act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Table):
    """``[response]``: what an alarm sets off. Jamming is only ever simulated, on arrays."""

    simulate_jamming: bool = False
    """Work out, on arrays, what a jammer would have done."""
    sound: bool = False
    """Whether an alarm is heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy(Table):
    """``[privacy]``: how identifiers leave the monitor.

    Outputs that leave the machine carry pseudonyms, keyed by the secret in ``salt_file``, unless
    ``show_identifiers`` is set.
    """

    show_identifiers: bool = False
    """Send device identifiers in the clear."""
    salt_file: Path | None = None
    """File with the secret that pseudonyms are keyed by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config(Table):
    """The whole configuration; every part has a usable default.

    ``policies`` holds the changes to the shipped table by policy id, ``policy`` whole new rows.
    """

    site: Site = Site()
    device: Annotated[tuple[Device, ...], Checked(_once_each)] = ()
    neighbour: tuple[Neighbour, ...] = ()
    patient: Patient = Patient()
    source: tuple[SourceTable, ...] = ()
    array: ArrayTable | None = None
    policies: Annotated[tuple[PolicyTable, ...], Read(_rows_by_id)] = ()
    policy: tuple[PolicyTable, ...] = ()
    detector: Detector = Detector()
    output: tuple[Output, ...] = ()
    store: Store = Store()
    web: Web = Web()
    response: Response = Response()
    privacy: Privacy = Privacy()

    def __post_init__(self) -> None:
        """Refuse a device that is ours and a neighbour's: an attack on it would be ignored."""
        own = {(device.protocol, device.id): row for row, device in enumerate(self.device)}
        both = [
            f"neighbour.{row} and device.{own[key]} are both {other.protocol} {other.id}"
            for row, other in enumerate(self.neighbour)
            if (key := (other.protocol, other.id)) in own
        ]
        if both:
            raise ValueError(f"{'; '.join(both)}: a device is the patient's or a neighbour's")
