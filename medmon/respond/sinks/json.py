"""Lines of records go in and come out as JSON Lines, on standard output or in a file.

``json:-`` is standard output, ``json:FILE`` a file. Every record is one line and leaves at once,
so that a reader behind a pipe never waits. A line is written with one call; where the disk filled
up in the middle of one, the next begins on a new line, so that only the torn one is lost.

Options: ``append=yes`` (the default) adds to a file that exists, ``append=no`` begins anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Any, ClassVar

from medmon.errors import ConfigError, StorageError


class Json:
    """JSON Lines.

    Parameters
    ----------
    target : str
        ``-`` for standard output, or a file in a folder that exists.
    options : mapping
        ``append``: "yes" or "no".

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
        If the file cannot be opened.
    """

    options: ClassVar[tuple[str, ...]] = ("append",)
    leaves_machine: ClassVar[bool] = False

    def __init__(self, target: str, options: Mapping[str, str]) -> None:
        append = options.get("append", "yes")
        if not target or append not in {"yes", "no"}:
            raise ConfigError(
                f"json:{target}", ["expected json:- or json:FILE, with append=yes or append=no"]
            )
        self._place = "standard output" if target == "-" else target
        self._file: FileIO | None = None
        self._is_torn = False
        if target == "-":
            return
        path = Path(target)
        is_fresh = append == "no"
        try:
            self._file = path.open("wb", buffering=0) if is_fresh else path.open("ab", buffering=0)
        except OSError as error:
            raise StorageError(f"{target}: cannot be written: {error.strerror}") from error

    def emit(self, line: Mapping[str, Any]) -> None:
        """Write one record.

        Parameters
        ----------
        line : mapping
            The mapping of its JSON line.

        Raises
        ------
        BrokenPipeError
            If whoever read standard output has gone.
        StorageError
            If the file takes no more.
        """
        text = json.dumps(line, allow_nan=False) + "\n"
        data = (b"\n" if self._is_torn else b"") + text.encode()
        try:
            if self._file is None:
                sys.stdout.write(text)
                sys.stdout.flush()
                return
            written = self._file.write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise StorageError(f"{self._place}: {error.strerror}") from error
        self._is_torn = written < len(data)
        if self._is_torn:
            raise StorageError(f"{self._place}: only {written} of {len(data)} bytes were written")

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()


PLUGIN = Json
