"""Who is on the air in the samples that have just arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.activity import ROWS
from medmon.phy.arrivals import Arrivals
from medmon.phy.baseband import Place
from medmon.phy.channelizer import Grid
from medmon.records import ComplexArray

if TYPE_CHECKING:
    pass

GRID = Grid.for_rate(1.024e6)
"""64 channels of 16 kHz, rows of 512 samples, chunks of 32,768."""


def _tone(offset_hz: float, count: int) -> ComplexArray:
    turns = offset_hz / GRID.rate_hz * np.arange(count)
    tone: ComplexArray = np.exp(2j * np.pi * turns).astype(np.complex64)
    return tone


def _known(iq: ComplexArray, dc: complex = 0.0) -> Arrivals:
    arrivals = Arrivals(GRID)
    arrivals.know(np.complex64(dc), np.full(GRID.channels, 1e-6, dtype=np.float32))
    for start in range(0, iq.size, 5_000):
        arrivals.put(iq[start : start + 5_000])
    return arrivals


def test_a_carrier_is_in_its_channel() -> None:
    """A search begins where the energy is; a channel off it would miss a pump."""
    (channel, power), *others = _known(_tone(80e3, 20_000)).loud(4)
    assert GRID.offset_hz(channel) == pytest.approx(80e3)
    # One channel of a full-scale carrier over a floor of a millionth.
    assert 10 * np.log10(power) == pytest.approx(60.0, abs=2.0)
    assert others == []


def test_the_receivers_own_carrier_is_nobody() -> None:
    """Every cheap receiver has one at the tuned frequency."""
    iq = np.full(20_000, 0.1 + 0.05j, dtype=np.complex64)
    assert _known(iq, dc=0.1 + 0.05j).loud(4) == []
    assert _known(iq).loud(4) != []


def test_samples_reach_a_chunk_back() -> None:
    """A sync word began before the block in which its heading is complete."""
    iq = _tone(50e3, 4 * GRID.chunk_samples + 777)
    arrivals = _known(iq)
    assert arrivals.stop == iq.size
    start = iq.size - GRID.chunk_samples
    tuner, place = arrivals.tuner(Place(50e3, 0.0, start, iq.size), 100)
    assert (place.start_sample, place.stop_sample) == (start, iq.size + 100)
    band = tuner.tune(50e3, half_width_hz=20e3, rate_hz=128e3)
    middle = band.iq[200:-200]
    # Bins are some ten hertz wide, so the tone turns slowly; its magnitude is that of the carrier.
    assert np.abs(middle) == pytest.approx(1.0, abs=0.01)
    assert band.first_sample == start


@pytest.mark.parametrize("rate_hz", [0.25e6, 1.024e6, 2.4e6, 2.88e6])
def test_the_longest_packet_fits_into_what_is_kept(rate_hz: float) -> None:
    """A bolus order lasts 58 ms with all that is before it, however long a chunk is."""
    grid = Grid.for_rate(rate_hz)
    arrivals = Arrivals(grid)
    ramp = np.arange(int(0.3 * rate_hz), dtype=np.complex64)
    for start in range(0, ramp.size, grid.chunk_samples):
        arrivals.put(ramp[start : start + grid.chunk_samples])
        began = max(0, start - round(58e-3 * rate_hz))
        tuner, place = arrivals.tuner(Place(0.0, 0.0, began, arrivals.stop), 0)
        assert place.start_sample == began
        assert np.array_equal(tuner.all_of_it(0.0).iq, ramp[began : arrivals.stop])


def test_noise_density_is_that_of_the_floor() -> None:
    """Levels of headings are told over the noise."""
    arrivals = _known(np.zeros(ROWS * GRID.slot_samples, dtype=np.complex64))
    assert arrivals.density(100e3) == pytest.approx(1e-6 / 16e3)
    assert arrivals.density(-512e3) == pytest.approx(1e-6 / 16e3)
