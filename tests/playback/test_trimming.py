"""The end of a recording after a time: exact to the sample, whatever the blocks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.playback.trimming import Item, trimmed
from medmon.records import Block, Gap, Radio, Span, Summary, Transmission

RATE_HZ = 1000.0


def _block(start: int, count: int) -> Block:
    iq = np.arange(start, start + count, dtype=np.complex64)[None, :]
    return Block(Span("t", start, count), start * 1_000_000, RATE_HZ, 0.0, iq)


def _gap(start: int, count: int) -> Gap:
    return Gap(Span("t", start, count), start * 1_000_000, RATE_HZ, "lost")


def _said(time_ns: int) -> Transmission:
    radio = Radio(
        freq_hz=916.5e6,
        cfo_hz=0.0,
        bandwidth_hz=20e3,
        rssi_dbfs=-20.0,
        snr_db=20.0,
        noise_dbfs=-40.0,
        duration_us=15_000.0,
        modulation="ook",
    )
    return Transmission("id", Span("t", 0, 1), time_ns, radio)


@given(st.lists(st.integers(1, 40), min_size=1), st.integers(0, 300))
def test_the_same_samples_are_left_for_any_blocks(sizes: list[int], wanted: int) -> None:
    """-T 0.1 is the first 100 samples at 1 kS/s, however they come."""
    starts = [sum(sizes[:n]) for n in range(len(sizes))]
    blocks = [_block(100 + start, size) for start, size in zip(starts, sizes, strict=True)]
    left = list(trimmed(blocks, wanted / RATE_HZ))
    heard = [x for item in left if isinstance(item, Block) for x in item.iq[0].real.tolist()]
    assert heard == list(range(100, 100 + min(wanted, sum(sizes))))
    assert sum(item.span.sample_count for item in left if isinstance(item, Block)) == len(heard)


def test_a_gap_counts_as_time() -> None:
    """Lost samples are part of the duration; one across the end is cut."""
    left = list(trimmed([_block(0, 10), _gap(10, 50), _block(60, 10)], 0.03))
    assert [type(item) for item in left] == [Block, Gap]
    assert isinstance(left[1], Gap)
    assert left[1].samples_lost == 20


def test_nothing_is_asked_of_the_source_after_the_end() -> None:
    """A pipe may never give another block, and a fault beyond the end is nobody's business."""

    def source() -> Iterator[Item]:
        yield _block(0, 10)
        pytest.fail("asked for more")

    assert len(list(trimmed(source(), 0.01))) == 1


def test_records_end_by_their_time() -> None:
    """Without samples the first record begins the duration."""
    items: list[Item] = [_said(5_000), _said(1_000_004_999), _said(1_000_005_000)]
    assert list(trimmed(items, 1.0)) == items[:2]
    summary = Summary(2_000_000_000, 0, 0, 2.0, {}, {})
    assert list(trimmed([_said(0), summary], 1.0)) == [_said(0)]
