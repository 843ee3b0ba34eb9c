"""Tables go in, TOML text comes out: the way back from a checked configuration to a file.

The values of our tables are text, numbers, booleans and lists of these; their JSON form is
their TOML form, but for one control character that JSON leaves bare.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from medmon.config.tables import Table


def toml_from_tables(tables: Mapping[str, Any]) -> str:
    """Print tables as TOML.

    Parameters
    ----------
    tables : mapping
        Values, tables and lists of tables by key; empty ones are left out.

    Returns
    -------
    str
        TOML that reads back as the same tables.

    Examples
    --------
    >>> print(toml_from_tables({"device": [{"id": "1a", "role": "pump"}]}), end="")
    [[device]]
    id = "1a"
    role = "pump"
    """
    return "\n".join("\n".join(part) + "\n" for part in _parts(tables, ""))


def plain_from_table(table: Table) -> dict[str, Any]:
    """Take a table apart into what TOML and JSON know.

    Parameters
    ----------
    table : Table
        A table, with those below it.

    Returns
    -------
    dict
        Texts, numbers, booleans, lists and dicts by key; keys without a value are left out.
    """
    values = {item.name: getattr(table, item.name) for item in fields(table)}
    return {key: _plain(value) for key, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Table):
        return plain_from_table(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value


def _parts(table: Mapping[str, Any], heading: str) -> Iterator[list[str]]:
    """Yield each table as its lines: first its own values, then the tables below it."""
    tables = {key: value for key, value in table.items() if _holds_tables(value)}
    values = [
        f"{key} = {_value(value)}"
        for key, value in table.items()
        if key not in tables and value != []
    ]
    if values or heading.startswith("[["):
        yield [heading, *values] if heading else values
    name = heading.strip("[]")
    for key, value in tables.items():
        below = f"{name}.{key}" if name else key
        if isinstance(value, list):
            for row in value:
                yield from _parts(row, f"[[{below}]]")
        else:
            yield from _parts(value, f"[{below}]")


def _holds_tables(value: object) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(item, Mapping) for item in value)
    )


def _value(value: object) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
