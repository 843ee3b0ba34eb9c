"""The tables of medmon.toml: mappings go in, a checked and frozen `Config` comes out.

The tables are those of the contract. Every key has its unit as the last word; anything unknown
is a mistake, because a misspelt limit that is silently ignored is worse than no limit.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from medmon.quantities import hertz_from_text, seconds_from_text
from medmon.records import Priority, Role


def _hertz(value: object) -> object:
    return hertz_from_text(value) if isinstance(value, str) else value


def _seconds(value: object) -> object:
    return seconds_from_text(value) if isinstance(value, str) else value


Hertz = Annotated[float, BeforeValidator(_hertz)]
Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0)]


class Table(BaseModel):
    """A table of the configuration: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Site(Table):
    """``[site]``: where the monitor stands."""

    name: str = "unnamed"
    """What the site is called in reports."""
    bed: str = ""
    """Which bed, as the ward calls it."""
    timezone: str = "UTC"
    """Zone of the bed's clock, for quiet hours: Europe/Paris."""

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"expected a time zone such as Europe/Paris, found {value!r}"
            ) from error
        return value


class Device(Table):
    """``[[device]]``: one of the patient's own devices."""

    id: str = Field(pattern=r"^[0-9a-zA-Z:_.-]+$")
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

    @field_validator("id")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.lower()

    @model_validator(mode="after")
    def _band_in_order(self) -> Device:
        low, high = self.rssi_min_dbfs, self.rssi_max_dbfs
        if low is not None and high is not None and low > high:
            raise ValueError(
                f"expected rssi_min_dbfs to be at most rssi_max_dbfs, found {low:g} and {high:g}"
            )
        return self


class Neighbour(Table):
    """``[[neighbour]]``: a known device of somebody else, such as the pump in the next bed."""

    id: str = Field(pattern=r"^[0-9a-zA-Z:_.-]+$")
    """Address as its decoder prints it; upper case is accepted."""
    protocol: str
    """Name of its decoder: medtronic, omnipod."""
    name: str | None = None
    """What people call it."""

    @field_validator("id")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.lower()


class Patient(Table):
    """``[patient]``: limits a clinician set; None means not limited."""

    max_bolus_iu: float | None = Field(default=None, gt=0)
    """Largest single bolus."""
    max_basal_iu_per_h: float | None = Field(default=None, gt=0)
    """Highest basal rate, temporary ones included."""
    max_daily_iu: float | None = Field(default=None, gt=0)
    """Most insulin ordered in 24 hours."""
    min_bolus_interval_s: Seconds | None = None
    """Shortest time between two boluses: 15m."""
    quiet_hours: str | None = None
    """Local hours in which nobody programmes the pump: 22:30-06:00."""

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(
            r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d", value
        ):
            raise ValueError(f"expected hours such as 22:30-06:00, found {value!r}")
        return value


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
    phase_std_deg: float = Field(default=0.0, ge=0)
    """Standard deviation of the error of a phase."""
    delay_std_ns: float = Field(default=0.0, ge=0)
    """Standard deviation of the error of a delay."""


class ArrayTable(Table):
    """``[array]``: the antennas of a receiver with several channels."""

    positions_m: tuple[tuple[float, float], ...] = Field(min_length=2)
    """Where each antenna stands, x and y, in the order of the channels."""
    calibration: CalibrationTable | None = None
    """What the receiver does to a wave; without it no angle is told."""

    @field_validator("positions_m")
    @classmethod
    def _apart(cls, value: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if len(set(value)) < len(value):
            raise ValueError("expected each antenna in a place of its own, found two in one")
        return value

    @model_validator(mode="after")
    def _one_each(self) -> Self:
        """Refuse a calibration of another array."""
        known, count = self.calibration, len(self.positions_m)
        for name in ("gains_db", "phases_deg", "delays_ns") if known else ():
            found = len(getattr(known, name))
            if found != count and (found or name != "delays_ns"):
                raise ValueError(
                    f"expected calibration.{name} to have {count} numbers, one for each of "
                    f"positions_m, found {found}"
                )
        return self


class PolicyTable(Table):
    """``[[policy]]`` or ``[policies.ID]``: a row of the policy table, or changes to one."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
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
    hold_s: Annotated[Seconds, Field(ge=1, le=2_592_000)] | None = None
    """How long the condition holds after it was last seen, 30 days at most: 30m."""
    kind: Literal["security", "technical"] | None = None
    """Whether it is about an attack, or about the monitor itself."""
    options: dict[str, bool | int | float | str | list[str]] = Field(default_factory=dict)
    """The detector's own options, by name."""


class Detector(Table):
    """``[detector]``: the learned part."""

    baseline: Path | None = None
    """File with what was learned to be normal here."""
    false_alarms_per_day: float = Field(default=0.06, gt=0)
    """Budget of false alarms for all learned detectors together."""


class Output(Table):
    """``[[output]]``: where records go."""

    uri: str
    """Where to: json:-, csv:ward.csv, sqlite:ward.sqlite."""
    min_priority: Priority | None = None
    """Alarms less urgent than this are left out; None lets all pass."""


class Store(Table):
    """``[store]``: what is kept."""

    path: Path | None = None
    """File of the store."""
    retention: Seconds | None = None
    """How long records are kept: 30d; None is for ever."""
    free_space_floor: str = "1GB"
    """Free space on the disk below which the oldest records go: 1GB."""

    @field_validator("free_space_floor")
    @classmethod
    def _bytes(cls, value: str) -> str:
        if not re.fullmatch(r"\d+(\.\d+)? ?([kMGT]i?)?B", value):
            raise ValueError(f"expected a size such as 1GB, found {value!r}")
        return value


class Web(Table):
    """``[web]``: the page at the bedside."""

    bind: str = "127.0.0.1"
    """Address it listens on; anything but the loopback address needs tokens."""
    tokens_file: Path | None = None
    """File with the tokens of those who may look and those who may act."""

    @field_validator("bind")
    @classmethod
    def _address(cls, value: str) -> str:
        try:
            ip_address(value)
        except ValueError as error:
            raise ValueError(f"expected an address such as 127.0.0.1, found {value!r}") from error
        return value


class Response(Table):
    """``[response]``: what an alarm sets off. Jamming is only ever simulated, on arrays."""

    simulate_jamming: bool = False
    """Work out, on arrays, what a jammer would have done."""
    sound: bool = False
    """Whether an alarm is heard."""


class Privacy(Table):
    """``[privacy]``: how identifiers leave the monitor.

    Outputs that leave the machine carry pseudonyms, keyed by the secret in ``salt_file``, unless
    ``show_identifiers`` is set.
    """

    show_identifiers: bool = False
    """Send device identifiers in the clear."""
    salt_file: Path | None = None
    """File with the secret that pseudonyms are keyed by."""


class Config(Table):
    """The whole configuration; every part has a usable default.

    ``policies`` holds the changes to the shipped table by policy id, ``policy`` whole new rows.
    """

    site: Site = Site()
    device: tuple[Device, ...] = ()
    neighbour: tuple[Neighbour, ...] = ()
    patient: Patient = Patient()
    source: tuple[SourceTable, ...] = ()
    array: ArrayTable | None = None
    policies: tuple[PolicyTable, ...] = ()
    policy: tuple[PolicyTable, ...] = ()
    detector: Detector = Detector()
    output: tuple[Output, ...] = ()
    store: Store = Store()
    web: Web = Web()
    response: Response = Response()
    privacy: Privacy = Privacy()

    @field_validator("device")
    @classmethod
    def _once_each(cls, value: tuple[Device, ...]) -> tuple[Device, ...]:
        rows: dict[tuple[str, str], int] = {}
        twice = []
        for row, device in enumerate(value):
            first = rows.setdefault((device.protocol, device.id), row)
            if first != row:
                twice.append(
                    f"device.{first} and device.{row} are both {device.protocol} {device.id}"
                )
        if twice:
            raise ValueError(f"{'; '.join(twice)}: keep one row of each")
        return value

    @model_validator(mode="after")
    def _neighbours_are_others(self) -> Self:
        """Refuse a device that is ours and a neighbour's: an attack on it would be ignored."""
        own = {(device.protocol, device.id): row for row, device in enumerate(self.device)}
        both = [
            f"neighbour.{row} and device.{own[key]} are both {other.protocol} {other.id}"
            for row, other in enumerate(self.neighbour)
            if (key := (other.protocol, other.id)) in own
        ]
        if both:
            raise ValueError(f"{'; '.join(both)}: a device is the patient's or a neighbour's")
        return self

    @field_validator("policies", mode="before")
    @classmethod
    def _rows_by_id(cls, value: object) -> object:
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
