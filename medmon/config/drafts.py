"""Files with mistakes come in; the mistakes go out, and a configuration of what else is right.

Whether a name is known can only be asked of a checked configuration. So that a person need not
correct a misspelt key first to learn of a misspelt policy, what does not check is left out: a row
of a list, a key of a table, and where that is not enough the whole table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medmon.config.checking import KeyPath, checked
from medmon.config.files import tables_from_files
from medmon.config.tables import Config


@dataclass(frozen=True, slots=True)
class Draft:
    """A configuration as far as it is understood.

    Attributes
    ----------
    config : Config
        What is right.
    device_rows : tuple of int
        The row of each of its devices in the files.
    tables : tuple of str
        Names of the tables and lists it was made from; all others are at their defaults.
    mistakes : tuple of str
        What is wrong with the rest; without any nothing was left out.
    """

    config: Config
    device_rows: tuple[int, ...]
    tables: tuple[str, ...]
    mistakes: tuple[str, ...] = ()


def draft_from_files(files: Sequence[Path]) -> Draft:
    """Read configuration files, and keep what is right.

    Parameters
    ----------
    files : sequence of Path
        The files, lowest first.

    Returns
    -------
    Draft
        The configuration and the mistakes.

    Raises
    ------
    AccessError
        If a file may not be read.
    ConfigError
        If a file does not exist or is not TOML.
    """
    tables, origins = tables_from_files(files)
    config, mistakes = checked(Config, tables)
    if config is None:
        told = tuple(mistake.told(origins) for mistake in mistakes)
        return _kept(tables, [mistake.place for mistake in mistakes], told)
    return Draft(config, tuple(range(len(config.device))), tuple(tables))


def _kept(tables: Mapping[str, Any], places: Sequence[KeyPath], told: tuple[str, ...]) -> Draft:
    """Leave out as little as makes the rest right."""
    wrong_rows = {place[1] for place in places if place[:1] == ("device",) and len(place) > 1}
    for depth in (2, 1):
        left = _without(tables, {place[:depth] for place in places})
        config, mistakes = checked(Config, left)
        if config is None:
            places = [*places, *(mistake.place for mistake in mistakes)]
            continue
        given = range(len(tables.get("device", ())) if config.device else 0)
        rows = tuple(row for row in given if row not in wrong_rows)
        return Draft(config, rows, tuple(left), told)
    return Draft(Config(), (), (), told)


def _without(tables: Mapping[str, Any], places: set[KeyPath]) -> dict[str, Any]:
    """Copy tables without what stands at some places."""
    left: dict[str, Any] = {}
    for name, table in tables.items():
        if (name,) in places:
            continue
        if isinstance(table, Mapping):
            left[name] = {key: table[key] for key in table if (name, key) not in places}
        elif isinstance(table, list):
            left[name] = [row for at, row in enumerate(table) if (name, at) not in places]
        else:
            left[name] = table
    return left
