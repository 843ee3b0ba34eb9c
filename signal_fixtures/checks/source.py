"""A way to open a source comes in; `BrokenPromiseError` comes out if it breaks a promise.

What is promised: the size of blocks does not change what is in them; every sample is in exactly
one block or gap; time is the time of the first sample plus the sample index over the rate; blocks
are read-only complex64 of shape (antennas, samples); closing twice does no harm, and a source that
is closed before it was read to its end lets go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol, TypeAlias

import numpy as np

from medmon.records import Block, ComplexArray, Gap, Transmission
from signal_fixtures.checks.promise import hold

BLOCK_SIZES = (4_096, 1_000, 37)
"""Samples a block that are tried; the last does not divide anything."""
_NS = 1_000_000_000


class Opened(Protocol):
    """The shape of a source; see `medmon.capture.Source`."""

    def __iter__(self) -> Iterator[Block | Gap | Transmission]: ...

    def close(self) -> None:
        """Release what it holds open; may be called twice."""


Opener: TypeAlias = Callable[[int], Opened]
SourceCheck: TypeAlias = Callable[[Opener], None]


def block_size_does_not_matter(opener: Opener) -> None:
    """Hold that the samples are the same however they are cut.

    Parameters
    ----------
    opener : callable
        Opens the same recording anew, given the samples a block.
    """
    first, *others = (_joined(_items(opener, size)) for size in BLOCK_SIZES)
    hold(first.size, "the sample recording holds no samples")
    for size, other in zip(BLOCK_SIZES[1:], others, strict=True):
        is_same = first.shape == other.shape and np.array_equal(first, other)
        hold(is_same, f"blocks of {size} samples hold other samples than those of {BLOCK_SIZES[0]}")


def every_sample_has_one_place(opener: Opener) -> None:
    """Hold that blocks and gaps follow each other without a hole or an overlap.

    Parameters
    ----------
    opener : callable
        Opens the same recording anew, given the samples a block.
    """
    for size in BLOCK_SIZES:
        place = None
        for item in _items(opener, size):
            span = item.span
            hold(place in (None, span.sample_start), f"{span}: expected to begin at {place}")
            hold(span.sample_count > 0, f"{span}: empty")
            if isinstance(item, Block):
                held = item.iq.shape[-1]
                hold(held == span.sample_count, f"{span}: holds {held} samples")
                hold(held <= size, f"{span}: longer than {size}")
            place = span.sample_start + span.sample_count


def time_follows_the_sample_count(opener: Opener) -> None:
    """Hold that time is the epoch plus the index over the rate, to the nanosecond.

    Parameters
    ----------
    opener : callable
        Opens the same recording anew, given the samples a block.
    """
    items = _items(opener, BLOCK_SIZES[1])
    epoch_ns, start = items[0].time_ns, items[0].span.sample_start
    for item in items:
        hold(item.rate_hz > 0, f"{item.span}: rate of {item.rate_hz}")
        # With a gap, real time may have moved on by something else than the count of samples.
        elapsed_ns = round((item.span.sample_start - start) * _NS / item.rate_hz)
        off_ns = abs(item.time_ns - epoch_ns - elapsed_ns)
        hold(off_ns <= 1, f"{item.span}: its time is {off_ns} ns off")


def blocks_are_what_the_rooms_expect(opener: Opener) -> None:
    """Hold that samples are complex64, two-dimensional, finite and read-only.

    Parameters
    ----------
    opener : callable
        Opens the same recording anew, given the samples a block.
    """
    for item in _items(opener, BLOCK_SIZES[0]):
        if isinstance(item, Block):
            hold(item.iq.dtype == np.complex64, f"iq: {item.iq.dtype}, not complex64")
            hold(item.iq.ndim == 2, f"iq: shape {item.iq.shape}, not (antennas, samples)")
            hold(not item.iq.flags.writeable, "iq: can be written to")
            hold(np.isfinite(item.iq).all(), "iq: not finite")


def closing_lets_go(opener: Opener) -> None:
    """Hold that it may be closed early, and twice.

    Parameters
    ----------
    opener : callable
        Opens the same recording anew, given the samples a block.
    """
    source = opener(BLOCK_SIZES[-1])
    first = list(islice(iter(source), 1))
    source.close()
    source.close()
    again = _items(opener, BLOCK_SIZES[-1])
    is_same = first[0].time_ns == again[0].time_ns
    hold(is_same, "closing early: the next one begins elsewhere")


SOURCE_CHECKS: tuple[SourceCheck, ...] = (
    block_size_does_not_matter,
    every_sample_has_one_place,
    time_follows_the_sample_count,
    blocks_are_what_the_rooms_expect,
    closing_lets_go,
)


def check_source(opener: Opener) -> None:
    """Run all checks of a source of samples.

    Parameters
    ----------
    opener : callable
        Opens the same recording anew, given the samples a block. The recording should be longer
        than a few thousand samples.
    """
    for check in SOURCE_CHECKS:
        check(opener)


def _items(opener: Opener, size: int) -> list[Block | Gap]:
    source = opener(size)
    try:
        return [item for item in source if not isinstance(item, Transmission)]
    finally:
        source.close()


def _joined(items: list[Block | Gap]) -> ComplexArray:
    """Join all samples; a gap counts as that many zeros."""
    antennas = max((item.iq.shape[0] for item in items if isinstance(item, Block)), default=1)
    parts = [
        item.iq
        if isinstance(item, Block)
        else np.zeros((antennas, item.samples_lost), np.complex64)
        for item in items
    ]
    return np.concatenate(parts, axis=1) if parts else np.zeros((1, 0), np.complex64)
