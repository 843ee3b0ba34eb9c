"""Several recordings, one summary."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from medmon.config import Config
from medmon.playback import Plan, Replay, Watch
from medmon.playback.replay import total_of
from medmon.records import Summary

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any


def test_totals_are_sums() -> None:
    """Counts of the same word are added; the time is the latest."""
    one = Summary(20, 100, 1, 1.5, {"a/ok": 2, "b/ok": 1}, {"high/x": 1})
    two = Summary(10, 50, 0, 0.5, {"a/ok": 3}, {"low/y": 1})
    total = total_of([one, two])
    assert (total.time_ns, total.samples, total.samples_lost, total.seconds) == (20, 150, 1, 2.0)
    assert total.transmissions == {"a/ok": 5, "b/ok": 1}
    assert total.alarms == {"high/x": 1, "low/y": 1}
    assert total_of([]).seconds == 0.0


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_is_that_of_all_files(scene: Scene, jobs: int) -> None:
    """Two files: the bar is in the middle after the first, and full after the second."""
    told: list[float | None] = []
    watch = Watch(passed=lambda share, _: told.append(share))
    plan = Plan(Config(), duration_s=0.05)
    lines = list(Replay([str(scene.sigmf), str(scene.raw)], plan, watch, jobs=jobs).lines())
    assert lines[-1]["samples"] == 12_800
    shares = [share for share in told if share is not None]
    assert shares == sorted(shares)
    assert 0.0 < shares[0] <= 0.5
    assert shares[-1] <= 1.0


def test_a_stop_leaves_the_other_files_out(scene: Scene) -> None:
    """And is summed up all the same."""
    heard: list[int] = []
    watch = Watch(passed=lambda _, samples: heard.append(samples), is_stopped=lambda: bool(heard))
    plan = Plan(Config(), block_samples=1_000)
    run = Replay([str(scene.sigmf), str(scene.raw)], plan, watch)
    lines = list(run.lines())
    assert lines[-1]["samples"] == 1_000
    assert run.faults == []


def test_faults_stand_in_the_order_of_the_files(tmp_path: Path) -> None:
    """The first one gives the exit status."""
    for name in ("b.cu8", "a.cu8"):
        (tmp_path / name).write_bytes(b"")
    run = Replay([str(tmp_path / n) for n in ("b.cu8", "a.cu8")], Plan(Config()), Watch())
    assert list(run.lines()) == []
    assert [fault.text.split(": ")[0][-5:] for fault in run.faults] == ["b.cu8", "a.cu8"]
