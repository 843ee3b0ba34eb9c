"""The few loops over all samples that decide how fast medmon is, each in numpy and in C.

Each module has a loop or two. In numpy it says what it does; `compiled` does the same in C where a
compiler was there when medmon was installed (docs/decisions/0022-one-small-kernel.md). The two
differ by rounding, and nobody above this room knows which one worked.
"""

from __future__ import annotations

from medmon.kernels.averages import Averages, averages
from medmon.kernels.bank import FilterBank, Rows
from medmon.kernels.chips import chips_back, mark_power, tone_turns, train_chips, worst_scatter
from medmon.kernels.choice import IS_COMPILED
from medmon.kernels.clock import best_fit, between, clock_chips, clock_scores
from medmon.kernels.codes import Codes, Samples, converted
from medmon.kernels.decimation import decimate, glimpses, resample
from medmon.kernels.edges import chip_levels, edge_line, mean_edge
from medmon.kernels.loudness import Level, level, peak
from medmon.kernels.matching import sync_matches
from medmon.kernels.means import beginnings, row_means
from medmon.kernels.symbols import best_words
from medmon.kernels.tones import phase_steps, tone_contrast

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
    "best_fit",
    "best_words",
    "between",
    "chip_levels",
    "chips_back",
    "clock_chips",
    "clock_scores",
    "converted",
    "decimate",
    "edge_line",
    "glimpses",
    "level",
    "mark_power",
    "mean_edge",
    "peak",
    "phase_steps",
    "resample",
    "row_means",
    "sync_matches",
    "tone_contrast",
    "tone_turns",
    "train_chips",
    "worst_scatter",
]
