"""The few loops over samples and chips that decide how fast medmon is, each in numpy and in C.

Each module has some that work on the same things. In numpy it says what it does; `compiled` does
the same in C where a compiler was there when medmon was installed
(docs/decisions/0022-one-small-kernel.md). The two differ by rounding, and nobody above this room
knows which one worked.
"""

from __future__ import annotations

from medmon.kernels.averages import Averages, averages
from medmon.kernels.bank import FilterBank, Rows
from medmon.kernels.chips import chips_back, mark_power, tone_turns, train_chips, worst_scatter
from medmon.kernels.choice import IS_COMPILED
from medmon.kernels.clock import clock_chips, clock_scores, last_fit
from medmon.kernels.codes import Codes, Samples, centred, converted
from medmon.kernels.decimation import decimate, glimpses, resample
from medmon.kernels.edges import chip_levels, edge_line, mean_edge
from medmon.kernels.keying import crossings, level_over, mean_powers
from medmon.kernels.loudness import Level, level, peak
from medmon.kernels.matching import sync_matches
from medmon.kernels.means import beginnings, row_means
from medmon.kernels.order import upper_median
from medmon.kernels.ranks import ranked
from medmon.kernels.runs import EARLIER, Limits, Run, energy_runs
from medmon.kernels.spectra import mean_spectrum
from medmon.kernels.symbols import best_words
from medmon.kernels.tones import phase_steps, tone_contrast

__all__ = [
    "EARLIER",
    "IS_COMPILED",
    "Averages",
    "Codes",
    "FilterBank",
    "Level",
    "Limits",
    "Rows",
    "Run",
    "Samples",
    "averages",
    "beginnings",
    "best_words",
    "centred",
    "chip_levels",
    "chips_back",
    "clock_chips",
    "clock_scores",
    "converted",
    "crossings",
    "decimate",
    "edge_line",
    "energy_runs",
    "glimpses",
    "last_fit",
    "level",
    "level_over",
    "mark_power",
    "mean_edge",
    "mean_powers",
    "mean_spectrum",
    "peak",
    "phase_steps",
    "ranked",
    "resample",
    "row_means",
    "sync_matches",
    "tone_contrast",
    "tone_turns",
    "train_chips",
    "upper_median",
    "worst_scatter",
]
