"""Places and TOML texts go in, a checked `Config` comes out, with the file each value came from.

A configuration is searched for in this order, and the first place that has one is taken: the
files that were given (``--config``), ``$MEDMON_CONFIG``, ``./medmon.toml``,
``$XDG_CONFIG_HOME/medmon/config.toml``, ``/etc/medmon/config.toml`` with every file of
``/etc/medmon/conf.d`` laid over it in the order of their names.

Several files are laid over each other: tables are joined key by key, lists (``[[device]]``) are
joined end to end, any other value replaces the one below. The result is checked once, so a
mistake is reported with the file that holds it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medmon.config.checking import KeyPath, checked
from medmon.config.tables import Config
from medmon.errors import AccessError, ConfigError

_SYSTEM = Path("/etc/medmon")
_DEPTH_MAX = 16


@dataclass(frozen=True, slots=True)
class Loaded:
    """A configuration and where it came from.

    Attributes
    ----------
    config : Config
        The checked configuration.
    files : tuple of Path
        The files it was read from, lowest first; empty when all values are defaults.
    origins : mapping
        The file that set each value, by key path: ``("device", 0, "id")``.
    """

    config: Config
    files: tuple[Path, ...]
    origins: Mapping[KeyPath, str]


def search_order(
    environment: Mapping[str, str], *, folder: Path = Path(), system: Path = _SYSTEM
) -> tuple[Path, ...]:
    """List the places where a configuration may stand, the nearest first.

    Parameters
    ----------
    environment : mapping of str to str
        Environment variables: ``MEDMON_CONFIG``, ``XDG_CONFIG_HOME`` and ``HOME`` count.
    folder : Path
        The working folder.
    system : Path
        The folder of the whole machine.

    Returns
    -------
    tuple of Path
        Files, whether they exist or not.
    """
    named = environment.get("MEDMON_CONFIG")
    home = environment.get("XDG_CONFIG_HOME") or f"{environment.get('HOME', '~')}/.config"
    return (
        *([Path(named)] if named else []),
        folder / "medmon.toml",
        Path(home).expanduser() / "medmon" / "config.toml",
        system / "config.toml",
    )


def find_config(
    given: Sequence[Path] = (),
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path(),
    system: Path = _SYSTEM,
) -> tuple[Path, ...]:
    """Find the files of the configuration that is in force.

    Parameters
    ----------
    given : sequence of Path
        Files the user named; when there are any, nothing else is looked at.
    environment : mapping of str to str or None
        Environment variables; None takes those of the process.
    folder : Path
        The working folder.
    system : Path
        The folder of the whole machine.

    Returns
    -------
    tuple of Path
        Files to lay over each other, lowest first. A file the user named, here or in
        ``MEDMON_CONFIG``, is returned even if it does not exist, so that reading it complains.
    """
    if given:
        return tuple(given)
    variables = os.environ if environment is None else environment
    if variables.get("MEDMON_CONFIG"):
        return search_order(variables, folder=folder, system=system)[:1]
    *nearer, last = search_order(variables, folder=folder, system=system)
    for place in nearer:
        if place.is_file():
            return (place,)
    parts = sorted((system / "conf.d").glob("*.toml"))
    return (*([last] if last.is_file() else []), *parts)


def config_from_files(files: Sequence[Path]) -> Loaded:
    """Read configuration files, lay them over each other and check the result.

    Parameters
    ----------
    files : sequence of Path
        The files, lowest first; none at all gives the defaults.

    Returns
    -------
    Loaded
        The configuration, with the origin of every value.

    Raises
    ------
    AccessError
        If a file may not be read.
    ConfigError
        If a file does not exist or is not TOML, or with every mistake of all files.
    """
    tables, origins = tables_from_files(files)
    name = ", ".join(str(file) for file in files) or "defaults"
    return Loaded(_checked(tables, name, origins), tuple(files), origins)


def tables_from_files(
    files: Sequence[Path],
) -> tuple[dict[str, Any], Mapping[KeyPath, str]]:
    """Read configuration files and lay them over each other, unchecked.

    Parameters
    ----------
    files : sequence of Path
        The files, lowest first.

    Returns
    -------
    tuple of (dict, mapping)
        The tables, and the file that set each value.

    Raises
    ------
    AccessError
        If a file may not be read.
    ConfigError
        If a file does not exist or is not TOML.
    """
    merged: dict[str, Any] = {}
    origins: dict[KeyPath, str] = {}
    for file in files:
        tables = _toml_from_text(_text_of(file), str(file))
        origins.update({path: str(file) for path in _paths_over(merged, tables)})
        merged = _laid_over(merged, tables)
    return merged, origins


def config_from_file(path: Path) -> Config:
    """Read and check one configuration file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Config
        The checked configuration.

    Raises
    ------
    AccessError
        If the file may not be read.
    ConfigError
        If it does not exist or has mistakes.
    """
    return config_from_text(_text_of(path), file=str(path))


def config_from_text(text: str, *, file: str = "medmon.toml") -> Config:
    """Read and check a configuration.

    Parameters
    ----------
    text : str
        TOML.
    file : str
        Name for messages.

    Returns
    -------
    Config
        The checked configuration.

    Raises
    ------
    ConfigError
        With every mistake, each at its key path.
    """
    return _checked(_toml_from_text(text, file), file, {})


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except PermissionError as error:
        raise AccessError(f"{file}: no permission to read the configuration") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(file), [f"cannot be read: {error}"]) from error


def _toml_from_text(text: str, file: str) -> dict[str, Any]:
    try:
        tables = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(file, ["not TOML: nested too deeply"]) from error
    except ValueError as error:
        # A mistake of TOML, or a number of more digits than Python reads.
        raise ConfigError(file, [f"not TOML: {error}"]) from error
    unusable = list(_unusable(tables))
    if unusable:
        raise ConfigError(file, unusable)
    return tables


def _unusable(tables: Mapping[str, Any]) -> Iterator[str]:
    """Find tables nested without end and whole numbers wider than TOML promises."""
    # A list of what is still to be looked at: a recursion would be what it looks for.
    waiting: list[tuple[str, Any, int]] = [(key, value, 1) for key, value in tables.items()]
    while waiting:
        path, value, depth = waiting.pop(0)
        if isinstance(value, dict | list):
            if depth >= _DEPTH_MAX:
                yield f"{path[:80]}: nested deeper than {_DEPTH_MAX} levels"
                continue
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            waiting.extend((f"{path}.{key}", item, depth + 1) for key, item in inner)
        elif isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
            yield f"{path}: expected a whole number of at most 64 bits"


def _checked(tables: Mapping[str, Any], name: str, origins: Mapping[KeyPath, str]) -> Config:
    if not tables:
        return Config()  # Nothing to check, so nothing is imported for it: see `limits`.
    config, mistakes = checked(Config, tables)
    if config is None:
        raise ConfigError(name, [mistake.told(origins) for mistake in mistakes])
    return config


def _laid_over(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, Any]:
    """Join two trees of tables; where they disagree the higher one counts."""
    joined = dict(low)
    for key, value in high.items():
        below = low.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            joined[key] = _laid_over(below, value)
        elif isinstance(below, list) and isinstance(value, list):
            joined[key] = [*below, *value]
        else:
            joined[key] = value
    return joined


def _paths_over(low: Any, high: Any) -> Iterator[KeyPath]:
    """List the key paths that `high` sets in the joined tree."""
    if isinstance(high, Mapping):
        for key, value in high.items():
            below = low.get(key) if isinstance(low, Mapping) else None
            yield from ((key, *rest) for rest in _paths_over(below, value))
    elif isinstance(high, list) and any(isinstance(item, Mapping) for item in high):
        first = len(low) if isinstance(low, list) else 0
        for index, item in enumerate(high, first):
            yield from ((index, *rest) for rest in _paths_over(None, item))
    else:
        yield ()
