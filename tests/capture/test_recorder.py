"""What the recorder writes is valid SigMF, complete at any moment, and replays as it was."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.capture import open_source
from medmon.capture.formats import FORMATS
from medmon.capture.recorder import Recorder
from medmon.capture.timeline import Timeline
from medmon.errors import AccessError, MedmonError, StorageError
from medmon.records import Block, Gap, Span

ReadAll = Callable[..., tuple[list[Any], MedmonError | None]]
sigmf = pytest.importorskip("sigmf")
START_NS = 1_795_432_503_123_456_789
RATE_HZ = 250_000.0
LINE = Timeline(start_ns=START_NS, rate_hz=RATE_HZ)


def block(start: int, count: int, freq_hz: float = 916.5e6, antennas: int = 1) -> Block:
    ramp = (np.arange(start, start + count) % 100 / 128).astype(np.complex64)
    iq = np.stack([ramp * 1j**number for number in range(antennas)])
    return Block(Span("x", start, count), LINE.time_ns(start), RATE_HZ, freq_hz, iq)


def gap(start: int, count: int, reason: str = "overrun") -> Gap:
    return Gap(Span("x", start, count), LINE.time_ns(start), RATE_HZ, reason)


STORY: list[Block | Gap] = [
    block(0, 100),
    block(100, 50),
    gap(150, 30),
    block(180, 20, 868e6),
    gap(200, 5, "b"),
]


def told(items: list[Any]) -> list[tuple[Any, ...]]:
    """Everything about items but how samples were cut into blocks."""
    out: list[tuple[Any, ...]] = []
    for item in items:
        if isinstance(item, Gap):
            out.append((item.span.sample_start, item.time_ns, item.samples_lost, item.reason))
            continue
        for index in range(item.span.sample_count):
            at = item.span.sample_start + index
            out.append((at, LINE.time_ns(at), item.freq_hz, tuple(item.iq[:, index].tolist())))
        assert item.time_ns == LINE.time_ns(item.span.sample_start)
    return out


@pytest.mark.parametrize("name", ["cf32", "cs8", "cs16_be"])
def test_a_recording_replays_as_it_was(name: str, tmp_path: Path, read_all: ReadAll) -> None:
    """Samples, gaps with their reasons, frequencies, and times to the nanosecond."""
    with Recorder(tmp_path / "x.sigmf-meta", sample_format=FORMATS[name]) as recorder:
        for item in STORY:
            recorder.emit(item)
        assert recorder.sample_count == 170
    items, error = read_all(tmp_path / "x.sigmf-meta", None, 33)
    assert error is None
    assert told(items) == told(STORY)


@given(
    st.lists(
        st.tuples(st.sampled_from(["block", "a", "b"]), st.integers(1, 20), st.integers(1, 3)),
        min_size=1,
        max_size=12,
    )
)
def test_any_order_of_blocks_and_gaps_replays(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[str, int, int]]
) -> None:
    """Gaps first, last, and beside each other; frequencies that change at any block."""
    items: list[Block | Gap] = []
    start = 0
    for kind, count, freq in [*story, ("block", 1, 1)]:
        if kind == "block":
            items.append(block(start, count, freq * 1e8))
        elif not items or not isinstance(items[-1], Gap) or items[-1].reason != kind:
            items.append(gap(start, count, kind))
        else:
            continue
        start += count
    path = tmp_path_factory.mktemp("any") / "x"
    with Recorder(path) as recorder:
        for item in items:
            recorder.emit(item)
    with open_source(f"{path}.sigmf-meta") as source:
        assert told(list(source)) == told(items)


def test_the_sigmf_library_accepts_it(tmp_path: Path) -> None:
    """Schema, digest and samples, read by an independent program."""
    with Recorder(tmp_path / "x") as recorder:
        for item in STORY:
            recorder.emit(item)
    handle = sigmf.fromfile(str(tmp_path / "x.sigmf-meta"))
    handle.validate()
    wanted = np.concatenate([item.iq[0] for item in STORY if isinstance(item, Block)])
    assert handle.read_samples().tolist() == wanted.tolist()
    captures = handle.get_captures()
    assert [capture["core:global_index"] for capture in captures] == [0, 180, 180, 205]
    assert captures[0]["core:datetime"] == "2026-11-23T11:15:03.123456789Z"


def test_several_antennas_are_interleaved(tmp_path: Path, read_all: ReadAll) -> None:
    """Also when a gap came before the first samples and their number was not known yet."""
    story: list[Block | Gap] = [gap(0, 7), block(7, 30, antennas=2)]
    with Recorder(tmp_path / "x") as recorder:
        for item in story:
            recorder.emit(item)
    items, error = read_all(tmp_path / "x.sigmf-meta")
    assert error is None
    assert told(items) == told(story)


def test_the_bytes_are_those_of_the_source(tmp_path: Path) -> None:
    """cu8 in, cu8 out, and the digest is that of the file."""
    raw = np.random.default_rng(4).integers(0, 256, 4000, dtype=np.uint8).tobytes()
    (tmp_path / "x_250k.cu8").write_bytes(raw)
    with (
        open_source(str(tmp_path / "x_250k.cu8"), block_samples=333) as source,
        Recorder(tmp_path / "y", sample_format=FORMATS["cu8"]) as recorder,
    ):
        for item in source:
            assert isinstance(item, Block)
            recorder.emit(item)
    assert (tmp_path / "y.sigmf-data").read_bytes() == raw
    meta = json.loads((tmp_path / "y.sigmf-meta").read_text())
    assert meta["global"]["core:sha512"] == hashlib.sha512(raw).hexdigest()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "x_250k.cu8", "y.sigmf-data", "y.sigmf-meta",
    ]  # fmt: skip


def test_it_can_be_read_at_any_moment(tmp_path: Path, read_all: ReadAll) -> None:
    """After every item, without closing, what was written so far is a recording."""
    recorder = Recorder(tmp_path / "x")
    for number, item in enumerate(STORY, 1):
        recorder.emit(item)
        items, error = read_all(tmp_path / "x.sigmf-meta")
        assert error is None
        assert told(items) == told(STORY[:number])
    recorder.close()
    recorder.close()


def test_it_survives_being_killed(tmp_path: Path, read_all: ReadAll) -> None:
    """SIGKILL in the middle of writing: whole blocks, every gap, and at most a torn last sample."""
    program = f"""
import numpy as np
from medmon.capture.recorder import Recorder
from medmon.records import Block, Gap, Span
recorder = Recorder({str(tmp_path / "x")!r})
start = 0
while True:
    iq = np.full((1, 1000), 0.5, dtype=np.complex64)
    recorder.emit(Block(Span("x", start, 1000), start * 4000, 250e3, 1e6, iq))
    recorder.emit(Gap(Span("x", start + 1000, 10), (start + 1000) * 4000, 250e3, "a"))
    start += 1010
"""
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if (tmp_path / "x.sigmf-data").exists() and (
                (tmp_path / "x.sigmf-data").stat().st_size > 200_000
            ):
                process.send_signal(signal.SIGKILL)
                break
    items, error = read_all(tmp_path / "x.sigmf-meta")
    assert error is None or "whole samples" in str(error)
    assert sum(isinstance(item, Block) for item in items) >= 25
    lost = [item for item in items if isinstance(item, Gap)]
    assert {(item.samples_lost, item.reason) for item in lost} == {(10, "a")}
    for one, other in pairwise(lost):
        assert other.span.sample_start - one.span.sample_start == 1010


def test_very_many_gaps_do_not_write_the_metadata_each_time(tmp_path: Path) -> None:
    """The work stays in proportion, and the closed recording has every gap."""
    writes: list[int] = []

    class Counted(Recorder):
        def _save(self) -> None:
            writes.append(1)
            super()._save()

    with Counted(tmp_path / "x") as recorder:
        for number in range(1000):
            recorder.emit(block(2 * number, 1))
            recorder.emit(gap(2 * number + 1, 1))
    assert len(writes) < 300
    assert len(json.loads((tmp_path / "x.sigmf-meta").read_text())["captures"]) == 1001


@pytest.mark.parametrize("ending", [".sigmf-meta", ".sigmf-data"])
def test_an_existing_recording_is_never_overwritten(ending: str, tmp_path: Path) -> None:
    """It may be evidence."""
    (tmp_path / f"x{ending}").write_text("evidence")
    with pytest.raises(StorageError, match=r"x\.sigmf-data: a recording of this name exists"):
        Recorder(tmp_path / "x.sigmf")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["evidence"]


def test_nothing_recorded_leaves_nothing(tmp_path: Path) -> None:
    """An empty pair of files could not be read."""
    with Recorder(tmp_path / "x"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder(tmp_path: Path) -> None:
    """Exit code 74, with the path."""
    with pytest.raises(StorageError, match=r"none/x\.sigmf-data: cannot be written: No such file"):
        Recorder(tmp_path / "none" / "x")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 77; simulated, since root may write everywhere."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AccessError, match="no permission to write there"):
        Recorder(tmp_path / "x")


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_all: ReadAll) -> None:
    """Exit code 74, and what was written before can still be read."""
    recorder = Recorder(tmp_path / "x")
    recorder.emit(block(0, 100))

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match="No space left"):
            recorder.emit(gap(100, 5))
        with pytest.raises(StorageError, match="No space left"):
            recorder.close()
    items, error = read_all(tmp_path / "x.sigmf-meta")
    assert error is None
    assert told(items) == told([block(0, 100)])


@pytest.mark.parametrize(
    "wrong",
    [
        block(151, 5),
        block(140, 5),
        gap(160, 5),
        Block(Span("x", 150, 1), 0, 1e6, 916.5e6, np.zeros((1, 1), dtype=np.complex64)),
        block(150, 5, antennas=2),
    ],
)
def test_items_that_do_not_follow_are_a_programming_mistake(
    wrong: Block | Gap, tmp_path: Path
) -> None:
    """Written down, they would be a recording with wrong times."""
    with Recorder(tmp_path / "x") as recorder:
        recorder.emit(block(0, 150))
        with pytest.raises(AssertionError):
            recorder.emit(wrong)
