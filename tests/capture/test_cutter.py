"""Samples are conserved, cuts do not matter, and nothing but numbers gets through."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.capture.cutter import NOT_NUMBERS, Cutter, cut, finished
from medmon.capture.formats import FORMATS
from medmon.capture.layout import Layout
from medmon.errors import InputError, StorageError
from medmon.records import Block, ComplexArray, Gap


def layout(name: str, *, block_samples: int = 4, antenna_count: int = 1) -> Layout:
    return Layout(
        "x",
        FORMATS[name],
        rate_hz=1_000_000.0,
        freq_hz=916.5e6,
        start_ns=10_000,
        antenna_count=antenna_count,
        block_samples=block_samples,
    )


def samples(items: list[Block | Gap]) -> ComplexArray:
    parts = [item.iq for item in items if isinstance(item, Block)]
    return np.concatenate(parts, axis=1) if parts else np.empty((1, 0), dtype=np.complex64)


def gaps(items: list[Block | Gap]) -> list[Gap]:
    return [item for item in items if isinstance(item, Gap)]


def check_chain(items: list[Block | Gap], total: int) -> None:
    """Each item begins where the one before ended, and its time follows from its index."""
    index = 0
    for item in items:
        assert item.span.sample_start == index
        assert item.span.sample_count > 0
        assert item.time_ns == 10_000 + index * 1_000
        if isinstance(item, Block):
            assert item.iq.shape[1] == item.span.sample_count
            assert not item.iq.flags.writeable
        index += item.span.sample_count
    assert index == total


@given(st.binary(max_size=200), st.integers(1, 40), st.lists(st.integers(0, 30)), st.integers(1, 3))
def test_any_pieces_and_any_block_size_give_the_same_samples(
    data: bytes, block_samples: int, lengths: list[int], antenna_count: int
) -> None:
    """A replay with other buffers than the live run must see the same."""
    cutter = Cutter(layout("cu8", block_samples=block_samples, antenna_count=antenna_count))
    items: list[Block | Gap] = []
    place = 0
    for length in [*lengths, len(data)]:
        items += cutter.feed(data[place : place + length])
        place += length
    items += cutter.flush()
    frame = 2 * antenna_count
    whole = len(data) // frame
    assert cutter.leftover_bytes == len(data) % frame
    assert cutter.sample_index == whole
    check_chain(items, whole)
    assert all(item.span.sample_count == block_samples for item in items[:-1])
    codes = np.frombuffer(data[: whole * frame], dtype=np.uint8).reshape(whole, antenna_count, 2)
    wanted = (codes.astype(np.float64) - 127.5) / 127.5
    if whole:
        got = samples(items)
        np.testing.assert_allclose(got.real, wanted[:, :, 0].T, atol=1e-7)
        np.testing.assert_allclose(got.imag, wanted[:, :, 1].T, atol=1e-7)


FLOATS = st.lists(
    st.tuples(*[st.floats(-1, 1, width=32) | st.sampled_from([np.nan, np.inf, -np.inf, 1e20])] * 2),
    max_size=40,
)


@given(FLOATS, st.integers(1, 50))
def test_samples_that_are_no_numbers_become_gaps_of_exactly_their_length(
    pairs: list[tuple[float, float]], block_samples: int
) -> None:
    """A NaN must never reach the demodulator, and the samples beside it must not be lost."""
    cutter = Cutter(layout("cf32", block_samples=block_samples))
    items = cutter.feed(np.array(pairs, dtype=np.float32).tobytes()) + cutter.flush()
    check_chain(items, len(pairs))
    is_good = [abs(i) <= 1 and abs(q) <= 1 for i, q in pairs]
    good = [pair for pair, good in zip(pairs, is_good, strict=True) if good]
    got = samples(items).ravel()
    assert np.isfinite(got).all()
    assert got.tolist() == [complex(*pair) for pair in good]
    runs = "".join("g" if good else "b" for good in is_good).split("g")
    assert [gap.samples_lost for gap in gaps(items)] == [len(run) for run in runs if run]
    assert {gap.reason for gap in gaps(items)} <= {NOT_NUMBERS}


def test_one_bad_antenna_spoils_the_sample_of_all() -> None:
    """Angles need every antenna at the same moment."""
    frames = np.zeros((4, 2), dtype=np.complex64)
    frames[2, 1] = np.nan
    cutter = Cutter(layout("cf32", antenna_count=2))
    items = cutter.feed(frames.tobytes()) + cutter.flush()
    assert [type(item) for item in items] == [Block, Gap, Block]
    assert [item.span.sample_count for item in items] == [2, 1, 1]
    check_chain(items, 4)


def test_lost_samples_stand_in_their_place_and_move_the_time_after_them() -> None:
    """Two samples, five lost, one sample; by hand."""
    cutter = Cutter(layout("cu8"))
    items = cutter.feed(bytes(4)) + cutter.lose(5, "buffer overrun")
    assert cutter.sample_index == 7
    items += cutter.feed(bytes(2)) + cutter.flush()
    assert [item.span.sample_count for item in items] == [2, 5, 1]
    assert gaps(items)[0].reason == "buffer overrun"
    check_chain(items, 8)


def test_losses_for_the_same_reason_join_and_others_do_not() -> None:
    """One interruption is one gap, however many times the source mentions it."""
    cutter = Cutter(layout("cu8"))
    items = cutter.lose(1, "a") + cutter.lose(2, "a") + cutter.lose(3, "b") + cutter.flush()
    assert [(gap.samples_lost, gap.reason) for gap in gaps(items)] == [(3, "a"), (3, "b")]


def test_a_loss_inside_a_sample_is_a_programming_mistake() -> None:
    """Every sample after it would have I and Q exchanged."""
    cutter = Cutter(layout("cu8"))
    cutter.feed(b"\0")
    with pytest.raises(AssertionError):
        cutter.lose(1, "a")
    with pytest.raises(AssertionError):
        Cutter(layout("cu8")).lose(0, "a")


def test_a_new_frequency_begins_a_new_block_and_the_same_one_does_not() -> None:
    """A block is at one frequency."""
    cutter = Cutter(layout("cu8"))
    items = cutter.feed(bytes(4)) + cutter.retune(916.5e6) + cutter.retune(868e6)
    items += cutter.feed(bytes(2)) + cutter.flush()
    assert [(b.freq_hz, b.span.sample_count) for b in items if isinstance(b, Block)] == [
        (916.5e6, 2),
        (868e6, 1),
    ]


def test_silent_and_clipped_samples_flow_through() -> None:
    """A deaf or overdriven receiver is for the monitor to judge, not a broken file."""
    for code, value in ((b"\0", -1), (b"\xff", 1)):
        cutter = Cutter(layout("cu8"))
        got = samples(cutter.feed(code * 16) + cutter.flush())
        assert (got == complex(value, value)).all()
        assert got.shape == (1, 8)
    cutter = Cutter(layout("cf32"))
    assert (samples(cutter.feed(bytes(64)) + cutter.flush()) == np.zeros((1, 8))).all()


def test_what_waited_comes_before_the_error_that_ended_the_source() -> None:
    """A disk that fails in the middle of a block does not take the block with it."""

    def pieces() -> Iterator[bytes]:
        yield bytes(6)
        raise StorageError("x: cannot be read")

    stream = cut(pieces(), Cutter(layout("cu8")))
    block = next(stream)
    assert block.span.sample_count == 3
    with pytest.raises(StorageError):
        next(stream)


def test_an_empty_source_and_one_that_ends_inside_a_sample_are_reported() -> None:
    """With the place, so that the user can look."""
    with pytest.raises(InputError, match="x: byte 44: expected samples, found none"):
        list(cut([], Cutter(layout("cu8")), first_byte=44))
    stream = cut([bytes(5)], Cutter(layout("cu8")), first_byte=44)
    assert next(stream).span.sample_count == 2
    with pytest.raises(InputError, match=r"x: byte 48: expected whole samples of 2 bytes"):
        next(stream)


def test_finished_flushes_at_a_good_end() -> None:
    """The last, shorter block is not forgotten."""
    cutter = Cutter(layout("cu8"))
    items = list(finished(cutter.feed(bytes(10)), cutter))
    assert [item.span.sample_count for item in items] == [4, 1]
