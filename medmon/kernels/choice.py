"""Whether the loops in C are here: they are where a compiler was when medmon was installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from medmon.kernels import compiled
else:
    try:
        from medmon.kernels import compiled
    except ImportError:  # no compiler was there, or none for this platform
        compiled = None

__all__ = ["IS_COMPILED", "compiled"]

IS_COMPILED = compiled is not None
