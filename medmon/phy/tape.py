"""Chunks of samples come in, any stretch of them goes out again until it is forgotten."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from medmon.kernels import Samples, centred, converted
from medmon.phy.channelizer import Grid
from medmon.records import ComplexArray


class Chunk(NamedTuple):
    """Samples as they came, a whole number of rows.

    Attributes
    ----------
    first_slot : int
        Its first row, counted from the start of the stream.
    slots : int
        Rows.
    whole_slots : int
        How many of them, from the first on, are all samples: the last chunk of a stream is filled
        up.
    samples : ndarray of complex64 or Codes, shape (slots * slot_samples,)
        The samples.
    dc : complex64
        The receiver's own carrier in them.
    """

    first_slot: int
    slots: int
    whole_slots: int
    samples: Samples
    dc: np.complex64


class Tape:
    """The latest chunks of a stream.

    Parameters
    ----------
    grid : Grid
        Time-frequency grid.

    Attributes
    ----------
    slots : int
        Rows that came so far.
    """

    def __init__(self, grid: Grid) -> None:
        self._slot = grid.slot_samples
        self._chunks: deque[Chunk] = deque()
        self.slots = 0

    @property
    def latest(self) -> Chunk | None:
        """The chunk that came last."""
        return self._chunks[-1] if self._chunks else None

    @property
    def oldest_sample(self) -> int:
        """First sample that is still there."""
        return self._chunks[0].first_slot * self._slot if self._chunks else 0

    def keep(self, samples: Samples, dc: np.complex64) -> None:
        """Put the next chunk on the tape.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes, n of them
            The samples; they are filled up to a whole number of rows.
        dc : complex64
            The receiver's own carrier in them.
        """
        # What is put behind the last sample is silence, and the step into it is no burst.
        filled = padded(samples, self._slot, dc)
        slots = len(filled) // self._slot
        whole = slots if filled is samples else slots - 1
        self._chunks.append(Chunk(self.slots, slots, whole, filled, dc))
        self.slots += slots

    def since(self, slot: int) -> Iterator[Chunk]:
        """Give the chunks that hold rows from a certain one on.

        Parameters
        ----------
        slot : int
            The row.

        Yields
        ------
        Chunk
            In their order; the first may begin before the row.
        """
        return (chunk for chunk in self._chunks if chunk.first_slot + chunk.slots > slot)

    def cut(self, begin: int, end: int) -> ComplexArray:
        """Give samples, the receiver's own carrier taken off.

        Parameters
        ----------
        begin, end : int
            First sample, and the one behind the last, counted from the start of the stream.

        Returns
        -------
        ndarray of complex64, shape (end - begin,)
            The samples; zeros before the first one of the stream. What was forgotten, or has not
            come yet, must not be asked for.
        """
        out: ComplexArray = np.empty(end - begin, dtype=np.complex64)
        out[: max(0, -begin)] = 0
        for chunk in self.since(begin // self._slot):
            first = chunk.first_slot * self._slot
            start, stop = max(0, begin - first), end - first
            if stop <= 0:
                break
            piece = chunk.samples[start:stop]
            place = first + start - begin
            centred(piece, chunk.dc, out[place : place + len(piece)])
        return out

    def forget(self, slot: int) -> None:
        """Drop the chunks before a row, but for the last one.

        Parameters
        ----------
        slot : int
            First row that will be asked for.
        """
        while len(self._chunks) > 1 and self._chunks[1].first_slot <= slot:
            self._chunks.popleft()


def padded(samples: Samples, row: int, filling: np.complex64) -> Samples:
    """Fill up the last row of samples.

    Parameters
    ----------
    samples : ndarray of complex64 or Codes, n of them
        The samples.
    row : int
        Samples in a row.
    filling : complex64
        What to fill it with.

    Returns
    -------
    ndarray of complex64 or Codes
        The same object where nothing is missing.
    """
    short = -len(samples) % row
    if not short:
        return samples
    return np.concatenate((converted(samples), np.full(short, filling)))
