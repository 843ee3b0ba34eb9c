"""A second or two of noise: counted as long as it says, and nothing believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.bench import silence
from medmon.bench.job import Job


def test_nothing_is_believed_in_a_little_noise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The long form, an hour, is the bench's."""
    monkeypatch.setitem(silence._SECONDS, "quick", 2.0)
    told: list[float] = []
    found = silence.measure(Job(tmp_path, told=told.append))
    assert (found.seconds, found.rate_hz, found.believed) == (2.0, 1.024e6, 0)
    assert told[0] == 0.0
