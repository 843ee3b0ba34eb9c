"""Physical features read off receptions of bursts whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import fsk, measure, ook
from medmon.phy.baseband import Baseband
from medmon.phy.edges import clocking
from medmon.phy.reception import Reception
from medmon.phy.tuner import Tuner
from signal_fixtures.channel import Scene

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
START_S = 0.0300003


def _pump(air: Air, *, ppm: float = 0.0, rise_us: float = 4.0) -> tuple[Scene, Tuner, Reception]:
    scene = air.scene(RATE_HZ, 0.07, air.pump(START_S, ppm=ppm, rise_us=rise_us))
    tuner = air.tuner(scene)
    (packet,) = ook.receive(tuner, air.modem("medtronic"), air.place(scene))
    return scene, tuner, packet


def _pod(air: Air) -> Reception:
    scene = air.scene(RATE_HZ, 0.07, air.pod(START_S, ppm=-30.0))
    (packet,) = fsk.receive(air.tuner(scene), air.modem("omnipod"), air.place(scene))
    return packet


def test_level_of_a_keyed_packet_is_that_while_it_is_on(air: Air) -> None:
    """-30 dBFS while on, whatever the part of marks."""
    _, _, packet = _pump(air)
    assert 10 * np.log10(measure.on_power(packet, 0.0)) == pytest.approx(-30, abs=0.2)


def test_level_of_a_shifted_packet(air: Air) -> None:
    """The same for a carrier that is always on."""
    assert 10 * np.log10(measure.on_power(_pod(air), 0.0)) == pytest.approx(-30, abs=0.1)


def test_noise_is_taken_off_the_level(air: Air) -> None:
    """What is left after taking off too much still has a logarithm."""
    _, _, packet = _pump(air)
    assert measure.on_power(packet, 5e-4) == pytest.approx(1e-3 - 5e-4, rel=0.1)
    assert measure.on_power(packet, 1.0) == pytest.approx(1e-3)
    empty = replace(packet, band=replace(packet.band, iq=packet.band.iq[:0]))
    assert measure.on_power(empty, 0.0) == 1e-15


def _noise(count: int, power: float, seed: int = 1) -> np.typing.NDArray[np.complex128]:
    pair = np.random.default_rng(seed).standard_normal((2, count)) * np.sqrt(power / 2)
    return np.asarray(pair[0] + 1j * pair[1])


def test_bandwidth_of_flat_noise_by_hand() -> None:
    """95 % of a flat band of 20 kHz are 19 kHz."""
    tuner = Tuner(_noise(1_000_000, 1.0).astype(np.complex64), 0, 1e6)
    inner = tuner.tune(0.0, half_width_hz=10e3, rate_hz=200e3)
    band = replace(inner, noise_width_hz=180e3)
    width_hz = measure.bandwidth_hz(band, 0, band.iq.size, 0.0)
    # The filter's edges add 2.5 kHz to either side, half power in their middle.
    assert width_hz == pytest.approx(0.95 * 22.5e3, rel=0.05)


@pytest.mark.parametrize("snr_db", [30.0, 10.0])
def test_noise_does_not_widen_a_burst(snr_db: float) -> None:
    """Two tones 40 kHz apart, in noise of 200 kHz: the noise cancels on the average."""
    time_s = np.arange(20_000) / 200e3
    tones = np.exp(2j * np.pi * 20e3 * time_s) + np.exp(-2j * np.pi * 20e3 * time_s)
    noise = 10 ** (-snr_db / 10) * 200e3 / 40e3
    iq = (tones / np.sqrt(2) + _noise(20_000, noise)).astype(np.complex64)
    band = Baseband(iq, 200e3, 0.0, 0.0, 1.0, 200e3)
    width_hz = measure.bandwidth_hz(band, 0, iq.size, noise / 200e3)
    assert width_hz == pytest.approx(40e3, rel=0.12)


def test_bandwidth_of_a_short_burst_has_a_lower_bound() -> None:
    """Less than 16 samples have no spectrum; a tone of 1 ms is at least 1 kHz wide."""
    band = Baseband(np.ones(4_000, np.complex64), 200e3, 0.0, 0.0, 1.0, 150e3)
    assert measure.bandwidth_hz(band, 100, 110, 0.0) == 150e3
    assert measure.bandwidth_hz(band, 0, 200, 0.0) >= 1e3
    zero = replace(band, iq=np.zeros(4_000, np.complex64))
    assert np.isfinite(measure.bandwidth_hz(zero, 0, 4_000, 1e-9))


@pytest.mark.parametrize("rise_us", [3.0, 8.0, 20.0])
def test_rise_time(air: Air, rise_us: float) -> None:
    """10 % to 90 % of the amplitude, the filter's own rise taken off."""
    _, tuner, packet = _pump(air, rise_us=rise_us)
    fitted = clocking(packet)
    first, chip = packet.band.sample_at(fitted.first_edge), fitted.step * packet.band.step
    measured = measure.rise_us(packet, first, chip, tuner)
    assert measured == pytest.approx(rise_us, abs=1.0)
    few = replace(packet, chips=packet.chips[:0], lead=2)
    assert measure.rise_us(few, first, chip, tuner) is None


@pytest.mark.parametrize("days", [1, 1_000])
def test_rise_time_of_a_long_stream(air: Air, days: int) -> None:
    """Counted in samples for years, places are rounded; a packet is measured all the same."""
    scene, tuner, packet = _pump(air, rise_us=8.0)
    fitted = clocking(packet)
    first, chip = packet.band.sample_at(fitted.first_edge), fitted.step * packet.band.step
    expected = measure.rise_us(packet, first, chip, tuner)
    begin = days * 86_400 * RATE_HZ
    later = Tuner(scene.samples(0, round(0.07 * RATE_HZ)), begin, RATE_HZ)
    for part in np.linspace(0.0, 1.0, 20):
        measured = measure.rise_us(packet, begin + first + part, chip, later)
        assert measured == pytest.approx(expected, abs=1.5)


def test_no_rise_where_nothing_rises(air: Air) -> None:
    """A constant carrier has no edge at the places that somebody names."""
    _, _, packet = _pump(air)
    steady = Tuner(np.ones(80_000, np.complex64), 0, RATE_HZ)
    assert measure.rise_us(replace(packet, carrier_hz=0.0), 30_000.0, 62.5, steady) is None
