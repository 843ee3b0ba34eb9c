"""Consecutive samples of one receiver come in, bursts in samples of that stream go out.

Every chunk passes the squelch. Where that stays closed the samples are only kept for a moment;
where it opens, the filter bank is run over the chunk and over the last rows of the silence before
it, and what it finds is listened to. Nothing that is found depends on the squelch: it only saves
the work that would have found nothing.

The first 16 chunks (0.36 to 0.72 s, by the rate) are held back until the floor and the receiver's
own carrier are known from all of them, unless the stream goes on after a gap and they are known
already.

The stream keeps the last chunks until no region needs them any more; regions are cut to a
bounded length, so memory is bounded whatever is on the air.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medmon.kernels import Samples
from medmon.phy.activity import Activity, Region
from medmon.phy.beneath import uncovered
from medmon.phy.channelizer import Channelizer, Grid
from medmon.phy.dc import SETTLED_CHUNKS, DcEstimate
from medmon.phy.emitters import emitters
from medmon.phy.images import is_image, may_be_image
from medmon.phy.noise import NoiseFloor
from medmon.phy.packets import Heard
from medmon.phy.regions import Scene, fits, heard_in, is_brief
from medmon.phy.signs import Ground
from medmon.phy.squelch import REACH, Squelch
from medmon.phy.tape import Tape, padded
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray, Modem

MARGIN_S = 2e-3
"""Samples taken on either side of a region: rows are half a millisecond coarse."""

LOOKBACK = 2 * REACH
"""Rows of silence that are looked at again when the squelch opens: what just opens it may have
begun before the average that shows it."""
SILENT = np.complex64(0)
RECENT = 64
"""Bursts remembered, so that what one sender lights up elsewhere is not reported as another."""


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    first_slot: int
    powers: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What is known of a receiver and its surroundings, and stays true over a short gap.

    Attributes
    ----------
    dc : DcEstimate
        The receiver's own carrier.
    floor : NoiseFloor
        The noise floor.
    """

    dc: DcEstimate
    floor: NoiseFloor


class Stream:
    """The front end for a run of samples without gaps.

    Parameters
    ----------
    rate_hz : float
        Sample rate.
    modems : sequence of Modem
        Whom to listen for; those that do not fit the rate are left out.
    known : Surroundings or None
        What the stream before a gap knew.

    Attributes
    ----------
    crowded : int
        Regions that held more emitters than were followed.
    """

    def __init__(
        self, rate_hz: float, modems: Sequence[Modem], known: Surroundings | None = None
    ) -> None:
        self.grid = Grid.for_rate(rate_hz)
        self._slot, self._margin = self.grid.slot_samples, self.grid.slots(MARGIN_S)
        self._chunk = self.grid.chunk_samples
        self._modems = tuple(modem for modem in modems if fits(modem, rate_hz))
        self._dc = known.dc if known else DcEstimate(self.grid.slot_samples)
        self._floor = known.floor if known else NoiseFloor(self.grid.channels)
        self._held: list[Samples] | None = None if self._floor.is_settled else []
        self._squelch = Squelch(self.grid)
        self._is_brief = any(is_brief(modem) for modem in self._modems)
        self._channelizer = Channelizer(self.grid)
        self._activity = Activity(self.grid)
        self._tape = Tape(self.grid)
        self._rows: deque[_Rows] = deque()
        self.crowded = 0
        self._recent: deque[Heard] = deque(maxlen=RECENT)

    @property
    def surroundings(self) -> Surroundings:
        """What a stream that goes on after a gap may know."""
        return Surroundings(self._dc, self._floor)

    @property
    def ground(self) -> tuple[np.complex64, FloatArray] | None:
        """The receiver's own carrier and the floor of each channel; None while held back."""
        latest = self._tape.latest
        return None if latest is None else (latest.dc, self._floor.power)

    @property
    def noise_power(self) -> float:
        """Median noise floor over the channels, as power in one channel."""
        return self._floor.middle

    @property
    def settled_sample(self) -> int:
        """Every burst that ended before this sample has been handed out."""
        return max(0, self._activity.settled_slot) * self._slot

    @property
    def oldest_sample(self) -> int:
        """First sample that a burst may still hold."""
        return self._tape.oldest_sample

    def feed(self, samples: Samples) -> list[Heard]:
        """Take the next chunk of samples.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes
            `grid.chunk_samples` samples, or fewer for the last chunk of the stream.

        Returns
        -------
        list of Heard
            Bursts that are over now.
        """
        if self._held is None:
            return self._worked(samples)
        self._held.append(samples)
        return self._started() if len(self._held) == SETTLED_CHUNKS else []

    def flush(self) -> list[Heard]:
        """End the stream.

        Returns
        -------
        list of Heard
            Bursts that were still on the air.
        """
        found = self._started() if self._held else []
        return found + self._heard(self._activity.flush())

    def _started(self) -> list[Heard]:
        """Work on what was held back."""
        assert self._held is not None
        held, self._held = self._held, None
        dc = self._dc.start([padded(samples, self._slot, SILENT) for samples in held])
        for samples in held:
            self._tape.keep(samples, dc)
        return self._heard(self._regions())

    def _worked(self, samples: Samples) -> list[Heard]:
        """Work on one chunk."""
        is_whole = len(samples) == self._chunk
        dc = self._dc.feed(samples if is_whole else padded(samples, self._slot, SILENT))
        self._tape.keep(samples, dc)
        may_speak, mean = True, None
        # The squelch averages over 4 ms and would not see what is much shorter.
        if is_whole and not self._is_brief:
            may_speak, mean = self._squelch.feed(samples, dc, self._floor.power)
        if mean is None or may_speak or self._activity.is_open or not self._floor.is_settled:
            return self._heard(self._regions())
        self._floor.feed_silence(mean)
        # The squelch may yet open for what begins in the last rows.
        self._activity.skip(self._tape.slots - LOOKBACK)
        self._forget()
        return []

    def _regions(self) -> list[Region]:
        """Look at every row that was not looked at yet."""
        tape, slot, first = self._tape, self._slot, self._activity.next_slot
        powers: FloatArray = np.empty((tape.slots - first, self.grid.channels), dtype=np.float32)
        self._channelizer.prime(tape.cut(first * slot - self.grid.channels, first * slot))
        whole = 0
        for chunk in tape.since(first):
            seen = max(0, first - chunk.first_slot)
            rows = powers[chunk.first_slot + seen - first :][: chunk.slots - seen]
            self._channelizer.feed(chunk.samples, chunk.dc, rows, skip=seen)
            if not seen and chunk.whole_slots:
                self._floor.feed(rows[: chunk.whole_slots])
            whole = chunk.first_slot + chunk.whole_slots - first
        self._rows.append(_Rows(first, powers))
        excess = powers / self._floor.power
        excess[whole:] = 0
        return self._activity.feed(excess)

    def _heard(self, regions: Sequence[Region]) -> list[Heard]:
        """Listen to what was found, and forget what nobody needs any more."""
        found = [(region, self._powers(region)) for region in regions]
        # The strongest first: what it spills into other regions is then known for what it is.
        found.sort(key=lambda one: (-_peak(*one), one[0].low))
        heard = [burst for region, powers in found for burst in self._listen(region, powers)]
        self._forget()
        return heard

    def _listen(self, region: Region, powers: FloatArray) -> list[Heard]:
        """Listen to whoever made the powers of a region."""
        slot, margin = self._slot, self._margin
        begin = max((region.start_slot - margin) * slot, self._tape.oldest_sample)
        iq = self._tape.cut(begin, min(region.stop_slot + margin, self._tape.slots) * slot)
        tuner = Tuner(iq, begin, self.grid.rate_hz)
        scene = Scene(tuner, self._floor.power, self.grid)
        seen, is_crowded = emitters(powers, self._floor.power, region, self.grid)
        self.crowded += is_crowded
        found = [
            emitter
            for emitter in seen
            if not (
                may_be_image(emitter, powers, region.start_slot)
                and is_image(emitter, tuner, self.grid)
            )
        ]
        earlier = tuple(heard for heard in self._recent if heard.stop > begin)
        bursts = heard_in(scene, found, self._modems, earlier)
        bursts = uncovered(Ground(iq, begin, powers, region), scene, bursts, self._modems, earlier)
        mine = [heard for heard in bursts if _owns(region, heard, slot)]
        self._recent.extend(mine)
        return mine

    def _powers(self, region: Region) -> FloatArray:
        """Give the rows of a region, all channels."""
        begin, end = region.start_slot, region.stop_slot
        parts = [
            rows.powers[max(0, begin - rows.first_slot) : end - rows.first_slot]
            for rows in self._rows
            if rows.first_slot < end and rows.first_slot + len(rows.powers) > begin
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def _forget(self) -> None:
        """Drop the samples and rows that no open or future region can reach back to."""
        oldest = self._activity.oldest_slot
        self._tape.forget(oldest - self._margin)
        while self._rows and self._rows[0].first_slot + len(self._rows[0].powers) <= oldest:
            self._rows.popleft()


def _peak(region: Region, powers: FloatArray) -> float:
    """Give the largest power of a region."""
    return float(powers[:, region.low : region.high + 1].max())


def _owns(region: Region, heard: Heard, slot: int) -> bool:
    """Tell whether a burst belongs to this region, where a long one was cut in two."""
    over_before = heard.stop <= region.owned_from * slot and region.owned_from > region.start_slot
    goes_on = heard.stop >= (region.stop_slot - 1) * slot and region.left_from < region.stop_slot
    return not over_before and not (goes_on and heard.start >= region.left_from * slot)
