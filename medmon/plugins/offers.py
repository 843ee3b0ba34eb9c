"""Folders of installed packages come in, whether one of them may offer a plugin goes out.

To hear it from `importlib.metadata` takes 45 ms of CPU time among ninety packages, a tenth of a
short replay, and nearly always the answer is no. So the files in which packages declare their entry
points are searched for the names of our groups first, which takes 5 ms. Archives, and finders of
modules that are not Python's own, are left to `importlib.metadata`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.machinery import PathFinder
from pathlib import Path

_METADATA = (".dist-info", ".egg-info")
"""Endings of the folders in which installed packages keep what they declare."""


def may_be_offered(places: Iterable[str]) -> bool:
    """Tell whether an installed package may offer plugins; only a sure no is a no.

    Parameters
    ----------
    places : iterable of str
        Where modules are looked for: `sys.path`.

    Returns
    -------
    bool
        False if nothing in these places declares a plugin.
    """
    finders = [finder for finder in sys.meta_path if hasattr(finder, "find_distributions")]
    folders = [Path(place) for place in places]
    return finders != [PathFinder] or any(_may_offer(each) for each in folders if each.exists())


def _may_offer(place: Path) -> bool:
    """Look into one place; what is no folder, packed, or closed to us may hold anything."""
    try:
        entries = list(place.iterdir())
        if any(entry.suffix == ".egg" for entry in entries):
            return True
        declared = (e / "entry_points.txt" for e in entries if e.suffix in _METADATA)
        return any(b"[medmon." in file.read_bytes() for file in declared if file.is_file())
    except OSError:
        return True
