"""Queries come in, the lines that were kept come out, as they were."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from medmon.errors import StorageError
from medmon.store.tables import APPLICATION_ID, HISTORY, TABLES, Cell


@dataclass(frozen=True, slots=True)
class Window:
    """Which records of a type are wanted.

    Attributes
    ----------
    since_ns, until_ns : int or None
        Times, the first included, the second not; None is open.
    subject : str or None
        Only those about this device.
    limit : int
        At most so many, the latest ones.
    """

    since_ns: int | None = None
    until_ns: int | None = None
    subject: str | None = None
    limit: int = 1_000


class Readings:
    """A reader of a store; it cannot change it and never holds up the writer.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    StorageError
        If there is no store there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        uri = f"file:{quote(str(path.absolute()))}?mode=ro"
        try:
            self._connection = sqlite3.connect(uri, uri=True, timeout=1.0)
        except sqlite3.Error as error:
            raise StorageError(f"{path}: cannot be opened as a store: {error}") from error
        try:
            (owner,) = self._rows("PRAGMA application_id")[0]
            if owner != APPLICATION_ID:
                raise StorageError(f"{path}: is not a store of medmon")
        except StorageError:
            self.close()
            raise

    def __enter__(self) -> Readings:
        """Give the reader itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def lines(self, record_type: str, window: Window | None = None) -> list[dict[str, Any]]:
        """Get the latest records of one type.

        Parameters
        ----------
        record_type : str
            A type in `medmon.store.TABLES`; for "alarm", each alarm as it stands now.
        window : Window or None
            Which of them; None is the latest thousand.

        Returns
        -------
        list of dict
            Lines in order of time.

        Raises
        ------
        StorageError
            If the file cannot be read.
        """
        table, wanted = TABLES[record_type], window or Window()
        # Some types are about no device at all, and then none of them is about this one.
        about = f"{table.subject} = ?" if table.subject else "? IS NULL"
        tests: list[tuple[str, Cell]] = [
            ("time_ns >= ?", wanted.since_ns),
            ("time_ns < ?", wanted.until_ns),
            (about, wanted.subject),
        ]
        given = [(test, value) for test, value in tests if value is not None]
        sql = " ".join(
            (
                "SELECT line FROM", table.name,
                "WHERE", " AND ".join(["1", *(test for test, _ in given)]),
                "ORDER BY time_ns DESC, rowid DESC LIMIT ?",
            )
        )  # fmt: skip
        found = self._lines(sql, [*(value for _, value in given), wanted.limit])
        return found[::-1]

    def open_alarms(self) -> list[dict[str, Any]]:
        """Get the alarms that have not ended.

        Returns
        -------
        list of dict
            Each as it stands now, in order of time.

        Raises
        ------
        StorageError
            If the file cannot be read.
        """
        return self._lines("SELECT line FROM alarms WHERE state <> 'cleared' ORDER BY time_ns", ())

    def history(self, alarm_id: str) -> list[dict[str, Any]]:
        """Get every phase of one alarm.

        Parameters
        ----------
        alarm_id : str
            Its identifier.

        Returns
        -------
        list of dict
            Its lines in the order in which they were kept; empty when there is no such alarm.

        Raises
        ------
        StorageError
            If the file cannot be read.
        """
        sql = " ".join(("SELECT line FROM", HISTORY, "WHERE id = ? ORDER BY rowid"))
        return self._lines(sql, (alarm_id,))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _lines(self, sql: str, values: Sequence[Cell]) -> list[dict[str, Any]]:
        return [json.loads(row[0]) for row in self._rows(sql, values)]

    def _rows(self, sql: str, values: Sequence[Cell] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            raise StorageError(f"{self._path}: cannot be read: {error}") from error
