"""The loops in C; see `medmon.kernels`, which says what they do and checks what they are given."""

import numpy as np
import numpy.typing as npt

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
def decimate(iq: _Array, re: _Array, im: _Array, out: _Array, factor: int, /) -> None: ...
def row_means(
    samples: _Array, zero: float, full_scale: float, out: _Array, row: int, part: int, /
) -> None: ...
def scale_bytes(codes: _Array, out: _Array, zero: float, full_scale: float, /) -> None: ...
