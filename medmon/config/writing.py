"""Tables go in, TOML text comes out: the way back from a checked configuration to a file.

The values of our tables are text, numbers, booleans and lists of these; their JSON form is
their TOML form, but for one control character that JSON leaves bare.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


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
