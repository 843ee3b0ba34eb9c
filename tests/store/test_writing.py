"""What is kept stays kept, also through a full disk, and only one program writes."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from medmon.errors import StorageError
from medmon.store import Readings, Store
from medmon.store.tables import APPLICATION_ID, MIGRATIONS
from medmon.store.writing import BATCH_MAX

SECOND_NS = 1_000_000_000


def _status(time_ns: int, **more: Any) -> dict[str, Any]:
    return {"schema": "medmon/1", "type": "status", "time": "t", "time_ns": time_ns, **more}


def _alarm(time_ns: int, state: str = "active", alarm_id: str = "a1") -> dict[str, Any]:
    return {
        "schema": "medmon/1", "type": "alarm", "time": "t", "time_ns": time_ns, "id": alarm_id,
        "state": state, "subject": "350535",
    }  # fmt: skip


def _kept(path: Path, kind: str = "status") -> list[int]:
    with Readings(path) as readings:
        return [line["time_ns"] for line in readings.lines(kind)]


def test_records_are_there_after_reopening(tmp_path: Path) -> None:
    """A restart loses nothing and changes nothing."""
    path = tmp_path / "ward.sqlite"
    with Store(path) as store:
        store.keep(_status(1))
    with Store(path) as store:
        store.keep(_status(2))
    assert _kept(path) == [1, 2]


def test_alarm_is_on_the_disk_when_keep_returns(tmp_path: Path) -> None:
    """A reader sees it at once, and the heartbeats before it too."""
    path = tmp_path / "s"
    with Store(path) as store:
        store.keep(_status(1))
        assert _kept(path) == []
        store.keep(_alarm(2))
        assert (_kept(path), _kept(path, "alarm")) == ([1], [2])


def test_other_records_wait_for_a_hundred_or_a_second(tmp_path: Path) -> None:
    """A flood costs one commit for many records, and nothing waits longer than a second."""
    path = tmp_path / "s"
    with Store(path) as store:
        for number in range(BATCH_MAX - 1):
            store.keep(_status(number))
        assert _kept(path) == []
        store.keep(_status(BATCH_MAX))
        assert len(_kept(path)) == BATCH_MAX
        store.keep(_status(1_000))
        store.keep(_status(1_000 + SECOND_NS))
        assert len(_kept(path)) == BATCH_MAX + 2


def test_commits_survive_a_power_cut(tmp_path: Path) -> None:
    """The settings that were found to lose nothing: a log that is synced at each commit."""
    with Store(tmp_path / "s") as store:
        pragma = store._connection.execute
        assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma("PRAGMA synchronous").fetchone() == (2,)


def test_second_writer_is_refused(tmp_path: Path) -> None:
    """Two writers could corrupt the file; the message says what to do."""
    path = tmp_path / "s"
    with (
        Store(path),
        pytest.raises(StorageError, match=r"s: another medmon writes to this store; stop it"),
    ):
        Store(path)
    Store(path).close()


def test_full_disk_says_what_was_lost_and_goes_on_afterwards(tmp_path: Path) -> None:
    """The disk fills up, the user makes room, and the store writes again."""
    path = tmp_path / "s"
    with Store(path) as store:
        store.keep(_alarm(1))
        (pages,) = store._connection.execute("PRAGMA page_count").fetchone()
        store._connection.execute(f"PRAGMA max_page_count = {pages}")
        store.keep(_status(2))
        with pytest.raises(StorageError, match=r"s: database or disk is full; 2 records were not"):
            store.keep({**_alarm(3, alarm_id="a2"), "text": "x" * 100_000})
        store._connection.execute("PRAGMA max_page_count = 100000")
        store.keep(_alarm(4, alarm_id="a3"))
    assert (_kept(path), _kept(path, "alarm")) == ([], [1, 4])


def test_failed_record_leaves_no_half(tmp_path: Path) -> None:
    """An alarm is in its table and in its history, or in neither."""
    path = tmp_path / "s"
    with Store(path) as store:
        store._connection.execute("DROP TABLE alarm_history")
        with pytest.raises(StorageError, match=r"no such table.*1 record was not kept"):
            store.keep(_alarm(1))
        store.keep(_status(2))
    assert (_kept(path), _kept(path, "alarm")) == ([2], [])


def test_full_disk_at_the_end_is_told(tmp_path: Path) -> None:
    """Closing does not swallow the last records, and leaves the file free for the next."""
    path = tmp_path / "s"
    store = Store(path)
    store.keep(_status(1))
    store._connection.execute("COMMIT")
    with pytest.raises(StorageError, match="1 record was not kept"):
        store.close()
    Store(path).close()


def test_forgetting_takes_what_is_old_but_no_open_alarm(tmp_path: Path) -> None:
    """An alarm that nobody took notice of outlives every retention."""
    path = tmp_path / "s"
    with Store(path) as store:
        store.keep(_alarm(1, alarm_id="open"))
        store.keep(_alarm(1, alarm_id="over"))
        store.keep(_alarm(2, "cleared", alarm_id="over"))
        store.keep(_status(3))
        store.keep(_status(10))
        assert store.forget(10) == 2
        assert store.forget(10) == 0
    assert (_kept(path), _kept(path, "alarm")) == ([10], [1])
    with Readings(path) as readings:
        assert readings.history("over") == []
        assert len(readings.history("open")) == 1


def test_forgetting_gives_space_back(tmp_path: Path) -> None:
    """The file shrinks, so that a floor of free space can be held."""
    path = tmp_path / "s"
    with Store(path) as store:
        for number in range(300):
            store.keep(_status(number, text="x" * 2_000))
        (before,) = store._connection.execute("PRAGMA page_count").fetchone()
        store.forget(300)
        (after,) = store._connection.execute("PRAGMA page_count").fetchone()
    assert after < before / 4


def test_forgetting_on_a_broken_store_is_told(tmp_path: Path) -> None:
    """A retention that does not work would fill the disk in silence."""
    with Store(tmp_path / "s") as store:
        store._connection.execute("PRAGMA query_only = 1")
        with pytest.raises(StorageError, match="readonly"):
            store.forget(1)


def test_layout_has_a_version(tmp_path: Path) -> None:
    """The next medmon knows what it finds; a store of a newer one is not touched."""
    path = tmp_path / "s"
    Store(path).close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StorageError, match=r"has layout 99, this medmon knows 3; use the newer"):
        Store(path)


def test_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    """A mistyped path must not put our tables into somebody's database."""
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program's database"):
        Store(path)
    assert path.read_bytes() == before


def test_file_that_is_no_database_is_not_touched(tmp_path: Path) -> None:
    """Nor into somebody's letter."""
    path = tmp_path / "letter.txt"
    path.write_text("Dear Anna, " * 100)
    with pytest.raises(
        StorageError, match=r"letter\.txt: cannot be opened as a store: file is not"
    ):
        Store(path)
    assert path.read_text() == "Dear Anna, " * 100


def test_folder_must_exist(tmp_path: Path) -> None:
    """The message names the path and the reason."""
    with pytest.raises(StorageError, match=r"none/s: cannot be written: No such file"):
        Store(tmp_path / "none" / "s")
