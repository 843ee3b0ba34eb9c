"""Samples on standard input come in, blocks go out: `rtl_sdr -f 916.5M -s 250k - | medmon watch -`.

A pipe carries no name, so flags must tell the rate and, unless it is cu8, the format (``cs16:-``).
Blocks are cut as bytes arrive; a pipe that closes inside a sample is reported after everything
before it. When the producer drops samples this source cannot know: a pipe has no marker for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import BinaryIO, Self

from medmon.capture.cutter import Cutter, cut
from medmon.capture.facts import Facts
from medmon.capture.files import pieces_of
from medmon.capture.layout import layout_from_facts
from medmon.errors import InputError
from medmon.records import Block, Gap


class Stdin:
    """Standard input.

    Parameters
    ----------
    uri : str
        "-".
    facts : Facts
        What the user's flags say: the rate at least. The format is cu8 unless they say otherwise,
        because that is what rtl_sdr writes.
    block_samples : int
        Samples a block.

    Raises
    ------
    InputError
        If the rate is unknown, or standard input is a terminal or closed.
    """

    def __init__(self, uri: str, facts: Facts, block_samples: int) -> None:
        self.layout = layout_from_facts(uri, facts.over(Facts(sample_format="cu8")), block_samples)
        if sys.stdin is None or sys.stdin.closed or sys.stdin.isatty():
            raise InputError(
                uri,
                expected="samples on standard input",
                found="a terminal or nothing",
                help_text="pipe them in: rtl_sdr -f 916.5M -s 250k - | medmon watch - -s 250k",
            )
        self._stream: BinaryIO = sys.stdin.buffer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Do nothing: standard input belongs to the process."""

    def __iter__(self) -> Iterator[Block | Gap]:
        """Read until the pipe closes, once.

        Yields
        ------
        Block or Gap
            Everything that comes.

        Raises
        ------
        InputError
            If nothing comes, or the pipe closes inside a sample.
        StorageError
            If reading fails.
        """
        # read1 gives what is there; read would hold samples back until a whole piece came.
        read = getattr(self._stream, "read1", self._stream.read)
        yield from cut(pieces_of(read, source=self.layout.source), Cutter(self.layout))


PLUGIN = Stdin
