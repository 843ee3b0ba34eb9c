"""Bytes become the samples that the formula says, whoever wrote them."""

from __future__ import annotations

import struct
from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.capture.formats import (
    FORMATS,
    FORMATS_BY_DATATYPE,
    LARGEST_USABLE,
    bytes_from_iq,
    iq_from_bytes,
    is_usable,
)

STRUCT_CODES = {
    "cu8": ("B", 127.5, 127.5),
    "cs8": ("b", 0.0, 128.0),
    "cu16": ("<H", 32767.5, 32767.5),
    "cu16_be": (">H", 32767.5, 32767.5),
    "cs16": ("<h", 0.0, 32768.0),
    "cs16_be": (">h", 0.0, 32768.0),
    "cs32": ("<i", 0.0, 2147483648.0),
    "cs32_be": (">i", 0.0, 2147483648.0),
    "cf32": ("<f", 0.0, 1.0),
    "cf32_be": (">f", 0.0, 1.0),
    "cf64": ("<d", 0.0, 1.0),
    "cf64_be": (">d", 0.0, 1.0),
}
"""struct code, zero and full scale of each format, written down a second time."""


def test_every_format_is_described_here() -> None:
    """A format without an independent description would go untested."""
    assert set(STRUCT_CODES) == set(FORMATS)


def test_cu8_agrees_with_the_vector_of_the_rtl_tcp_layout() -> None:
    """Three samples of rtl_tcp.json ("value/127.5 - 1", pyrtlsdr 5f65604)."""
    iq = iq_from_bytes(bytes.fromhex("0000ffff807f"), FORMATS["cu8"])
    third = complex(0.00392156862745097, -0.00392156862745097)
    np.testing.assert_allclose(iq, [[-1 - 1j, 1 + 1j, third]], rtol=2e-7)


def test_every_cu8_code_is_the_rounded_quotient() -> None:
    """No code is off by one rounding: another program with the same formula agrees bit for bit."""
    codes = bytes(range(256))
    iq = iq_from_bytes(codes, FORMATS["cu8"])
    wanted = array("f", [(code - 127.5) / 127.5 for code in codes])
    assert iq.view(np.float32).tobytes() == wanted.tobytes()


@pytest.mark.parametrize(
    ("name", "codes", "wanted"),
    [
        ("cs8", "80007f40", [-1.0 + 0j, 0.9921875 + 0.5j]),
        ("cs16", "0080ff7f", [-1.0 + 0.999969482421875j]),
        ("cs16_be", "80007fff", [-1.0 + 0.999969482421875j]),
        ("cs32", "0000008000000040", [-1.0 + 0.5j]),
        ("cf32", "0000803f000000bf", [1.0 - 0.5j]),
        ("cf32_be", "3f800000bf000000", [1.0 - 0.5j]),
    ],
)
def test_known_codes(name: str, codes: str, wanted: list[complex]) -> None:
    """Samples worked out by hand."""
    assert iq_from_bytes(bytes.fromhex(codes), FORMATS[name]).tolist() == [wanted]


@given(st.sampled_from(sorted(FORMATS)), st.binary(max_size=160))
def test_components_follow_the_formula(name: str, data: bytes) -> None:
    """Any bytes of any format give what struct and the table in the documentation give."""
    form = FORMATS[name]
    data = data[: len(data) // form.sample_bytes * form.sample_bytes]
    code, zero, full_scale = STRUCT_CODES[name]
    size = struct.calcsize(code)
    values = [struct.unpack_from(code, data, at)[0] for at in range(0, len(data), size)]
    got = iq_from_bytes(data, form).view(np.float32).ravel()
    with np.errstate(over="ignore", invalid="ignore"):
        wanted = np.array([(value - zero) / full_scale for value in values])
        np.testing.assert_allclose(got, wanted.astype(np.float32), rtol=3e-7, atol=1e-45)


@given(
    st.sampled_from(["cu8", "cs8", "cu16", "cs16", "cs16_be", "cf32", "cf32_be"]),
    st.integers(1, 3),
    st.data(),
)
def test_written_down_again_the_bytes_are_the_same(
    name: str, antenna_count: int, data: st.DataObject
) -> None:
    """A recording of a live source holds the very bytes that the source sent."""
    form = FORMATS[name]
    frame = form.sample_bytes * antenna_count
    if form.is_float:
        numbers = data.draw(st.lists(st.floats(-2, 2, width=32), max_size=12))
        raw = np.array(numbers, dtype=form.component).tobytes()
    else:
        raw = data.draw(st.binary(max_size=96))
    raw = raw[: len(raw) // frame * frame]
    iq = iq_from_bytes(raw, form, antenna_count=antenna_count)
    assert bytes_from_iq(iq, form) == raw


def test_samples_beyond_full_scale_are_clipped_not_wrapped() -> None:
    """A strong signal must not come back with the opposite sign."""
    loud = np.array([[3 - 3j]], dtype=np.complex64)
    assert bytes_from_iq(loud, FORMATS["cs8"]) == bytes([127, 0x80])
    assert bytes_from_iq(loud, FORMATS["cu8"]) == bytes([255, 0])


def test_antennas_take_turns() -> None:
    """Each antenna's samples come out as one row, contiguous in memory."""
    raw = bytes([0, 0, 255, 255, 0, 255, 255, 0])
    iq = iq_from_bytes(raw, FORMATS["cu8"], antenna_count=2)
    assert iq.tolist() == [[-1 - 1j, -1 + 1j], [1 + 1j, 1 - 1j]]
    assert iq.flags.c_contiguous


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_samples_are_read_only_and_do_not_change_with_the_buffer(name: str) -> None:
    """A source that reuses its buffer must not change blocks it has handed out."""
    form = FORMATS[name]
    buffer = bytearray(4 * form.sample_bytes)
    iq = iq_from_bytes(buffer, form)
    before = iq.copy()
    buffer[:] = b"\x41" * len(buffer)
    assert iq.dtype == np.complex64
    assert iq.shape == (1, 4)
    assert (iq == before).all()
    with pytest.raises(ValueError, match="read-only"):
        iq[0, 0] = 1


def test_usable_samples_are_told_from_those_that_are_not_numbers() -> None:
    """NaN, infinity and numbers whose power overflows are found, on any antenna."""
    iq = np.ones((2, 5), dtype=np.complex64)
    assert is_usable(iq) is None
    iq[0, 1], iq[1, 2], iq[0, 3] = np.nan, complex(0, -np.inf), 2 * LARGEST_USABLE
    usable = is_usable(iq)
    assert usable is not None
    assert usable.tolist() == [True, False, False, False, True]


def test_no_samples_are_all_usable() -> None:
    """An empty run is not a special case for its reader."""
    assert is_usable(np.empty((1, 0), dtype=np.complex64)) is None


def test_a_double_too_large_for_float_becomes_infinite_without_a_warning() -> None:
    """cf64 holds numbers that float32 cannot; they end as a gap, not as a warning."""
    iq = iq_from_bytes(struct.pack("<2d", 1e300, 0.0), FORMATS["cf64"])
    assert np.isinf(iq.real).all()


def test_formats_are_found_by_their_sigmf_name() -> None:
    """SigMF calls signed integers ci and marks the byte order."""
    assert FORMATS_BY_DATATYPE["ci16_be"].name == "cs16_be"
    assert FORMATS_BY_DATATYPE["cf32_le"].name == "cf32"
    assert FORMATS_BY_DATATYPE["ci8"].name == "cs8"
