"""Recordings come in, their lines go out in the order of the files, and one summary at the end.

With several jobs each recording is judged in a process of its own, which writes its lines into a
file; they are read from there when its turn comes, so memory stays flat and the output is the same
to the last byte, whoever is ready first. Only the two figures about the run itself, time and
memory, differ from run to run; both stand in the summary.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from medmon.playback.judging import Ended, Judging
from medmon.playback.listening import Fault, Plan, Watch
from medmon.playback.memory import peak_rss_mb
from medmon.records import Summary
from medmon.wire import Line, line_from_record

if TYPE_CHECKING:
    from medmon.playback.spool import Spooled


class Replay:
    """Recordings, each judged by a monitor of its own.

    Parameters
    ----------
    uris : sequence of str
        The recordings, at least one.
    plan : Plan
        How to listen.
    watch : Watch
        Who follows the work.
    jobs : int
        Processes at work at a time; 1 judges in this one and hands lines on as they come.

    Attributes
    ----------
    faults : list of Fault
        What broke recordings off, in the order of the files.
    """

    def __init__(self, uris: Sequence[str], plan: Plan, watch: Watch, *, jobs: int = 1) -> None:
        self.faults: list[Fault] = []
        self._uris, self._plan, self._watch = tuple(uris), plan, watch
        self._jobs = min(jobs, len(self._uris))
        self._summaries: list[Summary] = []
        self._peak_rss_mb = 0.0

    def lines(self) -> Iterator[Line]:
        """Play all recordings, once.

        Yields
        ------
        dict
            The line of each record, the summary's last.

        Raises
        ------
        ConfigError
            If a policy row has mistakes.
        PluginError
            If a plugin is missing or its name is taken twice.
        """
        begun_s = time.perf_counter()
        yield from self._played_here() if self._jobs == 1 else self._played_beside()
        took_s = time.perf_counter() - begun_s
        total = total_of(self._summaries)
        if self.faults and not (total.samples or total.samples_lost or total.transmissions):
            return  # nothing was read, so nothing can be said about it, least of all "no alarms"
        summary = replace(
            total,
            real_time_factor=total.seconds / max(took_s, 1e-9),
            peak_rss_mb=max(self._peak_rss_mb, peak_rss_mb()) or None,
        )
        yield line_from_record(summary)

    def _played_here(self) -> Iterator[Line]:
        for number, uri in enumerate(self._uris):
            judging = Judging(uri, self._plan, _part(self._watch, number, len(self._uris)))
            yield from judging.lines()
            self._note(judging.ended())
            if self._watch.is_stopped():
                return

    def _played_beside(self) -> Iterator[Line]:
        from medmon.playback.spool import spooled

        for number, done in enumerate(
            spooled(self._uris, self._plan, self._watch, jobs=self._jobs), start=1
        ):
            yield from _read(done)
            for remark in done.remarks:
                self._watch.say(remark)
            self._note(done.ended)
            self._peak_rss_mb = max(self._peak_rss_mb, done.peak_rss_mb)
            self._watch.passed(number / len(self._uris), 0)

    def _note(self, ended: Ended) -> None:
        self._summaries.append(ended.summary)
        if ended.fault is not None:
            self.faults.append(ended.fault)


def _part(whole: Watch, number: int, count: int) -> Watch:
    """Follow one recording of several: its progress is a part of the whole."""

    def passed(share: float | None, samples: int) -> None:
        """Tell how far the whole is."""
        whole.passed(None if share is None else (number + share) / count, samples)

    return replace(whole, passed=passed)


def total_of(summaries: Iterable[Summary]) -> Summary:
    """Sum up several recordings.

    Parameters
    ----------
    summaries : iterable of Summary
        One for each.

    Returns
    -------
    Summary
        Sums of all counts; the time is the latest one.
    """
    given = tuple(summaries)
    transmissions: Counter[str] = Counter()
    alarms: Counter[str] = Counter()
    for summary in given:
        transmissions.update(summary.transmissions)
        alarms.update(summary.alarms)
    return Summary(
        time_ns=max((summary.time_ns for summary in given), default=0),
        samples=sum(summary.samples for summary in given),
        samples_lost=sum(summary.samples_lost for summary in given),
        seconds=sum(summary.seconds for summary in given),
        transmissions=dict(sorted(transmissions.items())),
        alarms=dict(sorted(alarms.items())),
    )


def _read(done: Spooled) -> Iterator[Line]:
    with done.file.open(encoding="ascii") as lines:
        for text in lines:
            line: Line = json.loads(text)
            yield line
    done.file.unlink()
