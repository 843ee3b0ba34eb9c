"""Results come in, the page of the documentation goes out, word for word from the results.

``medmon bench --from FILE --page PAGE`` writes it, so a figure on the page is one that was
measured; a test compares the page with the results beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from medmon.bench.results import Results, schema
from medmon.bench.tables import Table, tables

_FRAME = Path(__file__).with_name("page.md")
_OTHER_PAGE = re.compile(r"(docs/(\S+\.md))")
"""A page as a terminal names it; beside this one it becomes a link."""


def page(results: Results) -> str:
    """Write the page.

    Parameters
    ----------
    results : Results
        What was found.

    Returns
    -------
    str
        Markdown.
    """
    frame = _FRAME.read_text(encoding="utf-8")
    frame = frame.replace("<!-- parts -->\n", "\n".join(map(_section, tables(results))))
    return frame.replace("<!-- records -->\n", "\n".join(_records()))


def _section(table: Table) -> str:
    says = (_OTHER_PAGE.sub(r"[\1](../\2)", sentence) for sentence in table.says)
    return "\n".join([f"## {table.title}", "", *says, "", _grid(table.heading, table.rows)])


def _records() -> Iterator[str]:
    """Describe each record of the results file by the sentences of its schema."""
    described = schema()
    records = {"Results": described, **described["$defs"]}
    for name, record in records.items():
        rows = tuple(
            (f"`{key}`", _kind(item), item.get("description", "").replace("\n", " "))
            for key, item in record["properties"].items()
        )
        summary = record["description"].splitlines()[0]
        yield f"### {name}\n\n{summary}\n\n{_grid(('key', 'value', 'meaning'), rows)}"


def _kind(item: dict[str, Any]) -> str:
    """Say in a word or two what a key holds."""
    if "$ref" in item:
        return str(item["$ref"]).rpartition("/")[2]
    if "anyOf" in item:
        return " or ".join(_kind(one) for one in item["anyOf"])
    if "const" in item:
        return f'`"{item["const"]}"`'
    if "enum" in item:
        return " or ".join(f'`"{word}"`' for word in item["enum"])
    if item["type"] == "array":
        return f"list of {_kind(item['items'])}" if "items" in item else "list"
    return str(item["type"])


def _grid(heading: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
