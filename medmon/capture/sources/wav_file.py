"""A WAV file whose two channels are I and Q comes in, blocks go out.

Layout (little-endian)::

    "RIFF" size4 "WAVE"                 or "RF64"/"BW64" and a "ds64" chunk with 64-bit sizes
    "fmt " size4  tag2 channels2 rate4 bytes_a_second4 frame_bytes2 bits2 [extension]
    ...           other chunks, each padded to an even length, are skipped
    "data" size4  I Q I Q ...

Tag 1 is integers of 8 bits (unsigned, read like cu8: receivers put their raw bytes there) or 16
bits, tag 3 is 32-bit floats, tag FFFE names one of these in its extension. The rate in the header
wins over the file's name; the centre frequency comes from the name (SDR# and SDRuno write it
there) or from flags. A data size of 0 or FFFFFFFF is what a recorder leaves that was killed: then
the file is read to its end.

The standard library's `wave` reads neither floats nor files beyond 4 GiB, so the chunks are read
here. Sources: Microsoft, Multimedia Programming Interface and Data Specifications 1.0 (RIFF); EBU
Tech 3306 (RF64).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, ClassVar

from medmon.capture.cutter import Cutter, cut
from medmon.capture.facts import Facts, facts_from_name
from medmon.capture.files import FileSource, disk_errors, opened, pieces_of
from medmon.capture.layout import layout_from_facts
from medmon.errors import InputError, MedmonError
from medmon.records import Block, Gap

_FORMATS = {(1, 8): "cu8", (1, 16): "cs16", (3, 32): "cf32"}
"""Sample format by (tag, bits)."""
_EXTENSIBLE = 0xFFFE
_UNKNOWN_SIZES = (0, 0xFFFFFFFF)
_FMT_BYTES = (16, 64)
"""Shortest and longest format chunk that is believed."""
_MAX_CHUNKS = 1_000
"""More chunks than this before the samples is not a recording."""


class WavFile(FileSource):
    """An IQ recording in a WAV file.

    Parameters
    ----------
    uri : str
        Path of the file.
    facts : Facts
        What the user's flags say; they win over the header.
    block_samples : int
        Samples a block.

    Raises
    ------
    InputError
        If it is not a WAV file of two channels that can be I and Q.
    AccessError
        If it may not be read.
    StorageError
        If the disk refuses.
    """

    endings: ClassVar[tuple[str, ...]] = ("wav", "bwf", "rf64")
    magic: ClassVar[tuple[int, bytes] | None] = (8, b"WAVE")

    def __init__(self, uri: str, facts: Facts, block_samples: int) -> None:
        super().__init__(opened(uri))
        try:
            with disk_errors(uri):
                header = _Header(self._stream, uri)
            known = facts.over(header.facts).over(facts_from_name(uri))
            self.layout = layout_from_facts(uri, known, block_samples)
        except MedmonError:
            self.close()
            raise
        self._data_bytes = header.data_bytes
        self._data_start = header.data_start

    def __iter__(self) -> Iterator[Block | Gap]:
        """Read the samples to their end, once.

        Yields
        ------
        Block or Gap
            Everything the file holds.

        Raises
        ------
        InputError
            If it holds no samples or fewer than its header says.
        StorageError
            If the disk refuses.
        """
        yield from cut(self._pieces(), Cutter(self.layout), first_byte=self._data_start)

    def _pieces(self) -> Iterator[bytes]:
        uri, taken_bytes = self.layout.source, 0
        for piece in pieces_of(self._stream.read, source=uri, limit_bytes=self._data_bytes):
            taken_bytes += len(piece)
            yield piece
        if self._data_bytes is not None and taken_bytes < self._data_bytes:
            raise InputError(
                uri,
                offset=self._data_start + taken_bytes,
                expected=f"{self._data_bytes} bytes of samples as the header says",
                found=f"the end of the file after {taken_bytes}; everything before it was read",
            )


class _Header:
    """The chunks before the samples; leaves the file at the first sample."""

    def __init__(self, stream: BinaryIO, uri: str) -> None:
        self._stream, self._uri = stream, uri
        self.facts = Facts()
        self.data_bytes: int | None = None
        self._long_data_bytes: int | None = None
        magic = self._read(12, "the 12 bytes of a RIFF header")
        if magic[:4] not in (b"RIFF", b"RF64", b"BW64") or magic[8:] != b"WAVE":
            raise InputError(uri, offset=0, expected="a WAV file (RIFF....WAVE)", found=repr(magic))
        for _ in range(_MAX_CHUNKS):
            if self._chunk():
                break
        else:
            raise InputError(
                uri, offset=stream.tell(), expected="a data chunk", found=f"{_MAX_CHUNKS} others"
            )
        self.data_start = stream.tell()

    def _chunk(self) -> bool:
        """Read one chunk; true when it is the samples."""
        place = self._stream.tell()
        name, size = struct.unpack("<4sI", self._read(8, "a chunk with the samples"))
        if name == b"data":
            if self.facts.sample_format is None:
                raise InputError(
                    self._uri, offset=place, expected="a fmt chunk first", found="the data chunk"
                )
            self.data_bytes = self._long_data_bytes or (None if size in _UNKNOWN_SIZES else size)
            return True
        if name == b"fmt ":
            self._format(place, size)
        elif name == b"ds64":
            sizes = self._read(min(size, 28), "a ds64 chunk")
            if len(sizes) >= 16:
                self._long_data_bytes = struct.unpack_from("<Q", sizes, 8)[0]
        self._stream.seek(place + 8 + size + size % 2)
        return False

    def _format(self, place: int, size: int) -> None:
        if not _FMT_BYTES[0] <= size <= _FMT_BYTES[1]:
            raise InputError(
                self._uri,
                offset=place,
                expected=f"a fmt chunk of {_FMT_BYTES[0]} to {_FMT_BYTES[1]} bytes",
                found=str(size),
            )
        body = self._read(size, "the fmt chunk")
        tag, channel_count, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
        if tag == _EXTENSIBLE and size >= 26:
            tag = struct.unpack_from("<H", body, 24)[0]
        if channel_count != 2:
            raise InputError(
                self._uri,
                offset=place + 10,
                expected="2 channels, I and Q",
                found=str(channel_count),
            )
        if (tag, bits) not in _FORMATS:
            raise InputError(
                self._uri,
                offset=place + 8,
                expected="integers of 8 or 16 bits, or floats of 32",
                found=f"format {tag} of {bits} bits",
            )
        self.facts = Facts(rate_hz=float(rate), sample_format=_FORMATS[tag, bits], antenna_count=1)

    def _read(self, size: int, expected: str) -> bytes:
        place = self._stream.tell()
        data = self._stream.read(size)
        if len(data) < size:
            raise InputError(
                self._uri, offset=place, expected=expected, found="the end of the file"
            )
        return data


PLUGIN = WavFile
