"""Frames go to the decoder of their modem, and every burst becomes something."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.errors import PluginError
from medmon.protocols import Reader
from medmon.records import (
    Burst,
    Frame,
    Message,
    Modem,
    Packet,
    Radio,
    Rejection,
    RejectionReason,
    Span,
)

REASONS: dict[bytes, RejectionReason] = {
    b"c": "check",
    b"l": "length",
    b"s": "sanity",
}


class Letters:
    """A protocol of single letters: c, l and s are refused, everything else is a packet."""

    repeat_window_ns = 100_000_000
    join_window_ns = 100_000_000
    id_pattern, id_example = "[a-z]+", "link"
    open_fields: frozenset[str] = frozenset()

    def __init__(self, name: str, *modems: str) -> None:
        self.name = name
        self.modems = tuple(
            Modem(modem, (433e6,), "fsk", 1e4, 1e4, "10", "1100", "nrz", 8, 64) for modem in modems
        )

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Refuse three letters."""
        if frame.data in REASONS:
            return Rejection(self.name, REASONS[frame.data])
        return Packet(self.name, frame.data, "link", key=frame.data)

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say the letter."""
        return Message(packets[0].data.decode(), "status")


def reader() -> Reader:
    return Reader([Letters("one", "slow", "fast"), Letters("two", "other")])


def burst(*frames: tuple[str, str], at_ms: int = 0) -> Burst:
    radio = Radio(433e6, 0.0, 8e4, -40.0, 25.0, -65.0, 1_000.0)
    heard = tuple(Frame(modem, text.encode(), 8 * len(text)) for modem, text in frames)
    return Burst(Span("a.cu8", at_ms * 1_000, 1_000), at_ms * 1_000_000, radio, heard)


def outcome(*frames: tuple[str, str]) -> list[tuple[str | None, str, bytes | None]]:
    machine = reader()
    found = machine.feed(burst(*frames)) + machine.flush()
    return [(one.protocol, one.integrity, one.raw) for one in found]


@pytest.mark.parametrize(
    ("frames", "found"),
    [
        ((), (None, "none", None)),
        ((("slow", "l"),), (None, "none", None)),
        ((("slow", "s"), ("other", "l")), (None, "none", None)),
        ((("slow", "c"),), ("one", "failed", b"c")),
        ((("slow", "l"), ("other", "c"), ("fast", "c")), ("two", "failed", b"c")),
        ((("slow", "c"), ("other", "x")), ("two", "ok", b"x")),
        ((("slow", "x"), ("fast", "x")), ("one", "ok", b"x")),
    ],
)
def test_every_burst_becomes_something(
    frames: tuple[tuple[str, str], ...], found: tuple[str | None, str, bytes | None]
) -> None:
    """Unknown, failed or understood: no emission disappears, and the best reading counts."""
    assert outcome(*frames) == [found]


def test_rejections_are_counted_by_reason() -> None:
    """The status record tells a person why packets are not understood."""
    machine = reader()
    machine.feed(burst(("slow", "c"), ("fast", "l"), ("other", "c")))
    machine.feed(burst(("slow", "c"), ("other", "x")))
    assert machine.rejections == {"one/check": 2, "one/length": 1, "two/check": 1}


def test_modems_are_those_of_all_decoders() -> None:
    """What phy listens for is what the decoders declare."""
    assert [modem.name for modem in reader().modems] == ["slow", "fast", "other"]


@pytest.mark.parametrize(
    ("decoders", "what"),
    [
        ([Letters("one", "a"), Letters("one", "b")], "two decoders are named one"),
        ([Letters("one", "a"), Letters("two", "b", "a")], "two modems are named a"),
    ],
)
def test_twins_are_refused(decoders: list[Letters], what: str) -> None:
    """With two decoders of one name nobody could say who read what."""
    with pytest.raises(PluginError, match=what):
        Reader(decoders)


def test_time_releases_what_waits() -> None:
    """A transmission comes out once no copy of it can follow, not at the end of the stream."""
    machine = reader()
    assert machine.feed(burst(("slow", "x"))) == []
    assert machine.advance(101_000_000) == []
    (found,) = machine.advance(102_000_000)
    assert found.message == Message("x", "status")
    assert machine.flush() == []


@given(
    st.lists(
        st.tuples(
            st.integers(1, 300),
            st.lists(
                st.tuples(st.sampled_from(["slow", "fast", "other"]), st.sampled_from("clsxyz")),
                max_size=3,
            ),
        ),
        max_size=30,
    )
)
def test_no_burst_is_lost_or_counted_twice(
    heard: list[tuple[int, list[tuple[str, str]]]],
) -> None:
    """All bursts come out, in order of arrival, each as one copy of one transmission a packet."""
    machine = reader()
    now_ms, found, expected = 0, [], 0
    for pause_ms, frames in heard:
        now_ms += pause_ms
        found += machine.feed(burst(*frames, at_ms=now_ms))
        owners = {"slow": "one", "fast": "one", "other": "two"}
        packets = {(owners[modem], text) for modem, text in frames if text in "xyz"}
        expected += max(1, len(packets))
    found += machine.flush()
    assert sum(one.repeats for one in found) == expected
    times = [one.time_ns for one in found]
    assert times == sorted(times)
    assert len({one.id for one in found}) == len(found)
