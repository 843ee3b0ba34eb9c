"""Lines of records go in and come out as tables for a spreadsheet.

``csv:FILE`` holds the transmissions; the alarms stand beside it (``ward.csv``,
``ward.alarms.csv``), because two tables do not fit into one. ``csv:-`` prints one table on standard
output, the transmissions or with ``table=alarm`` the alarms.

The columns are the keys of the JSON line, a key inside an object with a dot (``radio.rssi_dbfs``).
``fields``, ``reasons`` and the like have no fixed columns and stay JSON in one cell.

Text that was heard on the air or typed by a stranger is made harmless: a cell that a spreadsheet
would run as a formula (it begins with ``=``, ``+``, ``-`` or ``@``) gets an apostrophe in front
(OWASP, "CSV Injection"), and control characters are written as escapes, so that one record is one
line. Numbers stay numbers.

Options: ``append=yes`` (the default) adds to files that exist, ``append=no`` begins anew;
``table`` is "transmission" or "alarm".
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from medmon.errors import ConfigError, StorageError

Cell: TypeAlias = str | int | float | None
_HEAD = "time time_ns id"
TABLES: Mapping[str, tuple[str, ...]] = {
    "transmission": tuple(
        f"{_HEAD} protocol integrity command direction device.id device.asset device.name "
        "device.role device.registered fields sequence repeats raw_hex source.file source.uri "
        "source.receiver source.sample_start source.sample_count radio.freq_hz radio.cfo_hz "
        "radio.bandwidth_hz radio.rssi_dbfs radio.rssi_dbm radio.snr_db radio.noise_dbfs "
        "radio.duration_us radio.modulation radio.symbol_rate_hz radio.deviation_hz radio.rise_us "
        "radio.tdoa_ns radio.aoa_deg radio.tdoa_std_ns radio.aoa_std_deg "
        "radio.aoa_ambiguous radio.collided".split()
    ),
    "alarm": tuple(
        f"{_HEAD} phase state priority kind policy title action subject device.asset device.name "
        "score p_value first last count reasons transmissions evidence jamming protocol "
        "early stage".split()
    ),
}
"""The columns of each table."""


class Csv:
    """Tables for a spreadsheet.

    Parameters
    ----------
    target : str
        ``-`` for standard output, or a file in a folder that exists.
    options : mapping
        ``append``: "yes" or "no"; ``table``: "transmission" or "alarm".

    Attributes
    ----------
    options : tuple of str
        Names of the options.
    leaves_machine : bool
        False.

    Raises
    ------
    ConfigError
        If the target is empty or an option has another value.
    StorageError
        If a file cannot be opened or written.
    """

    options: ClassVar[tuple[str, ...]] = ("append", "table")
    leaves_machine: ClassVar[bool] = False

    def __init__(self, target: str, options: Mapping[str, str]) -> None:
        self._files: dict[str, io.FileIO | None] = {}  # None is standard output
        self._torn: set[str] = set()
        self._place = target
        wanted = options.get("table", "transmission" if target == "-" else "")
        append = options.get("append", "yes")
        if not target or append not in {"yes", "no"} or wanted not in {"", *TABLES}:
            raise ConfigError(
                f"csv:{target}",
                ["expected csv:- or csv:FILE, append=yes or no, table=transmission or alarm"],
            )
        path = Path(target)
        paths = {wanted: path}
        if not wanted:
            paths = {"transmission": path, "alarm": path.with_suffix(f".alarms{path.suffix}")}
        try:
            for table, place in paths.items():
                self._open(table, place, is_fresh=append == "no")
        except StorageError:
            self.close()
            raise

    def emit(self, line: Mapping[str, Any]) -> None:
        """Write one record into its table.

        Parameters
        ----------
        line : mapping
            The mapping of its JSON line; types without a table are left.

        Raises
        ------
        BrokenPipeError
            If whoever read standard output has gone.
        StorageError
            If a file takes no more.
        """
        table = line["type"]
        if table in self._files:
            self._write(table, [_cell(line, column) for column in TABLES[table]])

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files.values():
            if file is not None:
                file.close()

    def _open(self, table: str, path: Path, *, is_fresh: bool) -> None:
        if path == Path("-"):
            self._files[table] = None
            self._write(table, TABLES[table])
            return
        try:
            file = path.open("wb", buffering=0) if is_fresh else path.open("ab", buffering=0)
        except OSError as error:
            raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
        self._files[table] = file
        if file.tell() == 0:
            self._write(table, TABLES[table])

    def _write(self, table: str, cells: Iterable[Cell]) -> None:
        row = io.StringIO()
        csv.writer(row, lineterminator="\n").writerow(cells)
        file = self._files[table]
        try:
            if file is None:
                sys.stdout.write(row.getvalue())
                sys.stdout.flush()
                return
            data = row.getvalue().encode(errors="backslashreplace")
            if table in self._torn:
                data = b"\n" + data
            written = file.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StorageError(f"{self._place}: {error.strerror}") from error
        self._torn.discard(table)
        if written < len(data):
            self._torn.add(table)
            raise StorageError(f"{self._place}: only {written} of {len(data)} bytes were written")


def _cell(line: Mapping[str, Any], column: str) -> Cell:
    value: Any = line
    for key in column.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    if isinstance(value, str):
        return _harmless(value)
    if value is None or isinstance(value, int | float):
        return value
    return json.dumps(value)


def _harmless(text: str) -> str:
    """Take away from a text what a spreadsheet or a line-based tool would act on."""
    visible = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return f"'{visible}" if visible.startswith(("=", "+", "-", "@")) else visible


PLUGIN = Csv
