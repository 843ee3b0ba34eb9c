"""The memory of this process."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from medmon.playback.memory import peak_rss_mb


def test_a_large_array_is_seen() -> None:
    """Megabytes, not pages or kilobytes: 256 MB more are seen as such, beside what was before."""
    array = np.ones(32 * 2**20)
    assert array.nbytes == 256 * 2**20
    assert 256 < peak_rss_mb() < 100_000


def test_a_system_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no such call; zero stands for unknown."""
    monkeypatch.setitem(sys.modules, "resource", None)
    assert peak_rss_mb() == 0.0
