"""The virtual clock on blocks whose work takes a known time, and a short run of the real thing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medmon.bench import latency
from medmon.bench.hearing import Ear
from medmon.bench.job import Job
from medmon.bench.packets import KINDS
from medmon.bench.stretches import stretch
from medmon.monitor import all_decoders
from medmon.records import Block, Span

RATE_HZ = 1_000.0
PUMP = (
    latency.Event("packet", ("medtronic-7",), Ear),
    latency.Event("judged", ("medtronic-7",), latency.MonitorListener),
)


def _blocks(count: int, size: int = 100) -> Iterator[Block]:
    iq = np.zeros((1, size), dtype=np.complex64)
    for index in range(count):
        yield Block(Span("test", index * size, size), 0, RATE_HZ, 0.0, iq)


class _Slow:
    """Takes a known time for each block and tells its number halfway."""

    def __init__(self, works_s: list[float]) -> None:
        self.now_s = 0.0
        self._works_s = works_s

    def told(self, block: Block) -> Iterator[bytes]:
        """Work for a while, tell, and work on."""
        index = block.span.sample_start // block.span.sample_count
        self.now_s += self._works_s[index] / 2
        yield bytes([index])
        self.now_s += self._works_s[index] / 2

    def clock(self) -> float:
        """Say how long it has worked."""
        return self.now_s


def test_quick_work_is_told_when_its_block_is_there() -> None:
    """A block of 100 ms is there at its end, and half of 10 ms of work later it is told."""
    slow = _Slow([0.01] * 3)
    found = list(latency.tellings(slow, _blocks(3), slow.clock))
    assert [one.ready_s for one in found] == pytest.approx([0.1, 0.2, 0.3])
    assert [one.told_s for one in found] == pytest.approx([0.105, 0.205, 0.305])


def test_work_that_is_too_slow_queues_up() -> None:
    """A block of 250 ms of work holds the next ones up, until the queue is worked off."""
    slow = _Slow([0.25, 0.01, 0.01, 0.01])
    found = list(latency.tellings(slow, _blocks(4), slow.clock))
    # The first is done at 0.35, so the second begins then and not at 0.2.
    assert [one.told_s for one in found] == pytest.approx([0.225, 0.355, 0.365, 0.405])


def test_percentiles_are_values_that_occurred() -> None:
    """Of a hundred values the 99th of them and the largest; of none, none."""
    found = latency.percentiles([value / 1e3 for value in range(1, 101)])
    assert found is not None
    assert (found.p50, found.p99, found.p999) == (51.0, 100.0, 100.0)
    assert latency.percentiles([]) is None


def test_every_packet_is_told_after_its_last_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is known before it has arrived, and the wait does not depend on the machine."""
    monkeypatch.setitem(latency._PLANS, "quick", latency._Plan((128e3,), (4_096,), 2))
    monkeypatch.setattr(latency, "EVENTS", PUMP)
    first, second = (latency.measure(Job(tmp_path)).rows for _ in range(2))
    assert [row.event for row in first] == ["packet", "judged"]
    for row, again in zip(first, second, strict=True):
        assert row.seen == row.sent == 2
        assert row.waited_ms is not None
        assert row.waited_ms.p50 > 0
        assert row.waited_ms == again.waited_ms


@pytest.mark.parametrize(
    ("name", "kind"),
    [("pump heading", "medtronic-71"), ("pump heading, 7 bytes", "medtronic-7"),
     ("pod heading", "omnipod-37")],
)  # fmt: skip
def test_a_heading_is_told_with_the_block_of_its_last_bit(
    name: str, kind: str, tmp_path: Path
) -> None:
    """Its clock starts with its own last bit, not with that of the packet."""
    made = stretch([KINDS[kind]], 256e3, 20.0, 2, seed=1)
    (event,) = [each for each in latency.EVENTS if each.name == name]
    row = latency._row(event, 256e3, 128, made.write(tmp_path), made.sent)
    assert row.seen == 2
    assert row.waited_ms is not None
    # Half a millisecond of block, and a chip or two to look at.
    assert 0 <= row.waited_ms.p50 <= row.waited_ms.p999 < 2


@pytest.mark.parametrize(
    ("name", "kind"),
    [("pump checked", "medtronic-71"), ("pump checked", "medtronic-7"),
     ("pod checked", "omnipod-37")],
)  # fmt: skip
def test_a_checked_packet_is_told_with_the_block_of_its_last_bit(
    name: str, kind: str, tmp_path: Path
) -> None:
    """Its heading, which came earlier, is not taken for it, and its burst is not waited for."""
    made = stretch([KINDS[kind]], 256e3, 20.0, 2, seed=1)
    (event,) = [each for each in latency.EVENTS if each.name == name]
    row = latency._row(event, 256e3, 128, made.write(tmp_path), made.sent)
    assert (row.seen, row.on_air, row.asked_on_air) == (2, None, False)
    assert row.waited_ms is not None
    assert 0 <= row.waited_ms.p50 <= row.waited_ms.p999 < 2


def test_only_what_leaves_time_is_asked_to_be_told_on_the_air() -> None:
    """A goal that nobody can reach makes the others worthless."""
    asked = {each.name for each in latency.EVENTS if each.is_asked_on_air and each.deciding_bytes}
    assert asked == {"pump heading", "pod heading"}
    shortest_s = {
        kind: one.arrived_s(8 * len(one.packet)) - one.arrived_s(8 * (each.deciding_bytes or 0))
        for each in latency.EVENTS
        if each.name in asked
        for kind in each.kinds
        for one in stretch([KINDS[kind]], 256e3, 20.0, 1, seed=1).sent
    }
    # Two blocks of 4,096 samples at 1.024 MS/s: one to wait for, one to compute in.
    assert min(shortest_s.values()) > 2 * 4_096 / 1.024e6


@pytest.mark.parametrize(("bits", "on_air"), [(40, 2), (8 * 71, 0)])
def test_what_is_told_after_the_last_bit_is_not_told_on_the_air(
    bits: int, on_air: int, tmp_path: Path
) -> None:
    """Who knows the first five bytes of a packet has 48 ms to say so."""

    class Knowing:
        """Names each packet with the block in which some of its bits have arrived."""

        def told(self, block: Block) -> Iterator[bytes]:
            stop_s = (block.span.sample_start + block.span.sample_count) / block.rate_hz
            yield from (one.packet[:5] for one in made.sent if one.arrived_s(bits) <= stop_s)

    made = stretch([KINDS["medtronic-71"]], 128e3, 20.0, 2, seed=1)
    event = latency.Event("header", ("medtronic-71",), Knowing, (0, 5), 5)
    row = latency._row(event, 128e3, 512, made.write(tmp_path), made.sent)
    assert (row.seen, row.on_air) == (2, on_air)


def test_what_follows_a_heading_is_as_long_as_the_page_says() -> None:
    """48 ms, 1.5 ms and 9.8 ms."""
    found = {
        kind: one.arrived_s(8 * len(one.packet)) - one.arrived_s(8 * count)
        for kind, count in (("medtronic-71", 5), ("medtronic-7", 5), ("omnipod-37", 12))
        for one in stretch([KINDS[kind]], 256e3, 20.0, 1, seed=1).sent
    }
    assert found == {
        "medtronic-71": pytest.approx(48.3e-3, rel=2e-3),
        "medtronic-7": pytest.approx(1.46e-3, rel=5e-3),
        "omnipod-37": pytest.approx(9.85e-3, rel=2e-3),
    }


def test_every_part_of_a_packet_that_decides_is_declared_by_its_modem() -> None:
    """The monitor reads a heading after so many bits; another number would measure nothing."""
    declared = {8 * (each.deciding_bytes or 0) for each in latency.EVENTS} - {0}
    bits = {bits for each in all_decoders() for modem in each.modems for bits in modem.heading_bits}
    assert declared < bits
