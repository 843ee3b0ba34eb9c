"""Signals of several lengths go through a pipe into whole processes, their largest memory goes out.

Ten seconds with packets in them are repeated, so nothing has to be stored; the seam is silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from medmon.bench.job import Job
from medmon.bench.processes import Spent, spent_by
from medmon.bench.results import Effort, Memory, MemoryRow
from medmon.bench.throughput import band, replay_command

RATE_HZ = 250e3
_PIECE_S = 10.0
_SECONDS: Mapping[Effort, tuple[float, ...]] = {
    "quick": (10.0, 60.0),
    "full": (60.0, 600.0, 3600.0),
}


def measure(job: Job) -> Memory:
    """Measure medmon, and rtl_433 where it is, at each length.

    Parameters
    ----------
    job : Job
        How much is to be done.

    Returns
    -------
    Memory
        One row for each program and length.

    Raises
    ------
    SourceError
        If one of the programs fails.
    """
    run = job.run()
    file = band("packets", RATE_HZ, _PIECE_S, seed=job.seed).write(job.folder)
    piece = file.read_bytes()
    file.unlink()
    rows: list[MemoryRow] = []
    for seconds in job.each(_SECONDS[job.effort]):
        spent = _replayed(job, piece, seconds)
        rows.append(_row("medmon", seconds, spent))
        if job.peer is not None:
            listened = job.peer.listen(_repeated(piece, seconds), RATE_HZ, job.folder)
            rows.append(_row("rtl_433", seconds, listened))
    peaks = [row.peak_rss_mib for row in rows if row.program == "medmon"]
    known = [peak for peak in peaks if peak is not None]
    growth = round(known[-1] - known[0], 1) if len(known) == len(peaks) else None
    return Memory(run=run, rate_hz=RATE_HZ, rows=tuple(rows), growth_mib=growth)


def _replayed(job: Job, piece: bytes, seconds: float) -> Spent:
    command = replay_command(job.folder, "-", "-s", f"{RATE_HZ:.0f}", "-f", "433.92M")
    return spent_by(command, job.folder, fed=_repeated(piece, seconds))


def _repeated(piece: bytes, seconds: float) -> Iterator[bytes]:
    for _ in range(round(seconds / _PIECE_S)):
        yield piece


def _row(program: str, seconds: float, spent: Spent) -> MemoryRow:
    peak = None if spent.peak_rss_mib is None else round(spent.peak_rss_mib, 1)
    return MemoryRow.model_validate({"program": program, "seconds": seconds, "peak_rss_mib": peak})
