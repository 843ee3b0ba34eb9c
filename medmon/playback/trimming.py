"""What a recording holds comes in, the same up to a time goes out.

The end is a number of samples from the first one, so it does not depend on the blocks; for records
without samples it is a time after the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias

from medmon.records import Block, Gap, Summary, Transmission

Item: TypeAlias = Block | Gap | Transmission | Summary
"""What a source holds."""


def trimmed(items: Iterable[Item], duration_s: float) -> Iterator[Item]:
    """End a recording early.

    Parameters
    ----------
    items : iterable of Block, Gap, Transmission or Summary
        What the recording holds, in order.
    duration_s : float
        How much of it is wanted, at least 0.

    Yields
    ------
    Block, Gap, Transmission or Summary
        What lies before the end; a block or gap across it is cut.
    """
    first: Item | None = None
    for item in items:
        first = item if first is None else first
        if isinstance(item, Transmission | Summary) or isinstance(first, Transmission | Summary):
            if item.time_ns - first.time_ns >= duration_s * 1e9:
                return
            yield item
            continue
        left = round(duration_s * first.rate_hz) + first.span.sample_start - item.span.sample_start
        if left > 0:
            yield _shortened(item, min(left, item.span.sample_count))
        if left <= item.span.sample_count:
            return


def _shortened(item: Block | Gap, sample_count: int) -> Block | Gap:
    if sample_count == item.span.sample_count:
        return item
    span = replace(item.span, sample_count=sample_count)
    if isinstance(item, Block):
        return replace(item, span=span, samples=item.iq[:, :sample_count])
    return replace(item, span=span)
