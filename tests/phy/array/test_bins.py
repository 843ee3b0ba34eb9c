"""The bins of a burst: frequencies, what is left out, and where a burst has its power."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon.phy.array.bins import bins_around, half_width_hz

if TYPE_CHECKING:
    from tests.phy.array.conftest import Device
else:
    Device = Any


def test_tone_stands_in_its_bin() -> None:
    """A tone 3 kHz over the carrier, amplitude 1: all its energy in one bin of each channel."""
    time_s = np.arange(1_000) / 100e3
    tone = np.exp(2j * np.pi * -17e3 * time_s).astype(np.complex64)
    bins = bins_around(np.stack((tone, 2j * tone)), 100e3, -20e3, 5e3)
    assert bins.step_hz == 100.0
    assert (bins.offsets_hz[0], bins.offsets_hz[-1]) == (-5e3, 5e3)
    at = int(np.argmax(np.abs(bins.spectra[0])))
    assert bins.offsets_hz[at] == pytest.approx(3e3)
    assert bins.spectra[:, at] == pytest.approx(np.sqrt(1_000) * np.array([1, 2j]), rel=1e-4)


def test_constant_of_a_receiver_is_left_out() -> None:
    """Every receiver adds its own constant; it would be a sender in all directions."""
    iq = np.full((2, 999), 5.0 + 1j, dtype=np.complex64)
    bins = bins_around(iq, 100e3, 1e3, 3e3)
    assert np.abs(bins.spectra).max() < 1e-3
    assert not np.any(np.isclose(bins.offsets_hz, -1e3))


def test_edge_of_the_band_is_the_end() -> None:
    """What lies beyond one edge is not what lies inside the other."""
    bins = bins_around(np.zeros((2, 1_000), dtype=np.complex64), 100e3, 45e3, 20e3)
    assert bins.offsets_hz.max() + 45e3 < 50e3
    assert np.all(np.diff(bins.offsets_hz) > 0)
    assert bins.within(2e3).offsets_hz.size == 41


def test_passband_is_that_of_the_documentation(device: Device) -> None:
    """1.5 chip rates beyond the carrier or the tones; an unknown burst has only its width."""
    radio = device.radio()
    assert half_width_hz(radio) == pytest.approx(device.half_width_hz)
    unknown = replace(radio, symbol_rate_hz=None, deviation_hz=None, bandwidth_hz=7e3)
    assert half_width_hz(unknown) == 7e3
