"""Outputs of a filter behind a mixer, sum by sum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels.decimation import (
    decimate,
    glimpses,
    plain_glimpses,
    plain_resample,
    resample,
)

SEEDS = st.integers(0, 2**32 - 1)
TURNS = st.floats(-0.5, 0.5)


def _noise(count: int, seed: int = 1) -> npt.NDArray[np.complex64]:
    pair = np.random.default_rng(seed).standard_normal((2, count), dtype=np.float32)
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


def _taps(count: int, seed: int) -> npt.NDArray[np.float32]:
    return np.random.default_rng(seed).standard_normal(count, dtype=np.float32) * np.float32(0.25)


@given(
    count=st.integers(0, 6_000),
    taps=st.integers(1, 6).map(lambda eights: 8 * eights),
    factor=st.integers(1, 9),
    turns=TURNS,
    seed=SEEDS,
)
def test_decimation_keeps_every_nth_of_a_convolution(
    count: int, taps: int, factor: int, turns: float, seed: int
) -> None:
    """By hand, sum by sum; nothing where there are fewer samples than taps."""
    iq, weights = _noise(count, seed), _taps(taps, seed)
    mixed = iq * np.exp(-2j * np.pi * ((turns * np.arange(count)) % 1.0))
    places = range(0, count - taps + 1, factor)
    expected = [np.sum(mixed[place : place + taps] * weights) for place in places]
    found = decimate(iq, weights, factor, turns)
    start = np.zeros(1, dtype=np.int64)
    plain = plain_glimpses(iq, weights, factor, turns, start, len(places))[0]
    assert found.dtype == plain.dtype == np.complex64
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(plain, expected, atol=1e-5)


@given(factor=st.integers(1, 5), turns=TURNS, seed=SEEDS)
def test_glimpses_are_short_decimations(factor: int, turns: float, seed: int) -> None:
    """Each with a phase of its own, whatever lies before it."""
    iq, weights = _noise(400, seed), _taps(16, seed)
    starts = np.array([0, 17, 300], dtype=np.int64)
    for several in (glimpses, plain_glimpses):
        found = several(iq, weights, factor, turns, starts, 9)
        for row, start in zip(found, starts, strict=True):
            alone = decimate(iq[start:], weights, factor, turns)[:9]
            np.testing.assert_allclose(row, alone, atol=1e-5)


@given(count=st.integers(1, 2_500), step=st.floats(0.3, 3.0), turns=TURNS, seed=SEEDS)
def test_resampling_takes_the_taps_of_the_nearest_phase(
    count: int, step: float, turns: float, seed: int
) -> None:
    """By hand: the samples from the whole part on, the taps of the fraction."""
    bank = np.stack([_taps(8, seed % 1000 + phase) for phase in range(4)])
    iq = _noise(int(step * count) + 8, seed)
    mixed = iq * np.exp(-2j * np.pi * ((turns * np.arange(iq.size)) % 1.0))
    for several in (resample, plain_resample):
        found = several(iq, bank, step, turns, count)
        assert found.shape == (count,)
        for number in {0, count // 3, count - 1}:
            whole, part = divmod(step * number, 1.0)
            heard = mixed[int(whole) : int(whole) + 8]
            expected = np.sum(heard * bank[int(part * 4)])
            assert found[number] == pytest.approx(expected, abs=1e-5)
