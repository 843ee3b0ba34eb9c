"""Recordings are made, medmon and rtl_433 read them in turns, processor times go out.

Whole processes are measured, start-up included, because that is what a user waits for. The ratio
is taken run by run, so that the mood of the machine drops out of it. medmon does all its work: it
decodes, judges and writes records, which rtl_433 with its default decoders does not for these
devices; it finds nothing in them.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medmon.bench.job import Job, spread
from medmon.bench.kind import Kind
from medmon.bench.packets import KINDS
from medmon.bench.peer import models_in
from medmon.bench.processes import Spent, spent_by
from medmon.bench.results import Cost, Effort, Throughput, ThroughputRow
from medmon.bench.stretches import RECEIVER, Stretch, sent_at
from signal_fixtures.channel import Scene

GOALS: Mapping[float, float] = {2.048e6: 0.5, 1.024e6: 1.0}
"""Processor time of medmon over that of rtl_433, at most, for one packet a second of each kind."""
LEVEL_DB = 15.0


@dataclass(frozen=True, slots=True)
class _Recording:
    """What is on the air, and how often it is read."""

    band: str
    rate_hz: float
    seconds: float
    runs: int


_PLANS: Mapping[Effort, tuple[_Recording, ...]] = {
    "quick": (_Recording("packets", 2.048e6, 10.0, 2), _Recording("packets", 1.024e6, 10.0, 2)),
    "full": (
        _Recording("packets", 2.048e6, 60.0, 5),
        _Recording("packets", 1.024e6, 60.0, 5),
        _Recording("packets", 250e3, 60.0, 3),
        _Recording("noise", 2.048e6, 60.0, 3),
        _Recording("busy", 2.048e6, 60.0, 3),
    ),
}
_PACES_S: Mapping[str, float] = {"packets": 1.0, "busy": 0.25}


def measure(job: Job) -> Throughput:
    """Measure all recordings.

    Parameters
    ----------
    job : Job
        How much is to be done.

    Returns
    -------
    Throughput
        One row for each.

    Raises
    ------
    SourceError
        If one of the programs fails.
    """
    run = job.run()
    return Throughput(run=run, rows=tuple(_row(job, one) for one in job.each(_PLANS[job.effort])))


def band(name: str, rate_hz: float, seconds: float, *, seed: int) -> Stretch:
    """Put on the air what a recording of some length holds.

    Parameters
    ----------
    name : str
        "packets": each second a long pump packet 20 kHz above the middle and a pod's packet in
        the lower half. "busy": four times as many. "noise": none.
    rate_hz : float
        Sample rate.
    seconds : float
        Length.
    seed : int
        Seed of everything random.

    Returns
    -------
    Stretch
        The samples, and what was sent.
    """
    generator = np.random.default_rng(seed)
    pod_hz = -300e3 if rate_hz > 1e6 else -40e3
    turns: tuple[tuple[Kind, float, float], ...] = (
        (KINDS["medtronic-71"], 20e3, 0.2),
        (KINDS["omnipod-37"], pod_hz, 0.6),
    )
    pace_s = _PACES_S.get(name)
    begins_s = [] if pace_s is None else np.arange(0.0, seconds - pace_s / 2, pace_s).tolist()
    sent = tuple(
        sent_at(kind, rate_hz, LEVEL_DB, begin_s + part * (pace_s or 0.0), generator, offset_hz)
        for begin_s in begins_s
        for kind, offset_hz, part in turns
    )
    emissions = [one.emission for one in sent]
    return Stretch(Scene(rate_hz, round(seconds * rate_hz), emissions, RECEIVER, seed=seed), sent)


def replay_command(folder: Path, *arguments: str) -> list[str]:
    """Build the command line of a replay that no configuration of this machine changes.

    Parameters
    ----------
    folder : Path
        Where an empty configuration is written.
    *arguments : str
        The recording, and what is known of it.

    Returns
    -------
    list of str
        Program and arguments.
    """
    config = folder / "defaults.toml"
    config.touch()
    options = ["-q", "-c", str(config), "-o", "json:-"]
    return [sys.executable, "-m", "medmon", "replay", *arguments, *options]


def _row(job: Job, recording: _Recording) -> ThroughputRow:
    made = band(recording.band, recording.rate_hz, recording.seconds, seed=job.seed)
    file = made.write(job.folder)
    mine: list[Spent] = []
    theirs: list[Spent] = []
    read: dict[str, int] = {}
    models: dict[str, int] = {}
    for _ in range(recording.runs):
        mine.append(spent_by(replay_command(job.folder, str(file)), job.folder))
        read = _transmissions(mine[-1].output.read_text(encoding="ascii"))
        if job.peer is not None:
            theirs.append(job.peer.replay(file))
            models = models_in(theirs[-1].output.read_text(encoding="utf-8", errors="replace"))
    file.unlink()
    count = made.scene.sample_count
    ratios = [a.cpu_s / max(b.cpu_s, 1e-3) for a, b in zip(mine, theirs, strict=False)]
    return ThroughputRow(
        band=recording.band,
        rate_hz=recording.rate_hz,
        seconds=recording.seconds,
        runs=recording.runs,
        medmon=_cost(mine, read, count),
        peer=_cost(theirs, models, count) if theirs else None,
        ratio=spread(ratios) if ratios else None,
        goal=GOALS.get(recording.rate_hz) if recording.band == "packets" else None,
    )


def _cost(runs: Sequence[Spent], decoded: Mapping[str, int], samples: int) -> Cost:
    cpu_s = spread([spent.cpu_s for spent in runs])
    return Cost(
        cpu_s=cpu_s,
        msamples_per_cpu_s=round(samples / 1e6 / max(cpu_s.median, 1e-3), 2),
        decoded=dict(decoded),
    )


def _transmissions(lines: str) -> dict[str, int]:
    """Count what medmon read and believed, by protocol."""
    said = (json.loads(line) for line in lines.splitlines())
    good = [
        str(line["protocol"])
        for line in said
        if line["type"] == "transmission" and line["integrity"] == "ok"
    ]
    return dict(sorted(Counter(good).items()))
