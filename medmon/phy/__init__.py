"""Blocks and gaps come in, bursts go out: energy found, tuned to, demodulated and measured.

The path of a sample: `channelizer` splits the band, `noise` follows the floor, `activity` finds
regions with energy, `emitters` takes a region apart, `tuner` cuts out each emitter's narrow
signal, `ook` and `fsk` look for the packets of the declared modems (`sync`, `timing`,
`linecode`), `bursts` and `blind` describe what no modem understands, `measure` reads the physical
features off. `stream` joins these for a run of samples, `Receiver` for a whole recording.

The result does not depend on how the samples are cut into blocks: work is done in chunks counted
from the start of the stream.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medmon.phy.packets import Heard, decibel
from medmon.phy.regions import needed_rate_hz
from medmon.phy.stream import Stream
from medmon.records import Block, Burst, ComplexArray, Gap, Modem, Radio, Span

__all__ = ["Receiver", "needed_rate_hz"]

NEAR_HZ = 1e6
"""A nominal frequency farther away than this says nothing about the carrier's offset."""


class Receiver:
    """The front end of one receiver.

    Parameters
    ----------
    modems : sequence of Modem
        Whom to listen for.
    """

    def __init__(self, modems: Sequence[Modem]) -> None:
        self._modems = {modem.name: modem for modem in modems}
        self._stream: Stream | None = None
        self._first: Block | None = None
        self._next_sample = 0
        self._buffer: ComplexArray = np.empty(0, dtype=np.complex64)
        self._filled = 0
        self._fed = 0

    @property
    def noise_dbfs(self) -> float | None:
        """Median noise floor in one channel; None before the first chunk."""
        if self._stream is None or not self._fed:
            return None
        return decibel(self._stream.noise_power)

    @property
    def time_ns(self) -> int | None:
        """UTC time up to which the samples have been worked on; None before the first block."""
        if self._first is None:
            return None
        return self._first.time_ns + round(self._fed * 1e9 / self._first.rate_hz)

    def feed(self, item: Block | Gap) -> list[Burst]:
        """Take the next samples, or the news that some are missing.

        Parameters
        ----------
        item : Block or Gap
            In the order of the recording.

        Returns
        -------
        list of Burst
            Bursts that are over now, in order of arrival within a chunk.
        """
        if isinstance(item, Gap):
            return self.flush()
        done: list[Burst] = []
        first = self._first
        if first is not None and (
            item.span.sample_start != self._next_sample
            or (item.rate_hz, item.freq_hz) != (first.rate_hz, first.freq_hz)
        ):
            done += self.flush()
        if self._first is None:
            self._begin(item)
        self._next_sample = item.span.sample_start + item.iq.shape[-1]
        return done + self._push(item.iq[0])

    def flush(self) -> list[Burst]:
        """End the stream: judge what is left of it, and forget the noise floor.

        Returns
        -------
        list of Burst
            Bursts that were still on the air.
        """
        if self._stream is None:
            return []
        heard = self._stream.feed(self._buffer[: self._filled].copy()) if self._filled else []
        self._fed += self._filled
        done = self._bursts(heard + self._stream.flush())
        self._stream, self._first, self._filled, self._fed = None, None, 0, 0
        return done

    def _begin(self, block: Block) -> None:
        self._first = replace(block, iq=block.iq[:, :0])
        self._stream = Stream(block.rate_hz, tuple(self._modems.values()))
        self._buffer = np.empty(self._stream.grid.chunk_samples, dtype=np.complex64)
        self._filled = self._fed = 0

    def _push(self, iq: ComplexArray) -> list[Burst]:
        """Copy samples into the chunk under way; work on each chunk that is full."""
        assert self._stream is not None
        done: list[Burst] = []
        size = self._buffer.size
        taken = 0
        while taken < iq.size:
            count = min(size - self._filled, iq.size - taken)
            self._buffer[self._filled : self._filled + count] = iq[taken : taken + count]
            self._filled += count
            taken += count
            if self._filled == size:
                done += self._bursts(self._stream.feed(self._buffer))
                self._fed += size
                # The stream keeps the full chunk; the next one needs memory of its own.
                self._buffer = np.empty(size, dtype=np.complex64)
                self._filled = 0
        return done

    def _bursts(self, heard: Sequence[Heard]) -> list[Burst]:
        ordered = sorted(heard, key=lambda one: (one.start, one.radio.freq_hz))
        return [self._burst(one) for one in ordered]

    def _burst(self, heard: Heard) -> Burst:
        first = self._first
        assert first is not None
        start = int(np.floor(heard.start))
        span = Span(
            first.span.source,
            first.span.sample_start + start,
            max(1, int(np.ceil(heard.stop)) - start),
            first.span.receiver,
        )
        time_ns = first.time_ns + round(heard.start * 1e9 / first.rate_hz)
        return Burst(span, time_ns, self._absolute(heard, first.freq_hz), heard.frames)

    def _absolute(self, heard: Heard, tuned_hz: float) -> Radio:
        """Put frequencies on the air: the carrier, and its offset from a nominal one."""
        carrier_hz = tuned_hz + heard.radio.freq_hz
        nominal = [hz for frame in heard.frames[:1] for hz in self._modems[frame.modem].freqs_hz]
        near = [hz for hz in nominal if abs(hz - carrier_hz) < NEAR_HZ]
        zero_hz = min(near, key=lambda hz: abs(hz - carrier_hz), default=tuned_hz)
        return replace(heard.radio, freq_hz=carrier_hz, cfo_hz=carrier_hz - zero_hz)
