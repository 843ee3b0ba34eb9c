"""Scenes of two senders hold what they say: distance, ratio, level, overlap, and 8 bits."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.bench.pairs import EC_N0_DB, Both, Pair, both, clear_db
from signal_fixtures.channel import Scene

PAIR = Pair("pod", "pump", 100e3, 30.0, 1.024e6)


@pytest.fixture(scope="module")
def made() -> list[Both]:
    """Three that follow each other."""
    return [both(PAIR, seed) for seed in range(3)]


def test_distance_and_ratio_are_what_was_asked_for(made: list[Both]) -> None:
    """Crystals are off by up to 2 kHz, powers by nothing; both lie in the middle of the band."""
    for one in made:
        strong, weak = one.scene.emissions
        assert strong.rssi_dbfs - weak.rssi_dbfs == pytest.approx(30.0)
        assert abs(strong.offset_hz - weak.offset_hz) == pytest.approx(100e3, abs=2e3)
        assert max(abs(strong.offset_hz), abs(weak.offset_hz)) < 0.42 * PAIR.rate_hz


def test_the_weak_one_begins_before_inside_and_near_the_end(made: list[Both]) -> None:
    """An attacker chooses the moment; whenever it is, the two overlap."""
    begins = [one.scene.emissions[1].time_s - one.scene.emissions[0].time_s for one in made]
    assert begins[0] < 0 < begins[1] < begins[2]
    for one in made:
        strong, weak = one.scene.emissions
        assert min(strong.stop_s, weak.stop_s) > max(strong.time_s, weak.time_s)


def test_the_weak_one_is_twenty_decibels_over_the_noise(made: list[Both]) -> None:
    """Energy of a chip over noise in one hertz: what is lost is not lost to noise."""
    weak, faults = made[0].scene.emissions[1], made[0].scene.front_end
    assert faults.noise_dbfs is not None
    density_dbfs = faults.noise_dbfs - 10 * np.log10(PAIR.rate_hz)
    energy_db = weak.rssi_dbfs - 10 * np.log10(weak.keying.symbol_rate_hz)
    assert energy_db - density_dbfs >= EC_N0_DB - 1e-6


def test_samples_are_those_of_eight_bits(made: list[Both]) -> None:
    """50 dB under full scale is where such a receiver ends; nothing is clipped."""
    iq = made[0].block.iq[0]
    for part in (iq.real, iq.imag):
        assert 100 < np.unique(part).size <= 256
        assert -1 < part.min() < part.max() < 1


def test_alone_with_noise_a_chip_is_as_clear_as_its_energy(made: list[Both]) -> None:
    """A strong one that is switched off, nearly, leaves Ec/N0."""
    scene = made[1].scene
    strong, weak = scene.emissions
    silent = type(strong)(
        strong.chips, strong.keying, strong.time_s, -200.0, strong.offset_hz, strong.phase_rad
    )
    alone = Scene(scene.rate_hz, scene.sample_count, (silent, weak), scene.front_end)
    assert clear_db(alone) == pytest.approx(EC_N0_DB, abs=0.2)
    assert made[1].clear_db < 15
