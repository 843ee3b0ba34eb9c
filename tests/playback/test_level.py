"""Levels of a recording, against arithmetic by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from medmon.playback.level import Level
from medmon.records import Block, Span


def _level(*pieces: Sequence[complex]) -> Level:
    level, start = Level(), 0
    for piece in pieces:
        iq = np.array([piece], dtype=np.complex64)
        level.feed(Block(Span("t", start, iq.size), 0, 1e5, 0.0, iq))
        start += iq.size
    return level


def test_levels_are_those_of_the_samples() -> None:
    """Magnitudes 0.5 and 0.1: mean power (0.25 + 0.01) / 2, peak 0.5, mean 0.05 + 0.25j."""
    level = _level([0.5j], [0.1 + 0j])
    assert level.samples == 2
    assert level.rms_dbfs == pytest.approx(10 * np.log10(0.13))
    assert level.peak_dbfs == pytest.approx(20 * np.log10(0.5))
    assert level.dc == pytest.approx(0.05 + 0.25j)
    assert level.dc_dbfs == pytest.approx(10 * np.log10(0.065))
    assert level.remark() == ""


def test_nothing_has_no_level() -> None:
    """An empty recording divides by nothing."""
    level = Level()
    assert (level.rms_dbfs, level.peak_dbfs, level.dc_dbfs) == (-200.0, -200.0, -200.0)
    assert level.remark() == ""
    assert not level.is_constant
