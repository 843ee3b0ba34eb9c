"""Live-sized blocks come in one by one, the time from the deciding bit to the decision goes out.

A receiver hands over a block when its last sample has arrived, so nothing can be known earlier than
the end of the block that holds the deciding bit. Two things are added up for each packet:

* what was *waited*: from the arrival of the deciding bit to the end of the block with which the
  packet was told. It follows from the samples alone, and is the same in every run.
* what was *computed*: from the end of that block to the telling. The clock is a virtual one: work
  on a block begins when the block is there and the one before is done, and takes the processor
  time that it takes here. Blocks that come faster than they are worked on queue up, and it shows.

What is waited for is an `Event`: which packets, how many of their bits decide, and who tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from medmon.records import Block, Transmission

LEVEL_DB = 15.0
PAUSE_S = 0.08
"""Between packets; without it a queue that forms behind one would reach the next."""


class Listener(Protocol):
    """Somebody who takes blocks and tells of packets."""

    def told(self, block: Block) -> Iterator[bytes]:
        """Take the next samples, and give the bytes of each packet as soon as they are known."""


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


@dataclass(frozen=True, slots=True)
class Event:
    """What is waited for.

    Attributes
    ----------
    name : str
        Its name.
    kinds : tuple of str
        Kinds of packets that lead to it.
    part : callable
        From a packet to those of its first bytes that decide; the listener tells just these.
    listener : callable
        Makes the one who tells.
    """

    name: str
    kinds: tuple[str, ...]
    part: Callable[[bytes], bytes]
    listener: Callable[[], Listener]


def _whole(packet: bytes) -> bytes:
    return packet


EVENTS: tuple[Event, ...] = (
    Event("packet", tuple(KINDS), _whole, Ear),
    Event("pump judged", ("medtronic-71", "medtronic-7"), _whole, MonitorListener),
    Event("pod judged", ("omnipod-37",), _whole, MonitorListener),
)
"""Packet: its check has passed. Judged: the monitor has written it down, which waits for copies."""


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
        What was told.
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
    pairs = [
        (first[part], one.arrived_s(8 * len(part)))
        for one in sent
        if (part := event.part(one.packet)) in first
    ]
    waited = [telling.ready_s - arrived_s for telling, arrived_s in pairs]
    computed = [telling.told_s - telling.ready_s for telling, _ in pairs]
    total = [telling.told_s - arrived_s for telling, arrived_s in pairs]
    return LatencyRow(
        event=event.name,
        rate_hz=rate_hz,
        block_samples=size,
        sent=len(sent),
        seen=len(pairs),
        waited_ms=percentiles(waited),
        computed_ms=percentiles(computed),
        total_ms=percentiles(total),
        load=round(spent_s / (recording.stat().st_size / 2 / rate_hz), 3),
    )


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
