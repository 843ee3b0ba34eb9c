"""Sample bytes come in, complex64 with full scale 1.0 goes out; the only such conversion in medmon.

Every source, live or recorded, converts here, so a replay cannot differ from the live run by a
convention. Libraries do disagree: for the byte 43 of an RTL-SDR pyrtlsdr gives -0.66275 (zero and
full scale 127.5) and sigmf gives -0.66406 (128); medmon therefore takes bytes from both and never
their samples.

Layout: I, Q, I, Q, ...; with several antennas one complex sample of each in turn.

========  ==========================  =======  ==========
name      component                   zero     full scale
========  ==========================  =======  ==========
cu8       unsigned 8 bit              127.5    127.5
cu16      unsigned 16 bit             32767.5  32767.5
cs8       signed 8 bit                0        128
cs16      signed 16 bit               0        32768
cs32      signed 32 bit               0        2147483648
cf32      float 32 bit                0        1
cf64      float 64 bit                0        1
========  ==========================  =======  ==========

Formats of more than one byte are little-endian; a second set with ``_be`` in the name is not.

Why 127.5 and not 128 for cu8: an unsigned converter has no code for zero, its 256 codes lie
symmetrically about 127.5. With 127.5 as full scale the codes 0 and 255 are exactly -1 and +1, so
"clipped" is one comparison; the other choice moves every level by 0.034 dB. Signed converters have
a code for zero and one more negative than positive code; there the power of two is exact.

The division is a division on purpose: multiplying by the reciprocal is a third faster in numpy (2.2
against 1.5 billion samples a second on one core) but rounds 126 of the 256 cu8 codes differently
from the quotient, and then two implementations of the same formula no longer agree bit for bit. A
table look-up is slower than either (0.6, or 0.9 with pairs).

Sources: rtl_433 docs/IQ_FORMATS.md (names); SigMF 1.2 `core:datatype`; the measured difference is
trap T1 of the project's ecosystem study.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from medmon.kernels import Codes, converted
from medmon.records import ComplexArray

LARGEST_USABLE: Final = 1e10
"""Float components beyond this are treated like NaN: the power of 1e20 would leave float32.

Recordings of unscaled integers in float files reach 2e9, so nothing real is lost."""


@dataclass(frozen=True, slots=True)
class SampleFormat:
    """How one complex sample is written down.

    Attributes
    ----------
    name : str
        Name in medmon and in file endings: "cu8".
    sigmf_datatype : str
        The same in SigMF's words: "cu8", "ci16_le".
    component : dtype
        Type of I and of Q, byte order included.
    zero : float
        Code that means no signal.
    full_scale : float
        Distance from `zero` that means magnitude 1.0.
    """

    name: str
    sigmf_datatype: str
    component: np.dtype[np.generic]
    zero: float
    full_scale: float

    @property
    def sample_bytes(self) -> int:
        """Bytes of one complex sample of one antenna."""
        return 2 * self.component.itemsize

    @property
    def is_bytes(self) -> bool:
        """Whether a component is an unsigned byte."""
        return self.component == np.uint8

    @property
    def is_float(self) -> bool:
        """Whether a component can be something that is not a finite number."""
        return self.component.kind == "f"


def _rows() -> dict[str, SampleFormat]:
    kinds = (
        ("cu8", "cu8", "u1", 127.5, 127.5),
        ("cs8", "ci8", "i1", 0.0, 128.0),
        ("cu16", "cu16", "u2", 32767.5, 32767.5),
        ("cs16", "ci16", "i2", 0.0, 32768.0),
        ("cs32", "ci32", "i4", 0.0, 2147483648.0),
        ("cf32", "cf32", "f4", 0.0, 1.0),
        ("cf64", "cf64", "f8", 0.0, 1.0),
    )
    rows = {}
    for name, sigmf, code, zero, full_scale in kinds:
        if code.endswith("1"):
            rows[name] = SampleFormat(name, sigmf, np.dtype(code), zero, full_scale)
            continue
        for order, ending, suffix in (("<", "", "_le"), (">", "_be", "_be")):
            rows[name + ending] = SampleFormat(
                name + ending, sigmf + suffix, np.dtype(order + code), zero, full_scale
            )
    return rows


FORMATS: Final[dict[str, SampleFormat]] = _rows()
"""Every format by its name."""

FORMATS_BY_DATATYPE: Final[dict[str, SampleFormat]] = {
    row.sigmf_datatype: row for row in FORMATS.values()
}
"""Every format by its SigMF datatype."""


def iq_from_bytes(
    data: bytes | bytearray | memoryview, sample_format: SampleFormat, *, antenna_count: int = 1
) -> ComplexArray:
    """Convert sample bytes.

    Parameters
    ----------
    data : bytes-like
        Whole samples: a multiple of ``sample_bytes * antenna_count`` bytes.
    sample_format : SampleFormat
        How they are written down.
    antenna_count : int
        How many antennas take turns.

    Returns
    -------
    ndarray of complex64, shape (antenna_count, n)
        Full scale 1.0; read-only, and never a view of `data`.

    Notes
    -----
    Each component is ``(code - zero) / full_scale``, computed in float32. Not-a-number and
    infinity pass through: whoever cuts blocks takes them out (`medmon.capture.cutter`).

    Examples
    --------
    >>> iq_from_bytes(bytes([0, 255]), FORMATS["cu8"])
    array([[-1.+1.j]], dtype=complex64)
    """
    codes = np.frombuffer(data, dtype=sample_format.component)
    if codes.dtype == np.uint8:
        parts = converted(codes_from_bytes(data, sample_format)).view(np.float32)
    else:
        parts = _scaled(codes, sample_format)
    iq: ComplexArray = parts.view(np.complex64).reshape(-1, antenna_count).T
    if antenna_count > 1:
        iq = np.ascontiguousarray(iq)
    iq.flags.writeable = False
    return iq


def codes_from_bytes(data: bytes | bytearray | memoryview, sample_format: SampleFormat) -> Codes:
    """Take bytes of one antenna as they are, to be converted when somebody asks.

    Parameters
    ----------
    data : bytes-like
        Whole samples; must not change any more.
    sample_format : SampleFormat
        One of unsigned bytes.

    Returns
    -------
    Codes
        The samples; converted they are those of `iq_from_bytes`.
    """
    codes = np.frombuffer(data, dtype=np.uint8)
    return Codes(codes, sample_format.zero, sample_format.full_scale)


def _scaled(codes: npt.NDArray[np.generic], sample_format: SampleFormat) -> npt.NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore"):
        parts: npt.NDArray[np.float32] = codes.astype(np.float32)
    # Subtracting or dividing by nothing would still read and write the whole block.
    if sample_format.zero:
        parts -= np.float32(sample_format.zero)
    if sample_format.full_scale != 1.0:
        parts /= np.float32(sample_format.full_scale)
    return parts


def bytes_from_iq(iq: ComplexArray, sample_format: SampleFormat) -> bytes:
    r"""Write samples down; the inverse of `iq_from_bytes` for samples that came from it.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n_antennas, n)
        Samples, full scale 1.0, finite.
    sample_format : SampleFormat
        How to write them down.

    Returns
    -------
    bytes
        The samples, antennas taking turns. What lies beyond the format's range is clipped, what
        lies between two codes goes to the nearer one.

    Notes
    -----
    Exact for codes of up to 24 bits; cs32 has lost its low bits in float32 already.

    Examples
    --------
    >>> bytes_from_iq(iq_from_bytes(b"\x00\xff", FORMATS["cu8"]), FORMATS["cu8"])
    b'\x00\xff'
    """
    parts = np.ascontiguousarray(iq.T).view(np.float32)
    if sample_format.is_float:
        return parts.astype(sample_format.component).tobytes()
    limits = np.iinfo(sample_format.component.str)
    codes = parts.astype(np.float64) * sample_format.full_scale + sample_format.zero
    return np.clip(np.rint(codes), limits.min, limits.max).astype(sample_format.component).tobytes()


def is_usable(iq: ComplexArray) -> npt.NDArray[np.bool_] | None:
    """Say which samples are numbers that a receiver can compute with.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n_antennas, n)
        Samples.

    Returns
    -------
    ndarray of bool, shape (n,), or None
        True where every antenna's sample is finite and within `LARGEST_USABLE`; None where that
        holds for all of them, which is the usual case and takes two passes and no memory.
    """
    parts = iq.view(np.float32)
    with np.errstate(invalid="ignore"):
        if not parts.size or (parts.max() <= LARGEST_USABLE and parts.min() >= -LARGEST_USABLE):
            return None
        usable = np.abs(parts) <= LARGEST_USABLE
    return np.asarray(usable.reshape(iq.shape[0], -1, 2).all(axis=(0, 2)))
