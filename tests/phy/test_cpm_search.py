"""Sync words of MSK and GFSK modems: found where they are, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import cpm_search
from medmon.phy.baseband import Place
from medmon.phy.tuner import Tuner
from medmon.records import Modem
from signal_fixtures.devices import ble, dexcom_g4

if TYPE_CHECKING:
    from tests.phy.conftest import Air

G4_SYNC_END = 64 / dexcom_g4.SYMBOL_RATE_HZ
BLE_SYNC_END = 40 / ble.SYMBOL_RATE_HZ
RATE_HZ = 1.024e6


@pytest.mark.parametrize("error_hz", [-50e3, -20e3, 0.0, 50e3])
def test_dexcom_wherever_its_carrier_is(air: Air, g4: Modem, error_hz: float) -> None:
    """A crystal at 2.4 GHz is wrong by 50 kHz; the emitter's place follows it to 20 kHz."""
    scene = air.scene(RATE_HZ, 0.02, air.g4(0.006, offset_hz=error_hz, ppm=300))
    place = air.place(scene, error_hz + 15e3, 48e3)
    (found,) = cpm_search.find(air.tuner(scene), g4, place)
    assert found.carrier_hz == pytest.approx(error_hz, abs=500)
    assert found.end_sample == pytest.approx((0.006 + G4_SYNC_END) * RATE_HZ, abs=4)
    assert found.match > 0.97


@pytest.mark.parametrize("error_hz", [-150e3, 0.0, 150e3])
@pytest.mark.parametrize("reach_hz", [32e3, 500e3])
def test_ble_from_the_whole_burst_and_from_a_piece_of_it(
    air: Air, ble_modem: Modem, error_hz: float, reach_hz: float
) -> None:
    """A burst of a megahertz may be seen in two channels only, a third of its width away."""
    sent = air.ble(0.004, offset_hz=error_hz, index=0.46)
    scene = air.scene(2.048e6, 0.008, sent)
    place = air.place(scene, error_hz - 300e3, reach_hz)
    (found,) = cpm_search.find(air.tuner(scene), ble_modem, place)
    assert found.carrier_hz == pytest.approx(error_hz, abs=10e3)
    assert found.end_sample == pytest.approx((0.004 + BLE_SYNC_END) * 2.048e6, abs=0.6)


def test_every_packet_of_a_place(air: Air, ble_modem: Modem) -> None:
    """An advertiser is answered 150 us later, in the same place."""
    scene = air.scene(2.048e6, 0.008, air.ble(0.003), air.ble(0.003 + 526e-6, channel=38))
    found = cpm_search.find(air.tuner(scene), ble_modem, air.place(scene, 0.0, 500e3))
    starts = [one.end_sample / 2.048e6 - BLE_SYNC_END for one in found]
    assert starts == pytest.approx([0.003, 0.003526], abs=1e-6)


@pytest.mark.parametrize("rssi_dbfs", [-45.0, -20.0])
def test_others_are_nobody(air: Air, g4: Modem, ble_modem: Modem, rssi_dbfs: float) -> None:
    """A pump, a pod and a bare carrier hold no sync word of these, however loud."""
    pump = air.scene(2.048e6, 0.1, air.pump(0.02, rssi_dbfs=rssi_dbfs))
    pod = air.scene(2.048e6, 0.1, air.pod(0.02, rssi_dbfs=rssi_dbfs))
    for scene in (pump, pod):
        for modem in (g4, ble_modem):
            assert cpm_search.find(air.tuner(scene), modem, air.place(scene, 0.0, 50e3)) == []
    carrier = Tuner(np.ones(40_000, np.complex64), 0, 1.024e6)
    assert cpm_search.find(carrier, g4, Place(0.0, 40e3, 0, 40_000)) == []


def test_the_other_sign_is_another_word(air: Air, g4: Modem) -> None:
    """A receiver with mirrored spectrum hears all chips turned over: that is not this modem."""
    scene = air.scene(RATE_HZ, 0.02, air.g4(0.006))
    mirrored = Tuner(np.conj(scene.samples(0, scene.sample_count)), 0, RATE_HZ)
    assert cpm_search.find(mirrored, g4, air.place(scene, 0.0, 40e3)) == []


def test_noise_and_short_stretches_have_none(air: Air, g4: Modem, ble_modem: Modem) -> None:
    """A tenth of a second of noise at each rate; see the slow test of cpm for ten minutes."""
    for modem, rate_hz in ((g4, 256e3), (ble_modem, 2.048e6)):
        scene = air.scene(rate_hz, 0.1)
        assert cpm_search.find(air.tuner(scene), modem, air.place(scene, 0.0, 40e3)) == []
        short = Tuner(np.ones(100, np.complex64), 0, rate_hz)
        assert cpm_search.find(short, modem, Place(0.0, 40e3, 0, 100)) == []


def test_template_begins_with_what_every_sender_sends(g4: Modem, ble_modem: Modem) -> None:
    """Bluetooth LE has eight chips of preamble and no more; then all of the sync word."""
    dexcom = "10101010" + f"{0xD391D391:032b}"
    assert "".join("1" if sign > 0 else "0" for sign in cpm_search.template(g4)) == dexcom
    access = "01010101" + "01101011011111011001000101110001"
    assert "".join("1" if sign > 0 else "0" for sign in cpm_search.template(ble_modem)) == access
