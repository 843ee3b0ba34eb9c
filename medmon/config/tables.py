"""The tables of medmon.toml: mappings go in, a checked and frozen `Config` comes out.

The tables are those of the contract. Every key has its unit as the last word; anything unknown
is a mistake, because a misspelt limit that is silently ignored is worse than no limit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

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

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Site(Table):
    """``[site]``: where the monitor stands."""

    name: str = "unnamed"
    bed: str = ""
    timezone: str = "UTC"

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
    protocol: str
    role: Role
    asset: str | None = None
    name: str | None = None
    rssi_min_dbfs: float | None = None
    rssi_max_dbfs: float | None = None

    @field_validator("id")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.lower()


class Patient(Table):
    """``[patient]``: limits a clinician set; None means not limited."""

    max_bolus_iu: float | None = Field(default=None, gt=0)
    max_basal_iu_per_h: float | None = Field(default=None, gt=0)
    max_daily_iu: float | None = Field(default=None, gt=0)
    min_bolus_interval_s: Seconds | None = None
    quiet_hours: str | None = None

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
    freq_hz: Hertz | None = None
    rate_hz: Hertz | None = None
    gain_db: float | Literal["auto"] | None = None
    ppm: float = 0.0


class PolicyTable(Table):
    """``[[policy]]`` or ``[policies.ID]``: a row of the policy table, or changes to one."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    enable: bool | None = None
    detector: str | None = None
    threshold: float | None = None
    priority: Priority | None = None
    title: str | None = None
    action: str | None = None
    latching: bool | None = None
    kind: Literal["security", "technical"] | None = None
    options: dict[str, bool | int | float | str | list[str]] = Field(default_factory=dict)


class Detector(Table):
    """``[detector]``: the learned part."""

    baseline: Path | None = None
    false_alarms_per_day: float = Field(default=0.06, gt=0)


class Output(Table):
    """``[[output]]``: where records go."""

    uri: str
    min_priority: Priority | None = None


class Store(Table):
    """``[store]``: what is kept."""

    path: Path | None = None
    retention: Seconds | None = None
    free_space_floor: str = "1GB"


class Web(Table):
    """``[web]``: the page at the bedside."""

    bind: str = "127.0.0.1"
    tokens_file: Path | None = None


class Response(Table):
    """``[response]``: what an alarm sets off. Jamming is only ever simulated, on arrays."""

    simulate_jamming: bool = False
    sound: bool = False


class Privacy(Table):
    """``[privacy]``: how identifiers leave the monitor."""

    show_identifiers: bool = False


class Config(Table):
    """The whole configuration; every part has a usable default.

    ``policies`` holds the changes to the shipped table by policy id, ``policy`` whole new rows.
    """

    site: Site = Site()
    device: tuple[Device, ...] = ()
    patient: Patient = Patient()
    source: tuple[SourceTable, ...] = ()
    policies: tuple[PolicyTable, ...] = ()
    policy: tuple[PolicyTable, ...] = ()
    detector: Detector = Detector()
    output: tuple[Output, ...] = ()
    store: Store = Store()
    web: Web = Web()
    response: Response = Response()
    privacy: Privacy = Privacy()

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
