"""Levels of a recording, against arithmetic by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from medmon.playback.level import Level, Scale
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


@pytest.mark.parametrize("full", [1.0, -1.0, 1j, -127j / 128])
def test_the_end_of_the_scale_is_clipped(full: complex) -> None:
    """I or Q, above or below, is enough; 127/128 is the end of eight bits."""
    level = _level([full, 0.1, 0.2, 0.3])
    assert (level.clipped, level.clipped_share) == (1, 0.25)
    assert "25 % of the samples are clipped" in level.remark()
    assert _level([full * 0.99, 0.1, 0.2]).clipped == 0


def test_a_few_clipped_samples_are_no_remark() -> None:
    """A near pump may clip for a moment."""
    assert _level([1.0] + [0.1, 0.2] * 20).remark() == ""


def test_a_receiver_that_did_not_run_is_remarked_on() -> None:
    """Zeros, or the same value in every block, even at full scale."""
    assert "every sample is zero" in _level([0j, 0j], [0j]).remark()
    assert "every sample is the same" in _level([1 + 1j, 1 + 1j], [1 + 1j]).remark()
    assert _level([0.1, 0.1], [0.2]).remark() == ""


@pytest.mark.parametrize(
    ("samples", "peak"),
    [
        ([0.25 + 0.5j, 0.125j], 0.5),
        ([-0.25 - 0.5j, -0.125 - 0.75j], 0.75),
        ([0.5 + 0j, -0.625j], 0.625),
        ([-0.5 + 0j, 0.625j], 0.625),
        ([0j, -0j], 0.0),
    ],
)
def test_the_peak_is_the_largest_magnitude_of_either_sign(
    samples: list[complex], peak: float
) -> None:
    """A receiver with an offset reaches one end of its scale long before the other."""
    assert _level(samples).peak == peak


def test_what_a_replay_measures_is_part_of_the_level() -> None:
    """The remark of a replay is that of an inspection."""
    iq = np.array([[1.0, 0.1, -1j, 0.3]], dtype=np.complex64)
    scale = Scale()
    scale.feed(Block(Span("t", 0, 4), 0, 1e5, 0.0, iq))
    assert (scale.samples, scale.clipped, scale.peak) == (4, 2, 1.0)
    assert scale.remark() == _level([1.0, 0.1, -1j, 0.3]).remark() != ""


def test_nothing_has_no_level() -> None:
    """An empty recording divides by nothing."""
    level = Level()
    assert (level.rms_dbfs, level.peak_dbfs, level.dc_dbfs) == (-200.0, -200.0, -200.0)
    assert level.remark() == ""
    assert not level.is_constant
