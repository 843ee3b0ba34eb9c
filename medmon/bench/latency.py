"""Live-sized blocks come in one by one, the time from the deciding bit to the decision goes out.

A receiver hands over a block when its last sample has arrived, so nothing can be known earlier than
the end of the block that holds the deciding bit. Two things are added up for each packet:

* what was *waited*: from the arrival of the deciding bit to the end of the block with which the
  packet was told. It follows from the samples alone, and is the same in every run.
* what was *computed*: from the end of that block to the telling. The clock is a virtual one: work
  on a block begins when the block is there and the one before is done, and takes the processor
  time that it takes here. Blocks that come faster than they are worked on queue up, and it shows.

What is waited for is an `Event`: which packets, how many of their bytes decide, and who tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from medmon.bench.hearing import Ear, blocks_of
from medmon.bench.job import Job
from medmon.bench.packets import KINDS
from medmon.bench.results import Effort, Latency, LatencyRow, Percentiles
from medmon.bench.stretches import Sent, stretch
from medmon.config import Config
from medmon.monitor import Monitor
from medmon.records import Block, Heading, Transmission

LEVEL_DB = 15.0
PAUSE_S = 0.08
"""Between packets; without it a queue that forms behind one would reach the next."""


class Listener(Protocol):
    """Somebody who takes blocks and tells of packets."""

    def told(self, block: Block) -> Iterator[bytes]:
        """Take the next samples, and give for each packet, once it is known, what marks it."""


class MonitorListener:
    """A whole monitor, which tells of a packet when it is judged."""

    def __init__(self) -> None:
        self._monitor = Monitor(Config())

    def told(self, block: Block) -> Iterator[bytes]:
        """Take the next samples, and give each packet that was judged.

        Parameters
        ----------
        block : Block
            The samples.

        Yields
        ------
        bytes
            A packet, check included.
        """
        for record in self._monitor.feed(block):
            if isinstance(record, Transmission) and record.raw:
                yield record.raw


class HeadingListener:
    """A whole monitor with the early path, which tells whose packet is on the air, or was just now.

    Parameters
    ----------
    is_checked : bool
        Whether headings count of which the check holds, at the end of the packet; otherwise those
        count of which only the first bits are there.
    """

    def __init__(self, *, is_checked: bool = False) -> None:
        self._monitor = Monitor(Config(), early=True)
        self._is_checked = is_checked

    def told(self, block: Block) -> Iterator[bytes]:
        """Take the next samples, and give the device of each heading as soon as it is judged.

        Parameters
        ----------
        block : Block
            The samples.

        Yields
        ------
        bytes
            Id of a device.
        """
        for record in self._monitor.records(block):
            if isinstance(record, Heading) and record.is_checked == self._is_checked:
                yield bytes.fromhex(record.message.device)


@dataclass(frozen=True, slots=True)
class Event:
    """What is waited for.

    Attributes
    ----------
    name : str
        Its name.
    kinds : tuple of str
        Kinds of packets that lead to it.
    listener : callable
        Makes the one who tells.
    mark : tuple of (int, int or None)
        First and last-plus-one of the bytes of a packet by which the listener names it.
    deciding_bytes : int or None
        How many of a packet's first bytes decide; None where all do.
    is_asked_on_air : bool
        Whether it should be told before the packet ends, where not all bytes decide.
    """

    name: str
    kinds: tuple[str, ...]
    listener: Callable[[], Listener]
    mark: tuple[int, int | None] = (0, None)
    deciding_bytes: int | None = None
    is_asked_on_air: bool = True


_LONG, _SHORT, _PODS = ("medtronic-71",), ("medtronic-7",), ("omnipod-37",)
_PUMPS = _LONG + _SHORT
_CheckedListener = partial(HeadingListener, is_checked=True)
EVENTS: tuple[Event, ...] = (
    Event("pump heading", _LONG, HeadingListener, (1, 4), 5),
    # The packet is over 1.5 ms later, which is less than most blocks last.
    Event("pump heading, 7 bytes", _SHORT, HeadingListener, (1, 4), 5, is_asked_on_air=False),
    Event("pod heading", _PODS, HeadingListener, (0, 4), 12),
    Event("pump checked", _PUMPS, _CheckedListener, (1, 4)),
    Event("pod checked", _PODS, _CheckedListener, (0, 4)),
    Event("packet", (*_PUMPS, *_PODS), Ear),
    Event("pump judged", _PUMPS, MonitorListener),
    Event("pod judged", _PODS, MonitorListener),
)
"""Heading: device and command are told and judged. Checked: so is the whole packet at its last bit.
Packet: its burst was handed over and its check has passed. Judged: the monitor has written it down,
which waits for copies."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is run: rates, sizes of blocks, packets."""

    rates_hz: tuple[float, ...]
    blocks: tuple[int, ...]
    packets: int


_PLANS: Mapping[Effort, _Plan] = {
    "quick": _Plan((1.024e6,), (512, 4_096, 16_384), 30),
    "full": _Plan((1.024e6, 2.048e6), (512, 1_024, 4_096, 16_384), 1_000),
}


def measure(job: Job) -> Latency:
    """Measure every event at every rate and size of blocks.

    Parameters
    ----------
    job : Job
        How much is to be done.

    Returns
    -------
    Latency
        One row for each.
    """
    run, plan = job.run(), _PLANS[job.effort]
    cases = [(event, rate_hz) for event in EVENTS for rate_hz in plan.rates_hz]
    work = [(event, rate_hz, size) for event, rate_hz in cases for size in plan.blocks]
    rows: list[LatencyRow] = []
    recording, sent = Path(), tuple[Sent, ...]()
    for event, rate_hz, size in job.each(work):
        if size == plan.blocks[0]:
            kinds = [KINDS[name] for name in event.kinds]
            made = stretch(kinds, rate_hz, LEVEL_DB, plan.packets, seed=job.seed, pause_s=PAUSE_S)
            recording, sent = made.write(job.folder), made.sent
        rows.append(_row(event, rate_hz, size, recording, sent))
    return Latency(run=run, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class Telling:
    """When something was told.

    Attributes
    ----------
    data : bytes
        What marks the packet that was told.
    ready_s : float
        End of the block with which it was told, in seconds of the signal.
    told_s : float
        When it was told, on the virtual clock.
    """

    data: bytes
    ready_s: float
    told_s: float


def tellings(
    listener: Listener, blocks: Iterator[Block], clock: Callable[[], float] = time.process_time
) -> Iterator[Telling]:
    """Play blocks to a listener on a virtual clock.

    Parameters
    ----------
    listener : Listener
        Who takes them.
    blocks : iterator of Block
        In order, without gaps.
    clock : callable
        Seconds of work so far.

    Yields
    ------
    Telling
        Everything that was told, and when.
    """
    free_s = 0.0
    for block in blocks:
        ready_s = (block.span.sample_start + block.span.sample_count) / block.rate_hz
        begun_s, begun_work_s = max(ready_s, free_s), clock()
        for data in listener.told(block):
            yield Telling(data, ready_s, begun_s + clock() - begun_work_s)
        free_s = begun_s + clock() - begun_work_s


def _row(
    event: Event, rate_hz: float, size: int, recording: Path, sent: Sequence[Sent]
) -> LatencyRow:
    blocks = (item for item in blocks_of(recording, size) if isinstance(item, Block))
    listener, begun_s = event.listener(), time.process_time()
    first: dict[bytes, Telling] = {}
    for telling in tellings(listener, blocks):
        first.setdefault(telling.data, telling)
    spent_s = time.process_time() - begun_s
    marks = [one.packet[slice(*event.mark)] for one in sent]
    pairs = [(first[mark], one) for mark, one in zip(marks, sent, strict=True) if mark in first]
    decided_s = [_arrived_s(one, event.deciding_bytes) for _, one in pairs]
    waited = [told.ready_s - at_s for (told, _), at_s in zip(pairs, decided_s, strict=True)]
    computed = [told.told_s - told.ready_s for told, _ in pairs]
    total = [one + other for one, other in zip(waited, computed, strict=True)]
    on_air = sum(told.told_s < _arrived_s(one, None) for told, one in pairs)
    return LatencyRow(
        event=event.name,
        rate_hz=rate_hz,
        block_samples=size,
        sent=len(sent),
        seen=len(pairs),
        on_air=None if event.deciding_bytes is None else on_air,
        asked_on_air=event.deciding_bytes is not None and event.is_asked_on_air,
        waited_ms=percentiles(waited),
        computed_ms=percentiles(computed),
        total_ms=percentiles(total),
        load=round(spent_s / (recording.stat().st_size / 2 / rate_hz), 3),
    )


def _arrived_s(one: Sent, count: int | None) -> float:
    return one.arrived_s(8 * (len(one.packet) if count is None else count))


def percentiles(seconds: Sequence[float]) -> Percentiles | None:
    """Sum up a distribution.

    Parameters
    ----------
    seconds : sequence of float
        May be empty.

    Returns
    -------
    Percentiles or None
        In milliseconds, each a value that occurred; None of nothing.
    """
    if not seconds:
        return None
    cuts = np.quantile(seconds, (0.5, 0.99, 0.999), method="higher") * 1e3
    p50, p99, p999 = (round(float(cut), 3) for cut in cuts)
    return Percentiles(p50=p50, p99=p99, p999=p999)
