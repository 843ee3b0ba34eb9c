"""The squelch: closed in noise, open for every packet that could be read, cuts do not matter."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from medmon.phy.channelizer import Grid, prototype
from medmon.phy.squelch import (
    LONG_CHANNELS,
    LONG_ROWS,
    LONG_THRESHOLD,
    LOUD,
    SHORT_CHANNELS,
    SHORT_ROWS,
    SHORT_THRESHOLD,
    Squelch,
)
from medmon.records import ComplexArray
from signal_fixtures.channel import Emission, FrontEnd, Scene
from signal_fixtures.devices import medtronic

RATE_HZ = 1.024e6
GRID = Grid.for_rate(RATE_HZ)
DC = np.complex64(0)


def _noise(chunks: int, seed: int) -> ComplexArray:
    """White noise of power 1."""
    pair = np.random.default_rng(seed).standard_normal((2, chunks * GRID.chunk_samples))
    return np.asarray((pair[0] + 1j * pair[1]) / np.sqrt(2), dtype=np.complex64)


def _opened(iq: ComplexArray, dc: np.complex64 = DC, noise: float = 1.0) -> list[bool]:
    """Whether it opens for each chunk, with the true floor."""
    squelch, size = Squelch(GRID), GRID.chunk_samples
    floor = np.full(GRID.channels, noise / GRID.channels, dtype=np.float32)
    return [
        squelch.feed(iq[start : start + size], dc, floor)[0] for start in range(0, iq.size, size)
    ]


def test_noise_opens_it_in_few_chunks() -> None:
    """It is there to save work: a chunk in twenty at most is looked at in vain."""
    assert np.mean(_opened(_noise(200, seed=1))) < 0.05


def test_thresholds_are_quantiles_of_noise() -> None:
    """The statistics behind the constants, by simulation of the frames themselves."""
    rng, size = np.random.default_rng(2), GRID.channels
    pair = rng.standard_normal((2, 20_000, 2 * size)) / np.sqrt(2)
    head, tail = np.split(prototype(size), 2)
    frames = pair[0] + 1j * pair[1]
    power = np.abs(np.fft.fft(frames[:, :size] * head + frames[:, size:] * tail, axis=1)) ** 2
    for rows, channels, threshold in (
        (SHORT_ROWS, SHORT_CHANNELS, SHORT_THRESHOLD),
        (LONG_ROWS, LONG_CHANNELS, LONG_THRESHOLD),
    ):
        wide = sum(power[:, shift : size - channels + 1 + shift] for shift in range(channels))
        degrees = rows * float(np.mean(wide) ** 2 / np.var(wide))
        # A tenth of the threshold is for the error of the floor.
        passed = stats.gamma(degrees, scale=1 / degrees).sf(threshold / 1.1)
        assert 2e-6 < passed < 1e-4


@pytest.mark.parametrize("part", [0.0, 0.25, 0.5])
def test_it_opens_for_the_weakest_packet_that_can_be_read(part: float) -> None:
    """Seven bytes at 9 dB Ec/N0, of which half can be read, wherever in a channel they stand."""
    packet = medtronic.sample_packets()[0]
    level = 9.0 + 10 * np.log10(medtronic.SYMBOL_RATE_HZ / RATE_HZ)
    count = 60
    pace_s = 2 * GRID.chunk_samples / RATE_HZ
    sent = [
        Emission(
            medtronic.on_air_chips(packet), medtronic.KEYING, (n + 0.3 + 0.01 * n) * pace_s,
            level, GRID.offset_hz(40 + part),
        )
        for n in range(count)
    ]  # fmt: skip
    size = round(2.2 * count) * GRID.chunk_samples
    scene = Scene(RATE_HZ, size, sent, FrontEnd(noise_dbfs=0.0), seed=3)
    opened = np.array(_opened(scene.samples(0, size)))
    chunk_s = GRID.chunk_samples / RATE_HZ
    heard = [
        opened[int(one.time_s / chunk_s) : int(one.stop_s / chunk_s + 0.25) + 1].any()
        for one in sent
    ]
    assert np.mean(heard) > 0.95


def test_a_loud_click_opens_it_between_two_frames() -> None:
    """Thirty microseconds are heard if they stand out of the whole band."""
    iq = _noise(3, seed=4)
    iq[GRID.chunk_samples + 10 : GRID.chunk_samples + 40] += LOUD
    assert _opened(iq)[1]


def test_the_receivers_own_carrier_does_not_open_it() -> None:
    """An RTL-SDR's line at the tuned frequency is nobody's."""
    dc = np.complex64(2.0 - 1.0j)
    iq = _noise(40, seed=5) + dc
    assert np.mean(_opened(iq, dc)) < 0.1
    assert np.mean(_opened(iq)) == 1.0


def test_it_looks_back_over_the_edge_of_a_chunk() -> None:
    """A packet whose last milliseconds reach into a chunk opens it there at the latest."""
    iq = _noise(3, seed=6)
    edge, slot = GRID.chunk_samples, GRID.slot_samples
    tone = np.exp(2j * np.pi * 0.1 * np.arange(8 * slot))
    iq[edge - 7 * slot : edge + slot] += (0.45 * tone).astype(np.complex64)
    assert any(_opened(iq)[:2])
