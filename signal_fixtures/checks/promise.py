"""A statement and whether it holds come in; `BrokenPromiseError` comes out when it does not.

Also the rule that several suites share: a quantity carries its unit as the last word of its name.
"""

from __future__ import annotations

import re

UNITS = (
    "hz", "s", "ms", "us", "ns", "min", "h", "days", "db", "dbm", "dbfs", "ppm", "deg", "percent",
    "iu", "iu_per_h", "iu_per_mg_dl", "mg_dl", "mg_dl_per_iu", "mg_dl_per_min", "g", "g_per_iu",
    "v", "ma", "na", "mb", "bytes", "bits", "count", "fraction",
)  # fmt: skip
"""Last words of the names of quantities."""
_WORDS = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class BrokenPromiseError(AssertionError):
    """A promise of a plugin that does not hold; the message says which, and what was seen."""


def hold(statement: object, message: str) -> None:
    """Insist on a statement.

    Parameters
    ----------
    statement : object
        What must be true.
    message : str
        What was promised and what was seen instead.

    Raises
    ------
    BrokenPromiseError
        If it is not true.

    Examples
    --------
    >>> hold(2 + 2 == 5, "arithmetic: 2 + 2 gave 4")
    Traceback (most recent call last):
    signal_fixtures.checks.promise.BrokenPromiseError: arithmetic: 2 + 2 gave 4
    """
    if not statement:
        raise BrokenPromiseError(message)


def has_unit(name: str) -> bool:
    """Tell whether a name ends in a unit.

    Parameters
    ----------
    name : str
        Name of a field or an option.

    Returns
    -------
    bool
        True if the last word, or words, are a unit.

    Examples
    --------
    >>> has_unit("units_iu"), has_unit("dose"), has_unit("iu")
    (True, False, True)
    """
    return any(name == unit or name.endswith(f"_{unit}") for unit in UNITS)


def is_word(name: str) -> bool:
    """Tell whether a name is lower-case ASCII words joined by underscores.

    Parameters
    ----------
    name : str
        Name of a field, an option or a feature.

    Returns
    -------
    bool
        True if it is.

    Examples
    --------
    >>> is_word("rate_iu_per_h"), is_word("Rate"), is_word("rate-iu")
    (True, False, False)
    """
    return _WORDS.fullmatch(name) is not None
