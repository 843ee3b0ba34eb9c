"""Runs of channels with energy, cell by cell by hand; what was compiled gives the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, Limits, Run, energy_runs
from medmon.kernels.choice import compiled
from medmon.kernels.codes import FloatArray
from medmon.kernels.runs import EARLIER, plain_runs

LIMITS = Limits(one=6.0, one_wide=3.0, four=3.0, four_wide=2.0, keep=1.5)


def _by_hand(rows: FloatArray) -> list[Run]:
    """Cell by cell, in whole numbers: the powers of these tests are."""
    count, channels = rows.shape[0] - EARLIER, rows.shape[1]
    power = rows.astype(int).tolist()
    runs: list[Run] = []
    for row in range(count):
        one = power[row + EARLIER]
        four = [sum(power[row + k][i] for k in range(4)) for i in range(channels)]
        begins, keeps = [], []
        for i in range(channels):
            groups = range(max(0, i - 3), min(i, channels - 4) + 1)
            wide_one = any(sum(one[g : g + 4]) > 3 * 4 for g in groups) and one[i] > 1.5
            wide_four = any(sum(four[g : g + 4]) > 2 * 16 for g in groups) and four[i] > 1.5 * 4
            begins.append(one[i] > 6 or four[i] > 3 * 4 or wide_one or wide_four)
            keeps.append(begins[i] or four[i] > 1.5 * 4)
        last = -9
        for i in range(channels):
            if not keeps[i]:
                continue
            if i - last <= 2:
                runs[-1][2] = i
                runs[-1][3] |= begins[i]
            else:
                runs.append([row, i, i, int(begins[i])])
            last = i
    return runs


@given(
    count=st.integers(0, 20),
    channels=st.sampled_from([4, 5, 8, 13, 64]),
    mean=st.floats(0.5, 2.5),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_cell_counts_by_its_rows_and_neighbours(
    count: int, channels: int, mean: float, seed: int
) -> None:
    """In any channel, up to both edges of the band: whoever stands there is found."""
    rng = np.random.default_rng(seed)
    rows = np.floor(rng.exponential(mean, (count + EARLIER, channels))).astype(np.float32)
    expected = _by_hand(rows)
    assert energy_runs(rows, LIMITS) == expected
    assert plain_runs(rows, LIMITS) == expected


def test_more_channels_than_the_loop_has_room_for() -> None:
    """A band of 30 MHz has 2,048 channels."""
    rows = np.ones((EARLIER + 2, 2_048), np.float32)
    rows[EARLIER, 2_040] = rows[EARLIER + 1, 7] = 9.0
    assert energy_runs(rows, LIMITS) == _by_hand(rows) != []


@pytest.mark.parametrize("cell", [6.0, 3.0, 1.5])
def test_what_only_reaches_a_limit_does_not_pass(cell: float) -> None:
    """The thresholds are those of the gamma distribution, not the next number below them."""
    limits = Limits(one=cell, one_wide=cell, four=cell, four_wide=cell, keep=cell)
    rows = np.full((9, 8), cell, dtype=np.float32)
    assert energy_runs(rows, limits) == plain_runs(rows, limits) == []
    rows[3, 2] = np.nextafter(np.float32(cell), np.float32(9))
    assert [0, 2, 2, 1] in energy_runs(rows, limits)
    assert energy_runs(rows, limits) == plain_runs(rows, limits)


def test_most_runs_that_there_can_be_have_room() -> None:
    """A comb of carriers three channels apart, in the narrowest and the widest band."""
    for channels in (4, 6, 1_024):
        rows = np.zeros((EARLIER + 5, channels), dtype=np.float32)
        rows[EARLIER:, ::3] = 100.0
        found = energy_runs(rows, Limits(6.0, 99.0, 99.0, 99.0, 99.0))
        assert found == [[row, i, i, 1] for row in range(5) for i in range(0, channels, 3)]


@pytest.mark.skipif(not IS_COMPILED, reason="nothing was compiled")
def test_rows_without_room_are_an_error() -> None:
    """Never a look at memory that belongs to somebody else."""
    rows, out = np.zeros((9, 8), np.float32), np.zeros((18, 4), np.int32)
    assert compiled.energy_runs(rows, 8, LIMITS, out) == 0
    for channels in (-8, 0, 3, 1_025, 25):
        with pytest.raises(ValueError, match="three rows before the first"):
            compiled.energy_runs(rows, channels, LIMITS, out)
    with pytest.raises(ValueError, match="room for a run"):
        compiled.energy_runs(rows, 8, LIMITS, out[:17])
