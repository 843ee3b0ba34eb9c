"""Whether the loops in C are here: they are where a compiler was when medmon was installed.

A library that was built of other sources, as after a `git pull` in an editable installation, is not
used: it may take other arguments. Numpy does its work then, and a warning says what to do.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

VERSION = 3
"""That of the sources beside this one; `compiled.c` says the same."""

if TYPE_CHECKING:
    from medmon.kernels import compiled
else:
    try:
        from medmon.kernels import compiled
    except ImportError:  # no compiler was there, or none for this platform
        compiled = None
    if compiled is not None and getattr(compiled, "VERSION", 0) != VERSION:
        warnings.warn(
            "the compiled loops of medmon are of another version; install it again to be fast",
            RuntimeWarning,
            stacklevel=1,
        )
        compiled = None

__all__ = ["IS_COMPILED", "MOST_CHANNELS", "compiled"]

IS_COMPILED = compiled is not None
MOST_CHANNELS = 1024
"""Columns that the loops in C over rows of channels have room for; numpy takes any number."""
