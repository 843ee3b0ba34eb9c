"""A scenario and a seed come in, a labelled recording goes out, block by block.

A `Recording` is what one receiver hears of a scenario: the emissions inside its band, the truth
about each in terms of its samples, and the samples themselves. It is lazy in all three: chunks
of 65,536 samples are rendered one after the other from the emissions that reach into them, so
memory is flat for any length. Noise has a generator of its own for each chunk, and the phase of
each emission comes from its place in the stream, so the samples do not depend on how they are
cut, and the same seed gives the same recording.

A day of a bed is mostly silence. `longest_gap_s` tells it as a short scene: silences longer than
that are cut down to it, and the truth carries the shortened times. Clocks inside the messages
stay as they were, and `cuts` says what was left out where, so that a file which can hold gaps
keeps the bed's own time. Writing it into files is `signal_fixtures.recording_file`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from medmon.records import ComplexArray
from signal_fixtures.bed import Band, Emission
from signal_fixtures.channel import CHUNK_SAMPLES, Scene
from signal_fixtures.emission import Emission as Sound
from signal_fixtures.front_end import FrontEnd
from signal_fixtures.scenario import Scenario
from signal_fixtures.stage import generator
from signal_fixtures.truth import Truth, half_width_hz, truth_from_emission

_PHASE, _NOISE = 2, 3
_TAIL_S = 0.25


@dataclass(frozen=True, slots=True)
class Cut:
    """Silence that was left out of a recording.

    Attributes
    ----------
    sample_start : int
        First sample behind it, in the middle of the silence that was left.
    samples_lost : int
        Samples left out here and at all cuts before.
    """

    sample_start: int
    samples_lost: int


@dataclass(frozen=True, slots=True)
class Recording:
    """What one receiver hears of a scenario.

    Attributes
    ----------
    scenario : Scenario
        What happens.
    seed : int
        Same seed, same recording.
    band : Band or None
        What the receiver sees; None is the scenario's own.
    longest_gap_s : float or None
        Silences are cut down to this; None leaves them as they are.
    sample_count : int
        Length; where silences are cut, this takes a look through the emissions beforehand.
    """

    scenario: Scenario
    seed: int = 0
    band: Band | None = None
    longest_gap_s: float | None = None
    sample_count: int = field(init=False)

    def __post_init__(self) -> None:
        seconds = self.scenario.duration_s
        if self.longest_gap_s is not None:
            last_ns = max((e.end_ns for e in self.emissions()), default=None)
            told_s = self.longest_gap_s if last_ns is None else _TAIL_S + self._since(last_ns)
            seconds = min(seconds, told_s)
        object.__setattr__(self, "sample_count", round(seconds * self.tuned.rate_hz))

    @property
    def tuned(self) -> Band:
        """What the receiver sees."""
        return self.scenario.band if self.band is None else self.band

    @property
    def epoch_ns(self) -> int:
        """UTC time of sample 0."""
        return self.scenario.start_ns

    def emissions(self) -> Iterator[Emission]:
        """Give the emissions inside the band.

        Yields
        ------
        Emission
            In order of time, silences already cut.
        """
        inside = (e for e in self.scenario.emissions(self.seed) if in_band(e, self.tuned))
        if self.longest_gap_s is None:
            return inside
        return shortened(inside, self.epoch_ns, round(self.longest_gap_s * 1e9))

    def cuts(self) -> Iterator[Cut]:
        """Give the places where silence was left out.

        Yields
        ------
        Cut
            In order of time; nothing where silences are as they were.
        """
        if self.longest_gap_s is None:
            return
        whole = replace(self, longest_gap_s=None).emissions()
        told_ns, half_ns = 0, round(self.longest_gap_s * 1e9) // 2
        for before, after in zip(whole, self.emissions(), strict=True):
            cut_ns = before.time_ns - after.time_ns
            if cut_ns > told_ns:
                start = (after.time_ns - half_ns - self.epoch_ns) * self.tuned.rate_hz
                yield Cut(round(start / 1e9), round(cut_ns * self.tuned.rate_hz / 1e9))
                told_ns = cut_ns

    def truths(self) -> Iterator[Truth]:
        """Give the truth about each emission that begins inside the recording, cut at its end.

        Yields
        ------
        Truth
            In order of time.
        """
        for emission in self.emissions():
            truth = truth_from_emission(emission, self.tuned, self.epoch_ns)
            left = self.sample_count - truth.sample_start
            if left > 0:
                yield replace(truth, sample_count=min(truth.sample_count, left))

    def chunks(self) -> Iterator[ComplexArray]:
        """Render the samples.

        Yields
        ------
        ndarray of complex64, shape (n,)
            Consecutive samples, at most 65,536 at a time.
        """
        waiting = enumerate(self.emissions())
        following = next(waiting, None)
        sounding: list[Sound] = []
        for start in range(0, self.sample_count, CHUNK_SAMPLES):
            # An edge's foot reaches a few microseconds before the first chip.
            horizon_s = (start + CHUNK_SAMPLES) / self.tuned.rate_hz + 1e-3
            passed_s = start / self.tuned.rate_hz - 1e-3
            while following and self._since(following[1].time_ns) < horizon_s:
                sounding.append(self._sound(*following))
                following = next(waiting, None)
            sounding = [e for e in sounding if e.stop_s > passed_s]
            yield self._scene(sounding).samples(start, CHUNK_SAMPLES)

    def blocks(self, block_samples: int) -> Iterator[ComplexArray]:
        """Render the samples in pieces of a chosen length.

        Parameters
        ----------
        block_samples : int
            Length of each piece but the last.

        Yields
        ------
        ndarray of complex64, shape (block_samples,)
            Consecutive samples.
        """
        held: list[ComplexArray] = []
        count = 0
        for chunk in self.chunks():
            held.append(chunk)
            count += chunk.size
            while count >= block_samples:
                joined = np.concatenate(held)
                yield joined[:block_samples]
                held, count = [joined[block_samples:]], count - block_samples
        if count:
            yield np.concatenate(held)

    def _since(self, time_ns: int) -> float:
        return (time_ns - self.epoch_ns) / 1e9

    def _sound(self, index: int, emission: Emission) -> Sound:
        keying = emission.signal.keying
        sent = replace(
            keying,
            symbol_rate_hz=keying.symbol_rate_hz * (1 + emission.clock_ppm * 1e-6),
            rise_us=emission.rise_us,
        )
        return Sound(
            chips=np.frombuffer(emission.signal.chips, np.uint8),
            keying=sent,
            time_s=self._since(emission.time_ns),
            rssi_dbfs=emission.rssi_dbfs,
            offset_hz=emission.freq_hz + emission.cfo_hz - self.tuned.freq_hz,
            phase_rad=float(generator(self.seed, _PHASE, index).uniform(0.0, 2 * np.pi)),
        )

    def _scene(self, sounding: list[Sound]) -> Scene:
        front_end = FrontEnd(noise_dbfs=self.tuned.noise_dbfs)
        seed = int(generator(self.seed, _NOISE).integers(1 << 62))
        return Scene(self.tuned.rate_hz, self.sample_count, tuple(sounding), front_end, seed=seed)


def in_band(emission: Emission, band: Band) -> bool:
    """Whether all of an emission lies inside what a receiver sees.

    Parameters
    ----------
    emission : Emission
        The emission.
    band : Band
        What the receiver sees.

    Returns
    -------
    bool
        True if it does.
    """
    offset_hz = abs(emission.freq_hz + emission.cfo_hz - band.freq_hz)
    return offset_hz + half_width_hz(emission) < band.rate_hz / 2


def shortened(
    emissions: Iterator[Emission], epoch_ns: int, longest_gap_ns: int
) -> Iterator[Emission]:
    """Cut long silences down.

    Parameters
    ----------
    emissions : iterator of Emission
        In order of time.
    epoch_ns : int
        UTC time from which the first silence counts.
    longest_gap_ns : int
        Longest silence that is left.

    Yields
    ------
    Emission
        The same at their new times; what overlapped still does.
    """
    cut_ns, silent_from_ns = 0, epoch_ns
    for emission in emissions:
        cut_ns += max(0, emission.time_ns - silent_from_ns - longest_gap_ns)
        silent_from_ns = max(silent_from_ns, emission.end_ns)
        yield replace(emission, time_ns=emission.time_ns - cut_ns)
