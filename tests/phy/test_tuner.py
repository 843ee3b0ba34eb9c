"""The tuner, against a direct mixer and a filter of scipy, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from medmon.phy.baseband import Place
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray

RATE_HZ = 1.024e6


def _tone(freq_hz: float, count: int = 20_000) -> ComplexArray:
    turns = freq_hz / RATE_HZ * np.arange(count)
    return np.asarray(np.exp(2j * np.pi * turns), dtype=np.complex64)


def test_baseband_is_that_of_a_mixer_and_a_long_filter() -> None:
    """Two tones and a keyed edge, against mixing and a 1,025-tap filter of scipy."""
    wanted = _tone(101e3) * np.where(np.arange(20_000) > 9_000.3, 1.0, 0.3)
    iq = (wanted + 0.5 * _tone(-230e3)).astype(np.complex64)
    band = Tuner(iq, 0, RATE_HZ).tune(100e3, half_width_hz=30e3, rate_hz=150e3)
    mixed = iq * np.exp(-2j * np.pi * band.offset_hz / RATE_HZ * np.arange(iq.size))
    taps = signal.firwin(1_025, 33.75e3, fs=RATE_HZ)
    expected = signal.fftconvolve(mixed, taps, mode="same")
    places = band.first_sample + band.step * np.arange(band.iq.size)
    inner = (places > 2_000) & (places < 18_000)
    real = np.interp(places[inner], np.arange(iq.size), expected.real)
    imag = np.interp(places[inner], np.arange(iq.size), expected.imag)
    # Two good filters differ by the ringing of their edges only.
    assert np.abs(band.iq[inner] - (real + 1j * imag)).max() < 0.03
    far = inner & (np.abs(places - 9_000) > 1_500)
    assert np.abs(np.abs(band.iq[far]) - np.where(places[far] > 9_000, 1.0, 0.3)).max() < 0.01


def test_rates_and_places_are_exact() -> None:
    """Output sample j lies at input sample first + j step: a pulse is found where it was."""
    iq = np.zeros(30_000, np.complex64)
    pulse = signal.windows.gaussian(2_001, 150.0)
    iq[12_345 - 1_000 : 12_345 + 1_001] = pulse
    band = Tuner(iq, 5_000, RATE_HZ).tune(0.0, half_width_hz=30e3, rate_hz=120e3)
    assert band.rate_hz == pytest.approx(120e3, rel=1e-3)
    assert band.rate_hz * band.step == pytest.approx(RATE_HZ)
    power = np.abs(band.iq) ** 2
    middle = float(np.sum(np.arange(power.size) * power) / power.sum())
    assert band.sample_at(middle) == pytest.approx(5_000 + 12_345, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(offset=st.floats(-400e3, 400e3), rate=st.floats(20e3, 900e3))
def test_tone_keeps_its_amplitude(offset: float, rate: float) -> None:
    """Whatever is tuned to comes out as strong as it came in; levels are absolute."""
    band = Tuner(_tone(offset), 0, RATE_HZ).tune(offset, half_width_hz=rate / 4, rate_hz=rate)
    inner = band.iq[band.iq.size // 4 : -band.iq.size // 4]
    assert np.abs(inner) == pytest.approx(np.ones(inner.size), abs=0.03)


def test_noise_width_is_that_of_noise() -> None:
    """The noise that is taken off every level is density times this width."""
    rng = np.random.default_rng(1)
    pair = rng.standard_normal((2, 400_000)) / np.sqrt(2)
    tuner = Tuner((pair[0] + 1j * pair[1]).astype(np.complex64), 0, RATE_HZ)
    band = tuner.tune(50e3, half_width_hz=40e3, rate_hz=200e3)
    power = float(np.mean(np.abs(band.iq) ** 2))
    assert power * RATE_HZ == pytest.approx(band.noise_width_hz, rel=0.03)


def test_edge_of_the_band_does_not_wrap() -> None:
    """A tone at the lower edge is not heard by who listens at the upper one."""
    tuner = Tuner(_tone(-508e3), 0, RATE_HZ)
    band = tuner.tune(500e3, half_width_hz=30e3, rate_hz=120e3)
    # At both ends the tone is switched, and a click is everywhere.
    assert np.abs(band.iq[500:-500]).max() < 0.01
    assert band.noise_width_hz < 50e3


def test_listening_cuts_the_time_of_a_place() -> None:
    """Only the samples of the place come out, each at its old time."""
    iq = np.zeros(30_000, np.complex64)
    iq[14_000:16_000] = 1.0
    tuner = Tuner(iq, 1_000, RATE_HZ)
    place = Place(0.0, 10e3, 12_000.0, 18_000.0)
    band = tuner.listen(place, 0.0, half_width_hz=40e3, rate_hz=160e3)
    assert 12_000 - band.step <= band.first_sample <= 12_000
    assert band.sample_at(band.iq.size) == pytest.approx(18_000, abs=band.step)
    rises = int(np.flatnonzero(np.abs(band.iq) > 0.5)[0])
    assert band.sample_at(rises) == pytest.approx(15_000, abs=band.step)


def test_place_that_begins_before_the_stretch() -> None:
    """Margins may reach out of the recording."""
    place = Place(0.0, 10e3, -500.0, 900.0)
    band = Tuner(_tone(0.0, 2_000), 0, RATE_HZ).listen(
        place, 0.0, half_width_hz=40e3, rate_hz=160e3
    )
    assert band.first_sample == 0.0


@pytest.mark.parametrize("count", [1, 7, 100, 4_097, 65_535])
def test_any_length_is_tuned_to(count: int) -> None:
    """Bins are finer than a period of the stretch, whatever its length."""
    tuner = Tuner(_tone(0.0, count), 0, RATE_HZ)
    assert tuner.bin_hz < RATE_HZ / count
    band = tuner.tune(0.0, half_width_hz=100e3, rate_hz=400e3)
    assert band.iq.size == int(np.ceil(count / band.step))


@pytest.mark.parametrize("carrier_hz", [3e3, -60e3, 250e3])
def test_carriers_of_one_stretch_share_what_was_brought_down(carrier_hz: float) -> None:
    """The second carrier comes out whole, whether it lies within what the first one was given."""
    tuner = Tuner(_tone(carrier_hz), 700, RATE_HZ)
    first = tuner.narrowed(0.0, 80e3)
    assert first.rate_hz == RATE_HZ / 4
    near = tuner.narrowed(carrier_hz, 80e3)
    # A quarter of the rate is good to 1.024 MHz / 12 beside the carrier it was made for.
    assert (near is first) == (abs(carrier_hz) + 80e3 < RATE_HZ / 12)
    band = near.tune(carrier_hz, half_width_hz=60e3, rate_hz=150e3)
    inner = band.iq[band.iq.size // 4 : -band.iq.size // 4]
    assert np.abs(inner) == pytest.approx(np.ones(inner.size), abs=0.01)
    assert band.rate_hz * band.step == pytest.approx(RATE_HZ)


def test_wide_look_is_not_brought_down() -> None:
    """Beyond a sixth of the rate nothing would be left out."""
    tuner = Tuner(_tone(0.0), 0, RATE_HZ)
    assert tuner.most_hz == pytest.approx(RATE_HZ / 6)
    assert tuner.narrowed(0.0, 1.01 * tuner.most_hz) is tuner
    assert tuner.narrowed(0.0, 0.99 * tuner.most_hz) is not tuner
