"""A file of bare samples (.cu8, .cs16, .cf32, ... or packed as .cu8.gz) comes in, blocks go out.

Such a file has no header: its ending is the sample format, its name tells frequency and rate (see
`medmon.capture.facts`), and flags fill in or correct. The first byte is the first sample.

Endings that name something else than I and Q (pulse lists, demodulated sound) are refused, because
read as samples they would look like noise in which nothing was ever found.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from medmon.capture.cutter import Cutter, cut
from medmon.capture.facts import ENDINGS, Facts, ending_of, facts_from_name
from medmon.capture.files import FileSource, opened, pieces_of
from medmon.capture.gzip_stream import GzipStream
from medmon.capture.layout import layout_from_facts
from medmon.errors import InputError
from medmon.records import Block, Gap

_NOT_SAMPLES = {
    "ook": "a list of pulses",
    "fsk": "a list of pulses",
    "psk": "a list of pulses",
    "vcd": "a list of pulses",
    "sr": "a list of pulses",
    "s16": "demodulated sound",
    "f32": "demodulated sound",
}
"""Endings of rtl_433 that hold no I and Q (its docs/IQ_FORMATS.md), and what they hold."""


class IqFile(FileSource):
    """A recording without a header.

    Parameters
    ----------
    uri : str
        Path of the file.
    facts : Facts
        What the user's flags say; they win over the file's name.
    block_samples : int
        Samples a block.

    Raises
    ------
    InputError
        If it is not a file, not one of samples, or its rate or format is unknown.
    AccessError
        If it may not be read.
    StorageError
        If the disk refuses.
    """

    endings: ClassVar[tuple[str, ...]] = tuple(ENDINGS)

    def __init__(self, uri: str, facts: Facts, block_samples: int) -> None:
        super().__init__(opened(uri))
        try:
            known = facts.over(facts_from_name(uri))
            if known.sample_format is None and ending_of(uri) in _NOT_SAMPLES:
                raise InputError(
                    uri, expected="I and Q samples", found=_NOT_SAMPLES[ending_of(uri)]
                )
            self.layout = layout_from_facts(uri, known, block_samples)
        except InputError:
            self.close()
            raise
        self._is_packed = uri.lower().endswith(".gz")

    def __iter__(self) -> Iterator[Block | Gap]:
        """Read the file to its end, once.

        Yields
        ------
        Block or Gap
            Everything it holds.

        Raises
        ------
        InputError
            If it is empty, ends inside a sample, or its packing is damaged.
        StorageError
            If the disk refuses.
        """
        uri = self.layout.source
        read = GzipStream(self._stream, source=uri).read if self._is_packed else self._stream.read
        yield from cut(pieces_of(read, source=uri), Cutter(self.layout))


PLUGIN = IqFile
