"""The layout of the store: every key people filter by has its column, and nothing is lost."""

import json
import sqlite3
from typing import Any

import pytest

from medmon.store.tables import MIGRATIONS, TABLES, statements_from_line

HEAD = {"schema": "medmon/1", "time": "1970-01-01T00:00:00.000007Z", "time_ns": 7_001}
LINES: dict[str, dict[str, Any]] = {
    "transmission": {
        "id": "t1",
        "source": {"file": "a.cu8", "receiver": "0", "sample_start": 5, "sample_count": 6},
        "radio": {"freq_hz": 9.165e8, "rssi_dbfs": -30.5, "aoa_deg": None, "modulation": "ook"},
        "device": {"id": "350535", "asset": "INV-7", "role": "pump"},
        "command": "bolus",
        "fields": {"units_iu": 2.5},
    },
    "alarm": {"id": "a1", "phase": "start", "state": "active", "subject": "350535", "count": 1},
    "finding": {"subject": "350535", "value": 3, "text": "odd"},
    "gap": {"samples_lost": 5, "source": {"uri": "rtl_tcp://box:1"}, "reason": "overrun"},
    "status": {"drops": 3, "noise_dbfs": -60.5},
    "summary": {"samples": 9, "transmissions": {"medtronic": {"ok": 1}}},
}


@pytest.fixture
def connection() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    for script in MIGRATIONS:
        made.executescript(script)
    made.row_factory = sqlite3.Row
    return made


def _rows(connection: sqlite3.Connection, line: dict[str, Any], table: str) -> list[sqlite3.Row]:
    for sql, cells in statements_from_line(line):
        connection.execute(sql, cells)
    return connection.execute(" ".join(("SELECT * FROM", table))).fetchall()


@pytest.mark.parametrize("kind", LINES)
def test_whole_line_is_kept(connection: sqlite3.Connection, kind: str) -> None:
    """What has no column is in the line; keeping twice keeps once."""
    line = {**HEAD, "type": kind, **LINES[kind], "invented_later": [1, {"a": None}]}
    for _ in range(2):
        (row,) = _rows(connection, line, TABLES[kind].name)
    assert json.loads(row["line"]) == line
    assert (row["time"], row["time_ns"]) == (HEAD["time"], 7_001)


def test_columns_are_the_keys_of_the_line(connection: sqlite3.Connection) -> None:
    """A query uses the words of the JSON."""
    line = {**HEAD, "type": "transmission", **LINES["transmission"]}
    (row,) = _rows(connection, line, "transmissions")
    for column, value in {
        "id": "t1",
        "file": "a.cu8",
        "uri": None,
        "sample_start": 5,
        "freq_hz": 9.165e8,
        "rssi_dbfs": -30.5,
        "aoa_deg": None,
        "device_id": "350535",
        "device_asset": "INV-7",
        "command": "bolus",
        "fields": '{"units_iu": 2.5}',
        "protocol": None,
    }.items():
        assert row[column] == value, column


def test_alarm_goes_into_its_history(connection: sqlite3.Connection) -> None:
    """The alarm as it stands, and every phase of it."""
    for phase in ("start", "end"):
        line = {**HEAD, "type": "alarm", **LINES["alarm"], "phase": phase}
        (row,) = _rows(connection, line, "alarms")
        assert row["phase"] == phase
    phases = connection.execute("SELECT phase FROM alarm_history ORDER BY rowid").fetchall()
    assert [row[0] for row in phases] == ["start", "end"]


def test_name_of_a_file_that_is_no_text(connection: sqlite3.Connection) -> None:
    """Linux allows any byte in a name; such a record is kept too."""
    line = {**HEAD, "type": "gap", **LINES["gap"], "source": {"file": "a\udcff"}}
    (row,) = _rows(connection, line, "gaps")
    assert row["file"] == "a\\udcff"
    assert json.loads(row["line"]) == line


def test_store_of_an_earlier_version_gets_the_columns_of_antennas() -> None:
    """A ward's history stays, and queries for directions work on it."""
    made = sqlite3.connect(":memory:")
    made.row_factory = sqlite3.Row
    made.executescript(MIGRATIONS[0])
    made.execute("INSERT INTO transmissions (id, aoa_deg, line) VALUES ('old', 5.0, '{}')")
    made.executescript(MIGRATIONS[1])
    radio = {
        **LINES["transmission"]["radio"],
        "aoa_std_deg": 0.5,
        "aoa_ambiguous": True,
        "collided": True,
    }
    line = {**HEAD, "type": "transmission", **LINES["transmission"], "radio": radio}
    old, new = _rows(made, line, "transmissions")
    assert (old["aoa_deg"], old["aoa_std_deg"]) == (5.0, None)
    assert (new["tdoa_std_ns"], new["aoa_std_deg"]) == (None, 0.5)
    assert (new["aoa_ambiguous"], new["collided"], old["collided"]) == (1, 1, None)


def test_subject_columns_exist() -> None:
    """Queries by device find their column."""
    for table in TABLES.values():
        assert table.subject is None or table.subject in table.columns
