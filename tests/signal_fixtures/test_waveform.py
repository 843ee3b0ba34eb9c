"""Chips in, baseband out: timing, levels and frequencies, checked against plain arithmetic."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signal_fixtures.waveform import ChipArray, Keying, Waveform, fsk, modulate, msk, ook


def chips(text: str) -> ChipArray:
    return np.array([int(char) for char in text], np.uint8)


def crossings(amplitude: np.ndarray, level: float = 0.5) -> list[float]:
    """Positions, in samples, where an amplitude passes a level, by linear interpolation."""
    above = amplitude > level
    places = np.nonzero(above[1:] != above[:-1])[0]
    return [
        float(at + (level - amplitude[at]) / (amplitude[at + 1] - amplitude[at])) for at in places
    ]


def frequency_hz(iq: np.ndarray, rate_hz: float) -> np.ndarray:
    """Instantaneous frequency from the phase difference of neighbours."""
    exact = iq.astype(np.complex128)
    return np.angle(exact[1:] * np.conj(exact[:-1])) * rate_hz / (2 * np.pi)


@settings(max_examples=40, deadline=None)
@given(start=st.floats(12.0, 60.0), rate_hz=st.sampled_from([1e6, 2.048e6, 2.4e6]))
def test_ook_edges_stand_at_exact_fractional_sample_positions(start: float, rate_hz: float) -> None:
    """TOA truth below one sample, also where a chip is no whole number of samples."""
    iq = modulate(chips("1101001"), ook(16_384, rise_us=8), rate_hz, start_fraction=start)
    chip = rate_hz / 16_384
    expected = [start + edge * chip for edge in (0, 2, 3, 4, 6, 7)]
    # Linear interpolation of a cosine edge of 13 or more samples errs by less than 0.01 sample.
    assert crossings(np.abs(iq)) == pytest.approx(expected, abs=0.01)


def test_ook_rise_time_is_that_between_10_and_90_percent() -> None:
    """Rise time is a fingerprint of a sender: what is asked for is what is sent."""
    rate_hz = 100e6
    amplitude = np.abs(modulate(chips("10"), ook(16_384, rise_us=5.0), rate_hz, start_fraction=600))
    low, high = crossings(amplitude, 0.1)[0], crossings(amplitude, 0.9)[0]
    assert (high - low) / rate_hz * 1e6 == pytest.approx(5.0, abs=0.005)


def test_ook_is_one_inside_a_chip_and_zero_outside() -> None:
    """Levels are exact, so that a stated RSSI is true."""
    iq = modulate(chips("101"), ook(16_384), 2.048e6, start_fraction=50)
    middle = [round(50 + (index + 0.5) * 125) for index in range(3)]
    assert np.abs(iq[middle]) == pytest.approx([1.0, 0.0, 1.0], abs=1e-6)
    assert np.abs(iq[:20]).max() == 0.0
    assert abs(iq[-1]) == 0.0


def test_a_hard_edge_switches_at_its_sample() -> None:
    """A rise of zero is allowed: chip 0 begins with the sample at its boundary."""
    iq = modulate(chips("10"), ook(10.0, rise_us=0.0), 100.0, start_fraction=3.0)
    assert np.abs(iq[:15]).tolist() == [0.0] * 3 + [1.0] * 10 + [0.0] * 2


def test_ook_carrier_has_its_offset_and_phase() -> None:
    """CFO truth: the carrier turns at the offset and has the stated phase where chip 0 begins."""
    rate_hz, start = 1e6, 40.25
    iq = modulate(
        chips("1" * 32), ook(16_384), rate_hz, offset_hz=-37_250.0, start_fraction=start,
        phase_rad=0.7,
    )  # fmt: skip
    inside = iq[60:1_900]
    assert frequency_hz(inside, rate_hz).mean() == pytest.approx(-37_250.0, abs=0.5)
    turned = 2 * math.pi * -37_250.0 * (60 - start) / rate_hz + 0.7
    assert np.exp(1j * (np.angle(inside[0]) - turned)) == pytest.approx(1.0, abs=1e-4)


def test_fsk_frequency_is_the_deviation_with_the_sign_of_the_chip() -> None:
    """Chip 1 is the higher frequency, and the deviation is the one stated."""
    rate_hz = 2e6
    iq = modulate(chips("1001011"), fsk(40_625, 26_370), rate_hz, start_fraction=30)
    found = frequency_hz(iq, rate_hz)
    chip = rate_hz / 40_625
    middle = [round(30 + (index + 0.5) * chip) for index in range(7)]
    assert found[middle] / 26_370 == pytest.approx([1, -1, -1, 1, -1, 1, 1], abs=1e-3)


def test_fsk_phase_is_continuous_and_amplitude_constant() -> None:
    """Continuous phase: no sample turns by more than the deviation allows."""
    rng = np.random.default_rng(1)
    word = rng.integers(0, 2, 200).astype(np.uint8)
    iq = modulate(word, fsk(40_625, 26_370), 1e6, start_fraction=20.4)
    inside = iq[40:-40]
    assert np.abs(frequency_hz(inside, 1e6)).max() < 26_370 * 1.001
    assert np.abs(inside) == pytest.approx(np.ones(inside.size), abs=1e-6)


def test_fsk_burst_crosses_half_amplitude_at_its_ends() -> None:
    """An FSK burst has the same truth of arrival and duration as an OOK one."""
    iq = modulate(chips("10" * 20), fsk(40_625, 26_370), 2e6, start_fraction=25.6)
    duration = 40 * 2e6 / 40_625
    assert crossings(np.abs(iq)) == pytest.approx([25.6, 25.6 + duration], abs=0.02)


def test_msk_turns_a_quarter_circle_in_each_chip() -> None:
    """MSK by definition: 90 degrees a chip, up for 1 and down for 0."""
    rate_hz, chip = 1_000_000.0, 20
    iq = modulate(chips("110100111"), msk(rate_hz / chip, rise_us=1.0), rate_hz, start_fraction=5)
    phase = np.unwrap(np.angle(iq[5 + chip * np.arange(1, 9)].astype(np.complex128)))
    quarters = np.diff(phase) / (np.pi / 2)
    assert quarters == pytest.approx([1, -1, 1, -1, -1, 1, 1], abs=1e-3)


def test_gaussian_filter_equals_a_numerical_convolution() -> None:
    """GFSK: the closed form of the phase agrees with filtering the frequency by hand."""
    per_chip, bandwidth_time = 200, 0.5
    word = chips("0110100111010001")
    wave = Waveform(word, Keying("fsk", 1.0, 0.25, bandwidth_time, rise_us=1.0))
    time_s = np.arange(word.size * per_chip + 1) / per_chip
    found = np.diff(np.unwrap(np.angle(wave.at(time_s)[1:-1]))) * per_chip / (2 * np.pi)
    sigma = math.sqrt(math.log(2)) / (2 * math.pi * bandwidth_time) * per_chip
    taps = np.exp(-0.5 * (np.arange(-400, 401) / sigma) ** 2)
    steps = np.repeat(2.0 * word - 1.0, per_chip)
    filtered = 0.25 * np.convolve(np.pad(steps, 400, mode="edge"), taps / taps.sum(), "valid")
    assert np.abs(found - filtered[1:-1]).max() < 1e-4


def test_gaussian_filter_narrows_the_spectrum() -> None:
    """What GFSK is for: less power outside the channel than with hard steps."""
    word = np.random.default_rng(3).integers(0, 2, 2_000).astype(np.uint8)

    def power_outside(keying: Keying) -> float:
        iq = modulate(word, keying, 800e3)
        spectrum = np.abs(np.fft.fft(iq * np.hanning(iq.size))) ** 2
        away = np.abs(np.fft.fftfreq(iq.size, 1 / 800e3)) > 100e3
        return float(spectrum[away].sum() / spectrum.sum())

    hard = power_outside(fsk(50e3, 12.5e3))
    assert power_outside(fsk(50e3, 12.5e3, gaussian_bt=0.5)) < hard / 100


@settings(max_examples=25, deadline=None)
@given(
    index=st.floats(0.4, 1.0),
    bandwidth_time=st.sampled_from([None, 0.3, 0.5]),
    seed=st.integers(0, 1_000),
)
def test_continuous_phase_turns_by_pi_h_a_chip_at_constant_amplitude(
    index: float, bandwidth_time: float | None, seed: int
) -> None:
    """By definition: in a run of equal chips each turns the carrier by pi h, filtered or not."""
    rate_hz, chip = 1e6, 20
    word = np.random.default_rng(seed).integers(0, 2, 30).astype(np.uint8)
    word[10:16] = 1
    keying = fsk(rate_hz / chip, index * rate_hz / chip / 2, gaussian_bt=bandwidth_time, rise_us=1)
    iq = modulate(word, keying, rate_hz).astype(np.complex128)[chip : 29 * chip]
    assert np.abs(iq) == pytest.approx(np.ones(iq.size), abs=1e-6)
    edges = iq[11 * chip : 14 * chip : chip]  # two chips from either end of the run
    turns = np.angle(edges[1:] * np.conj(edges[:-1]) * np.exp(-1j * np.pi * index))
    assert np.abs(turns).max() < 2e-3


def test_msk_has_the_published_spectrum() -> None:
    """Proakis 3.4-2: 16/pi^2 (cos 2 pi f T / (1 - 16 f^2 T^2))^2 chip lengths, random chips."""
    chips_sent, per_chip = 1 << 13, 16
    word = np.random.default_rng(4).integers(0, 2, chips_sent).astype(np.uint8)
    iq = modulate(word, msk(1.0, rise_us=0.0), per_chip)[: chips_sent * per_chip]
    pieces = iq.reshape(-1, 64 * per_chip) * np.hanning(64 * per_chip)
    power = (np.abs(np.fft.fft(pieces)) ** 2).mean(axis=0)
    power /= power.sum() * per_chip / (64 * per_chip)
    freqs = np.fft.fftfreq(64 * per_chip, 1 / per_chip)
    for low, high in ((0.0, 0.2), (0.2, 0.4), (0.45, 0.65), (0.85, 1.15)):
        inside = (np.abs(freqs) >= low) & (np.abs(freqs) < high)
        f = freqs[inside]
        shape = 16 / np.pi**2 * (np.cos(2 * np.pi * f) / (1 - 16 * f**2 + 1e-9)) ** 2
        assert power[inside].sum() / per_chip == pytest.approx(shape.sum() / per_chip, rel=0.1)


@settings(max_examples=25, deadline=None)
@given(cut=st.integers(1, 400), bandwidth_time=st.sampled_from([None, 0.3, 0.5]))
def test_a_waveform_may_be_asked_in_pieces(cut: int, bandwidth_time: float | None) -> None:
    """A long burst is rendered block by block; the seams must not show."""
    word = np.random.default_rng(5).integers(0, 2, 40).astype(np.uint8)
    wave = Waveform(word, fsk(40_625, 26_370, gaussian_bt=bandwidth_time))
    time_s = np.arange(-10, 1_200) / 1e6
    pieces = np.concatenate([wave.at(time_s[:cut]), wave.at(time_s[cut:])])
    assert np.array_equal(pieces, wave.at(time_s))


def test_mean_power_of_on_chips_is_one() -> None:
    """The on-amplitude is 1.0, the reference of every level."""
    iq = modulate(chips("1" * 50), ook(16_384), 2.048e6, start_fraction=100)
    assert np.mean(np.abs(iq[200:6_000]) ** 2) == pytest.approx(1.0, abs=1e-5)


def test_waveform_states_its_duration_and_margin() -> None:
    """A scene needs to know how far a burst reaches: 16 chips, and half an edge on each side."""
    wave = Waveform(chips("10" * 8), ook(16_384, rise_us=4.0))
    assert wave.duration_s == 16 / 16_384
    assert wave.margin_s == pytest.approx(4e-6 / 0.59033 / 2, rel=1e-4)


@pytest.mark.parametrize(
    "bad", [np.zeros(0, np.uint8), np.array([0, 2], np.uint8), np.zeros((2, 2), np.uint8)]
)
def test_what_are_no_chips_is_refused(bad: ChipArray) -> None:
    """A caller's mistake is named at once."""
    with pytest.raises(ValueError, match="chips"):
        Waveform(bad, ook(16_384))


def test_impossible_numbers_are_refused() -> None:
    """Edges longer than a chip, negative widths and rates have no meaning."""
    with pytest.raises(ValueError, match="longer than a chip"):
        ook(16_384, rise_us=40)
    with pytest.raises(ValueError, match="positive rate"):
        ook(0)
    with pytest.raises(ValueError, match="gaussian_bt"):
        fsk(40_625, 26_370, gaussian_bt=0)
    with pytest.raises(ValueError, match="sample rate"):
        modulate(chips("1"), ook(16_384), 0)
