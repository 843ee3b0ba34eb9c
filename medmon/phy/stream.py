"""Consecutive samples of one receiver come in, bursts in samples of that stream go out.

The stream keeps the last chunks until no region needs them any more; regions are cut to a
bounded length, so memory is bounded whatever is on the air.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medmon.phy.activity import Activity, Region
from medmon.phy.channelizer import Channelizer, Grid
from medmon.phy.dc import DcBlock
from medmon.phy.emitters import emitters
from medmon.phy.images import is_image
from medmon.phy.noise import NoiseFloor
from medmon.phy.packets import Heard
from medmon.phy.regions import Scene, fits, heard_in
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray, FloatArray, Modem

MARGIN_S = 2e-3
"""Samples taken on either side of a region: rows are half a millisecond coarse."""

RECENT = 64
"""Bursts remembered, so that what one sender lights up elsewhere is not reported as another."""


@dataclass(frozen=True, slots=True, eq=False)
class _Chunk:
    first_slot: int
    iq: ComplexArray
    powers: FloatArray


class Stream:
    """The front end for a run of samples without gaps.

    Parameters
    ----------
    rate_hz : float
        Sample rate.
    modems : sequence of Modem
        Whom to listen for; those that do not fit the rate are left out.

    Attributes
    ----------
    crowded : int
        Regions that held more emitters than were followed.
    """

    def __init__(self, rate_hz: float, modems: Sequence[Modem]) -> None:
        self.grid = Grid.for_rate(rate_hz)
        self._modems = tuple(modem for modem in modems if fits(modem, rate_hz))
        self._dc = DcBlock(self.grid.slot_samples)
        self._channelizer = Channelizer(self.grid)
        self._floor = NoiseFloor(self.grid.channels)
        self._activity = Activity(self.grid)
        self._tape: deque[_Chunk] = deque()
        self._slots = 0
        self.crowded = 0
        self._recent: deque[Heard] = deque(maxlen=RECENT)

    @property
    def noise_power(self) -> float:
        """Median noise floor over the channels, as power in one channel."""
        return float(np.median(self._floor.power))

    @property
    def settled_sample(self) -> int:
        """Every burst that ended before this sample has been handed out."""
        return max(0, self._activity.settled_slot) * self.grid.slot_samples

    def feed(self, iq: ComplexArray) -> list[Heard]:
        """Take the next chunk of samples.

        Parameters
        ----------
        iq : ndarray of complex64, shape (n,)
            `grid.chunk_samples` samples, or fewer for the last chunk of the stream.

        Returns
        -------
        list of Heard
            Bursts that are over now.
        """
        slot = self.grid.slot_samples
        whole = len(iq) // slot
        padded = np.pad(iq, (0, -len(iq) % slot)) if len(iq) % slot else iq
        padded = self._dc.feed(padded)
        # What is put behind the last sample is silence, and the step into it is no burst.
        padded[len(iq) :] = 0
        powers = self._channelizer.feed(padded)
        floor = self._floor.feed(powers[:whole]) if whole else self._floor.power
        self._tape.append(_Chunk(self._slots, padded, powers))
        self._slots += len(powers)
        excess = powers / floor
        excess[whole:] = 0
        regions = self._activity.feed(excess)
        found = [heard for region in regions for heard in self._listen(region)]
        self._forget()
        return found

    def flush(self) -> list[Heard]:
        """End the stream.

        Returns
        -------
        list of Heard
            Bursts that were still on the air.
        """
        return [heard for region in self._activity.flush() for heard in self._listen(region)]

    def _listen(self, region: Region) -> list[Heard]:
        slot, margin = self.grid.slot_samples, self.grid.slots(MARGIN_S)
        begin = max(region.start_slot - margin, self._tape[0].first_slot)
        end = min(region.stop_slot + margin, self._slots)
        iq = self._cut(begin, end)
        powers = self._rows(region.start_slot, region.stop_slot)
        tuner = Tuner(iq, begin * slot, self.grid.rate_hz)
        scene = Scene(tuner, self._floor.power, self.grid)
        seen, is_crowded = emitters(powers, self._floor.power, region, self.grid)
        self.crowded += is_crowded
        found = [emitter for emitter in seen if not is_image(emitter, tuner, self.grid)]
        bursts = heard_in(scene, found, self._modems, tuple(self._recent))
        mine = [heard for heard in bursts if _owns(region, heard, slot)]
        self._recent.extend(mine)
        return mine

    def _cut(self, begin: int, end: int) -> ComplexArray:
        """Give the samples of some rows."""
        slot = self.grid.slot_samples
        parts = [
            chunk.iq[max(0, begin - chunk.first_slot) * slot : (end - chunk.first_slot) * slot]
            for chunk in self._tape
            if chunk.first_slot < end and chunk.first_slot + len(chunk.powers) > begin
        ]
        return np.concatenate(parts)

    def _rows(self, begin: int, end: int) -> FloatArray:
        parts = [
            chunk.powers[max(0, begin - chunk.first_slot) : end - chunk.first_slot]
            for chunk in self._tape
            if chunk.first_slot < end and chunk.first_slot + len(chunk.powers) > begin
        ]
        return np.concatenate(parts)

    def _forget(self) -> None:
        """Drop the chunks that no open or future region can reach back to."""
        needed = self._activity.oldest_slot - self.grid.slots(MARGIN_S)
        while len(self._tape) > 1 and self._tape[1].first_slot <= needed:
            self._tape.popleft()


def _owns(region: Region, heard: Heard, slot: int) -> bool:
    """Tell whether a burst belongs to this region, where a long one was cut in two."""
    over_before = heard.stop <= region.owned_from * slot and region.owned_from > region.start_slot
    goes_on = heard.stop >= (region.stop_slot - 1) * slot and region.left_from < region.stop_slot
    return not over_before and not (goes_on and heard.start >= region.left_from * slot)
