"""The options of a policy row come in as a mapping; a detector's own `Options` go out, or mistakes.

Each detector declares a frozen dataclass with a default for every field and the unit as the last
word of its name. Accepted types of a field: bool, int, float, str, tuple of str, and each of them
or None. A number must be finite, and not negative unless it is a level in dB.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SIGNED = ("_db", "_dbfs", "_dbm")
_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}


def options_from_mapping(options: type[DataclassInstance], given: Mapping[str, object]) -> Any:
    """Build a detector's options from a policy row.

    Parameters
    ----------
    options : type
        The detector's ``Options`` dataclass.
    given : mapping
        Name to value, as TOML holds them.

    Returns
    -------
    object
        An instance of `options`.

    Raises
    ------
    ValueError
        With every mistake, one a line: unknown names, wrong types, impossible values.
    """
    mistakes: list[str] = []
    values: dict[str, object] = {}
    kinds = _kinds(options) if given else {}
    for name, value in given.items():
        if name not in kinds:
            known = ", ".join(kinds) or "none"
            mistakes.append(f"{name}: no such option; there are: {known}")
            continue
        values[name] = tuple(value) if isinstance(value, list) else value
        reason = _mistake(name, values[name], kinds[name])
        if reason:
            mistakes.append(f"{name}: {reason}, found {value!r}")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return options(**values)


@cache
def _kinds(options: type[DataclassInstance]) -> Mapping[str, Any]:
    """Read the annotations of a class of options, once: several rows share it."""
    hints = get_type_hints(options)
    return {field.name: hints[field.name] for field in fields(options)}


def _mistake(name: str, value: object, hint: Any) -> str | None:
    """Say what is wrong with a value of a field, None if nothing is."""
    wanted = [kind for kind in (get_args(hint) or (hint,)) if kind is not NoneType]
    if hint == tuple[str, ...]:
        is_words = isinstance(value, tuple) and all(isinstance(item, str) for item in value)
        return None if is_words else "expected a list of texts"
    kind = wanted[0]
    if isinstance(value, bool) or not isinstance(value, int | float if kind is float else kind):
        return None if kind is bool and isinstance(value, bool) else f"expected {_WORDS[kind]}"
    if isinstance(value, float) and not math.isfinite(value):
        return "expected a finite number"
    if isinstance(value, int | float) and value < 0 and not name.endswith(_SIGNED):
        return "expected a number that is not negative"
    return None
