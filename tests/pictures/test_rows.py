"""Averaged rows of power: levels, places, flat memory, gaps."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from medmon.pictures import PowerRows
from medmon.pictures.rows import ROWS_MAX
from medmon.records import Block, ComplexArray, Gap, Span

RATE_HZ = 256e3


def _block(iq: ComplexArray, start: int = 0) -> Block:
    return Block(Span("t", start, iq.size), 0, RATE_HZ, 0.0, iq[None, :])


def _noise(count: int, power: float = 1.0) -> ComplexArray:
    rng = np.random.default_rng(7)
    iq = rng.standard_normal(count) + 1j * rng.standard_normal(count)
    return cast("ComplexArray", (iq * np.sqrt(power / 2)).astype(np.complex64))


def test_a_tone_stands_in_its_bin_with_its_level() -> None:
    """A carrier at a known offset and level is found where the axis says, within the window's loss.

    A Hann window spreads a tone in the middle of a bin over three bins; the middle one holds
    10 log10(N (sum w)^2 / (N^2 sum w^2)) = 10 log10(2/3) = -1.76 dB of it.
    """
    rows = PowerRows(RATE_HZ)
    assert rows.bins == 64
    n = np.arange(64 * 100)
    tone = 0.1 * np.exp(2j * np.pi * 32e3 / RATE_HZ * n)
    rows.feed(_block(tone.astype(np.complex64)))
    mean = rows.power_dbfs().mean(axis=0)
    assert int(np.argmax(mean)) == 32 + 8
    assert mean.max() == pytest.approx(-20 - 1.76, abs=0.1)


def test_white_noise_is_spread_evenly() -> None:
    """Noise of power 1 shows 1/64 in each of 64 bins."""
    rows = PowerRows(RATE_HZ)
    rows.feed(_block(_noise(64 * 4000)))
    mean = (10 ** (rows.power_dbfs() / 10)).mean()
    assert mean == pytest.approx(1 / 64, rel=0.02)


def test_rows_do_not_depend_on_the_blocks() -> None:
    """The picture of a pipe is that of the file."""
    iq = _noise(64 * 50 + 13)
    whole, pieces = PowerRows(RATE_HZ), PowerRows(RATE_HZ)
    whole.feed(_block(iq))
    for start in range(0, iq.size, 37):
        pieces.feed(_block(iq[start : start + 37], start))
    np.testing.assert_allclose(pieces.power_dbfs(), whole.power_dbfs(), rtol=1e-5)
    assert whole.seconds == pytest.approx(64 * 50 / RATE_HZ)


def test_a_long_stream_stays_within_the_bound() -> None:
    """Ten times as many frames as rows: the time is right, and a late tone is late."""
    rows = PowerRows(RATE_HZ)
    count = 64 * ROWS_MAX
    for number in range(10):
        rows.feed(_block(_noise(count, 1.0 if number == 9 else 0.01), number * count))
    power = rows.power_dbfs()
    assert ROWS_MAX // 2 < len(power) <= ROWS_MAX
    assert rows.seconds == pytest.approx(10 * count / RATE_HZ, rel=0.01)
    loud = power.mean(axis=1) > power.mean() + 5
    assert np.flatnonzero(loud)[0] == pytest.approx(0.9 * len(power), abs=2)
    assert loud[-2:].all()


def test_missing_samples_leave_a_hole() -> None:
    """A gap is drawn as a gap, and what follows stands at its own time."""
    rows = PowerRows(RATE_HZ)
    rows.feed(_block(_noise(640)))
    rows.feed(Gap(Span("t", 640, 640), 0, RATE_HZ, "lost"))
    rows.feed(_block(_noise(640), 1280))
    known = np.isfinite(rows.power_dbfs()).all(axis=1)
    assert known.tolist() == [True] * 10 + [False] * 10 + [True] * 10


def test_silence_and_nothing_have_a_level_too() -> None:
    """Digital silence has no logarithm, an empty stream no rows; neither is an error."""
    rows = PowerRows(RATE_HZ)
    assert rows.power_dbfs().shape == (0, 64)
    assert rows.seconds == 0.0
    rows.feed(_block(np.zeros(64, dtype=np.complex64)))
    assert rows.power_dbfs().max() == -200.0
