"""Antennas on the other side of the air: exact delays, faults of channels, noise of their own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from signal_fixtures.antennas import (
    LIGHT_M_PER_S,
    Antenna,
    ArrayScene,
    Sender,
    write_array_sigmf,
)
from signal_fixtures.emission import Emission
from signal_fixtures.waveform import fsk

CHIPS = np.random.default_rng(1).integers(0, 2, 200).astype(np.uint8)
PACKET = Emission(CHIPS, fsk(20e3, 10e3, gaussian_bt=0.5), 2e-3, -6.0, 30e3)


def _scene(*antennas: Antenna, noise_dbfs: float | None = None) -> ArrayScene:
    return ArrayScene(1e6, 15_000, 900e6, antennas, [Sender(PACKET, 30.0)], noise_dbfs)


def test_delay_is_that_of_a_burst_sent_later() -> None:
    """1,234.5 ns of cable are a burst that starts so much later, its carrier turned with it."""
    late = _scene(Antenna(cable_ns=1_234.5)).samples()[0]
    time_s = np.arange(15_000) / 1e6
    sent_later = PACKET.at(time_s - 1_234.5e-9)
    # The ends of the burst are wider than the band: there it agrees but for a hundredth.
    assert np.abs(late - sent_later).max() < 0.02
    assert np.abs(late - sent_later)[2_500:11_500].max() < 2e-3


def test_nearer_antenna_is_earlier_and_ahead_in_phase() -> None:
    """At 30 degrees an antenna 1 m along x is half a metre nearer: a phase of 2 pi times 1.5."""
    far, near = _scene(Antenna(), Antenna(1.0)).samples()
    assert Antenna(1.0).lateness_s(30.0) == pytest.approx(-0.5 / LIGHT_M_PER_S)
    turned = np.angle(np.vdot(far, near))
    expected = 2 * np.pi * 900e6 * 0.5 / LIGHT_M_PER_S
    assert np.exp(1j * turned) == pytest.approx(np.exp(1j * expected), abs=1e-3)
    assert Antenna(0.0, 2.0).lateness_s(180.0) == pytest.approx(2.0 / LIGHT_M_PER_S)


def test_faults_of_a_channel() -> None:
    """6.02 dB and a quarter of a turn."""
    plain, faulty = _scene(Antenna(), Antenna(gain_db=6.0206, phase_deg=90.0)).samples()
    assert faulty == pytest.approx(2j * plain, abs=1e-4)


def test_noise_is_independent_and_of_its_level() -> None:
    """Noise that two channels share would be a sender in front of the array."""
    iq = _scene(Antenna(), Antenna(), noise_dbfs=10.0).samples()
    iq -= _scene(Antenna(), Antenna()).samples()
    powers = np.mean(np.abs(iq) ** 2, axis=1)
    assert 10 * np.log10(powers) == pytest.approx([10.0, 10.0], abs=0.1)
    assert abs(np.vdot(iq[0], iq[1])) / 15_000 < 0.5


def test_blocks_and_files_hold_the_samples(tmp_path: Path) -> None:
    """Channels take turns in the file, as SigMF has it."""
    scene = _scene(Antenna(), Antenna(0.3), noise_dbfs=-40.0)
    blocks = list(scene.blocks(block_samples=4_000))
    assert np.array_equal(np.concatenate([b.iq for b in blocks], axis=1), scene.samples())
    assert [block.time_ns for block in blocks] == [0, 4_000_000, 8_000_000, 12_000_000]
    meta = write_array_sigmf(scene, tmp_path / "pair")
    assert json.loads(meta.read_text())["global"]["core:num_channels"] == 2
    data = np.fromfile(tmp_path / "pair.sigmf-data", dtype="<c8")
    assert np.array_equal(data.reshape(-1, 2).T, scene.samples())
