"""Lines of records go in and are kept in an SQLite file, ready for queries.

``sqlite:FILE`` is a store as `medmon.store` describes it. Keeping a record again changes nothing,
so a replay may be repeated into the same file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from medmon.errors import ConfigError
from medmon.store import TABLES, Store


class Sqlite:
    """A store.

    Parameters
    ----------
    target : str
        The file, in a folder that exists.
    options : mapping
        Nothing.

    Attributes
    ----------
    options : tuple of str
        None.
    leaves_machine : bool
        False.

    Raises
    ------
    ConfigError
        If the target is no file.
    StorageError
        If the file cannot be opened, or has a writer already.
    """

    options: ClassVar[tuple[str, ...]] = ()
    leaves_machine: ClassVar[bool] = False

    def __init__(self, target: str, options: Mapping[str, str]) -> None:
        del options
        if target in {"", "-"}:
            raise ConfigError(
                f"sqlite:{target}", ["a database needs a file, such as sqlite:ward.sqlite"]
            )
        self._store = Store(Path(target))

    def emit(self, line: Mapping[str, Any]) -> None:
        """Keep one record.

        Parameters
        ----------
        line : mapping
            The mapping of its JSON line; unknown types are left.

        Raises
        ------
        StorageError
            If the file takes no more.
        """
        if line["type"] in TABLES:
            self._store.keep(line)

    def close(self) -> None:
        """Write what is pending and let go of the file.

        Raises
        ------
        StorageError
            If it cannot be written.
        """
        self._store.close()


PLUGIN = Sqlite
