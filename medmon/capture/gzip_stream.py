"""A gzip file comes in, its content goes out in bounded pieces, up to the byte where it breaks.

The standard library's reader throws away what it had unpacked when it meets a fault, and how much
that is depends on the size asked for. A recording that was cut off or damaged is still evidence up
to that place, so this reader hands out every byte before the fault and raises afterwards. A small
file that unpacks to a huge one costs time, never memory.

Source: RFC 1952 (members may follow each other; zero bytes may pad the end).
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from typing import BinaryIO

from medmon.errors import InputError

_PACKED_BYTES = 64 * 1024
"""How much packed data is read at once."""
_GZIP_WINDOW = 31
"""zlib's window argument for 'gzip header, largest window'."""


class GzipStream:
    """Unpacks a gzip file while reading.

    Parameters
    ----------
    stream : binary file
        The packed file, at its first byte.
    source : str
        What it is called, for messages.
    """

    def __init__(self, stream: BinaryIO, *, source: str) -> None:
        self._stream = stream
        self._source = source
        self._unpacker = zlib.decompressobj(_GZIP_WINDOW)
        self._packed = b""
        self._offset = 0
        self._is_inside = False
        self._is_first = True
        self._broken: InputError | None = None
        self._kept = self._unpacker
        self._rest_before_fault = b""

    def read(self, size: int) -> bytes:
        """Unpack more.

        Parameters
        ----------
        size : int
            At most so many bytes, at least 1.

        Returns
        -------
        bytes
            The next bytes; none at the end.

        Raises
        ------
        InputError
            Where the file is damaged or cut off, after every byte before that.
        """
        while self._broken is None:
            if not self._packed and not self._refill():
                return self._last(size)
            data = self._unpack(size)
            if data:
                return data
        data, self._rest_before_fault = (
            self._rest_before_fault[:size],
            self._rest_before_fault[size:],
        )
        if not data:
            raise self._broken
        return data

    def _refill(self) -> bool:
        self._packed = self._stream.read(_PACKED_BYTES)
        if not self._is_inside and not self._is_first:
            self._skip_padding()
        return bool(self._packed)

    def _skip_padding(self) -> None:
        content = self._packed.lstrip(b"\0")
        self._offset += len(self._packed) - len(content)
        self._packed = content

    def _last(self, size: int) -> bytes:
        """Give out what the unpacker still holds at the end of the file."""
        data = self._unpacker.decompress(b"", size) if self._is_inside else b""
        if not data and (self._is_inside or self._is_first):
            raise InputError(
                self._source,
                offset=self._offset,
                expected="more gzip data",
                found="the end of the file; everything before it was read",
            )
        return data

    def _unpack(self, size: int) -> bytes:
        self._is_inside, self._is_first = True, False
        # A failing call returns nothing; from the copy the bytes before the fault can be had.
        self._kept = self._unpacker.copy()
        try:
            data = self._unpacker.decompress(self._packed, size)
        except zlib.error as error:
            self._unpack_to_fault(error)
            return b""
        rest = self._unpacker.unconsumed_tail or self._unpacker.unused_data
        self._offset += len(self._packed) - len(rest)
        self._packed = rest
        if self._unpacker.eof:
            self._unpacker = zlib.decompressobj(_GZIP_WINDOW)
            self._is_inside = False
            self._skip_padding()
        return data

    def _unpack_to_fault(self, error: zlib.error) -> None:
        """Unpack byte by byte up to the damaged one."""
        good: list[bytes] = []
        with suppress(zlib.error):
            for byte in self._packed:
                good.append(self._kept.decompress(bytes([byte])))
                self._offset += 1
        self._rest_before_fault = b"".join(good)
        self._broken = InputError(
            self._source,
            offset=self._offset,
            expected="intact gzip data",
            found=f"damage ({error}); everything before it was read",
        )
