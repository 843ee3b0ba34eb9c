"""Blocks and gaps come in, bursts go out: energy found, tuned to, demodulated and measured.

The path of a sample: `dc` takes the receiver's own carrier off, `channelizer` splits the band,
`noise` follows the floor, `activity` finds regions with energy, `emitters` takes a region apart
(`images` knows mirror images), `tuner` cuts out each emitter's narrow signal, `envelope` says which
modems it cannot be, `ook` and `fsk` look for the packets of the others (`sync`, `timing`,
`linecode`), and so does `cpm` for MSK and GFSK (`cpm_search`, `phase_pulse`, `phase_fit`,
`phase_trellis`), `bursts` and `blind` describe what no modem understands, `measure` reads the
physical features off, `echoes` drops what was heard twice, `beneath` takes packets off the samples
(`cancel`) and searches again where `signs` and `scatter` tell of somebody. `stream` joins these for
a run of samples (`tape` keeps the latest), `Receiver` for a whole recording. Bursts are found on
channel 0; what more channels tell about them, `array` adds.

`early` listens beside this path for packets that are still on the air, where somebody asks for it:
for their first bits, and for their last.

The result does not depend on how the samples are cut into blocks: work is done in chunks counted
from the start of the stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from medmon.kernels import Samples, converted
from medmon.phy.packets import Heard, decibel
from medmon.phy.regions import needed_rate_hz
from medmon.phy.stream import Stream, Surroundings
from medmon.records import (
    Beginning,
    Block,
    Burst,
    ComplexArray,
    Frame,
    Gap,
    Modem,
    Radio,
    Span,
)

if TYPE_CHECKING:
    # Most runs have one antenna and nobody who listens early: those are imported where they begin.
    from medmon.phy.array import Antennas, Array, Reference
    from medmon.phy.begun import Begun
    from medmon.phy.early import Early, Ends

__all__ = ["NOTHING", "Receiver", "Step", "needed_rate_hz"]

NEAR_HZ = 1e6
"""A nominal frequency farther away than this says nothing about the carrier's offset."""
REFERENCES_MAX = 200
"""Bursts kept for a calibration; those beyond would improve it little."""
KNOWN_NS = 60_000_000_000
"""What was known of the surroundings holds over gaps shorter than this."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one chunk of samples gave, or a part of one where a packet has just begun.

    Attributes
    ----------
    bursts : tuple of Burst
        Bursts that are over, in the order in which they ended.
    time_ns : int
        UTC time up to which samples were worked on.
    settled_ns : int
        Every burst that ended before this time has been handed out.
    noise_dbfs : float
        Median noise floor in one channel.
    crowded : int
        Stretches of time and frequency so far, with more emitters than were followed.
    beginnings : tuple of Beginning
        What is heard so far of packets that are still on the air; no bursts come in such a step,
        and its times and counts are those of the chunk before.
    early_crowded : int
        What so far was left out of the search for beginnings, because there was too much.
    """

    bursts: tuple[Burst, ...]
    time_ns: int
    settled_ns: int
    noise_dbfs: float
    crowded: int = 0
    beginnings: tuple[Beginning, ...] = ()
    early_crowded: int = 0


NOTHING = Step((), 0, 0, 0.0)


class Receiver:
    """The front end of one receiver.

    Parameters
    ----------
    modems : sequence of Modem
        Whom to listen for.
    array : Array or None
        Where the antennas of recordings with several channels stand.
    references : list of Reference or None
        Where to put what a calibration needs of each packet that fits a modem, while there are
        fewer than `REFERENCES_MAX`; None saves the work.
    early : bool
        Whether to listen for packets that are still on the air; what is handed out besides stays
        the same.
    ends : callable or None
        From a heading to the numbers of data bits after which its packet may be over; with it
        packets that are heard early are handed out again when they end.
    """

    def __init__(
        self,
        modems: Sequence[Modem],
        array: Array | None = None,
        *,
        references: list[Reference] | None = None,
        early: bool = False,
        ends: Ends | None = None,
    ) -> None:
        self._is_early, self._ends = early, ends or _no_ends
        self._early: Early | None = None
        self._latest = NOTHING
        self._modems = {modem.name: modem for modem in modems}
        self._array, self._references = array, references
        self._antennas: Antennas | None = None
        self._stream: Stream | None = None
        self._first: Block | None = None
        self._next = 0
        self._buffer: ComplexArray = np.empty(0, dtype=np.complex64)
        self._filled = 0
        self._fed = 0
        self._ended: Block | None = None
        self._known: Surroundings | None = None
        self._known_ns = 0
        self._crowded = 0
        self._early_crowded = 0

    def feed(self, item: Block | Gap) -> list[Burst]:
        """Take the next samples, or the news that some are missing.

        Parameters
        ----------
        item : Block or Gap
            In the order of the recording.

        Returns
        -------
        list of Burst
            Bursts that are over now.

        Raises
        ------
        ConfigError
            If it has another number of channels than the array has antennas.
        """
        return [burst for step in self.steps(item) for burst in step.bursts]

    def steps(self, item: Block | Gap) -> Iterator[Step]:
        """Take the next samples, and hand out what each chunk of work gave.

        Chunks do not depend on the blocks, so whoever works step by step does the same things in
        the same order for any block size.

        Parameters
        ----------
        item : Block or Gap
            In the order of the recording.

        Yields
        ------
        Step
            One for each chunk that is full, and for the end of a stream before a gap; where it was
            asked for, one for each part of a block in which a heading or a packet became complete.

        Raises
        ------
        ConfigError
            If it has another number of channels than the array has antennas.
        """
        first = self._first
        if first is not None and (isinstance(item, Gap) or not _goes_on(first, item, self._next)):
            yield self.end()
        if isinstance(item, Gap):
            return
        if self._first is None:
            self._begin(item)
        self._next = item.span.sample_start + item.span.sample_count
        if self._antennas is not None:
            self._antennas.tape.feed(item.iq)
        yield from self._push(item.first_antenna)

    def flush(self) -> list[Burst]:
        """End the stream.

        Returns
        -------
        list of Burst
            Bursts that were still on the air.
        """
        return list(self.end().bursts)

    def end(self) -> Step:
        """End the stream: work on what is left of it.

        Returns
        -------
        Step
            Bursts that were still on the air; empty when nothing was fed.
        """
        stream, first = self._stream, self._first
        if stream is None or first is None:
            return NOTHING
        heard = stream.feed(self._buffer[: self._filled].copy()) if self._filled else []
        self._fed += self._filled
        step = self._step(heard + stream.flush(), self._fed)
        self._known, self._known_ns = stream.surroundings, self._time_ns(self._fed)
        self._crowded += stream.crowded
        self._early_crowded += self._early.crowded if self._early else 0
        self._ended = first
        self._stream, self._first, self._filled, self._fed = None, None, 0, 0
        return step

    def _begin(self, block: Block) -> None:
        same = self._ended is not None and _is_alike(self._ended, block)
        known = self._known if same and block.time_ns - self._known_ns < KNOWN_NS else None
        none = np.empty((block.antenna_count, 0), dtype=np.complex64)
        self._first = replace(block, samples=none)
        self._stream = Stream(block.rate_hz, tuple(self._modems.values()), known)
        self._buffer = np.empty(self._stream.grid.chunk_samples, dtype=np.complex64)
        self._filled = self._fed = 0
        self._antennas = self._antennas_of(block) if block.antenna_count > 1 else None
        if self._is_early:
            from medmon.phy.early import Early

            self._early = Early(self._stream.grid, tuple(self._modems.values()), self._ends)
            self._latest = Step((), block.time_ns, block.time_ns, 0.0, self._crowded)

    def _antennas_of(self, block: Block) -> Antennas:
        """Join the channels, if the configuration knows as many antennas or none."""
        from medmon.phy.array import Antennas, check_channels

        check_channels(self._array, block.antenna_count, block.span.source)
        return Antennas(block.rate_hz, block.freq_hz)

    def _push(self, samples: Samples) -> Iterator[Step]:
        """Gather samples until a chunk is full; work on each chunk that is."""
        assert self._stream is not None
        size = self._buffer.size
        taken, total = 0, len(samples)
        while taken < total:
            count = min(size - self._filled, total - taken)
            part = samples if count == total else samples[taken : taken + count]
            taken += count
            for begun in self._early.feed(part) if self._early else ():
                yield replace(self._latest, bursts=(), beginnings=(self._beginning(begun),))
            if count < size:
                self._buffer[self._filled : self._filled + count] = converted(part)
                self._filled += count
            if count == size:
                # A whole chunk of one block is worked on as it came.
                yield self._worked(part)
            elif self._filled == size:
                chunk, self._filled = self._buffer, 0
                # The stream keeps the full chunk; the next one needs memory of its own.
                self._buffer = np.empty(size, dtype=np.complex64)
                yield self._worked(chunk)

    def _worked(self, chunk: Samples) -> Step:
        assert self._stream is not None
        heard = self._stream.feed(chunk)
        self._fed += len(chunk)
        step = self._step(heard, self._stream.settled_sample)
        if self._early:
            self._latest = step
            self._inform()
        return step

    def _inform(self) -> None:
        """Let the early path know what this one knows of the surroundings."""
        assert self._stream is not None
        ground = self._stream.ground
        if self._early and ground:
            self._early.know(*ground)

    def _beginning(self, begun: Begun) -> Beginning:
        first = self._first
        assert first is not None
        start = int(begun.start)
        count = int(np.ceil(begun.deciding)) - start
        span = Span(first.span.source, first.span.sample_start + start, count, first.span.receiver)
        radio = self._absolute(begun.radio, (begun.frame,), first.freq_hz)
        time_ns = self._time_ns(begun.deciding)
        return Beginning(span, time_ns, radio, begun.frame, begun.is_packet)

    def _step(self, heard: Sequence[Heard], settled_sample: int) -> Step:
        assert self._stream is not None
        bursts: tuple[Burst, ...] = ()
        if heard:
            ordered = sorted(heard, key=lambda one: (one.stop, one.start, one.radio.freq_hz))
            bursts = tuple(self._burst(one) for one in ordered)
        if self._antennas is not None:
            self._antennas.tape.forget(self._stream.oldest_sample)
        noise_dbfs = decibel(self._stream.noise_power)
        return Step(
            bursts,
            self._time_ns(self._fed),
            self._time_ns(settled_sample),
            noise_dbfs,
            self._crowded + self._stream.crowded,
            early_crowded=self._early_crowded + (self._early.crowded if self._early else 0),
        )

    def _time_ns(self, sample: float) -> int:
        assert self._first is not None
        return self._first.time_ns + round(sample * 1e9 / self._first.rate_hz)

    def _burst(self, heard: Heard) -> Burst:
        first = self._first
        assert first is not None
        # A burst that was on the air before the first sample has its edge interpolated before it.
        arrival = max(heard.start, 0.0)
        start = min(int(arrival), self._fed - 1)
        count = max(1, min(int(np.ceil(heard.stop)), self._fed) - start)
        span = Span(first.span.source, first.span.sample_start + start, count, first.span.receiver)
        radio = self._absolute(heard.radio, heard.frames, first.freq_hz)
        if self._antennas is not None:
            radio = self._arrived(self._antennas, radio, start, count, is_packet=bool(heard.frames))
        return Burst(span, self._time_ns(arrival), radio, heard.frames)

    def _arrived(
        self, antennas: Antennas, radio: Radio, start: int, count: int, *, is_packet: bool
    ) -> Radio:
        """Add what the other channels tell."""
        from medmon.phy.array import with_arrival

        arrival = antennas.arrival(radio, start, start + count, self._fed)
        if is_packet and self._references is not None and len(self._references) < REFERENCES_MAX:
            self._references.append(arrival.reference())
        return with_arrival(radio, arrival, self._array)

    def _absolute(self, radio: Radio, frames: Sequence[Frame], tuned_hz: float) -> Radio:
        """Put frequencies on the air: the carrier, and its offset from a nominal one."""
        carrier_hz = tuned_hz + radio.freq_hz
        nominal = [hz for frame in frames[:1] for hz in self._modems[frame.modem].freqs_hz]
        near = [hz for hz in nominal if abs(hz - carrier_hz) < NEAR_HZ]
        zero_hz = min(near, key=lambda hz: abs(hz - carrier_hz), default=tuned_hz)
        return replace(radio, freq_hz=carrier_hz, cfo_hz=carrier_hz - zero_hz)


def _no_ends(_frame: Frame) -> Sequence[int]:
    """Know of no packet where it ends."""
    return ()


def _goes_on(first: Block, item: Block, expected: int) -> bool:
    """Tell whether a block carries on the stream that the first one began."""
    return _is_alike(first, item) and item.span.sample_start == expected


def _is_alike(first: Block, item: Block) -> bool:
    """Tell whether two blocks come from a receiver that is tuned alike."""
    same_tuning = item.rate_hz == first.rate_hz and item.freq_hz == first.freq_hz
    return same_tuning and item.antenna_count == first.antenna_count
