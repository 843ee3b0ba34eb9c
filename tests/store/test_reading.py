"""Queries give back what was kept, and never change it."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from medmon.errors import StorageError
from medmon.store import Readings, Store, Window


def _transmission(time_ns: int, device: str = "350535") -> dict[str, Any]:
    return {
        "schema": "medmon/1", "type": "transmission", "time": "t", "time_ns": time_ns,
        "id": f"t{time_ns}", "device": {"id": device}, "fields": {"units_iu": 2.5},
    }  # fmt: skip


def _alarm(time_ns: int, alarm_id: str, state: str) -> dict[str, Any]:
    return {
        "schema": "medmon/1", "type": "alarm", "time": "t", "time_ns": time_ns, "id": alarm_id,
        "state": state, "subject": "350535",
    }  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    where = tmp_path / "ward #1?.sqlite"
    with Store(where) as store:
        for time_ns in range(1, 11):
            store.keep(_transmission(time_ns, "350535" if time_ns % 2 else "ffffff"))
        store.keep(_alarm(3, "a1", "active"))
        store.keep(_alarm(4, "a2", "active"))
        store.keep(_alarm(5, "a1", "latched"))
        store.keep(_alarm(6, "a2", "cleared"))
        store.keep({"schema": "medmon/1", "type": "gap", "time": "t", "time_ns": 7})
    return where


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (None, [*range(1, 11)]),
        (Window(since_ns=4), [4, 5, 6, 7, 8, 9, 10]),
        (Window(until_ns=4), [1, 2, 3]),
        (Window(since_ns=4, until_ns=6), [4, 5]),
        (Window(subject="ffffff", limit=2), [8, 10]),
        (Window(limit=3), [8, 9, 10]),
        (Window(subject="' OR 1=1 --"), []),
    ],
)
def test_window(path: Path, window: Window | None, expected: list[int]) -> None:
    """The latest ones inside the window, in order of time."""
    with Readings(path) as readings:
        assert [line["time_ns"] for line in readings.lines("transmission", window)] == expected


def test_line_comes_back_as_it_was(path: Path) -> None:
    """Nothing is lost in the columns."""
    with Readings(path) as readings:
        assert readings.lines("transmission", Window(limit=1)) == [_transmission(10, "ffffff")]


def test_types_about_no_device(path: Path) -> None:
    """A gap belongs to no device, so a query for one device finds none."""
    with Readings(path) as readings:
        assert len(readings.lines("gap")) == 1
        assert readings.lines("gap", Window(subject="350535")) == []


def test_alarms_stand_as_they_are_now(path: Path) -> None:
    """One line an alarm, the open ones apart, the whole life on request."""
    with Readings(path) as readings:
        assert [(a["id"], a["state"]) for a in readings.lines("alarm")] == [
            ("a1", "latched"), ("a2", "cleared"),
        ]  # fmt: skip
        assert [a["id"] for a in readings.open_alarms()] == ["a1"]
        assert [a["state"] for a in readings.history("a1")] == ["active", "latched"]
        assert readings.history("none") == []


def test_reader_stands_beside_the_writer(path: Path) -> None:
    """The page at the bedside reads while the monitor writes."""
    with Store(path) as store, Readings(path) as readings:
        store.keep(_alarm(11, "a3", "active"))
        assert [a["id"] for a in readings.open_alarms()] == ["a1", "a3"]


def test_reader_cannot_write(path: Path) -> None:
    """Not even by mistake."""
    with Readings(path) as readings, pytest.raises(sqlite3.OperationalError, match="readonly"):
        readings._connection.execute("DELETE FROM alarms")


def test_damage_is_told(path: Path) -> None:
    """A store whose tables are gone is an error with its path, not an empty list."""
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE alarms")
    connection.close()
    with Readings(path) as readings, pytest.raises(StorageError, match=r"1\?\.sqlite: cannot be"):
        readings.open_alarms()


def test_no_store_there(tmp_path: Path) -> None:
    """Reading makes no file."""
    with pytest.raises(StorageError, match=r"none: cannot be opened as a store: unable to open"):
        Readings(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_refused(tmp_path: Path) -> None:
    """Another program's database and a text are told apart from a store."""
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(StorageError, match="is not a store of medmon"):
        Readings(other)
    text = tmp_path / "text"
    text.write_text("Dear Anna, " * 100)
    with pytest.raises(StorageError, match="file is not a database"):
        Readings(text)
