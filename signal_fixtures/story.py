"""TOML text comes in, a checked `Scenario` comes out, or all mistakes with their key paths.

::

    name = "bolus-injection"
    duration = "30m"

    [[device]]
    name = "pump"
    kind = "pump"
    id = "554321"

    [[every]]
    period = "5m"
    act = "pump-status"
    device = "pump"

    [[attack]]
    time = "20m"
    act = "command-injection"
    device = "pump"
    by = "mallory"
    units_iu = 12.0

A part names its act and gives the act's own keys beside ``time``, ``until``, ``period``,
``first`` and ``jitter_s``. Unknown keys are mistakes: a misspelt dose that is silently left out
would make a different story. The scenarios that ship with medmon are such files in
``signal_fixtures/scenarios``.
"""

from __future__ import annotations

import dataclasses
import tomllib
import types
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from signal_fixtures.attacker import ATTACKS
from signal_fixtures.bed import Band, Device, Limits, ScenarioError
from signal_fixtures.ranges import table_mistakes
from signal_fixtures.scenario import At, Attack, Every, Part, Scenario, seconds_after_start
from signal_fixtures.stage import Act
from signal_fixtures.ward import ACTS

_PARTS: dict[str, tuple[type[At] | type[Every] | type[Attack], Mapping[str, type[Any]]]] = {
    "at": (At, ACTS),
    "every": (Every, ACTS),
    "attack": (Attack, ATTACKS),
}
_KNOWN = {"name", "title", "start", "duration", "device", "patient", "band", *_PARTS}
_WORDS = {float: "number", int: "whole number", str: "text", bool: "true or false"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def scenario_names() -> tuple[str, ...]:
    """List the scenarios that ship with medmon.

    Returns
    -------
    tuple of str
        Their names, sorted.
    """
    folder = resources.files("signal_fixtures") / "scenarios"
    return tuple(sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".toml")))


def scenario_named(name: str) -> Scenario:
    """Read one of the scenarios that ship with medmon.

    Parameters
    ----------
    name : str
        Its name.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    ScenarioError
        If there is none of that name.
    """
    names = scenario_names()
    if name not in names:
        raise ScenarioError(name, [f"name: no such scenario; there are {', '.join(names)}"])
    file = resources.files("signal_fixtures") / "scenarios" / f"{name}.toml"
    return scenario_from_text(file.read_text(encoding="utf-8"), file=f"{name}.toml")


def scenario_from_file(path: Path) -> Scenario:
    """Read a scenario file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    ScenarioError
        If it is not UTF-8, or has mistakes.
    OSError
        If it cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError(str(path), [f"not UTF-8: {error}"]) from error
    return scenario_from_text(text, file=str(path))


def scenario_from_text(text: str, *, file: str = "scenario.toml") -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    text : str
        TOML.
    file : str
        Name for messages.

    Returns
    -------
    Scenario
        The scenario.

    Raises
    ------
    ScenarioError
        With every mistake, each at its key path.
    """
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ScenarioError(file, ["not TOML: nested too deeply"]) from error
    except ValueError as error:
        # A mistake of TOML, or a number of more digits than Python reads.
        raise ScenarioError(file, [f"not TOML: {error}"]) from error
    unusable = list(table_mistakes(tables))
    if unusable:
        raise ScenarioError(file, unusable)
    reader = _Reader()
    given = reader.scenario(tables)
    if reader.mistakes:
        raise ScenarioError(file, reader.mistakes)
    try:
        return Scenario(**given)
    except ScenarioError as error:
        raise ScenarioError(file, list(error.mistakes)) from error


class _Reader:
    """Turns tables into dataclasses and collects what is wrong with them."""

    def __init__(self) -> None:
        self.mistakes: list[str] = []

    def scenario(self, tables: Mapping[str, Any]) -> dict[str, Any]:
        """Keyword arguments of the scenario; unusable where there are mistakes."""
        for key in tables.keys() - _KNOWN:
            self.mistakes.append(f"{key}: unknown; there are {', '.join(sorted(_KNOWN))}")
        given: dict[str, Any] = {"name": self.text(tables, "name")}
        given["title"] = self.text(tables, "title", "")
        given["duration_s"] = self.duration_s(tables.get("duration"))
        if "start" in tables:
            given["start_ns"] = self.start_ns(tables["start"])
        built = [self.built(Device, table, path) for path, table in self.tables(tables, "device")]
        given["devices"] = tuple(built)
        if "patient" in tables:
            given["limits"] = self.built(Limits, tables["patient"], "patient")
        if "band" in tables:
            given["band"] = self.built(Band, tables["band"], "band")
        given["story"] = tuple(part for key in _PARTS for part in self.parts(tables, key))
        return given

    def text(self, tables: Mapping[str, Any], key: str, default: str | None = None) -> str:
        """One plain text at the top."""
        found = tables.get(key, default)
        if not isinstance(found, str):
            self.mistakes.append(f"{key}: expected text, found {found!r}")
        return str(found)

    def duration_s(self, found: Any) -> float:
        """Length of the scenario."""
        if _fits(found, float) or isinstance(found, str):
            try:
                return seconds_after_start(found, 0)
            except ValueError:
                pass
        self.mistakes.append(f"duration: expected seconds or 1h30m, found {found!r}")
        return 0.0

    def start_ns(self, found: Any) -> int:
        """UTC time of the beginning; without a zone it is UTC."""
        if not isinstance(found, datetime):
            self.mistakes.append(f"start: expected 2026-11-23T07:00:00Z, found {found!r}")
            return 0
        if not 2000 <= found.year <= 2099:
            # Pumps and pods send the year of the century in one byte.
            self.mistakes.append(f"start: expected a year from 2000 to 2099, found {found.year}")
        moment = found if found.tzinfo else found.replace(tzinfo=UTC)
        return round((moment - _EPOCH).total_seconds()) * 1_000_000_000

    def tables(self, tables: Mapping[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Walk through an array of tables, each with its key path."""
        found = tables.get(key, [])
        if not isinstance(found, list):
            self.mistakes.append(f"{key}: expected [[{key}]] tables, found {found!r}")
            return
        for index, table in enumerate(found):
            if isinstance(table, dict):
                yield f"{key}.{index}", table
            else:
                self.mistakes.append(f"{key}.{index}: expected a table, found {table!r}")

    def parts(self, tables: Mapping[str, Any], key: str) -> Iterator[Part]:
        """Parts of the story from one array of tables."""
        kind, acts = _PARTS[key]
        own = {item.name for item in dataclasses.fields(kind)} - {"act", "path"}
        for path, table in self.tables(tables, key):
            name = table.get("act")
            if not isinstance(name, str) or name not in acts:
                known = ", ".join(sorted(acts))
                self.mistakes.append(f"{path}.act: expected one of {known}, found {name!r}")
                continue
            rest = {k: value for k, value in table.items() if k not in own and k != "act"}
            act = self.built(acts[name], rest, path)
            timing = {k: value for k, value in table.items() if k in own}
            part = self.built(kind, {**timing, "act": act, "path": path}, path)
            if act is not None and part is not None:
                yield part

    def built(self, kind: type[Any], table: Any, path: str) -> Any:
        """Build one dataclass from a table; None, and notes, where something is wrong with it."""
        if not isinstance(table, dict):
            self.mistakes.append(f"{path}: expected a table, found {table!r}")
            return None
        before = len(self.mistakes)
        hints = get_type_hints(kind)
        fields = {item.name: item for item in dataclasses.fields(kind)}
        for key in sorted(table.keys() - fields.keys()):
            self.mistakes.append(f"{path}.{key}: unknown; there are {', '.join(fields)}")
        for key in fields.keys() & table.keys():
            if not _fits(table[key], hints[key]):
                expected = _words(hints[key])
                self.mistakes.append(f"{path}.{key}: expected {expected}, found {table[key]!r}")
        for key, item in fields.items():
            if key not in table and item.default is dataclasses.MISSING:
                self.mistakes.append(f"{path}.{key}: missing, expected {_words(hints[key])}")
        if len(self.mistakes) > before:
            return None
        return kind(**{key: _frozen(value) for key, value in table.items()})


def _fits(value: Any, hint: Any) -> bool:
    """Whether a TOML value may stand where a dataclass says `hint`."""
    if get_origin(hint) in (Union, types.UnionType):
        return any(_fits(value, option) for option in get_args(hint))
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        return isinstance(value, list) and all(_fits(item, inner) for item in value)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    # What is left is text, true or false, and the act that was already built.
    return isinstance(value, hint) if hint in (str, bool) else hint is Act


def _words(hint: Any) -> str:
    """Say what a type hint asks for."""
    if get_origin(hint) in (Union, types.UnionType):
        options = [_words(option) for option in get_args(hint) if option is not types.NoneType]
        return " or ".join(options)
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(str(option) for option in get_args(hint))
    if get_origin(hint) is tuple:
        return f"a list of {_words(get_args(hint)[0])}s"
    return _WORDS.get(hint, "another value")


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
