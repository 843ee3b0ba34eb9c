"""Emissions come in, the samples of a receiver go out: levels, offsets, fading, noise, gaps.

A `Scene` is what one receiver hears over a stretch of time. It is rendered in fixed chunks of
65,536 samples, each a pure function of the scene and the chunk's index (its noise has a generator
of its own, seeded with both), so memory stays flat for any length and the samples do not depend
on how the stream is cut afterwards.

Levels are in dB relative to a complex sample of magnitude 1.0. A burst of `rssi_dbfs` has that
mean power while its carrier is on; `noise_dbfs` is the power of the noise over the whole sampled
band. The order is that of a real receiver: emissions, fading, noise, then the receiver's own
faults (IQ imbalance, DC offset, clipping). Quantisation is in `signal_fixtures.adc`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from medmon.records import Block, ComplexArray, Gap, Span
from signal_fixtures.adc import SampleFormat, bytes_from_iq
from signal_fixtures.emission import Echo, Emission
from signal_fixtures.front_end import FrontEnd, noise_dbfs_from_density

__all__ = [
    "CHUNK_SAMPLES",
    "Echo",
    "Emission",
    "FrontEnd",
    "Scene",
    "block_stream",
    "noise_dbfs_from_density",
    "write_iq",
]

CHUNK_SAMPLES = 65_536


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that one receiver hears.

    Attributes
    ----------
    rate_hz : float
        Samples a second.
    sample_count : int
        Length, lost samples included.
    emissions : sequence of Emission
        Bursts, in any order; they may overlap.
    front_end : FrontEnd
        The receiver.
    gaps : tuple of (int, int)
        First sample and number of samples of each stretch that the receiver lost.
    seed : int
        Seed of the noise.

    Raises
    ------
    ValueError
        If the gaps are not in order, or reach out of the scene.
    """

    rate_hz: float
    sample_count: int
    emissions: Sequence[Emission] = ()
    front_end: FrontEnd = field(default_factory=FrontEnd)
    gaps: tuple[tuple[int, int], ...] = ()
    seed: int = 0
    _reach: npt.NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        reach = [emission.reach_s for emission in self.emissions]
        samples = np.array(reach, np.float64).reshape(-1, 2) * self.rate_hz
        object.__setattr__(self, "_reach", samples)
        end = 0
        for start, count in self.gaps:
            if start < end or count < 1 or start + count > self.sample_count:
                raise ValueError(f"expected ordered gaps inside the scene, found {self.gaps}")
            end = start + count

    def samples(self, start: int, count: int) -> ComplexArray:
        """Render any stretch of the scene, gaps not taken out.

        Parameters
        ----------
        start : int
            First sample.
        count : int
            How many samples, at most to the end of the scene.

        Returns
        -------
        ndarray of complex64, shape (count,)
            The samples; the same whatever stretches are asked for before or beside.
        """
        stop = min(start + count, self.sample_count)
        if stop <= start:
            return np.zeros(0, np.complex64)
        first = start // CHUNK_SAMPLES
        chunks = [self._chunk(index) for index in range(first, -(-stop // CHUNK_SAMPLES))]
        offset = first * CHUNK_SAMPLES
        return np.concatenate(chunks)[start - offset : stop - offset]

    def blocks(self, block_samples: int = CHUNK_SAMPLES) -> Iterator[tuple[int, ComplexArray]]:
        """Render the scene from start to end without the samples that were lost.

        Parameters
        ----------
        block_samples : int
            Longest block; a block also ends where a gap begins.

        Yields
        ------
        sample_start : int
            Index of the block's first sample.
        iq : ndarray of complex64, shape (n,)
            The samples.
        """
        cached, chunk = -1, np.zeros(0, np.complex64)
        for start, stop in self._heard():
            position = start
            while position < stop:
                end = min(position + block_samples, stop)
                pieces = []
                while position < end:
                    index, inside = divmod(position, CHUNK_SAMPLES)
                    if index != cached:
                        cached, chunk = index, self._chunk(index)
                    piece = chunk[inside : inside + end - position]
                    pieces.append(piece)
                    position += piece.size
                iq = np.concatenate(pieces)
                yield end - iq.size, iq

    def _heard(self) -> Iterator[tuple[int, int]]:
        """First and last-plus-one sample of each stretch between gaps."""
        start = 0
        for gap_start, gap_count in (*self.gaps, (self.sample_count, 0)):
            if gap_start > start:
                yield start, gap_start
            start = gap_start + gap_count

    def _chunk(self, index: int) -> ComplexArray:
        """Render chunk `index`: always whole, so that its noise never depends on a cut."""
        first = index * CHUNK_SAMPLES
        total = self._noise(index)
        starts, stops = self._reach.T
        heard = (stops > first) & (starts < first + CHUNK_SAMPLES)
        for which in np.nonzero(heard)[0].tolist():
            low = max(math.floor(starts[which]) - first, 0)
            high = min(math.ceil(stops[which]) + 1 - first, CHUNK_SAMPLES)
            time_s = np.arange(first + low, first + high, dtype=np.float64) / self.rate_hz
            arrived = self.emissions[which].at(time_s)
            total[low:high] += arrived.astype(np.complex64)
        iq = self.front_end.receive(total)
        return iq[: self.sample_count - first]

    def _noise(self, index: int) -> ComplexArray:
        """Draw the noise of chunk `index`; silence where there is none."""
        if self.front_end.noise_dbfs is None:
            return np.zeros(CHUNK_SAMPLES, np.complex64)
        generator = np.random.default_rng([self.seed, index])
        parts = generator.standard_normal(2 * CHUNK_SAMPLES, dtype=np.float32)
        parts *= np.float32(math.sqrt(10 ** (self.front_end.noise_dbfs / 10) / 2))
        noise: ComplexArray = parts.view(np.complex64)
        return noise


def write_iq(scene: Scene, file: BinaryIO, sample_format: SampleFormat) -> int:
    """Write a scene as a raw recording, chunk by chunk; lost samples are left out.

    Parameters
    ----------
    scene : Scene
        What to render.
    file : binary file
        Open for writing.
    sample_format : str
        "cu8", "cs8", "cs16" or "cf32".

    Returns
    -------
    int
        Samples written.
    """
    written = 0
    for _, iq in scene.blocks():
        file.write(bytes_from_iq(iq, sample_format))
        written += iq.size
    return written


def block_stream(
    scene: Scene,
    source: str,
    *,
    epoch_ns: int = 0,
    freq_hz: float = 0.0,
    block_samples: int = CHUNK_SAMPLES,
) -> Iterator[Block | Gap]:
    """Render a scene as the records that a source of samples hands out.

    Parameters
    ----------
    scene : Scene
        What to render.
    source : str
        Name of the source in the records.
    epoch_ns : int
        UTC time of sample 0.
    freq_hz : float
        Frequency the receiver is tuned to.
    block_samples : int
        Longest block.

    Yields
    ------
    Block or Gap
        In order of time; each gap stands where its samples are missing.
    """
    position = 0
    lost = dict(scene.gaps)

    def gap() -> Iterator[Gap]:
        """Give the gap that begins here, if one does."""
        if position in lost:
            span = Span(source, position, lost[position])
            yield Gap(span, _time_ns(scene, epoch_ns, position), scene.rate_hz, "lost on purpose")

    for start, iq in scene.blocks(block_samples):
        yield from gap()
        position = start + iq.size
        iq.setflags(write=False)
        span = Span(source, start, iq.size)
        time_ns = _time_ns(scene, epoch_ns, start)
        yield Block(span, time_ns, scene.rate_hz, freq_hz, iq[np.newaxis, :])
    yield from gap()


def _time_ns(scene: Scene, epoch_ns: int, sample: int) -> int:
    """UTC time of a sample, rounded to a nanosecond."""
    return epoch_ns + round(sample * 1e9 / scene.rate_hz)
