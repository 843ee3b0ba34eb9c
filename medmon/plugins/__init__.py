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
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from medmon.errors import MedmonError, PluginError
from medmon.plugins.offers import may_be_offered

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

Kind: TypeAlias = Literal["sources", "protocols", "detectors", "sinks"]

_FOLDERS: dict[Kind, str] = {
    "sources": "medmon.capture.sources",
    "protocols": "medmon.protocols",
    "detectors": "medmon.detect.detectors",
    "sinks": "medmon.respond.sinks",
}
_NOT_PLUGINS = {"conversation", "headings", "opened", "registration"}
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
    places = dict(_own(kind))
    for entry in _foreign(kind):
        if entry.name in places:
            raise PluginError(
                f"two {kind} are named {entry.name!r}: {places[entry.name]} and {entry.value}; "
                "remove one of the packages"
            )
        places[entry.name] = entry.value
    return places


@cache
def _own(kind: Kind) -> Mapping[str, str]:
    """List a folder, once: every row of the policy table asks, 0.5 ms each time."""
    folder = _FOLDERS[kind]
    return {
        info.name.replace("_", "-"): f"{folder}.{info.name}:PLUGIN"
        for info in pkgutil.iter_modules(import_module(folder).__path__)
        if not info.name.startswith("_") and info.name not in _NOT_PLUGINS
    }


def _foreign(kind: Kind) -> Iterable[EntryPoint]:
    """Pick what installed packages offer of one kind."""
    return _installed().get(kind, ())


@cache
def _installed() -> Mapping[Kind, Iterable[EntryPoint]]:
    """Ask the installed packages, once for all kinds."""
    if not may_be_offered(sys.path):
        return {}
    from importlib.metadata import entry_points

    found = entry_points()
    return {kind: found.select(group=f"medmon.{kind}") for kind in _FOLDERS}
