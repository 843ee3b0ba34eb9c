"""What a line of JSON held comes in; the first thing in it that no record holds comes out.

JSON has no limits, and programs behind it have: floats of 64 bits, a stack, a screen. Records stay
far below these bounds, so what is beyond them is a broken file or an attack on its reader.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

DEPTH_MAX = 16
ITEMS_MAX = 10_000
"""Items of a list, or keys of an object."""
TEXT_MAX = 100_000
"""Characters of a text; the bytes of the longest message have 2,062."""
_WHOLE_END = 1 << 63
_SHOWN_MAX = 40


def fault_in(value: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Find something that is out of bounds.

    Parameters
    ----------
    value : mapping
        What a line held.

    Returns
    -------
    tuple of (str, str, str) or None
        Where, as keys joined by dots, what should stand there, and what does; None if all is in
        bounds.

    Examples
    --------
    >>> fault_in({"fields": {"units_iu": float("inf")}})
    ('fields.units_iu', 'a finite number', 'inf')
    """
    # A list of what is still to be looked at: a recursion would be what it looks for.
    waiting: list[tuple[str, Any, int]] = [("", value, 1)]
    while waiting:
        path, item, depth = waiting.pop()
        expected = _expected(item, depth)
        if expected:
            return path.removeprefix("."), expected, _found(item)
        if isinstance(item, Mapping):
            waiting += ((f"{path}.{key}", inner, depth + 1) for key, inner in item.items())
        elif isinstance(item, list):
            waiting += ((f"{path}.{index}", inner, depth + 1) for index, inner in enumerate(item))
    return None


def _found(item: Any) -> str:
    if isinstance(item, Mapping | list):
        return f"{len(item)} items"
    text = repr(item)
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}..."


def _expected(item: Any, depth: int) -> str:
    """Say what should stand in the place of an item; empty if it is in bounds itself."""
    if isinstance(item, str):
        return "" if len(item) <= TEXT_MAX else f"a text of at most {TEXT_MAX} characters"
    if isinstance(item, float):
        return "" if math.isfinite(item) else "a finite number"
    if isinstance(item, int):
        is_narrow = -_WHOLE_END <= item < _WHOLE_END
        return "" if is_narrow else "a whole number of at most 64 bits"
    if not isinstance(item, Mapping | list):
        return ""
    if depth > DEPTH_MAX:
        return f"no list or object: there are {DEPTH_MAX} levels above it"
    return "" if len(item) <= ITEMS_MAX else f"at most {ITEMS_MAX} items"
