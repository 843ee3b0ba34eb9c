"""The few loops over all samples that decide how fast medmon is, each in numpy and in C.

`averages`, `bank`, `means`, `decimation`, `loudness` and `codes` have loops. In numpy one says
what it does; `compiled` does the same in C where a compiler was there when medmon was installed
(docs/decisions/0022-one-small-kernel.md). The two differ by rounding, and nobody above this room
knows which one worked.
"""

from __future__ import annotations

from medmon.kernels.averages import Averages, averages
from medmon.kernels.bank import FilterBank, Rows
from medmon.kernels.choice import IS_COMPILED
from medmon.kernels.codes import Codes, Samples, converted
from medmon.kernels.decimation import decimate
from medmon.kernels.loudness import Level, level, peak
from medmon.kernels.means import beginnings, row_means

__all__ = [
    "IS_COMPILED",
    "Averages",
    "Codes",
    "FilterBank",
    "Level",
    "Rows",
    "Samples",
    "averages",
    "beginnings",
    "converted",
    "decimate",
    "level",
    "peak",
    "row_means",
]
