"""Packed recordings come out whole, and damaged ones up to the damage."""

from __future__ import annotations

import gzip
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.capture.gzip_stream import GzipStream
from medmon.errors import InputError

NOISE = np.random.default_rng(1).integers(0, 64, 300_000, dtype=np.uint8).tobytes()


def unpacked(packed: bytes, size: int = 10_000) -> tuple[bytes, InputError | None]:
    stream = GzipStream(BytesIO(packed), source="x.cu8.gz")
    parts: list[bytes] = []
    while True:
        try:
            part = stream.read(size)
        except InputError as error:
            return b"".join(parts), error
        if not part:
            return b"".join(parts), None
        assert len(part) <= size
        parts.append(part)


@given(st.lists(st.binary(max_size=3000), min_size=1, max_size=4), st.integers(1, 5000))
def test_several_members_and_padding_unpack_to_their_contents(
    contents: list[bytes], size: int
) -> None:
    """Files joined with cat, and tapes padded with zeros, are legal gzip."""
    packed = b"".join(gzip.compress(content) for content in contents) + bytes(7)
    assert unpacked(packed, size) == (b"".join(contents), None)


@pytest.mark.parametrize("size", [1000, 65_536, 10**6])
def test_a_long_file(size: int) -> None:
    """Longer than any buffer, unpacked in any portions."""
    assert unpacked(gzip.compress(NOISE), size) == (NOISE, None)


@pytest.mark.parametrize("size", [997, 10**6])
@pytest.mark.parametrize("kept", [0, 1, 9, 10, 5_000, 100_000, 200_000])
def test_a_truncated_file_gives_everything_before_the_cut(kept: int, size: int) -> None:
    """zlib alone, asked in one go, can recover no byte more."""
    packed = gzip.compress(NOISE)[:kept]
    content, error = unpacked(packed, size)
    assert content == zlib.decompressobj(31).decompress(packed)
    assert error is not None
    assert error.offset == kept
    assert "everything before it was read" in str(error)


@given(st.integers(0, 2000), st.integers(1, 255), st.sampled_from([100, 100_000]))
def test_a_damaged_byte_never_ends_in_anything_but_a_clear_error(
    place: int, flip: int, size: int
) -> None:
    """Whatever byte is hit, what comes out does not depend on how it is asked for."""
    packed = bytearray(gzip.compress(NOISE[:2000]))
    packed[place % len(packed)] ^= flip
    content, error = unpacked(bytes(packed), size)
    again, error_again = unpacked(bytes(packed), 333)
    assert (content, str(error)) == (again, str(error_again))
    assert error is None or error.offset is not None


def test_a_wrong_checksum_is_found_after_all_samples_were_read() -> None:
    """The content may be wrong; it is still shown, and then said."""
    packed = bytearray(gzip.compress(NOISE))
    packed[-6] ^= 1
    content, error = unpacked(bytes(packed))
    assert content == NOISE
    assert error is not None
    assert "incorrect data check" in str(error)


def test_trailing_garbage_is_damage() -> None:
    """It could be a second member whose header was hit."""
    content, error = unpacked(gzip.compress(b"abcd") + b"garbage")
    assert content == b"abcd"
    assert error is not None
    assert "incorrect header check" in str(error)


def test_a_small_file_that_unpacks_to_a_huge_one_is_read_in_portions() -> None:
    """The first 1,000 bytes of 100 MB of zeros cost 1,000 bytes."""
    packed = gzip.compress(bytes(100_000_000))
    stream = GzipStream(BytesIO(packed), source="x")
    assert stream.read(1000) == bytes(1000)
