"""A delay between two channels is found to a fraction of a sample, and its error is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon.phy.array.antennas import Arrival
from medmon.phy.array.bins import Bins
from medmon.phy.array.tdoa import delay_between
from signal_fixtures.antennas import Antenna
from signal_fixtures.bounds import delay_bound_s

if TYPE_CHECKING:
    from tests.phy.array.conftest import Device
else:
    Device = Any

RATE_HZ = 250e3
TRIALS = 80


def _channel(cable_ns: float, *, gain_db: float = -2.0, phase_deg: float = 140.0) -> list[Antenna]:
    return [Antenna(), Antenna(gain_db=gain_db, phase_deg=phase_deg, cable_ns=cable_ns)]


@pytest.mark.parametrize("snr_db", [10, 15, 20, 30])
def test_delay_is_as_exact_as_the_bound_allows(device: Device, snr_db: float) -> None:
    """Within twice the bound of the passband, without a bias, and as far off as is told.

    The mean square of 80 errors over their variance has a standard deviation of 0.16 around 1;
    a mean of 80 errors one of 0.11 of theirs.
    """
    lates_ns = (-2_960.0, -1_130.0, -15.0, 120.0, 1_777.0)
    errors, told = [], []
    for trial in range(TRIALS):
        late_ns = lates_ns[trial % len(lates_ns)]
        channels = _channel(late_ns, gain_db=0.0)
        found = device.heard(channels, snr_db, seed=trial).delay(1)
        assert found is not None
        errors.append(found.delay_s - late_ns * 1e-9)
        told.append(found.std_s)
    bound_s = delay_bound_s(
        device.emission(), RATE_HZ, device.density_dbfs(snr_db), device.half_width_hz
    )
    rms_s = float(np.sqrt(np.mean(np.square(errors))))
    assert rms_s < 2 * bound_s
    assert abs(np.mean(errors)) < 0.45 * rms_s
    assert 0.5 < np.mean((np.array(errors) / np.array(told)) ** 2) < 2


def test_skirts_of_a_strong_keyed_carrier_are_used(pump: Device) -> None:
    """At 30 dB the skirts of a pump hold most of what there is to know about its delay."""
    errors = []
    for trial in range(40):
        found = pump.heard(_channel(700.0, gain_db=0.0), 30, seed=trial).delay(1)
        assert found is not None
        errors.append(found.delay_s - 700e-9)
    rms_s = float(np.sqrt(np.mean(np.square(errors))))
    density_dbfs = pump.density_dbfs(30)
    assert rms_s < 2 * delay_bound_s(pump.emission(), RATE_HZ, density_dbfs)
    assert rms_s < delay_bound_s(pump.emission(), RATE_HZ, density_dbfs, pump.half_width_hz)


@pytest.mark.parametrize("late_us", [-45.0, 0.0, 45.0])
def test_receivers_far_from_each_other(device: Device, late_us: float) -> None:
    """Light goes 13 km in 45 us; no other peak of the correlation is taken for the delay."""
    found = device.heard(_channel(late_us * 1e3), 20).delay(1)
    assert found is not None
    assert found.delay_s * 1e6 == pytest.approx(late_us, abs=1.5)


def test_level_and_phase_of_a_channel_do_not_matter(device: Device) -> None:
    """Two receivers are never alike; a gain of 20 dB and half a turn are no delay."""
    heard = device.heard([Antenna()] * 2, 30)
    plain = heard.delay(1)
    factors = np.array([[1.0], [-10.0 + 0.5j]])
    bins = Bins(heard.bins.spectra * factors, heard.bins.offsets_hz, heard.bins.step_hz)
    turned = delay_between(bins, 1, heard.half_width_hz, heard.pitch_hz)
    assert plain is not None
    assert turned is not None
    assert turned.delay_s == pytest.approx(plain.delay_s, abs=1e-12)
    assert turned.std_s == pytest.approx(plain.std_s, rel=1e-6)


def _with_noise_behind(heard: Arrival, power_db: float) -> Bins:
    """Put strong noise of the second channel alone 40 to 70 kHz above the carrier."""
    rng = np.random.default_rng(5)
    spectra = heard.bins.spectra.copy()
    there = (heard.bins.offsets_hz > 40e3) & (heard.bins.offsets_hz < 70e3)
    size = (int(there.sum()), 2)
    level = np.sqrt(np.mean(np.abs(spectra[0]) ** 2)) * 10 ** (power_db / 20)
    neighbour = level * (rng.standard_normal(size) @ np.array([1, 1j]))
    spectra[0, there] += neighbour
    spectra[1, there] += neighbour * np.exp(2j * np.pi * heard.bins.offsets_hz[there] * 2e-5)
    return Bins(spectra, heard.bins.offsets_hz, heard.bins.step_hz)


def test_a_neighbour_on_a_skirt_is_not_the_burst(pump: Device) -> None:
    """Somebody else 55 kHz away, 20 dB louder and from another side, does not move the delay."""
    heard = pump.heard(_channel(500.0), 30)
    alone = heard.delay(1)
    found = delay_between(_with_noise_behind(heard, 20), 1, heard.half_width_hz, heard.pitch_hz)
    assert alone is not None
    assert found is not None
    assert abs(found.delay_s - alone.delay_s) < 4 * found.std_s


def test_a_dead_channel_has_no_delay(device: Device) -> None:
    """A pulled cable leaves noise, and noise arrives never; so does silence."""
    rng = np.random.default_rng(3)
    heard = device.heard([Antenna()] * 2, 20)
    for level in (0.0, 1.0):
        for _ in range(20):
            spectra = heard.bins.spectra.copy()
            noise = rng.standard_normal((spectra.shape[1], 2)) @ np.array([1, 1j])
            spectra[1] = level * noise
            bins = Bins(spectra, heard.bins.offsets_hz, heard.bins.step_hz)
            assert delay_between(bins, 1, heard.half_width_hz, heard.pitch_hz) is None


def test_too_few_bins_have_no_slope(pump: Device) -> None:
    """A click, or a bare carrier, tells nothing about a delay."""
    heard = pump.heard([Antenna()] * 2, 30)
    assert delay_between(heard.bins, 1, 900.0, heard.pitch_hz) is None
