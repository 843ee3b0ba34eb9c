"""Parts are run in their order, take the place of earlier ones, and tell how far the whole is."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.bench import parts
from medmon.bench.job import Job
from medmon.bench.results import Results


@pytest.fixture
def canned(results: Results, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Parts that are done at once; their names are noted."""
    order: list[str] = []

    def part(name: str) -> parts.Part:
        def measure(job: Job) -> parts.Found:
            order.append(name)
            job.told(1.0)
            found: parts.Found = getattr(results, name)
            return found

        return parts.Part(measure, 1.0)

    for name in parts.PARTS:
        monkeypatch.setitem(parts.PARTS, name, part(name))
    return order


def test_results_have_a_place_for_every_part() -> None:
    """A part whose figures are nowhere written down was measured for nobody."""
    fields = Results.model_fields
    assert [name for name in fields if name in parts.PARTS] == list(parts.PARTS)


def test_parts_are_run_in_their_order_and_known_one_by_one(
    canned: list[str], tmp_path: Path
) -> None:
    """Who stops after an hour keeps what was done by then."""
    told: list[float] = []
    steps = list(parts.measured(["memory", "silence"], Job(tmp_path, told=told.append)))
    assert canned == ["silence", "memory"]
    assert [(step.silence is None, step.memory is None) for step in steps] == [
        (False, True), (False, False)
    ]  # fmt: skip
    assert told == [0.5, 1.0]


@pytest.mark.usefixtures("canned")
def test_a_part_takes_the_place_of_an_earlier_one(results: Results, tmp_path: Path) -> None:
    """The others stay as they were."""
    before = results.model_copy(update={"latency": None, "silence": None})
    (after,) = parts.measured(["latency"], Job(tmp_path), before)
    assert after.latency == results.latency
    assert (after.silence, after.memory) == (None, results.memory)


@pytest.mark.usefixtures("canned")
def test_a_part_is_named_when_it_begins(tmp_path: Path) -> None:
    """Whoever waits for an hour wants to know for what."""
    begun: list[tuple[str, int, int]] = []
    steps = parts.measured(
        ["memory", "silence"], Job(tmp_path), begun=lambda *told: begun.append(told)
    )
    next(steps)
    assert begun == [("silence", 1, 2)]
    next(steps)
    assert begun[1:] == [("memory", 2, 2)]
