"""WAV files of I and Q, as receivers' programs and a second writer make them."""

from __future__ import annotations

import contextlib
import struct
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import wavfile

from medmon.capture import Facts, open_source
from medmon.capture.sources.wav_file import WavFile
from medmon.errors import InputError, MedmonError

ReadAll = Callable[..., tuple[list[Any], MedmonError | None]]


def fmt(tag: int = 1, channels: int = 2, rate: int = 250_000, bits: int = 8) -> bytes:
    return struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, channels, rate, 0, 0, bits)


def riff(*chunks: bytes, magic: bytes = b"RIFF") -> bytes:
    body = b"".join(chunks)
    return magic + struct.pack("<I", 4 + len(body)) + b"WAVE" + body


def data_chunk(data: bytes, size: int | None = None) -> bytes:
    return struct.pack("<4sI", b"data", len(data) if size is None else size) + data


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("width", "wanted"), [(1, -1 + 1j), (2, 0.25 - 0.5j)])
def test_integers_written_by_the_standard_library(
    width: int, wanted: complex, tmp_path: Path, read_all: ReadAll
) -> None:
    """8-bit files are read like cu8, 16-bit ones like cs16."""
    path = tmp_path / "SDRSharp_20261123_111503Z_433920000Hz_IQ.wav"
    frame = b"\x00\xff" if width == 1 else struct.pack("<2h", 8192, -16384)
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(2)
        writer.setsampwidth(width)
        writer.setframerate(240_000)
        writer.writeframes(frame * 1000)
    items, error = read_all(path, None, 300)
    assert error is None
    assert [item.span.sample_count for item in items] == [300, 300, 300, 100]
    assert (items[0].rate_hz, items[0].freq_hz) == (240_000.0, 433.92e6)
    assert items[0].time_ns == 1_795_432_503 * 10**9
    assert (items[3].iq == np.complex64(wanted)).all()


def test_floats_written_by_scipy(tmp_path: Path, read_all: ReadAll) -> None:
    """scipy writes a longer fmt chunk and a fact chunk; both are understood."""
    parts = np.random.default_rng(3).uniform(-1, 1, (500, 2)).astype(np.float32)
    path = tmp_path / "x.wav"
    wavfile.write(path, 48_000, parts)
    items, error = read_all(path)
    assert error is None
    assert np.concatenate([item.iq[0] for item in items]).tolist() == [
        complex(i, q) for i, q in parts.tolist()
    ]


def test_chunks_before_and_after_the_samples(tmp_path: Path, read_all: ReadAll) -> None:
    """Odd chunks are padded, chunks after the samples are no samples."""
    odd = b"auxi" + struct.pack("<I", 3) + b"abc\0"
    path = write(tmp_path / "x.wav", riff(odd, fmt(), data_chunk(bytes(6)), b"LIST\4\0\0\0abcd"))
    items, error = read_all(path)
    assert error is None
    assert items[0].span.sample_count == 3


def test_an_extensible_format(tmp_path: Path, read_all: ReadAll) -> None:
    """The real tag stands in the extension."""
    extension = struct.pack("<HHI16s", 22, 16, 3, b"\x01\0" + bytes(14))
    head = struct.pack("<4sIHHIIHH", b"fmt ", 40, 0xFFFE, 2, 96_000, 0, 0, 16) + extension
    path = write(tmp_path / "x.wav", riff(head, data_chunk(bytes(8))))
    items, error = read_all(path)
    assert error is None
    assert items[0].iq.shape == (1, 2)


def test_a_file_beyond_4_gib_names_its_size_in_a_ds64_chunk(
    tmp_path: Path, read_all: ReadAll
) -> None:
    """RF64; the 32-bit sizes say FFFFFFFF."""
    sizes = b"ds64" + struct.pack("<IQQQI", 28, 0, 6, 0, 0)
    chunks = (sizes, fmt(), data_chunk(bytes(6) + b"after the samples", 0xFFFFFFFF))
    path = write(tmp_path / "x.wav", riff(*chunks, magic=b"RF64"))
    items, error = read_all(path)
    assert error is None
    assert items[0].span.sample_count == 3


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_a_recorder_that_was_killed_left_no_size(
    size: int, tmp_path: Path, read_all: ReadAll
) -> None:
    """The file is read to its end."""
    path = write(tmp_path / "x.wav", riff(fmt(), data_chunk(bytes(6), size)))
    items, error = read_all(path)
    assert error is None
    assert items[0].span.sample_count == 3


def test_a_truncated_file_gives_everything_before_the_cut(
    tmp_path: Path, read_all: ReadAll
) -> None:
    """Then the place, and what the header promised."""
    path = write(tmp_path / "x.wav", riff(fmt(), data_chunk(bytes(7), 100)))
    items, error = read_all(path)
    assert items[0].span.sample_count == 3
    assert f"{path}: byte 51: expected 100 bytes of samples" in str(error)


def test_an_incomplete_sample_and_no_samples(tmp_path: Path, read_all: ReadAll) -> None:
    """The header may be at fault too; offsets count from the start of the file."""
    path = write(tmp_path / "x.wav", riff(fmt(), data_chunk(bytes(7))))
    items, error = read_all(path)
    assert items[0].span.sample_count == 3
    assert "byte 50: expected whole samples of 2 bytes" in str(error)
    write(path, riff(fmt(), data_chunk(b"")))
    assert "byte 44: expected samples, found none" in str(read_all(path)[1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "byte 0: expected the 12 bytes of a RIFF header, found the end"),
        (b"RIFX\0\0\0\0WAVEfmt ", "expected a WAV file"),
        (riff(), "byte 12: expected a chunk with the samples, found the end"),
        (riff(fmt()), "byte 36: expected a chunk with the samples"),
        (riff(fmt()[:20]), "byte 20: expected the fmt chunk, found the end"),
        (riff(data_chunk(bytes(4))), "byte 12: expected a fmt chunk first"),
        (riff(fmt(channels=1), data_chunk(bytes(4))), "byte 22: expected 2 channels, I and Q"),
        (riff(fmt(channels=6), data_chunk(bytes(4))), "found 6"),
        (riff(fmt(bits=24), data_chunk(bytes(6))), "found format 1 of 24 bits"),
        (riff(fmt(tag=85), data_chunk(bytes(6))), "found format 85 of 8 bits"),
        (riff(fmt(rate=0), data_chunk(bytes(4))), "expected a sample rate of 1 to"),
        (riff(b"fmt \1\0\0\0a"), "a fmt chunk of 16 to 64 bytes, found 1"),
        (riff(b"fmt \xff\xff\xff\xff"), "a fmt chunk of 16 to 64 bytes"),
        (riff(b"ds64\x08\0\0\0" + bytes(8)), "expected a chunk with the samples"),
        (riff(b"junk\0\0\0\0" * 1001), "expected a data chunk, found 1000 others"),
    ],
)
def test_files_that_are_not_recordings(content: bytes, words: str, tmp_path: Path) -> None:
    """Each with the place and what should stand there."""
    with pytest.raises(InputError) as caught:
        open_source(str(write(tmp_path / "x.wav", content)))
    assert words in str(caught.value)


def test_flags_win_over_the_header(tmp_path: Path, read_all: ReadAll) -> None:
    """A recorder that wrote a wrong rate can be corrected."""
    path = write(tmp_path / "x_1000k.wav", riff(fmt(), data_chunk(bytes(8))))
    items, _ = read_all(path, Facts(rate_hz=5.0, sample_format="cs16"))
    assert (items[0].rate_hz, items[0].iq.shape) == (5.0, (1, 2))
    assert read_all(path)[0][0].rate_hz == 250_000.0


@given(content=st.binary(max_size=80), place=st.integers(0, 44), byte=st.integers(0, 255))
def test_any_header_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, place: int, byte: int
) -> None:
    """Random chunks and damaged headers end in samples or in one line, never in a traceback."""
    good = bytearray(riff(fmt(), data_chunk(bytes(8))))
    good[place] = byte
    path = tmp_path_factory.getbasetemp() / "fuzz.wav"
    for attempt in (bytes(good), riff(content)):
        path.write_bytes(attempt)
        with (
            contextlib.suppress(InputError),
            WavFile(str(path), Facts(), 10) as source,
        ):
            assert sum(item.span.sample_count for item in source) <= len(attempt) // 2
