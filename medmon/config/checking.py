"""Tables as they were read come in, a table of `tables` goes out, or every mistake with its place.

The only module that knows pydantic, which it imports when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, get_args, get_type_hints

from medmon.config.tables import Config

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KeyPath: TypeAlias = tuple[str | int, ...]
_Kind = TypeVar("_Kind")
_UNKNOWN, _MISSING = "unexpected_keyword_argument", "missing"
_NOTHING: Mapping[KeyPath, str] = {}


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong with a table.

    Attributes
    ----------
    place : tuple of str and int
        Its key path: ``("device", 0, "id")``.
    text : str
        What was expected, and what was found.
    """

    place: KeyPath
    text: str

    def told(self, origins: Mapping[KeyPath, str] = _NOTHING) -> str:
        """Say what is wrong and where.

        Parameters
        ----------
        origins : mapping
            The file that set each value.

        Returns
        -------
        str
            One line, which begins with the key path.
        """
        path = ".".join(str(part) for part in self.place) or "(top)"
        where = f" in {origins[self.place]}" if self.place in origins else ""
        return f"{path}: {self.text}{where}"


def checked(
    kind: type[_Kind], given: Mapping[str, Any]
) -> tuple[_Kind, tuple[()]] | tuple[None, tuple[Mistake, ...]]:
    """Check one table, or a tree of them.

    Parameters
    ----------
    kind : type
        One of the tables of `medmon.config.tables`.
    given : mapping
        What was read, by key.

    Returns
    -------
    tuple of (Table, ()) or of (None, tuple of Mistake)
        The table, or all its mistakes.
    """
    from pydantic import ValidationError

    table: Any = kind  # mypy believes that a class cannot be hashed
    try:
        found: _Kind = _checker(table).validate_python(given)
    except ValidationError as error:
        return None, tuple(_mistake(item, kind, given) for item in error.errors())
    return found, ()


def json_schema() -> dict[str, Any]:
    """Describe what may stand in a configuration.

    Returns
    -------
    dict
        A JSON Schema of `Config`.
    """
    return _checker(Config).json_schema()


@cache
def _checker(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def _mistake(item: Mapping[str, Any], kind: type[Any], given: Mapping[str, Any]) -> Mistake:
    place = _as_written(item["loc"], given)
    if item["type"] == _UNKNOWN:
        return Mistake(place, f"unknown key ({_hint(str(place[-1]), _keys_at(kind, place))})")
    if item["type"] == _MISSING:
        return Mistake(place, "this key has to be there")
    reason = item["msg"].removeprefix("Value error, ")
    # Our own checks say what they found, pydantic's do not; of a whole table they are about
    # several values, which they name.
    is_told = ", found " in reason or isinstance(item["input"], dict | list | tuple)
    return Mistake(place, reason if is_told else f"{reason}, found {item['input']!r}")


def _as_written(place: KeyPath, given: Mapping[str, Any]) -> KeyPath:
    """Name the row of a table that is checked as a list: ``[policies.ID]``."""
    table = given.get(str(place[0])) if len(place) > 1 else None
    if not isinstance(table, Mapping):
        return place
    row = place[1]
    return place if isinstance(row, str) else (place[0], list(table)[row], *place[2:])


def _keys_at(kind: type[Any], place: KeyPath) -> Sequence[str]:
    """List the keys of the table in which a place lies."""
    for step in place[:-1]:
        hint = get_type_hints(kind).get(str(step))
        kind = kind if hint is None else next(_tables_in(hint), kind)
    return [field.name for field in fields(kind)]


def _tables_in(hint: Any) -> Iterator[type[Any]]:
    """Find the table in an annotation such as ``tuple[Device, ...]``."""
    if is_dataclass(hint) and isinstance(hint, type):
        yield hint
    for part in get_args(hint):
        yield from _tables_in(part)


def _hint(wrong: str, known: Sequence[str]) -> str:
    """Say which key was meant, or which there are."""
    near = get_close_matches(wrong, known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}"
