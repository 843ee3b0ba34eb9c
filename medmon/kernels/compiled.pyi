"""The loops in C; see `medmon.kernels`, which says what they do and checks what they are given."""

from collections.abc import Buffer

def frame_powers(
    iq: Buffer,
    window: Buffer,
    twiddles: Buffer,
    out: Buffer,
    dc_re: float,
    dc_im: float,
    start: int,
    hop: int,
    row_hop: int,
    each: int,
    /,
) -> None: ...
def level(parts: Buffer, /) -> tuple[float, float, float, float]: ...
