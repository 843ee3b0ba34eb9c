"""Listening to a recording: what is told meanwhile, stopping, and the pace."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from medmon.config import Config
from medmon.errors import InputError
from medmon.playback import Fault, Listening, Plan, Watch
from medmon.records import Block

RAW = "g001_916.5M_100k.cu8"


def _file(folder: Path, sample_count: int = 10_000) -> str:
    path = folder / RAW
    path.write_bytes(bytes(2 * sample_count))
    return str(path)


def _plan(*, duration_s: float | None = None, speed: float | None = None) -> Plan:
    return Plan(Config(), block_samples=1_000, duration_s=duration_s, speed=speed)


def test_progress_is_told_in_samples_and_parts(tmp_path: Path) -> None:
    """A bar needs a part between 0 and 1 that grows, and ends at 1."""
    told: list[tuple[float | None, int]] = []
    watch = Watch(passed=lambda share, samples: told.append((share, samples)))
    items = list(Listening(_file(tmp_path), _plan(), watch))
    assert len(items) == 10
    assert [samples for _, samples in told] == list(range(1_000, 10_001, 1_000))
    shares = [share for share, _ in told if share is not None]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_wish_to_stop_is_heard_at_the_next_block(tmp_path: Path) -> None:
    """Nothing more is read."""
    heard: list[Block] = []
    watch = Watch(is_stopped=lambda: len(heard) == 3)
    for item in Listening(_file(tmp_path), _plan(), watch):
        assert isinstance(item, Block)
        heard.append(item)
    assert len(heard) == 3


def test_the_layout_is_known_once_it_is_open(tmp_path: Path) -> None:
    """Whoever describes a recording wants to name its format."""
    listening = Listening(_file(tmp_path), _plan(duration_s=0.01), Watch())
    assert listening.layout is None
    assert len(list(listening)) == 1
    assert listening.layout is not None
    assert listening.layout.sample_format.name == "cu8"


def test_the_pace_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times real time: 90 ms of recording before the last block are 9 ms of the clock."""
    now_s, slept = [100.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now_s[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    list(Listening(_file(tmp_path), _plan(speed=10.0), Watch()))
    assert sum(slept) == pytest.approx(0.009)
    slept.clear()
    list(Listening(_file(tmp_path), _plan(speed=0.01), Watch()))
    assert sum(slept) == pytest.approx(9.0)
    assert max(slept) <= 0.1


def test_a_fault_keeps_message_and_status() -> None:
    """It can go to another process, which an exception with keyword arguments cannot."""
    error = InputError("x.cu8", expected="samples", found="none", offset=3)
    assert Fault.of(error) == Fault(65, "x.cu8: byte 3: expected samples, found none")
