"""A receiver's own faults, against textbook forms and plain arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from signal_fixtures.front_end import FrontEnd, noise_dbfs_from_density

TONE = (0.5 * np.exp(2j * np.pi * 0.1 * np.arange(10_000))).astype(np.complex64)


def test_iq_imbalance_makes_an_image() -> None:
    """Image level from gain g and phase error p: |1 - g e^jp| / |1 + g e^jp|."""
    received = FrontEnd(iq_gain_db=0.5, iq_phase_deg=2.0).receive(TONE)
    spectrum = np.abs(np.fft.fft(received))
    ratio = 10 ** (0.5 / 20) * np.exp(1j * np.radians(2.0))
    expected = abs(1 - ratio) / abs(1 + ratio)
    assert spectrum[-1_000] / spectrum[1_000] == pytest.approx(expected, rel=0.01)


def test_dc_and_clipping_come_last() -> None:
    """The converter clips what the offset pushes out of its range."""
    front_end = FrontEnd(dc=0.45 - 0.1j, clip_level=0.5)
    iq = front_end.receive(np.array([0.0, 0.5, 0.03 - 0.7j], np.complex64))
    assert iq.tolist() == pytest.approx([0.45 - 0.1j, 0.5 - 0.1j, 0.48 - 0.5j])


def test_a_perfect_receiver_changes_nothing() -> None:
    """Without a fault the samples pass unchanged."""
    assert np.array_equal(FrontEnd().receive(TONE), TONE)


def test_noise_from_density() -> None:
    """-120 dBFS in each hertz over 1 MHz is -60 dBFS."""
    assert noise_dbfs_from_density(-120.0, 1e6) == pytest.approx(-60.0)
