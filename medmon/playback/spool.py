"""Recordings come in, files with their lines come out, made by several processes at once.

Processes are started afresh (spawned), because a fork of a process with threads may stand still.
They do not take Ctrl-C themselves, although a terminal sends it to all: the parent tells them to
stop, and each closes its recording cleanly.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from tempfile import TemporaryDirectory

from medmon.playback.judging import Ended, Judging
from medmon.playback.listening import Plan, Watch
from medmon.playback.memory import peak_rss_mb
from medmon.wire import text_from_line

_LOOK_S = 0.1
"""How often the parent looks whether somebody wants to stop."""
_stops: list[Event] = []
"""In a process that judges: how the parent says that it should stop."""


@dataclass(frozen=True, slots=True)
class Spooled:
    """A recording that was judged in another process.

    Attributes
    ----------
    file : Path
        Its lines.
    remarks : tuple of str
        What was said about it.
    ended : Ended
        How it ended.
    peak_rss_mb : float
        Largest memory of that process.
    """

    file: Path
    remarks: tuple[str, ...]
    ended: Ended
    peak_rss_mb: float


def spooled(uris: Sequence[str], plan: Plan, watch: Watch, *, jobs: int) -> Iterator[Spooled]:
    """Judge recordings in other processes.

    Parameters
    ----------
    uris : sequence of str
        The recordings.
    plan : Plan
        How to listen.
    watch : Watch
        Asked whether to stop.
    jobs : int
        Processes at work at a time.

    Yields
    ------
    Spooled
        In the order of the recordings; the file is gone when all is over. When somebody wants to
        stop, recordings that had not begun are left out.

    Raises
    ------
    OSError
        If there is no room for the lines.
    """
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with (
        TemporaryDirectory(prefix="medmon-") as folder,
        ProcessPoolExecutor(jobs, context, _begin, (stop,)) as pool,
    ):
        # Processes begin with the mask of their parent: none can be interrupted while it imports.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            waiting = [
                pool.submit(_judge, uri, plan, Path(folder) / f"{number}.jsonl")
                for number, uri in enumerate(uris)
            ]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        try:
            for future in waiting:
                done = _awaited(future, watch, stop, waiting)
                if done is not None:
                    yield done
        finally:
            _cancel(stop, waiting)


def _awaited(
    future: Future[Spooled], watch: Watch, stop: Event, waiting: Sequence[Future[Spooled]]
) -> Spooled | None:
    while not future.cancelled():
        if watch.is_stopped():
            _cancel(stop, waiting)
        try:
            return None if future.cancelled() else future.result(timeout=_LOOK_S)
        except TimeoutError:
            continue
    return None


def _cancel(stop: Event, waiting: Sequence[Future[Spooled]]) -> None:
    stop.set()
    for future in waiting:
        future.cancel()


def _begin(stop: Event) -> None:
    """Prepare a process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _stops.append(stop)


def _judge(uri: str, plan: Plan, file: Path) -> Spooled:
    """Judge one recording in this process."""
    remarks: list[str] = []
    judging = Judging(uri, plan, Watch(say=remarks.append, is_stopped=_is_stopped))
    with file.open("w", encoding="ascii") as spool:
        for line in judging.lines():
            spool.write(text_from_line(line) + "\n")
    return Spooled(file, tuple(remarks), judging.ended(), peak_rss_mb())


def _is_stopped() -> bool:
    return any(stop.is_set() for stop in _stops)
