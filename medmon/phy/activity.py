"""Channel powers and their floor come in, stretches of time and frequency with energy come out.

A region is where something may have been on the air: a few neighbouring channels from a first to
a last row. It is found generously, with thresholds that noise passes less than once an hour, and
held together over silences of up to 4 ms; the exact edges are found later, on the narrow
signal itself. Two emitters on different frequencies give two regions, unless their energy
touches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medmon.kernels import EARLIER, Limits, energy_runs
from medmon.phy.channelizer import Grid
from medmon.records import FloatArray

# Thresholds over the floor for one row and for the mean of four rows, in one channel and over
# four: each is passed by noise about once in 1e10 cells (gamma quantiles for the measured degrees
# of freedom 7.6, 29, 30 and 113 of tests/phy/test_activity.py), plus a tenth for the error of the
# floor itself.
ONE_ROW = 6.0
ONE_ROW_WIDE = 3.1
FOUR_ROWS = 3.0
FOUR_ROWS_WIDE = 1.95
KEEP = 1.75
"""A region goes on while its four-row mean in some channel stays over this (once in 10,000)."""
LIMITS = Limits(ONE_ROW, ONE_ROW_WIDE, FOUR_ROWS, FOUR_ROWS_WIDE, KEEP)
ROWS = EARLIER + 1
WIDE = 4
HOLD_S = 4e-3
"""Longest silence inside a region: keyed carriers pause a dozen of their symbols at most."""
LONGEST_S = 0.6
"""A region is cut here, so that a carrier that stays on cannot hold the rest back."""
OVERLAP_S = 0.15
"""A cut region starts again this much earlier: longer than any packet of a known device."""


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of time and frequency that holds energy.

    Attributes
    ----------
    start_slot, stop_slot : int
        Rows, counted from the start of the stream; stop is behind the last.
    low, high : int
        First and last channel.
    owned_from : int
        Bursts that end before this row belong to the region that was cut before this one.
    left_from : int
        Where this region was cut, bursts that begin at or after this row and reach the cut
        belong to the next one; otherwise the row behind the last.
    """

    start_slot: int
    stop_slot: int
    low: int
    high: int
    owned_from: int
    left_from: int


@dataclass(slots=True)
class _Open:
    start_slot: int
    last_slot: int
    low: int
    high: int
    owned_from: int

    def touches(self, low: int, high: int) -> bool:
        """Tell whether a run of channels overlaps this region or stands next to it."""
        return low <= self.high + 1 and high >= self.low - 1

    def closed(self, overlap: int = 0) -> Region:
        """Give the region as it is now; with an overlap it is cut and goes on."""
        stop = self.last_slot + 1
        return Region(self.start_slot, stop, self.low, self.high, self.owned_from, stop - overlap)


class Activity:
    """Finds regions in a stream of rows.

    Parameters
    ----------
    grid : Grid
        Time-frequency grid of the rows.
    """

    def __init__(self, grid: Grid) -> None:
        self._hold = grid.slots(HOLD_S)
        self._longest = grid.slots(LONGEST_S)
        self._overlap = grid.slots(OVERLAP_S)
        self._open: list[_Open] = []
        self._slot = 0
        self._first = 0
        self._nothing: FloatArray = np.zeros((ROWS - 1, grid.channels), dtype=np.float32)
        self._late = self._nothing

    @property
    def next_slot(self) -> int:
        """The row that is expected next."""
        return self._slot

    @property
    def is_open(self) -> bool:
        """Whether a region has begun and not yet ended."""
        return bool(self._open)

    @property
    def oldest_slot(self) -> int:
        """First row that an open region still needs."""
        if not self._open:
            return self._slot - ROWS
        return min(region.start_slot for region in self._open)

    @property
    def settled_slot(self) -> int:
        """No region that ends later reports energy before this row."""
        if not self._open:
            return self._slot - ROWS
        return min(max(open_.start_slot, open_.owned_from - self._overlap) for open_ in self._open)

    def feed(self, excess: FloatArray) -> list[Region]:
        """Take the next rows and give the regions that ended.

        Parameters
        ----------
        excess : ndarray of float32, shape (n_slots, channels)
            Power over the floor of its channel; 1.0 is noise.

        Returns
        -------
        list of Region
            In order of their end.
        """
        done: list[Region] = []
        rows = np.concatenate((self._late, excess))
        self._late = rows[1 - ROWS :]
        for row, low, high, begins in energy_runs(rows, LIMITS):
            slot = self._slot + row
            if len(self._open) < 2 and self._is_simple(slot, low, high, begins):
                continue
            done += self._expire(slot)
            self._take(slot, low, high, begins)
        self._slot += len(excess)
        return done + self._expire(self._slot)

    def skip(self, slot: int) -> None:
        """Leave rows out that hold nothing; no region may be open.

        Parameters
        ----------
        slot : int
            The row that will come next.
        """
        assert not self._open, "a region that is open needs every row"
        if slot > self._slot:
            self._slot = self._first = slot
            self._late = self._nothing

    def flush(self) -> list[Region]:
        """Close every region, because the stream ends here.

        Returns
        -------
        list of Region
            In order of their start.
        """
        done = [region.closed() for region in self._open]
        self._open = []
        return sorted(done, key=lambda region: (region.start_slot, region.low))

    def _is_simple(self, slot: int, low: int, high: int, begins: int) -> bool:
        """Tell whether a run was noise, or let the only open region go on in it.

        Nearly every run of every packet comes by here: plain comparisons, and no calls.
        """
        if not self._open:
            return not begins
        region = self._open[0]
        if low > region.high + 1 or high < region.low - 1:
            return not begins
        if slot - region.last_slot > self._hold or slot - region.start_slot >= self._longest:
            return False
        if low < region.low:
            region.low = low
        if high > region.high:
            region.high = high
        region.last_slot = slot
        return True

    def _take(self, slot: int, low: int, high: int, begins: int) -> None:
        """Let a run of channels with energy begin a region, or join those that it touches."""
        mine = [region for region in self._open if region.touches(low, high)]
        if not mine:
            if begins:
                start = max(self._first, slot - ROWS + 1)
                self._open.append(_Open(start, slot, low, high, owned_from=start))
            return
        first, *others = mine
        for other in others:
            first.start_slot = min(first.start_slot, other.start_slot)
            first.owned_from = min(first.owned_from, other.owned_from)
            self._open.remove(other)
        first.low = min(low, *(region.low for region in mine))
        first.high = max(high, *(region.high for region in mine))
        first.last_slot = slot

    def _expire(self, slot: int) -> list[Region]:
        done: list[Region] = []
        for region in list(self._open):
            if slot - region.last_slot > self._hold:
                self._open.remove(region)
                done.append(region.closed())
            elif slot - region.start_slot >= self._longest:
                done.append(region.closed(self._overlap))
                region.owned_from = region.last_slot + 1
                region.start_slot = region.owned_from - self._overlap
        return done
