"""The filter bank, against scipy's short-time Fourier transform and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import signal

from medmon.kernels import Codes, converted
from medmon.phy.channelizer import FRAMES_A_SLOT, Channelizer, Grid
from medmon.records import ComplexArray


def _noise(count: int, seed: int = 1) -> ComplexArray:
    pair = np.random.default_rng(seed).standard_normal((2, count)) / np.sqrt(2)
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


@pytest.mark.parametrize(
    ("rate_hz", "channels"),
    [(250e3, 16), (1.024e6, 64), (2.048e6, 128), (3.2e6, 256), (96e3, 8), (1e3, 4)],
)
def test_channels_are_about_16_khz_wide(rate_hz: float, channels: int) -> None:
    """The nearest power of two, and never fewer than four: torn metadata gives odd rates."""
    assert Grid.for_rate(rate_hz).channels == channels


def test_grid_by_hand() -> None:
    """Rows, chunks and channel centres of the usual rate."""
    grid = Grid.for_rate(2.048e6)
    assert (grid.channel_hz, grid.slot_samples, grid.chunk_samples) == (16e3, 1024, 65_536)
    assert grid.slot_s == 0.5e-3
    assert (grid.slots(0.0), grid.slots(0.9e-3), grid.slots(4e-3)) == (1, 2, 8)
    assert (grid.offset_hz(0), grid.offset_hz(64), grid.offset_hz(65.5)) == (-1.024e6, 0.0, 24e3)


def test_powers_are_those_of_scipy() -> None:
    """Every channel of every row, against an independent transform with the same window."""
    grid = Grid.for_rate(250e3)
    size = grid.channels
    iq = _noise(3 * grid.slot_samples)
    powers = Channelizer(grid).feed(iq)
    window = np.sin(np.pi * (np.arange(2 * size) + 0.5) / (2 * size)) ** 2
    padded = np.concatenate((np.zeros(size), iq)).astype(np.complex128).ravel()
    transform = signal.ShortTimeFFT(window, hop=size, fs=1.0, fft_mode="twosided")
    spectra = transform.stft(padded, p0=1, p1=1 + iq.size // size)
    frames = np.abs(spectra.T) ** 2 / (size * np.sum(window**2))
    bins = (2 * (np.arange(size) - size // 2)) % (2 * size)
    expected = frames[:, bins].reshape(-1, FRAMES_A_SLOT, size).mean(axis=1)
    np.testing.assert_allclose(powers, expected, rtol=2e-4, atol=1e-7)


def test_white_noise_shows_its_power_over_the_channels() -> None:
    """Noise floors are densities because of this."""
    grid = Grid.for_rate(1.024e6)
    powers = Channelizer(grid).feed(_noise(4 * grid.chunk_samples))
    np.testing.assert_allclose(powers.mean(axis=0) * grid.channels, 1.0, atol=0.12)


def test_tone_stays_in_its_channel() -> None:
    """A strong pump must not light up the band: 60 dB down two channels away."""
    grid = Grid.for_rate(1.024e6)
    turns = grid.offset_hz(40) / grid.rate_hz * np.arange(4 * grid.slot_samples)
    powers = Channelizer(grid).feed(np.exp(2j * np.pi * turns).astype(np.complex64))[1:]
    assert powers.argmax(axis=1).tolist() == [40] * 3
    away = np.abs(np.arange(grid.channels) - 40) >= 2
    assert (powers[:, away].max() / powers.max()) < 1e-6


def test_cuts_do_not_matter() -> None:
    """The window reaches back over a cut: bit for bit the same."""
    grid = Grid.for_rate(250e3)
    iq = _noise(6 * grid.slot_samples)
    whole = Channelizer(grid).feed(iq)
    bank = Channelizer(grid)
    cut = 2 * grid.slot_samples
    np.testing.assert_array_equal(np.concatenate((bank.feed(iq[:cut]), bank.feed(iq[cut:]))), whole)


def test_rows_of_bytes_are_those_of_numbers_wherever_one_begins() -> None:
    """The carrier taken off on the way, rows left out at the beginning: the same powers."""
    grid, dc = Grid.for_rate(250e3), np.complex64(0.1 - 0.05j)
    rng = np.random.default_rng(6)
    codes = rng.integers(100, 156, 12 * grid.slot_samples).astype(np.uint8)
    samples = Codes(codes, 127.5, 127.5)
    whole = Channelizer(grid).feed(converted(samples) - dc)
    np.testing.assert_allclose(Channelizer(grid).feed(samples, dc), whole, rtol=1e-4)
    bank, out = Channelizer(grid), np.empty_like(whole)
    half = 3 * grid.slot_samples
    bank.feed(samples[:half], dc, out[2:3], skip=2)
    bank.feed(samples[half:], dc, out[3:])
    np.testing.assert_allclose(out[2:], whole[2:], rtol=1e-4)
