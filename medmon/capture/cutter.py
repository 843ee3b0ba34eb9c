"""Sample bytes come in as any pieces, `Block` and `Gap` go out; every source of IQ ends in it.

The cutter keeps the three promises of a source. Samples are conserved: each one is in exactly one
block or gap, in order. Cutting does not matter: pieces of any size give the same blocks, and blocks
of any size hold the same samples and the same gaps. And no sample leaves it that is not a finite
number: such a stretch becomes a gap of exactly its length.

Sample indices count lost samples too, so the time of a sample is always start + index / rate.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from medmon.capture.formats import codes_from_bytes, iq_from_bytes, is_usable
from medmon.capture.layout import Layout
from medmon.capture.timeline import Timeline
from medmon.errors import InputError, MedmonError
from medmon.kernels import Codes
from medmon.records import Block, ComplexArray, Gap, Span

NOT_NUMBERS = "samples are not usable numbers (NaN, infinite or beyond 1e10)"
"""Reason of the gap that stands for non-finite samples."""


class Cutter:
    """Cuts a stream of bytes into blocks and gaps.

    Parameters
    ----------
    layout : Layout
        What the bytes are.

    Attributes
    ----------
    layout : Layout
        What the bytes are.
    taken_bytes : int
        Bytes fed so far.
    sample_index : int
        Index of the next sample: samples delivered, waiting and lost so far.
    leftover_bytes : int
        Bytes of a sample that is not complete yet.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.taken_bytes = 0
        self._timeline = Timeline(start_ns=layout.start_ns, rate_hz=layout.rate_hz)
        self._freq_hz = layout.freq_hz
        self._block_bytes = layout.block_samples * layout.frame_bytes
        self._waiting = bytearray()
        self._next_index = 0
        self._gap_start = 0
        self._gap_reason = ""

    @property
    def sample_index(self) -> int:
        """Index of the next sample: samples delivered, waiting and lost so far."""
        return self._next_index + len(self._waiting) // self.layout.frame_bytes

    @property
    def leftover_bytes(self) -> int:
        """Bytes of a sample that is not complete yet."""
        return len(self._waiting) % self.layout.frame_bytes

    def feed(self, data: bytes) -> list[Block | Gap]:
        """Take more of the stream.

        Parameters
        ----------
        data : bytes
            The next bytes, cut anywhere.

        Returns
        -------
        list of Block or Gap
            What became complete.
        """
        self.taken_bytes += len(data)
        items: list[Block | Gap] = []
        if not self._waiting:
            # Whole blocks are samples as they came: nothing is copied.
            whole_bytes = len(data) // self._block_bytes * self._block_bytes
            items = self._cut(memoryview(data)[:whole_bytes])
            data = data[whole_bytes:]
        self._waiting += data
        ready_bytes = len(self._waiting) // self._block_bytes * self._block_bytes
        return items + self._emit(ready_bytes)

    def lose(self, sample_count: int, reason: str) -> list[Block | Gap]:
        """Note that the source lost samples at this place.

        Parameters
        ----------
        sample_count : int
            How many, at least 1.
        reason : str
            Why, in plain words.

        Returns
        -------
        list of Block or Gap
            The samples before it and, as soon as its end is known, the gap.
        """
        assert sample_count > 0, "a gap has a length"
        assert not self.leftover_bytes, "a source loses whole samples"
        items = self._emit(len(self._waiting))
        items += self._open_gap(reason)
        self._next_index += sample_count
        return items

    def retune(self, freq_hz: float) -> list[Block | Gap]:
        """Note that the receiver's frequency changes at this place.

        Parameters
        ----------
        freq_hz : float
            The new frequency.

        Returns
        -------
        list of Block or Gap
            The samples before it.
        """
        if freq_hz == self._freq_hz:
            return []
        items = self._emit(len(self._waiting) - self.leftover_bytes)
        self._freq_hz = freq_hz
        return items

    def flush(self) -> list[Block | Gap]:
        """Give out everything that waits; the source has ended.

        Returns
        -------
        list of Block or Gap
            The rest. Bytes of an incomplete sample stay behind, see `leftover_bytes`.
        """
        return self._emit(len(self._waiting) - self.leftover_bytes) + self._close_gap()

    def time_ns(self, index: int) -> int:
        """Tell when a sample was taken.

        Parameters
        ----------
        index : int
            Its index.

        Returns
        -------
        int
            UTC nanoseconds since 1970.
        """
        return self._timeline.time_ns(index)

    def _emit(self, ready_bytes: int) -> list[Block | Gap]:
        """Convert and take away the first bytes that wait."""
        if not ready_bytes:
            return []
        ready = bytes(memoryview(self._waiting)[:ready_bytes])
        del self._waiting[:ready_bytes]
        return self._cut(memoryview(ready))

    def _cut(self, ready: memoryview) -> list[Block | Gap]:
        """Convert bytes that will not change any more, block by block."""
        items: list[Block | Gap] = []
        for start in range(0, len(ready), self._block_bytes):
            items += self._converted(ready[start : start + self._block_bytes])
        return items

    def _converted(self, piece: memoryview) -> list[Block | Gap]:
        layout = self.layout
        if layout.sample_format.is_bytes and layout.antenna_count == 1:
            codes = codes_from_bytes(piece, layout.sample_format)
            return self._block(codes, len(codes))
        iq = iq_from_bytes(piece, layout.sample_format, antenna_count=layout.antenna_count)
        usable = is_usable(iq) if layout.sample_format.is_float else None
        return self._block(iq, iq.shape[1]) if usable is None else self._sieve(iq, usable)

    def _block(self, samples: ComplexArray | Codes, count: int) -> list[Block | Gap]:
        items: list[Block | Gap] = list(self._close_gap())
        start, self._next_index = self._next_index, self._next_index + count
        layout = self.layout
        span = Span(layout.source, start, count)
        items.append(Block(span, self.time_ns(start), layout.rate_hz, self._freq_hz, samples))
        return items

    def _sieve(self, iq: ComplexArray, usable: npt.NDArray[np.bool_]) -> list[Block | Gap]:
        """Part usable from unusable runs."""
        items: list[Block | Gap] = []
        turns = np.flatnonzero(np.diff(usable)) + 1
        edges = [0, *turns.tolist(), usable.size]
        for start, stop in pairwise(edges):
            if usable[start]:
                run = np.ascontiguousarray(iq[:, start:stop])
                run.flags.writeable = False
                items += self._block(run, run.shape[1])
            else:
                items += self._open_gap(NOT_NUMBERS)
                self._next_index += stop - start
        return items

    def _open_gap(self, reason: str) -> list[Gap]:
        """Begin a gap, or let the open one go on: its length must not depend on block size."""
        if reason == self._gap_reason:
            return []
        items = self._close_gap()
        self._gap_start, self._gap_reason = self._next_index, reason
        return items

    def _close_gap(self) -> list[Gap]:
        if not self._gap_reason:
            return []
        layout, start = self.layout, self._gap_start
        span = Span(layout.source, start, self._next_index - start)
        gap = Gap(span, self.time_ns(start), layout.rate_hz, self._gap_reason)
        self._gap_reason = ""
        return [gap]


def cut(pieces: Iterable[bytes], cutter: Cutter, *, first_byte: int = 0) -> Iterator[Block | Gap]:
    """Read a source to its end; whatever breaks it off is raised after all that came before.

    Parameters
    ----------
    pieces : iterable of bytes
        The source's bytes; may raise a `MedmonError` where the source breaks off.
    cutter : Cutter
        Where they go.
    first_byte : int
        Where in the file they begin.

    Yields
    ------
    Block or Gap
        Everything the source holds.

    Raises
    ------
    MedmonError
        Whatever broke the source off; `InputError` if it holds no sample, or ends inside one.
    """
    yield from finished((item for piece in pieces for item in cutter.feed(piece)), cutter)
    check_end(cutter, cutter.layout.source, first_byte=first_byte)


def finished(items: Iterable[Block | Gap], cutter: Cutter) -> Iterator[Block | Gap]:
    """Hand items on, and at their end, good or bad, what still waits in their cutter.

    Parameters
    ----------
    items : iterable of Block or Gap
        What the cutter gives; may raise a `MedmonError` where the source breaks off.
    cutter : Cutter
        Where they come from.

    Yields
    ------
    Block or Gap
        The items, then the rest.

    Raises
    ------
    MedmonError
        Whatever broke the source off.
    """
    try:
        yield from items
    except MedmonError:
        yield from cutter.flush()
        raise
    yield from cutter.flush()


def check_end(cutter: Cutter, file: str, *, first_byte: int) -> None:
    """Check that a source ended where a source may end.

    Parameters
    ----------
    cutter : Cutter
        The cutter that took the source's bytes.
    file : str
        The file they stand in, for messages.
    first_byte : int
        Where in the file they began.

    Raises
    ------
    InputError
        If there were none, or the last sample is incomplete.
    """
    if not cutter.taken_bytes:
        raise InputError(file, offset=first_byte, expected="samples", found="none: it is empty")
    if cutter.leftover_bytes:
        raise InputError(
            file,
            offset=first_byte + cutter.taken_bytes - cutter.leftover_bytes,
            expected=f"whole samples of {cutter.layout.frame_bytes} bytes",
            found=f"the first {cutter.leftover_bytes} of one; everything before it was read",
        )
