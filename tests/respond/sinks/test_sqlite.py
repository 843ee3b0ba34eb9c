"""The database as an outlet."""

from pathlib import Path

import pytest

from medmon.errors import ConfigError, StorageError
from medmon.respond.sinks.sqlite import PLUGIN, Sqlite
from medmon.store import Readings

LINE = {"schema": "medmon/1", "type": "gap", "time": "t", "time_ns": 3, "reason": "overrun"}


def test_records_can_be_queried(tmp_path: Path) -> None:
    """What was sent is there; a type of a later version is left."""
    path = tmp_path / "ward.sqlite"
    for _ in range(2):
        sink = PLUGIN(str(path), {})
        sink.emit(LINE)
        sink.emit(LINE | {"type": "invented-later"})
        sink.close()
    with Readings(path) as readings:
        assert readings.lines("gap") == [LINE]


@pytest.mark.parametrize("target", ["", "-"])
def test_needs_a_file(target: str) -> None:
    """A database cannot be printed."""
    with pytest.raises(ConfigError, match="a database needs a file"):
        Sqlite(target, {})


def test_folder_must_exist(tmp_path: Path) -> None:
    """The store's own message reaches the user."""
    with pytest.raises(StorageError, match="No such file"):
        Sqlite(str(tmp_path / "none" / "s"), {})
