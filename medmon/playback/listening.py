"""The name of a recording and a plan come in, its blocks, gaps or records go out.

This is what everybody does who listens to a recording: open it with the facts the user gave, end
it after a time, keep the pace that was asked for, stop when somebody asks, and tell how far it is.
None of it changes what is heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from medmon.capture import Facts, Source, open_source
from medmon.capture.facts import NOTHING_KNOWN
from medmon.capture.files import FileSource
from medmon.capture.layout import DEFAULT_BLOCK_SAMPLES, Layout
from medmon.config import Config
from medmon.errors import MedmonError
from medmon.playback.trimming import Item, trimmed
from medmon.records import Block

_NAP_S = 0.1
"""Longest sleep, so that a wish to stop is noticed soon."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How recordings are to be listened to.

    Attributes
    ----------
    config : Config
        The bed: devices, limits, policies.
    facts : Facts
        What the user says about the recordings.
    block_samples : int
        Samples a block; it changes nothing but speed.
    duration_s : float or None
        How much of each recording; None is all of it.
    speed : float or None
        Seconds of the recording for each second of the clock; None is as fast as it goes.
    is_early : bool
        Whether packets are told of while they are still on the air.
    """

    config: Config
    facts: Facts = NOTHING_KNOWN
    block_samples: int = DEFAULT_BLOCK_SAMPLES
    duration_s: float | None = None
    speed: float | None = None
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a recording broke off, or why it could not be read.

    Attributes
    ----------
    exit_code : int
        Exit status that goes with it.
    text : str
        The message for the user.
    """

    exit_code: int
    text: str

    @classmethod
    def of(cls, error: MedmonError) -> Fault:
        """Take down an error; unlike an exception, a fault can go from process to process.

        Parameters
        ----------
        error : MedmonError
            The error.

        Returns
        -------
        Fault
            Its message and exit status.
        """
        return cls(error.exit_code, str(error))


def _say_nothing(text: str) -> None:
    """Let a remark go."""
    del text


def _pass_on(share: float | None, samples: int) -> None:
    """Let progress go."""
    del share, samples


def _never() -> bool:
    """Tell that nobody wants to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Watch:
    """Somebody who follows the work; without arguments nobody does.

    Attributes
    ----------
    say : callable
        Takes a remark about a recording, one line.
    passed : callable
        Takes the part of the work that is done, 0 to 1, or None where nobody knows the length;
        and the samples of the recording heard so far.
    is_stopped : callable
        Tells whether the work should end at the next block.
    """

    say: Callable[[str], None] = _say_nothing
    passed: Callable[[float | None, int], None] = _pass_on
    is_stopped: Callable[[], bool] = _never


class Listening:
    """One recording, to be iterated over once.

    Parameters
    ----------
    uri : str
        The recording.
    plan : Plan
        How to listen.
    watch : Watch
        Who follows the work.

    Attributes
    ----------
    layout : Layout or None
        How its samples are written down, once it is open; None for what has no samples.
    """

    def __init__(self, uri: str, plan: Plan, watch: Watch) -> None:
        self.layout: Layout | None = None
        self._uri, self._plan, self._watch = uri, plan, watch
        self._samples = 0

    def __iter__(self) -> Iterator[Item]:
        """Listen to the end, or until somebody wants to stop.

        Yields
        ------
        Block, Gap, Transmission or Summary
            What the recording holds, in order.

        Raises
        ------
        MedmonError
            If the recording cannot be opened; or where it breaks off, after all that came before.
        """
        plan = self._plan
        with open_source(self._uri, facts=plan.facts, block_samples=plan.block_samples) as source:
            layout = getattr(source, "layout", None)
            self.layout = layout if isinstance(layout, Layout) else None
            items: Iterator[Item] = iter(source)
            if plan.duration_s is not None:
                items = trimmed(items, plan.duration_s)
            for item in self._paced(items):
                yield item
                self._tell(source, item)
                if self._watch.is_stopped():
                    return

    def _tell(self, source: Source, item: Item) -> None:
        self._samples += item.span.sample_count if isinstance(item, Block) else 0
        share = None
        if isinstance(source, FileSource):
            done, total = source.progress()
            share = done / total if total else None
        self._watch.passed(share, self._samples)

    def _paced(self, items: Iterator[Item]) -> Iterator[Item]:
        """Hold each item back until its time has come."""
        speed = self._plan.speed
        first_ns: int | None = None
        begun_s = time.monotonic()
        for item in items:
            first_ns = item.time_ns if first_ns is None else first_ns
            if speed is not None:
                due_s = begun_s + (item.time_ns - first_ns) / 1e9 / speed
                while (left_s := due_s - time.monotonic()) > 0 and not self._watch.is_stopped():
                    time.sleep(min(left_s, _NAP_S))
            yield item
