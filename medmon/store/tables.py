"""A line goes in, the row of its table comes out; and the SQL that makes the tables.

Each type of record has a table, and each table the columns that people filter and sort by, named
as the keys of the JSON line; a key that two objects share carries the name of its object
(``device_id``). The whole line stands beside them in the column ``line``, so that nothing is lost
and a new key needs no new column.

``alarms`` holds each alarm as it stands now, ``alarm_history`` every phase of it. Rows have a key
that depends on what they say, so keeping a record twice keeps it once.

The version of the layout is SQLite's ``user_version``: the number of `MIGRATIONS` that were run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, TypeAlias

Cell: TypeAlias = str | int | float | None
Line: TypeAlias = Mapping[str, Any]

APPLICATION_ID: Final = 0x6D64_6D6E
"""SQLite's ``application_id`` of our files: "mdmn"."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes
    ----------
    name : str
        Its name.
    columns : mapping
        For each column, the path of its value in the line, with dots.
    subject : str or None
        Column that says which device a row is about.
    """

    name: str
    columns: Mapping[str, str]
    subject: str | None = None


def _table(name: str, paths: str, *, subject: str | None = None) -> Table:
    columns = {"time": "time", "time_ns": "time_ns"}
    for path in paths.split():
        parent, _, leaf = path.rpartition(".")
        columns[f"{parent}_{leaf}" if parent == "device" else leaf] = path
    return Table(name, columns, subject)


TABLES: Mapping[str, Table] = {
    "transmission": _table(
        "transmissions",
        "id protocol integrity device.id device.asset device.role direction command fields "
        "sequence repeats raw_hex source.file source.uri source.receiver source.sample_start "
        "source.sample_count radio.freq_hz radio.cfo_hz radio.bandwidth_hz radio.rssi_dbfs "
        "radio.rssi_dbm radio.snr_db radio.noise_dbfs radio.duration_us radio.modulation "
        "radio.symbol_rate_hz radio.deviation_hz radio.rise_us radio.tdoa_ns radio.aoa_deg "
        "radio.tdoa_std_ns radio.aoa_std_deg radio.aoa_ambiguous radio.collided",
        subject="device_id",
    ),
    "alarm": _table(
        "alarms",
        "id phase state priority kind policy title action subject score p_value first last count "
        "early stage",
        subject="subject",
    ),
    "finding": _table(
        "findings",
        "subject detector feature value expected text score p_value",
        subject="subject",
    ),
    "gap": _table("gaps", "samples_lost reason rate_hz source.file source.uri source.receiver"),
    "status": _table("status", "rate_hz noise_dbfs samples drops"),
    "summary": _table("summary", "samples samples_lost seconds real_time_factor peak_rss_mb"),
}
"""The table of each type of record."""

HISTORY: Final = "alarm_history"


_ADDED = ("tdoa_std_ns", "aoa_std_deg", "aoa_ambiguous", "collided")
"""Columns of transmissions that the first layout did not have."""
_STAGED = ("early", "stage")
"""Columns of alarms that the first two layouts did not have."""


def _create(table: Table, name: str, key: str) -> str:
    columns = ", ".join(
        column for column in table.columns if column not in {key, *_ADDED, *_STAGED}
    )
    return (
        f"CREATE TABLE {name} ({key} TEXT PRIMARY KEY, {columns}, line TEXT NOT NULL);"
        f"CREATE INDEX {name}_time ON {name} (time_ns);"
    )


def _first_layout() -> str:
    parts = [_create(t, t.name, _key_name(kind)) for kind, t in TABLES.items()]
    parts.append(_create(TABLES["alarm"], HISTORY, "digest"))
    parts.append(f"CREATE INDEX {HISTORY}_id ON {HISTORY} (id, time_ns);")
    parts.append("CREATE INDEX transmissions_device ON transmissions (device_id, time_ns);")
    return "".join(parts)


def _key_name(record_type: str) -> str:
    return "id" if record_type in {"transmission", "alarm"} else "digest"


def _arrival() -> str:
    return "".join(f"ALTER TABLE transmissions ADD COLUMN {column};" for column in _ADDED)


def _stages() -> str:
    tables = (TABLES["alarm"].name, HISTORY)
    return "".join(f"ALTER TABLE {t} ADD COLUMN {column};" for t in tables for column in _STAGED)


MIGRATIONS: tuple[str, ...] = (_first_layout(), _arrival(), _stages())
"""Scripts that lead from one version of the layout to the next."""


def statements_from_line(line: Line) -> list[tuple[str, list[Cell]]]:
    """Write the statements that keep a line.

    Parameters
    ----------
    line : mapping
        A line of a known type.

    Returns
    -------
    list of (str, list)
        SQL and its values; two for an alarm, which goes into its history too.
    """
    record_type = line["type"]
    table = TABLES[record_type]
    text = json.dumps(line, allow_nan=False)
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    cells = {column: _cell(line, path) for column, path in table.columns.items()}
    keyed = cells if _key_name(record_type) == "id" else {"digest": digest, **cells}
    statements = [_insert(table.name, {**keyed, "line": text})]
    if record_type == "alarm":
        statements.append(_insert(HISTORY, {"digest": digest, **cells, "line": text}))
    return statements


def _insert(name: str, cells: Mapping[str, Cell]) -> tuple[str, list[Cell]]:
    # Names come from the tables above, never from a line; values are always bound.
    columns, marks = ", ".join(cells), ", ".join("?" * len(cells))
    sql = " ".join(("INSERT OR REPLACE INTO", name, "(", columns, ") VALUES (", marks, ")"))
    return sql, list(cells.values())


def _cell(line: Line, path: str) -> Cell:
    value: Any = line
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        # Names of files may hold bytes that are no text; SQLite refuses lone surrogates.
        return value.encode(errors="backslashreplace").decode()
    if value is None or isinstance(value, int | float):
        return value
    return json.dumps(value)
