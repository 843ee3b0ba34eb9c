"""An object of a JSON line goes in; its values come out checked, or the error names their place.

The place of a value is its file, the number of its line and its keys joined by dots:
``ward.jsonl: line 12: expected radio.freq_hz to be a number, found 'x'``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from medmon.errors import InputError
from medmon.quantities import ns_from_iso
from medmon.wire.bounds import fault_in

_LATEST_NS = 2**63 - 1
"""End of 64-bit nanoseconds, in the year 2262; SQLite and numpy stop there too."""


@dataclass(frozen=True, slots=True)
class Place:
    """An object inside a line, and how to get there.

    Attributes
    ----------
    file : str
        Name of the file.
    number : int
        Number of the line.
    path : str
        Keys that lead here, with a dot behind each.
    values : mapping
        The object.
    """

    file: str
    number: int
    path: str
    values: Mapping[str, Any]

    def fault(self, key: str, expected: str) -> InputError:
        """Describe what is wrong with one key.

        Parameters
        ----------
        key : str
            The key.
        expected : str
            What should stand there.

        Returns
        -------
        InputError
            To be raised by the caller.
        """
        found = repr(self.values[key])[:80] if key in self.values else "no such key"
        return InputError(
            f"{self.file}: line {self.number}",
            expected=f"{self.path}{key} to be {expected}",
            found=found,
        )

    def child(self, key: str) -> Place:
        """Go into an object.

        Parameters
        ----------
        key : str
            Where it stands.

        Returns
        -------
        Place
            The object.

        Raises
        ------
        InputError
            If there is no object.
        """
        value = self.values.get(key)
        if not isinstance(value, Mapping):
            raise self.fault(key, "an object")
        return Place(self.file, self.number, f"{self.path}{key}.", value)

    def text(self, key: str) -> str:
        """Take a text.

        Parameters
        ----------
        key : str
            Where it stands.

        Returns
        -------
        str
            The text.

        Raises
        ------
        InputError
            If there is no text.
        """
        value = self.values.get(key)
        if not isinstance(value, str):
            raise self.fault(key, "a text")
        return value

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        """Take one of a few words.

        Parameters
        ----------
        key : str
            Where it stands.
        allowed : tuple of str
            The words.

        Returns
        -------
        str
            The word.

        Raises
        ------
        InputError
            If it is none of them.
        """
        value = self.values.get(key)
        if value not in allowed:
            raise self.fault(key, " or ".join(repr(word) for word in allowed))
        return cast(str, value)

    def whole(self, key: str, *, least: int = 0) -> int:
        """Take a whole number of at most 64 bits.

        Parameters
        ----------
        key : str
            Where it stands.
        least : int
            The smallest that is allowed.

        Returns
        -------
        int
            The number.

        Raises
        ------
        InputError
            If there is no such number.
        """
        value = self.values.get(key)
        if type(value) is not int or not least <= value <= _LATEST_NS:
            raise self.fault(key, f"a whole number of at least {least}")
        return value

    def flag(self, key: str) -> bool:
        """Take a yes or no that older records do not have.

        Parameters
        ----------
        key : str
            Where it stands.

        Returns
        -------
        bool
            Whether it is set; False where it is missing.

        Raises
        ------
        InputError
            If something else stands there.
        """
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(key, "true or false")
        return value

    def optional(self, key: str) -> float | None:
        """Take a number that may be missing.

        Parameters
        ----------
        key : str
            Where it stands.

        Returns
        -------
        float or None
            The number; None where there is none.

        Raises
        ------
        InputError
            If something else stands there, or a number that is not finite.
        """
        value = self.values.get(key)
        if value is None:
            return None
        if type(value) not in {int, float} or not math.isfinite(value):
            raise self.fault(key, "a number or null")
        return float(value)

    def decision(self, key: str) -> bool | None:
        """Take true or false that may be missing.

        Parameters
        ----------
        key : str
            Where it stands.

        Returns
        -------
        bool or None
            The decision; None where there is none.

        Raises
        ------
        InputError
            If something else stands there.
        """
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise self.fault(key, "true, false or null")

    def number_of(self, key: str) -> float:
        """Take a number that must be there.

        Parameters
        ----------
        key : str
            Where it stands.

        Returns
        -------
        float
            The number; NaN for null, which is how one that was not finite is written.

        Raises
        ------
        InputError
            If there is no such key, or something else stands there.
        """
        if key not in self.values:
            raise self.fault(key, "a number")
        value = self.optional(key)
        return math.nan if value is None else value

    def time_ns(self) -> int:
        """Take the time, from ``time`` where another program left ``time_ns`` out.

        Returns
        -------
        int
            UTC nanoseconds.

        Raises
        ------
        InputError
            If neither is a time.
        """
        if "time_ns" in self.values:
            return self.whole("time_ns")
        try:
            return ns_from_iso(self.text("time"))
        except ValueError as error:
            raise self.fault("time", "a time such as 2026-11-23T11:15:03.000001Z") from error


def place_from_text(text: str, *, file: str, number: int) -> Place:
    """Read the object of one line.

    Parameters
    ----------
    text : str
        JSON.
    file : str
        Name of the file.
    number : int
        Number of the line, counted from 1.

    Returns
    -------
    Place
        The top of the object.

    Raises
    ------
    InputError
        If the text is not one JSON object, or holds what is out of all bounds.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_object(repr(text.strip()), file, number) from error
    if not isinstance(value, dict):
        raise _no_object(repr(value), file, number)
    fault = fault_in(value)
    if fault is not None:
        path, expected, found = fault
        raise InputError(
            f"{file}: line {number}", expected=f"{path[:80]} to be {expected}", found=found
        )
    return Place(file, number, "", value)


def _no_object(found: str, file: str, number: int) -> InputError:
    return InputError(f"{file}: line {number}", expected="one JSON object", found=found[:60])
