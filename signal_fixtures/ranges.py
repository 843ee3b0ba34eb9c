"""Read tables and built dataclasses come in, what is wrong with their numbers goes out.

A scenario is written by hand, and its numbers go into packets of fixed width and into waveforms.
`table_mistakes` looks at a file as a whole: numbers that are no numbers (``inf``, ``nan``), whole
numbers of more than 64 bits, which TOML does not promise either, and tables nested without end.
`range_mistakes` looks at one device, act or band: a number belongs within the range of its name,
which is what pumps, pods and receivers can do, with room to spare.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

DURATION_MAX_S = 366 * 86_400.0
"""Longest scenario: a year."""
_PERIOD_MIN_S = 0.001
_DEPTH_MAX = 16
_WIDE = 1 << 63
_HALF_HOUR_S = 1_800

# The full edge of a carrier has to fit into one chip: 14 us from 10 % to 90 % are 23.7 us from
# foot to top, and the fastest chip, 40,625 a second and 1 % fast on both counts, lasts 24.1 us.
_RANGES: Mapping[str, tuple[float, float]] = {
    "rssi_dbfs": (-200.0, 20.0),
    "rssi_sd_db": (0.0, 40.0),
    "cfo_hz": (-1e6, 1e6),
    "clock_ppm": (-10_000.0, 10_000.0),
    "rise_us": (0.0, 14.0),
    "freq_hz": (0.0, 10e9),
    "rate_hz": (1_000.0, 100e6),
    "noise_dbfs": (-200.0, 20.0),
    "max_basal_iu_per_h": (0.0, 1_000.0),
    "max_daily_iu": (0.0, 10_000.0),
    "min_bolus_interval_s": (0.0, DURATION_MAX_S),
    "max_bolus_iu": (0.0, 25.5),
    "units_iu": (0.0, 50.0),
    "rate_iu_per_h": (0.0, 30.0),
    "duration_s": (_HALF_HOUR_S, 24 * 3_600),
    "wakeups": (0, 10_000),
    "copies": (0, 10_000),
    "presses": (0, 1_000),
    "doses": (0, 1_000),
    "gap_s": (0.0, 86_400.0),
    "glucose_mg_dl": (0, 511),
    "shift_mg_dl": (-1_000.0, 1_000.0),
    "shift_db": (-200.0, 200.0),
    "repeat_probability": (0.0, 1.0),
    "symbol_rate_hz": (100.0, 40_625.0),
    "deviation_hz": (0.0, 1e6),
    "rate_error_ppm": (-10_000.0, 10_000.0),
}


def table_mistakes(tables: Mapping[str, Any]) -> Iterator[str]:
    """Look for values that no part of a scenario can have.

    Parameters
    ----------
    tables : mapping
        A file as it was read.

    Yields
    ------
    str
        One line a mistake, beginning with its key path.
    """
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
        elif isinstance(value, float) and not math.isfinite(value):
            yield f"{path}: expected a finite number, found {value}"
        elif isinstance(value, int) and not -_WIDE <= value < _WIDE:
            yield f"{path}: expected a whole number of at most 64 bits"


def range_mistakes(path: str, thing: Any) -> Iterator[str]:
    """Check the numbers of a device, an act, the limits or the band.

    Parameters
    ----------
    path : str
        Its key path.
    thing : object
        Any dataclass.

    Yields
    ------
    str
        One line a mistake, beginning with its key path.
    """
    for item in dataclasses.fields(thing):
        value = getattr(thing, item.name)
        if item.name not in _RANGES or value is None:
            continue
        low, high = _RANGES[item.name]
        if not low <= value <= high:
            yield f"{path}.{item.name}: expected {low:g} to {high:g}, found {value!r}"
        elif item.name == "duration_s" and value % _HALF_HOUR_S:
            yield f"{path}.{item.name}: expected a multiple of {_HALF_HOUR_S}, found {value!r}"


def period_mistakes(path: str, periods_s: Sequence[float], jitter_s: float) -> Iterator[str]:
    """Check how often a part has its turn.

    Parameters
    ----------
    path : str
        Its key path.
    periods_s : sequence of float
        From one turn to the next.
    jitter_s : float
        How much later a turn may come.

    Yields
    ------
    str
        One line a mistake, beginning with its key path.
    """
    limits = f"{_PERIOD_MIN_S:g} to {DURATION_MAX_S:g} s"
    if not periods_s:
        yield f"{path}.period: expected at least one time"
    elif not all(_PERIOD_MIN_S <= period_s <= DURATION_MAX_S for period_s in periods_s):
        yield f"{path}.period: expected {limits}, found {', '.join(map(str, periods_s))}"
    elif not 0 <= jitter_s < min(periods_s):
        yield (
            f"{path}.jitter_s: expected 0 to less than the period of {min(periods_s):g} s, "
            f"found {jitter_s:g}"
        )
