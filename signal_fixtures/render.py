"""A scenario and a seed come in, a labelled recording goes out, block by block.

A `Recording` is what one receiver hears of a scenario: the emissions inside its band, the truth
about each in terms of its samples, and the samples themselves. It is lazy in all three: chunks
of 65,536 samples are rendered one after the other from the emissions that reach into them, so
memory is flat for any length. Noise has a generator of its own for each chunk, and the phase of
each emission comes from its place in the stream, so the samples do not depend on how they are
cut, and the same seed gives the same recording.

A day of a bed is mostly silence. `longest_gap_s` tells it as a short scene: silences longer than
that are cut down to it, and the truth carries the shortened times. Clocks inside the messages
stay as they were.

Files are written sample by sample as they are rendered: raw ones whose name carries the facts
(``g001_433.92M_2048k.cu8``), or SigMF pairs with the truth as annotations.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import numpy as np

from medmon.records import ComplexArray
from signal_fixtures import channel
from signal_fixtures.adc import SampleFormat, bytes_from_iq
from signal_fixtures.bed import Band, Emission
from signal_fixtures.scenario import Scenario
from signal_fixtures.stage import generator
from signal_fixtures.truth import (
    NAMESPACE,
    Truth,
    annotation_from_truth,
    half_width_hz,
    truth_from_emission,
)

Datatype: TypeAlias = Literal["cu8", "ci8", "ci16_le", "cf32_le"]
DATATYPES: tuple[Datatype, ...] = get_args(Datatype)
Progress: TypeAlias = Callable[[int, int], None]
"""Called with samples done and samples in all."""

_FORMATS: dict[Datatype, SampleFormat] = {
    "cu8": "cu8",
    "ci8": "cs8",
    "ci16_le": "cs16",
    "cf32_le": "cf32",
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PHASE, _NOISE = 2, 3
_TAIL_S = 0.25


@dataclass(frozen=True)
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
    """

    scenario: Scenario
    seed: int = 0
    band: Band | None = None
    longest_gap_s: float | None = None

    @property
    def tuned(self) -> Band:
        """What the receiver sees."""
        return self.scenario.band if self.band is None else self.band

    @property
    def epoch_ns(self) -> int:
        """UTC time of sample 0."""
        return self.scenario.start_ns

    @cached_property
    def sample_count(self) -> int:
        """Length of the recording; where silences are cut this looks through the emissions."""
        seconds = self.scenario.duration_s
        if self.longest_gap_s is not None:
            last_ns = max((e.end_ns for e in self.emissions()), default=self.epoch_ns)
            seconds = min(seconds, (last_ns - self.epoch_ns) / 1e9 + _TAIL_S)
        return round(seconds * self.tuned.rate_hz)

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

    def truths(self) -> Iterator[Truth]:
        """Give the truth about each emission that begins inside the recording.

        Yields
        ------
        Truth
            In order of time.
        """
        for emission in self.emissions():
            truth = truth_from_emission(emission, self.tuned, self.epoch_ns)
            if truth.sample_start < self.sample_count:
                yield truth

    def chunks(self) -> Iterator[ComplexArray]:
        """Render the samples.

        Yields
        ------
        ndarray of complex64, shape (n,)
            Consecutive samples, at most 65,536 at a time.
        """
        waiting = enumerate(self.emissions())
        following = next(waiting, None)
        sounding: list[channel.Emission] = []
        for start in range(0, self.sample_count, channel.CHUNK_SAMPLES):
            # An edge's foot reaches a few microseconds before the first chip.
            horizon_s = (start + channel.CHUNK_SAMPLES) / self.tuned.rate_hz + 1e-3
            passed_s = start / self.tuned.rate_hz - 1e-3
            while following and self._seconds(following[1]) < horizon_s:
                sounding.append(self._sound(*following))
                following = next(waiting, None)
            sounding = [e for e in sounding if e.stop_s > passed_s]
            yield self._scene(sounding).samples(start, channel.CHUNK_SAMPLES)

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

    def _seconds(self, emission: Emission) -> float:
        return (emission.time_ns - self.epoch_ns) / 1e9

    def _sound(self, index: int, emission: Emission) -> channel.Emission:
        keying = emission.signal.keying
        sent = replace(
            keying,
            symbol_rate_hz=keying.symbol_rate_hz * (1 + emission.clock_ppm * 1e-6),
            rise_us=emission.rise_us,
        )
        return channel.Emission(
            chips=np.frombuffer(emission.signal.chips, np.uint8),
            keying=sent,
            time_s=self._seconds(emission),
            rssi_dbfs=emission.rssi_dbfs,
            offset_hz=emission.freq_hz + emission.cfo_hz - self.tuned.freq_hz,
            phase_rad=float(generator(self.seed, _PHASE, index).uniform(0.0, 2 * np.pi)),
        )

    def _scene(self, sounding: list[channel.Emission]) -> channel.Scene:
        front_end = channel.FrontEnd(noise_dbfs=self.tuned.noise_dbfs)
        seed = int(generator(self.seed, _NOISE).integers(1 << 62))
        return channel.Scene(
            self.tuned.rate_hz, self.sample_count, tuple(sounding), front_end, seed=seed
        )


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


def raw_name(band: Band, datatype: Datatype, number: int = 1) -> str:
    """Name a raw recording so that the name carries its facts.

    Parameters
    ----------
    band : Band
        What the receiver saw.
    datatype : str
        One of `DATATYPES`.
    number : int
        Number of the recording.

    Returns
    -------
    str
        For example ``g001_433.92M_2048k.cu8``.

    Examples
    --------
    >>> raw_name(Band(433.92e6, 2.048e6), "cu8")
    'g001_433.92M_2048k.cu8'
    """
    freq, rate = f"{band.freq_hz / 1e6:.10g}M", f"{band.rate_hz / 1e3:.10g}k"
    return f"g{number:03d}_{freq}_{rate}.{_FORMATS[datatype]}"


def write_raw(
    recording: Recording, path: Path, datatype: Datatype, progress: Progress | None = None
) -> str:
    """Write the samples of a recording, nothing else.

    Parameters
    ----------
    recording : Recording
        What to write.
    path : Path
        The file; see `raw_name`.
    datatype : str
        One of `DATATYPES`.
    progress : callable or None
        Told how far it is.

    Returns
    -------
    str
        SHA-512 of the file, in hexadecimal.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    digest, done = hashlib.sha512(), 0
    with path.open("wb") as file:
        for chunk in recording.chunks():
            data = bytes_from_iq(chunk, _FORMATS[datatype])
            file.write(data)
            digest.update(data)
            done += chunk.size
            if progress is not None:
                progress(done, recording.sample_count)
    return digest.hexdigest()


def write_sigmf(
    recording: Recording, path: Path, datatype: Datatype, progress: Progress | None = None
) -> Path:
    """Write a recording as SigMF: samples, and metadata with the truth.

    Parameters
    ----------
    recording : Recording
        What to write.
    path : Path
        Name of the pair, with or without ``.sigmf-meta`` or ``.sigmf-data``.
    datatype : str
        One of `DATATYPES`.
    progress : callable or None
        Told how far it is.

    Returns
    -------
    Path
        The metadata file.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    stem = path.with_suffix("") if path.suffix in (".sigmf-meta", ".sigmf-data") else path
    meta_path = stem.with_name(stem.name + ".sigmf-meta")
    data_path = stem.with_name(stem.name + ".sigmf-data")
    sha512 = write_raw(recording, data_path, datatype, progress)
    text = json.dumps(metadata(recording, datatype, sha512), indent=1)
    meta_path.write_text(text + "\n", encoding="utf-8")
    return meta_path


def metadata(recording: Recording, datatype: Datatype, sha512: str) -> dict[str, Any]:
    """Describe a recording in SigMF, the truth included.

    Parameters
    ----------
    recording : Recording
        The recording.
    datatype : str
        One of `DATATYPES`.
    sha512 : str
        Digest of its samples.

    Returns
    -------
    dict
        The contents of a .sigmf-meta file.
    """
    scenario, band = recording.scenario, recording.tuned
    moment = _EPOCH + timedelta(microseconds=recording.epoch_ns // 1_000)
    return {
        "global": {
            "core:datatype": datatype,
            "core:sample_rate": band.rate_hz,
            "core:version": "1.2.0",
            "core:sha512": sha512,
            "core:num_channels": 1,
            "core:description": f"synthetic, {scenario.name}: {scenario.title}",
            "core:recorder": "medmon signal_fixtures",
            "core:extensions": [{"name": NAMESPACE, "version": "1.0.0", "optional": True}],
            "medmon:scenario": scenario.name,
            "medmon:seed": recording.seed,
            "medmon:attacks": _windows(recording),
        },
        "captures": [
            {
                "core:sample_start": 0,
                "core:frequency": band.freq_hz,
                "core:datetime": f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z",
            }
        ],
        "annotations": [annotation_from_truth(truth) for truth in recording.truths()],
    }


def _windows(recording: Recording) -> list[dict[str, str | int]]:
    """Attacks by their times; none where silences were cut, because the times no longer hold."""
    if recording.longest_gap_s is not None:
        return []
    return [
        {
            "attack": window.attack,
            "device": window.device,
            "start_ns": window.start_ns,
            "end_ns": window.end_ns,
        }
        for window in recording.scenario.attacks()
    ]
