"""The source suite passes a good toy and names the fault of each spoilt one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from medmon.records import Block, ComplexArray, Gap, Span
from signal_fixtures.checks import SOURCE_CHECKS, BrokenPromiseError, check_source

RATE_HZ = 250e3
EPOCH_NS = 1_795_392_000_000_000_000
SAMPLES = np.exp(1j * np.arange(10_000) / 7).astype(np.complex64)[np.newaxis, :]
LOST = range(4_000, 4_500)


class Toy:
    """Ten thousand samples, five hundred of them lost."""

    def __init__(self, block_samples: int) -> None:
        self.block_samples = block_samples
        self.is_open = True

    def __iter__(self) -> Iterator[Block | Gap]:
        place = 0
        while place < SAMPLES.shape[1]:
            if place == LOST.start:
                span = Span("toy", place, len(LOST))
                yield Gap(span, self.time(place), RATE_HZ, "lost on purpose")
                place = LOST.stop
                continue
            end = min(place + self.block_samples, LOST.start if place < LOST.start else 10_000)
            yield self.block(place, SAMPLES[:, place:end])
            place = end

    def time(self, place: int) -> int:
        """UTC time of a sample."""
        return EPOCH_NS + round(place * 1_000_000_000 / RATE_HZ)

    def block(self, place: int, samples: ComplexArray) -> Block:
        """Wrap samples, read-only."""
        iq = samples.copy()
        iq.flags.writeable = False
        return Block(Span("toy", place, iq.shape[1]), self.time(place), RATE_HZ, 916.5e6, iq)

    def close(self) -> None:
        """Close, any number of times."""
        self.is_open = False


def test_a_source_that_keeps_its_promises_passes() -> None:
    """The suite asks for nothing that an honest source cannot do."""
    check_source(Toy)


class _Drifting(Toy):
    def time(self, place: int) -> int:
        return super().time(place) + place // 7


class _Writable(Toy):
    def block(self, place: int, samples: ComplexArray) -> Block:
        span = Span("toy", place, samples.shape[1])
        return Block(span, self.time(place), RATE_HZ, 916.5e6, samples.copy())


class _Flat(Toy):
    def block(self, place: int, samples: ComplexArray) -> Block:
        iq = samples[0].copy()
        iq.flags.writeable = False
        return Block(Span("toy", place, iq.size), self.time(place), RATE_HZ, 916.5e6, iq)


class _Wide(Toy):
    def __iter__(self) -> Iterator[Block | Gap]:
        for item in super().__iter__():
            if isinstance(item, Block):
                wide: Any = item.iq.astype(np.complex128)
                wide.flags.writeable = False
                yield Block(item.span, item.time_ns, RATE_HZ, 0.0, wide)  # a wrong type on purpose
            else:
                yield item


class _Dropping(Toy):
    def __iter__(self) -> Iterator[Block | Gap]:
        return (item for item in super().__iter__() if isinstance(item, Block))


class _Seamed(Toy):
    def block(self, place: int, samples: ComplexArray) -> Block:
        marked = samples.copy()
        marked[0, 0] = 0
        return super().block(place, marked)


class _Empty(Toy):
    def __iter__(self) -> Iterator[Block | Gap]:
        return iter(())


class _Stubborn(Toy):
    def close(self) -> None:
        if not self.is_open:
            raise BrokenPromiseError("closed twice")
        super().close()


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (_Drifting, "ns off"),
        (_Writable, "can be written to"),
        (_Flat, "not \\(antennas, samples\\)"),
        (_Wide, "not complex64"),
        (_Dropping, "expected to begin at"),
        (_Seamed, "hold other samples"),
        (_Empty, "holds no samples"),
        (_Stubborn, "closed twice"),
    ],
)
def test_each_fault_is_found_and_named(source: type[Toy], complaint: str) -> None:
    """A suite that cannot fail is worth nothing: at least one of its checks says this."""
    said = []
    for check in SOURCE_CHECKS:
        try:
            check(source)
        except (BrokenPromiseError, IndexError, ValueError) as error:
            said.append(str(error))
    assert any(re.search(complaint, text) for text in said), said
