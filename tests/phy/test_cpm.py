"""MSK and GFSK packets out of samples of the other side of the air."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import cpm
from medmon.phy.tuner import Tuner
from medmon.records import Modem
from signal_fixtures.channel import Emission
from signal_fixtures.devices import ble, dexcom_g4
from signal_fixtures.waveform import fsk, msk

if TYPE_CHECKING:
    from tests.phy.conftest import Air

VECTORS = Path(__file__).parents[1] / "vectors"
G4_PACKETS = [
    bytes.fromhex(one["hex"])
    for one in json.loads((VECTORS / "dexcom_g4.json").read_text(encoding="utf-8"))["packets"]
]
BLE_PACKETS = [
    bytes.fromhex(one["packet_hex"])
    for one in json.loads((VECTORS / "ble_link_layer.json").read_text(encoding="utf-8"))["checks"]
]


def _density(ec_n0_db: float, modem: Modem, rssi_dbfs: float = -30.0) -> float:
    return rssi_dbfs - ec_n0_db - 10 * float(np.log10(modem.symbol_rate_hz))


def _mirrored(data: bytes) -> bytes:
    """Put each byte's first bit on the air in front."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")
    return np.packbits(bits).tobytes()


@pytest.mark.parametrize("rate_hz", [250e3, 1.024e6, 2.048e6])
@pytest.mark.parametrize("packet", G4_PACKETS, ids=bytes.hex)
def test_recorded_dexcom_packets(air: Air, g4: Modem, rate_hz: float, packet: bytes) -> None:
    """Every bit at 12 dB, with a carrier between the channels and a clock at its limit."""
    sent = air.g4(0.005 + 0.3 / rate_hz, packet=packet, offset_hz=23_456.0, ppm=-500)
    scene = air.scene(rate_hz, 0.015, sent, density_dbfs=_density(12.0, g4))
    (heard,) = cpm.receive(air.tuner(scene), g4, air.place(scene, 30e3, 48e3))
    assert heard.frame().data[:21] == dexcom_g4.on_air_bytes(packet)
    assert heard.frame().sync_errors == 0
    assert heard.lead == 32


@pytest.mark.parametrize("index", [0.45, 0.5, 0.55])
@pytest.mark.parametrize("rate_hz", [2.048e6, 2.4e6])
def test_published_ble_packets(air: Air, ble_modem: Modem, rate_hz: float, index: float) -> None:
    """Whitened as they come; every index that Bluetooth allows; ten different bytes or twenty."""
    modem = replace(ble_modem, min_bits=64)
    for channel, packet in zip((37, 38, 39), BLE_PACKETS, strict=True):
        sent = air.ble(0.003, packet=packet, channel=channel, index=index, offset_hz=90e3, ppm=60)
        scene = air.scene(rate_hz, 0.007, sent, density_dbfs=_density(14.0, modem))
        (heard,) = cpm.receive(air.tuner(scene), modem, air.place(scene, 0.0, 500e3))
        wanted = _mirrored(ble.on_air_bytes(packet, channel))
        assert heard.frame().data == wanted
        assert heard.frame().bit_count == 8 * len(wanted)
        assert heard.deviation_hz == pytest.approx(index / 2 * 1e6, rel=0.02)


def test_a_long_packet_with_a_wrong_clock(air: Air, g4: Modem) -> None:
    """255 bytes at 500 ppm are a chip longer than they should be; the clock is followed."""
    data = np.random.default_rng(5).bytes(255)
    chips = dexcom_g4.on_air_chips(data)
    keying = msk(dexcom_g4.SYMBOL_RATE_HZ * (1 + 500e-6))
    modem = replace(g4, max_bits=257 * 8)
    scene = air.scene(
        250e3, 0.06, Emission(chips, keying, 0.005, -30.0), density_dbfs=_density(14.0, g4)
    )
    (heard,) = cpm.receive(air.tuner(scene), modem, air.place(scene, 0.0, 48e3))
    assert heard.frame().data[:255] == data


@pytest.mark.parametrize("bytes_sent", [2, 16])
def test_preamble_is_counted_to_its_beginning(air: Air, g4: Modem, bytes_sent: int) -> None:
    """The arrival is where the preamble begins, however long a sender makes it."""
    full = dexcom_g4.on_air_chips(G4_PACKETS[0])
    chips = np.concatenate((np.tile(full[:8], bytes_sent), full[32:]))
    sent = Emission(chips, dexcom_g4.KEYING, 0.008, -30.0)
    scene = air.scene(250e3, 0.016 + sent.stop_s - sent.time_s, sent, density_dbfs=_density(15, g4))
    (heard,) = cpm.receive(air.tuner(scene), g4, air.place(scene, 0.0, 48e3))
    assert heard.lead == 8 * bytes_sent
    start = heard.band.sample_at(heard.first_chip - heard.clock.step / 2)
    assert start == pytest.approx(0.008 * 250e3, abs=0.5)


def test_other_index_is_nobody_of_ours(air: Air, g4: Modem) -> None:
    """The same sync word with twice the shift is another device."""
    rate_hz = dexcom_g4.SYMBOL_RATE_HZ
    wide = Emission(dexcom_g4.on_air_chips(G4_PACKETS[0]), fsk(rate_hz, rate_hz / 2), 0.005, -30.0)
    scene = air.scene(250e3, 0.015, wide)
    assert cpm.receive(air.tuner(scene), g4, air.place(scene, 0.0, 60e3)) == []


@pytest.mark.parametrize("chips", [65, 130])
def test_cut_packet_is_none(air: Air, g4: Modem, chips: int) -> None:
    """The recording ends behind the sync word, or in the middle of the packet."""
    scene = air.scene(250e3, 0.005 + chips / dexcom_g4.SYMBOL_RATE_HZ, air.g4(0.005))
    assert cpm.receive(air.tuner(scene), g4, air.place(scene, 0.0, 48e3)) == []


def test_preamble_alone_is_none(air: Air, g4: Modem) -> None:
    """A sender that is cut off, or another device with the same preamble."""
    chips = np.tile(dexcom_g4.on_air_chips(G4_PACKETS[0])[:8], 30)
    scene = air.scene(250e3, 0.015, Emission(chips, dexcom_g4.KEYING, 0.005, -30.0))
    assert cpm.receive(air.tuner(scene), g4, air.place(scene, 0.0, 48e3)) == []


def test_half_of_the_packets_at_the_bound(air: Air, g4: Modem) -> None:
    """0.7 dB over the Ec/N0 at which theory reads half of the packets, half are read.

    A coherent receiver reads a packet of 168 bits when none of its pairs of chips is turned over,
    each with Q(sqrt(2 Ec/N0)), nor the last alone: half of them at 5.5 dB. Of 40 packets, 14 or
    more are then read with a probability of 0.98 by a receiver that loses 0.7 dB.
    """
    rng = np.random.default_rng(12)
    read = 0
    for seed in range(40):
        packet = G4_PACKETS[seed % len(G4_PACKETS)]
        sent = air.g4(0.005 + rng.uniform(0, 1e-4), packet=packet, ppm=rng.uniform(-500, 500))
        scene = air.scene(250e3, 0.014, sent, density_dbfs=_density(6.2, g4), seed=seed)
        heard = cpm.receive(air.tuner(scene), g4, air.place(scene, rng.uniform(-9e3, 9e3), 48e3))
        wanted = dexcom_g4.on_air_bytes(packet)
        read += any(one.frame().data[: len(wanted)] == wanted for one in heard)
    assert read >= 14


def test_noise_has_no_packets(air: Air, g4: Modem) -> None:
    """Two seconds of it."""
    scene = air.scene(256e3, 2.0)
    assert cpm.receive(air.tuner(scene), g4, air.place(scene, 0.0, 48e3)) == []


@pytest.mark.slow
def test_ten_minutes_of_noise_have_no_packets(air: Air, g4: Modem) -> None:
    """A false packet each hour would be a false alarm each day."""
    rng = np.random.default_rng(11)
    for _ in range(3_000):
        noise = rng.standard_normal(2 * 51_200, dtype=np.float32).view(np.complex64)
        tuner = Tuner(noise, 0, 256e3)
        place = air.place(air.scene(256e3, 0.2), float(rng.uniform(-25e3, 25e3)), 48e3)
        assert cpm.receive(tuner, g4, place) == []
