"""A file of medmon's own records (.jsonl) comes in; what was heard goes out again, without samples.

Transmissions, gaps and the end of the recording are read back, in the order of the file; alarms and
findings are passed over, since whoever replays draws them anew. The words of a line are the
business of `medmon.wire`; here are only the file and its limits. A file whose last line was torn
when its writer was killed is read up to that line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from medmon.capture.facts import Facts
from medmon.capture.files import FileSource, disk_errors, opened
from medmon.errors import InputError
from medmon.records import Gap, Summary, Transmission
from medmon.wire import heard_from_lines

MAX_LINE_BYTES = 1024 * 1024
"""Longer lines are refused; the longest real record, an alarm with its reasons, has a few KiB."""


class RecordsFile(FileSource):
    """A file of records.

    Parameters
    ----------
    uri : str
        Path of the file.
    facts : Facts
        Not used: records carry their own.
    block_samples : int
        Not used: there are no samples.

    Raises
    ------
    InputError
        If there is no such file.
    AccessError
        If it may not be read.
    StorageError
        If the disk refuses.
    """

    endings: ClassVar[tuple[str, ...]] = ("jsonl", "ndjson")
    magic: ClassVar[tuple[int, bytes] | None] = (0, b'{"schema"')

    def __init__(self, uri: str, facts: Facts, block_samples: int) -> None:
        del facts, block_samples
        super().__init__(opened(uri))
        self._uri = uri

    def __iter__(self) -> Iterator[Transmission | Gap | Summary]:
        """Read the file to its end, once.

        Yields
        ------
        Transmission, Gap or Summary
            What was heard, in the order of the file.

        Raises
        ------
        InputError
            At the first line that is not a record, or if there is none.
        StorageError
            If the disk refuses.
        """
        yield from heard_from_lines(self._lines(), file=self._uri)

    def _lines(self) -> Iterator[str]:
        place = 0
        while True:
            with disk_errors(self._uri):
                line = self._stream.readline(MAX_LINE_BYTES + 1)
            if not line:
                break
            if len(line) > MAX_LINE_BYTES:
                raise InputError(
                    self._uri,
                    offset=place,
                    expected=f"lines of at most {MAX_LINE_BYTES} bytes",
                    found="a longer one",
                )
            yield self._text(line, place)
            place += len(line)
        if not place:
            raise InputError(self._uri, offset=0, expected="records", found="none: it is empty")

    def _text(self, line: bytes, place: int) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                self._uri,
                offset=place + error.start,
                expected="text in UTF-8",
                found=f"the byte {line[error.start]:02x}",
            ) from error


PLUGIN = RecordsFile
