"""A `Recording` comes in, files come out: raw samples, or a SigMF pair with the truth in it.

Samples are written as they are rendered, chunk by chunk. A raw file's name carries its facts
(``g001_433.92M_2048k.cu8``); a SigMF pair carries the truth as annotations, the extension
``medmon`` declared as optional, so that any SigMF reader shows the labels.

Where silences were cut, the pair says so by its captures, and everything in it has the bed's own
time. A raw file cannot: there the scene goes faster than it was.
"""

from __future__ import annotations

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from signal_fixtures.adc import SampleFormat, bytes_from_iq
from signal_fixtures.bed import Band
from signal_fixtures.render import Cut, Recording
from signal_fixtures.truth import NAMESPACE, Truth, annotation_from_truth

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
GAP_REASON_KEY, GAP_REASON = "medmon:gap_reason", "silence left out (--longest-gap)"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        "captures": list(_captures(recording)),
        "annotations": [annotation_from_truth(truth) for truth in _in_time(recording)],
    }


def _captures(recording: Recording) -> Iterator[dict[str, str | int | float]]:
    """One capture, and one more behind each cut: its index counts what was left out."""
    band = recording.tuned
    for cut in (Cut(0, 0), *recording.cuts()):
        index = cut.sample_start + cut.samples_lost
        passed = timedelta(microseconds=recording.epoch_ns // 1_000 + index * 1e6 // band.rate_hz)
        capture: dict[str, str | int | float] = {
            "core:sample_start": cut.sample_start,
            "core:global_index": index,
            "core:frequency": band.freq_hz,
            "core:datetime": f"{_EPOCH + passed:%Y-%m-%dT%H:%M:%S.%f}Z",
        }
        yield capture | ({GAP_REASON_KEY: GAP_REASON} if cut.samples_lost else {})


def _in_time(recording: Recording) -> Iterator[Truth]:
    """Give the truths at the times at which they happened, cut silences included."""
    cuts = deque(recording.cuts())
    lost_ns = 0
    for truth in recording.truths():
        while cuts and cuts[0].sample_start <= truth.sample_start:
            lost_ns = round(cuts.popleft().samples_lost * 1e9 / recording.tuned.rate_hz)
        yield replace(truth, time_ns=truth.time_ns + lost_ns)


def _windows(recording: Recording) -> list[dict[str, str | int]]:
    return [
        {
            "attack": window.attack,
            "device": window.device,
            "start_ns": window.start_ns,
            "end_ns": window.end_ns,
        }
        for window in recording.scenario.attacks()
    ]
