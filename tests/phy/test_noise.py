"""The noise floor: its statistics by simulation, and what must not move it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medmon.phy.channelizer import SLOTS_A_CHUNK, Channelizer, Grid
from medmon.phy.noise import LOWEST, QUANTILE_OVER_MEAN, SHAPE, NoiseFloor
from medmon.records import FloatArray

CHANNELS = 64


def _rows(chunks: int, seed: int = 1) -> list[FloatArray]:
    """Chunks of rows of noise with mean 1, drawn from the distribution itself."""
    rng = np.random.default_rng(seed)
    shape = (SLOTS_A_CHUNK, CHANNELS)
    return [rng.gamma(7.62, 1 / 7.62, shape).astype(np.float32) for _ in range(chunks)]


def test_constants_are_those_of_real_noise() -> None:
    """The bias of the low quantile is corrected by figures that a simulation confirms."""
    grid, rng = Grid.for_rate(1.024e6), np.random.default_rng(3)
    bank = Channelizer(grid)
    rows = []
    for _ in range(24):
        pair = rng.standard_normal((2, grid.chunk_samples), dtype=np.float32) / np.sqrt(2)
        rows.append(bank.feed(np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)))
    powers = np.concatenate(rows[1:]) * grid.channels
    assert powers.mean() ** 2 / powers.var() == pytest.approx(SHAPE, rel=0.04)
    assert np.quantile(powers, 0.1) == pytest.approx(QUANTILE_OVER_MEAN, rel=0.03)
    gamma = stats.gamma(SHAPE, scale=1 / SHAPE)
    assert gamma.ppf(0.1) == pytest.approx(QUANTILE_OVER_MEAN, rel=0.01)


def test_floor_of_noise_is_its_mean() -> None:
    """Within half a decibel in every channel, after a second."""
    floor = NoiseFloor(CHANNELS)
    for rows in _rows(32):
        floor.feed(rows * np.float32(1e-6))
    decibels = 10 * np.log10(floor.power / 1e-6)
    assert np.abs(decibels).max() < 0.5
    assert abs(float(decibels.mean())) < 0.2


def test_bursts_do_not_lift_the_floor() -> None:
    """A channel that is busy half of the time keeps its floor within a decibel and a half."""
    floor = NoiseFloor(CHANNELS)
    for rows in _rows(32):
        rows[: SLOTS_A_CHUNK // 2, 20] += 1_000.0
        floor.feed(rows)
    assert 10 * np.log10(floor.power[20]) == pytest.approx(0.0, abs=1.5)


def test_carrier_that_stays_becomes_floor() -> None:
    """Within the memory of 32 chunks, a second; and is forgotten as fast."""
    floor = NoiseFloor(CHANNELS)
    for rows in _rows(40):
        floor.feed(rows)
    for rows in _rows(32, seed=2):
        rows[:, 5] += 100.0
        floor.feed(rows)
    assert 10 * np.log10(floor.power[5]) > 17
    for rows in _rows(32, seed=3):
        floor.feed(rows)
    assert floor.power[5] < 1.3


def test_packets_without_a_pause_are_no_floor() -> None:
    """A flood that leaves no row empty must not hide itself: a decibel a second at most."""
    floor = NoiseFloor(CHANNELS)
    for rows in _rows(40):
        floor.feed(rows)
    before = floor.power[5]
    for rows in _rows(32, seed=2):
        rows[:, 5] += np.where(np.arange(SLOTS_A_CHUNK) % 2, 900.0, 1_100.0)
        floor.feed(rows)
    assert 0 < 10 * np.log10(floor.power[5] / before) < 1.1


def test_floor_of_the_whole_band_follows_at_once() -> None:
    """A gain that is turned up is noise in every channel, and nobody's packet."""
    floor = NoiseFloor(CHANNELS)
    for rows in _rows(40):
        floor.feed(rows)
    for rows in _rows(32, seed=2):
        floor.feed(rows * np.float32(100.0))
    assert 10 * np.log10(np.median(floor.power)) == pytest.approx(20.0, abs=0.5)


def test_silence_gives_the_same_floor_as_its_rows() -> None:
    """Where the squelch stays closed only the mean is known."""
    by_rows, by_mean = NoiseFloor(CHANNELS), NoiseFloor(CHANNELS)
    assert not by_rows.is_settled
    for rows in _rows(32):
        by_rows.feed(rows)
        by_mean.feed_silence(rows.mean(axis=0))
    assert by_rows.is_settled
    np.testing.assert_allclose(by_mean.power, by_rows.power, rtol=0.15)


def test_burst_in_the_first_chunk_is_no_floor() -> None:
    """A recording that begins with a packet: the channel is held against the others."""
    floor = NoiseFloor(CHANNELS)
    (rows,) = _rows(1)
    rows[:, 7] += 1e4
    assert floor.feed(rows)[7] < 6.0


def test_zeros_have_a_floor() -> None:
    """Digital silence must not be divided by."""
    floor = NoiseFloor(CHANNELS)
    assert floor.power.tolist() == [np.float32(LOWEST)] * CHANNELS
    zeros = np.zeros((3, CHANNELS), dtype=np.float32)
    assert floor.feed(zeros).tolist() == [np.float32(LOWEST)] * CHANNELS
