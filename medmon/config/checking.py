"""Tables as they were read come in, a table of `tables` goes out, or every mistake with its place.

The only module that knows pydantic, which it imports when it is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from medmon.config.tables import Config

if TYPE_CHECKING:
    from pydantic import TypeAdapter

KeyPath: TypeAlias = tuple[str | int, ...]
_Kind = TypeVar("_Kind")
_UNKNOWN = "unexpected_keyword_argument"
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
        return None, tuple(_mistake(item) for item in error.errors())
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


def _mistake(item: Mapping[str, Any]) -> Mistake:
    reason = item["msg"].removeprefix("Value error, ")
    if item["type"] == _UNKNOWN:
        reason = "unknown key"
    # Our own checks say what they found; pydantic's do not.
    found = "" if ", found " in reason else f", found {item['input']!r}"
    return Mistake(item["loc"], f"{reason}{found}")
