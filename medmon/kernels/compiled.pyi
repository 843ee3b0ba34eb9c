"""The loops in C; see `medmon.kernels`, which says what they do and checks what they are given."""

import numpy as np
import numpy.typing as npt

VERSION: int

_Array = npt.NDArray[np.generic]

def frame_powers(
    iq: _Array,
    zero: float,
    full_scale: float,
    window: _Array,
    twiddles: _Array,
    out: _Array,
    dc_re: float,
    dc_im: float,
    start: int,
    hop: int,
    row_hop: int,
    each: int,
    /,
) -> None: ...
def extremes(codes: _Array, /) -> tuple[int, int]: ...
def averages(rows: _Array, floor: _Array, late: int, mean: _Array, /) -> tuple[float, float]: ...
def level(samples: _Array, is_codes: bool, /) -> tuple[float, float, float, float, float]: ...
def decimate(
    iq: _Array,
    taps: _Array,
    phases: int,
    starts: _Array,
    out: _Array,
    step: float,
    turns: float,
    /,
) -> None: ...
def row_means(
    samples: _Array, zero: float, full_scale: float, out: _Array, row: int, part: int, /
) -> None: ...
def scale_bytes(
    codes: _Array, out: _Array, zero: float, full_scale: float, dc_re: float, dc_im: float, /
) -> None: ...
def clock_scores(
    wave: _Array,
    phases: _Array,
    rates: _Array,
    words: _Array,
    width: int,
    symbols: int,
    out: _Array,
    /,
) -> None: ...
def clock_chips(
    wave: _Array,
    phase: float,
    rate: float,
    words: _Array,
    width: int,
    chips: _Array,
    fits: _Array,
    /,
) -> None: ...
def sync_matches(
    wave: _Array, chips: _Array, apart: int, norm: float, flat: float, out: _Array, /
) -> None: ...
def tone_contrast(iq: _Array, length: int, high: float, low: float, out: _Array, /) -> None: ...
def phase_steps(iq: _Array, out: _Array, /) -> None: ...
def energy_runs(
    rows: _Array, channels: int, limits: tuple[float, float, float, float, float], out: _Array, /
) -> int: ...
def ranked(rows: _Array, rank: int, out: _Array, /) -> None: ...
def mean_powers(iq: _Array, length: int, out: _Array, /) -> None: ...
def crossings(power: _Array, threshold: float, out: _Array, /) -> int: ...
def level_over(iq: _Array, power: _Array, threshold: float, /) -> float: ...
def last_fit(fits: _Array, look: int, least: float, /) -> int: ...
def train_chips(wave: _Array, first: float, step: float, out: _Array, /) -> None: ...
def chips_back(
    wave: _Array,
    last: float,
    step: float,
    pattern: _Array,
    is_keyed: bool,
    worth: float,
    silence: float,
    /,
) -> int: ...
def worst_scatter(
    wave: _Array, first: float, step: float, marks: _Array, block: int, least_half: float, /
) -> float: ...
def mark_power(iq: _Array, first: float, step: float, marks: _Array, reach: int, /) -> float: ...
def tone_turns(
    iq: _Array, first: float, step: float, marks: _Array, reach: int, margin: int, /
) -> tuple[float, float, float, float]: ...
def chip_levels(
    wave: _Array, first: float, step: float, marks: _Array, /
) -> tuple[float, float]: ...
def edge_line(
    wave: _Array,
    places: _Array,
    numbers: _Array,
    rising: _Array,
    reach: float,
    low: float,
    high: float,
    least: int,
    trace: float,
    /,
) -> tuple[float, float, float] | None: ...
def mean_edge(iq: _Array, firsts: _Array, apart: float, tail: int, out: _Array, /) -> None: ...
def best_words(
    chips: _Array,
    words: _Array,
    width: int,
    values: _Array,
    fits: _Array,
    weakest: _Array,
    /,
) -> float: ...
