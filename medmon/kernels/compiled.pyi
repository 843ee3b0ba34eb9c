"""The loops in C; see `medmon.kernels`, which says what they do and checks what they are given."""

from typing_extensions import Buffer

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
def decimate(iq: Buffer, re: Buffer, im: Buffer, out: Buffer, factor: int, /) -> None: ...
def scale_bytes(codes: Buffer, out: Buffer, zero: float, full_scale: float, /) -> None: ...
