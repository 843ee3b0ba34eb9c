"""Complex samples come in, the bytes of a recording go out: clipping, rounding, byte order.

Layouts, I before Q, little-endian, no header:

========  ==================  =========================================
name      one component       value of a component x, full scale 1.0
========  ==================  =========================================
cu8       unsigned 8 bit      round(127.5 x + 127.5), so zero is 127.5
cs8       signed 8 bit        round(128 x)
cs16      signed 16 bit       round(32768 x)
cf32      IEEE 754 32 bit     x
========  ==================  =========================================

Integer formats clip at their ends as a converter does. Written from the description of the
formats alone; medmon's own conversion is not used here, so that each can check the other.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from medmon.records import ComplexArray

SampleFormat: TypeAlias = Literal["cu8", "cs8", "cs16", "cf32"]

_LAYOUTS: dict[SampleFormat, tuple[str, float, float, int, int]] = {
    "cu8": ("u1", 127.5, 127.5, 0, 255),
    "cs8": ("i1", 128.0, 0.0, -128, 127),
    "cs16": ("<i2", 32768.0, 0.0, -32768, 32767),
}


def bytes_from_iq(iq: ComplexArray, sample_format: SampleFormat) -> bytes:
    """Quantise samples into the bytes of a recording.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples, full scale 1.0.
    sample_format : str
        "cu8", "cs8", "cs16" or "cf32".

    Returns
    -------
    bytes
        2, 2, 4 or 8 bytes a sample.

    Raises
    ------
    ValueError
        If the format is none of the four.

    Examples
    --------
    >>> import numpy as np
    >>> bytes_from_iq(np.array([1 - 1j], np.complex64), "cs8").hex()
    '7f80'
    """
    parts = np.ascontiguousarray(iq, dtype=np.complex64).view(np.float32)
    if sample_format == "cf32":
        return parts.astype("<f4").tobytes()
    if sample_format not in _LAYOUTS:
        raise ValueError(f"expected cu8, cs8, cs16 or cf32, found {sample_format!r}")
    kind, scale, zero, lowest, highest = _LAYOUTS[sample_format]
    levels = np.rint(parts * np.float32(scale) + np.float32(zero))
    quantised: bytes = np.clip(levels, lowest, highest).astype(kind).tobytes()
    return quantised


def clipped(iq: ComplexArray, level: float = 1.0) -> ComplexArray:
    """Limit I and Q each to plus and minus `level`, as an overdriven converter does.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples.
    level : float
        Largest magnitude of a component.

    Returns
    -------
    ndarray of complex64, shape (n,)
        Limited samples.
    """
    parts = np.ascontiguousarray(iq, dtype=np.complex64).view(np.float32)
    limited: ComplexArray = np.clip(parts, -level, level).view(np.complex64)
    return limited
