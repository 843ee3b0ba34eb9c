"""Recordings judged in other processes."""

from __future__ import annotations

import json
import multiprocessing
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from medmon.config import Config
from medmon.playback import Plan, Watch, spool
from medmon.playback.spool import spooled

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any


def test_lines_remarks_and_faults_come_back(scene: Scene, tmp_path: Path) -> None:
    """All that the parent would have had itself, and the file is gone afterwards."""
    missing = str(tmp_path / "none.cu8")
    plan = Plan(Config(), duration_s=0.2)
    files: list[Path] = []
    for uri, done in zip(
        (str(scene.sigmf), missing),
        spooled([str(scene.sigmf), missing], plan, Watch(), jobs=2),
        strict=True,
    ):
        lines = [json.loads(line) for line in done.file.read_text().splitlines()]
        files.append(done.file)
        assert done.peak_rss_mb > 10
        if uri == missing:
            assert done.ended.fault is not None
            assert lines == []
        else:
            assert lines[0]["command"] == "status"
            assert done.ended.summary.samples == 25_600
            assert len(done.remarks) == 1
    assert [file.exists() for file in files] == [False, False]


def test_a_process_does_what_its_parent_would(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work of the other process, done in this one; a stop is looked at between blocks."""
    stop = multiprocessing.get_context("spawn").Event()
    monkeypatch.setattr(spool, "_stops", [])
    before = signal.getsignal(signal.SIGINT)
    try:
        spool._begin(stop)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    plan = Plan(Config(), block_samples=1_000, duration_s=0.2)
    done = spool._judge(str(scene.sigmf), plan, tmp_path / "0.jsonl")
    assert done.ended.summary.samples == 25_600
    assert json.loads(done.file.read_text().splitlines()[0])["command"] == "status"
    stop.set()
    assert spool._judge(str(scene.sigmf), plan, done.file).ended.summary.samples == 1_000


def test_a_stop_reaches_the_other_processes(scene: Scene) -> None:
    """A replay that would take ten minutes ends at once, with what was heard until then."""
    asked: list[None] = []

    def is_stopped() -> bool:
        asked.append(None)
        return len(asked) > 20

    plan = Plan(Config(), block_samples=1_000, speed=0.001)
    uris = [str(scene.sigmf)] * 4
    ended = [done.ended for done in spooled(uris, plan, Watch(is_stopped=is_stopped), jobs=1)]
    assert 1 <= len(ended) < 4
    assert all(one.summary.samples < scene.sample_count for one in ended)
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
