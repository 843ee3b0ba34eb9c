"""Stretches of samples, as they were put on the tape."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.kernels import Codes, Samples, converted
from medmon.phy.channelizer import Grid
from medmon.phy.tape import Tape, padded
from medmon.records import ComplexArray

GRID = Grid.for_rate(250e3)
SLOT = GRID.slot_samples
DC = [np.complex64(0.25), np.complex64(-0.5j), np.complex64(0.125 + 1j)]


def _codes(count: int, seed: int) -> Codes:
    rng = np.random.default_rng(seed)
    return Codes(rng.integers(0, 256, 2 * count).astype(np.uint8), 127.5, 127.5)


@pytest.fixture
def filled() -> tuple[Tape, ComplexArray]:
    """A tape of four, three and six rows, bytes and numbers, and what must be on it."""
    parts: list[Samples] = [
        _codes(4 * SLOT, 1),
        converted(_codes(3 * SLOT, 2)),
        _codes(6 * SLOT, 3),
    ]
    tape = Tape(GRID)
    for part, dc in zip(parts, DC, strict=True):
        tape.keep(part, dc)
    whole = np.concatenate([converted(part) - dc for part, dc in zip(parts, DC, strict=True)])
    return tape, whole


@pytest.mark.parametrize(
    ("begin", "end"),
    [(0, 13), (1, 2), (3, 5), (4, 7), (2, 9), (0, 0), (12, 13)],
)
def test_any_stretch_comes_back(filled: tuple[Tape, ComplexArray], begin: int, end: int) -> None:
    """Over the edges of chunks and from the middle of rows, the carrier of each chunk taken off."""
    tape, whole = filled
    first, stop = max(0, begin * SLOT - 5), min(end * SLOT + 7, whole.size)
    np.testing.assert_array_equal(tape.cut(first, stop), whole[first:stop])


def test_before_the_first_sample_is_silence(filled: tuple[Tape, ComplexArray]) -> None:
    """The filter bank reaches back from the first row of a stream."""
    tape, whole = filled
    np.testing.assert_array_equal(tape.cut(-9, 20), np.concatenate((np.zeros(9), whole[:20])))
    assert not tape.cut(-9, 0).any()


def test_what_is_needed_is_kept(filled: tuple[Tape, ComplexArray]) -> None:
    """A chunk goes when all of it lies before what a region may need, and never the last one."""
    tape, whole = filled
    assert (tape.slots, tape.oldest_sample) == (13, 0)
    tape.forget(3)
    assert tape.oldest_sample == 0
    tape.forget(5)
    assert tape.oldest_sample == 4 * SLOT
    np.testing.assert_array_equal(tape.cut(4 * SLOT, 8 * SLOT), whole[4 * SLOT : 8 * SLOT])
    tape.forget(99)
    assert [chunk.first_slot for chunk in tape.since(0)] == [7]
    assert tape.latest is not None
    assert tape.latest.dc == DC[2]


def test_the_last_chunk_is_filled_up_with_nothing() -> None:
    """The end of a stream is no step that the filter bank would take for a burst."""
    tape = Tape(GRID)
    assert tape.latest is None
    assert tape.oldest_sample == 0
    tape.keep(_codes(2 * SLOT + 3, 4), DC[0])
    (chunk,) = tape.since(0)
    assert (chunk.slots, chunk.whole_slots) == (3, 2)
    assert not tape.cut(2 * SLOT + 3, 3 * SLOT).any()
    assert tape.cut(0, 2 * SLOT + 3).all()


def test_rows_are_given_by_their_chunks(filled: tuple[Tape, ComplexArray]) -> None:
    """A chunk that ends where the next row begins is not looked at again."""
    tape, _ = filled
    assert [chunk.first_slot for chunk in tape.since(3)] == [0, 4, 7]
    assert [chunk.first_slot for chunk in tape.since(4)] == [4, 7]
    assert list(tape.since(13)) == []


def test_whole_rows_are_not_copied() -> None:
    """Nearly every chunk is whole."""
    samples = _codes(2 * SLOT, 5)
    assert padded(samples, SLOT, DC[0]) is samples
    longer = padded(samples[: SLOT + 1], SLOT, DC[0])
    np.testing.assert_array_equal(
        longer, np.append(converted(samples)[: SLOT + 1], np.full(SLOT - 1, DC[0]))
    )
