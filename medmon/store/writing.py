"""Lines come in and are kept; what is too old is forgotten."""

from __future__ import annotations

import fcntl
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Final

from medmon.errors import StorageError
from medmon.store.tables import (
    APPLICATION_ID,
    HISTORY,
    MIGRATIONS,
    TABLES,
    Line,
    statements_from_line,
)

BATCH_MAX: Final = 100
BATCH_NS: Final = 1_000_000_000
"""At most so many records, or so much stream time, wait for one commit."""
_URGENT: Final = frozenset({"alarm", "gap", "summary"})


class Store:
    """The writer of a store.

    Parameters
    ----------
    path : Path
        The file; made if it does not exist, in a folder that does.

    Raises
    ------
    StorageError
        If it cannot be opened, is not a store, is newer than this program, or has a writer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pending = 0
        self._pending_ns = 0
        try:
            # The lock stands beside the store: closing a second handle on the database itself
            # would drop SQLite's own locks (sqlite.org/howtocorrupt.html, section 2.2).
            self._lock = path.with_name(f"{path.name}.lock").open("a")
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except BlockingIOError as error:
            self._lock.close()
            raise StorageError(
                f"{path}: another medmon writes to this store; stop it or name another file"
            ) from error
        except sqlite3.Error as error:
            self._lock.close()
            raise StorageError(f"{path}: cannot be opened as a store: {error}") from error
        except StorageError:
            self._lock.close()
            raise

    def __enter__(self) -> Store:
        """Give the store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def keep(self, line: Line) -> None:
        """Keep one record.

        Parameters
        ----------
        line : mapping
            The mapping of its JSON line, of a type in `medmon.store.TABLES`.

        Raises
        ------
        StorageError
            If it cannot be written; the message says how many records were lost. The store can
            go on when there is space again.
        """
        time_ns = line["time_ns"]
        try:
            if not self._pending:
                self._connection.execute("BEGIN IMMEDIATE")
                self._pending_ns = time_ns
            self._pending += 1
            for sql, cells in statements_from_line(line):
                self._connection.execute(sql, cells)
            is_full = self._pending >= BATCH_MAX or time_ns - self._pending_ns >= BATCH_NS
            if is_full or line["type"] in _URGENT:
                self._commit()
        except sqlite3.Error as error:
            raise self._lost(error) from error

    def forget(self, before_ns: int) -> int:
        """Delete what is older than a time, except alarms that have not ended.

        Parameters
        ----------
        before_ns : int
            Records from before this time go.

        Returns
        -------
        int
            Records deleted; phases in the history of an alarm are not counted.

        Raises
        ------
        StorageError
            If the file cannot be written.
        """
        ended = "state = 'cleared' AND time_ns < ?"
        try:
            self._commit()
            self._connection.execute("BEGIN IMMEDIATE")
            chosen = " ".join(("SELECT id FROM alarms WHERE", ended))
            self._delete(HISTORY, f"id IN ({chosen})", before_ns)
            count = sum(
                self._delete(table.name, ended if kind == "alarm" else "time_ns < ?", before_ns)
                for kind, table in TABLES.items()
            )
            self._connection.execute("COMMIT")
            # It frees one page a step, and of sqlite3's calls only this one takes every step.
            self._connection.executescript("PRAGMA incremental_vacuum")
        except sqlite3.Error as error:
            raise self._lost(error) from error
        return count

    def close(self) -> None:
        """Write what is pending and let go of the file.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        try:
            self._commit()
        except sqlite3.Error as error:
            raise self._lost(error) from error
        finally:
            self._connection.close()
            self._lock.close()

    def _prepare(self) -> None:
        version = self._checked_version()
        if version == 0:
            # Both must stand before the first table: they are written into the header.
            self._connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
            self._connection.executescript(
                f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT"
            )

    def _checked_version(self) -> int:
        """Refuse what is not ours before anything is written into it."""
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (owner,) = self._connection.execute("PRAGMA application_id").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if owner != APPLICATION_ID and (tables or version):
            raise StorageError(f"{self._path}: is another program's database; name another file")
        if version > len(MIGRATIONS):
            raise StorageError(
                f"{self._path}: has layout {version}, this medmon knows {len(MIGRATIONS)}; "
                "use the newer medmon that wrote it"
            )
        return int(version)

    def _delete(self, name: str, condition: str, before_ns: int) -> int:
        sql = " ".join(("DELETE FROM", name, "WHERE", condition))
        return self._connection.execute(sql, (before_ns,)).rowcount

    def _commit(self) -> None:
        if self._pending:
            self._connection.execute("COMMIT")
            self._pending = 0

    def _lost(self, error: sqlite3.Error) -> StorageError:
        lost, self._pending = self._pending, 0
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
        plural = "record was" if lost == 1 else "records were"
        return StorageError(f"{self._path}: {error}; {lost} {plural} not kept")
