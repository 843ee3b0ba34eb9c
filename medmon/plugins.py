"""One registry for sources, protocols, detectors and sinks: a name goes in, a class comes out.

Our own plugins are the modules of their folders, listed without importing them and imported when
named; foreign packages come in through entry points ``medmon.sources``, ``medmon.protocols``,
``medmon.detectors`` and ``medmon.sinks``. So a new thing of ours is one file and its test, and
`medmon --help` imports none of them.

A plugin module says what it offers in one constant, ``PLUGIN``. Of medmon it imports
`medmon.records`, `medmon.errors`, `medmon.quantities` and the machinery of its own room (detectors
the history, sources the cutter, and so on), never another room or another plugin of its kind; it
satisfies its room's `typing.Protocol` by its shape.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoints, entry_points
from typing import Any, Literal, TypeAlias

from medmon.errors import MedmonError, PluginError

Kind: TypeAlias = Literal["sources", "protocols", "detectors", "sinks"]

_FOLDERS: dict[Kind, str] = {
    "sources": "medmon.capture.sources",
    "protocols": "medmon.protocols",
    "detectors": "medmon.detect.detectors",
    "sinks": "medmon.respond.sinks",
}
_NOT_PLUGINS = {"conversation", "headings", "registration"}
"""Modules of a room's own machinery that share a folder with plugins."""


def names(kind: Kind) -> tuple[str, ...]:
    """List the plugins of one kind without importing them.

    Parameters
    ----------
    kind : {"sources", "protocols", "detectors", "sinks"}
        What to list.

    Returns
    -------
    tuple of str
        Their names, sorted. A module's underscores are hyphens in its name.

    Raises
    ------
    PluginError
        If two plugins have the same name.
    """
    return tuple(sorted(_places(kind)))


def load(kind: Kind, name: str) -> Any:
    """Import one plugin.

    Parameters
    ----------
    kind : {"sources", "protocols", "detectors", "sinks"}
        What it is.
    name : str
        Its name.

    Returns
    -------
    object
        What its ``PLUGIN`` constant (or its entry point) names.

    Raises
    ------
    PluginError
        If there is no such plugin, two of that name, or it cannot be imported.
    """
    places = _places(kind)
    if name not in places:
        raise PluginError(f"no {kind[:-1]} named {name!r}; there are {', '.join(sorted(places))}")
    module, _, attribute = places[name].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except MedmonError:
        raise
    except Exception as error:
        # A plugin is anybody's code: whatever happens while it is imported is its fault.
        raise PluginError(
            f"the {kind[:-1]} {name!r} ({places[name]}) is broken: "
            f"{type(error).__name__}: {error}; repair its package or remove it"
        ) from error


def _places(kind: Kind) -> dict[str, str]:
    """Map each name to its ``module:attribute``."""
    folder = _FOLDERS[kind]
    package = import_module(folder)
    places = {
        info.name.replace("_", "-"): f"{folder}.{info.name}:PLUGIN"
        for info in pkgutil.iter_modules(package.__path__)
        if not info.name.startswith("_") and info.name not in _NOT_PLUGINS
    }
    for entry in _foreign(kind):
        if entry.name in places:
            raise PluginError(
                f"two {kind} are named {entry.name!r}: {places[entry.name]} and {entry.value}; "
                "remove one of the packages"
            )
        places[entry.name] = entry.value
    return places


@cache
def _foreign(kind: Kind) -> EntryPoints:
    """Ask the installed packages, once: it reads the metadata of each, 10 ms for a hundred."""
    return entry_points(group=f"medmon.{kind}")
