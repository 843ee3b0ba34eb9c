"""What the tests of the front end share: two devices on the air, a receiver, and its readers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from medmon import plugins
from medmon.phy import Receiver
from medmon.phy.baseband import Baseband, Place
from medmon.phy.tuner import Tuner
from medmon.protocols import Decoder, Reader
from medmon.records import Block, Burst, ComplexArray, Gap, Modem, Span, Transmission
from signal_fixtures.channel import Emission, FrontEnd, Scene, block_stream
from signal_fixtures.devices import ble, dexcom_g4, medtronic, omnipod
from signal_fixtures.waveform import fsk, msk, ook

PUMP_PACKET = medtronic.sample_packets()[0]
POD_PACKET = omnipod.sample_packets()[0]
PUMP_WIDTH_HZ, POD_WIDTH_HZ = 20e3, 81e3
"""Widths of the two senders' main lobes; `signal to noise` in these tests is counted in them."""
G4_PACKET = bytes.fromhex("12ffffffffb0cd61003f033779ad5a29d8009b")  # tests/vectors/dexcom_g4.json
BLE_PACKET = bytes((0x40, 37)) + bytes(range(37))


@dataclass(frozen=True)
class Air:
    """Senders, and a receiver that listens to them with all protocols."""

    decoders: tuple[Decoder, ...]

    @property
    def modems(self) -> tuple[Modem, ...]:
        """How all devices sound."""
        return Reader(self.decoders).modems

    def modem(self, name: str) -> Modem:
        """One of them."""
        return next(modem for modem in self.modems if modem.name == name)

    def pump(
        self,
        time_s: float,
        *,
        packet: bytes = PUMP_PACKET,
        offset_hz: float = 0.0,
        rssi_dbfs: float = -30.0,
        ppm: float = 0.0,
        rise_us: float = 4.0,
    ) -> Emission:
        """A packet of the OOK family."""
        keying = ook(medtronic.SYMBOL_RATE_HZ * (1 + ppm * 1e-6), rise_us=rise_us)
        chips = medtronic.on_air_chips(packet)
        return Emission(chips, keying, time_s, rssi_dbfs, offset_hz, phase_rad=1.0)

    def pod(
        self,
        time_s: float,
        *,
        packet: bytes = POD_PACKET,
        offset_hz: float = 0.0,
        rssi_dbfs: float = -30.0,
        ppm: float = 0.0,
        deviation_hz: float = omnipod.DEVIATION_HZ,
    ) -> Emission:
        """A packet of the FSK family."""
        keying = fsk(omnipod.SYMBOL_RATE_HZ * (1 + ppm * 1e-6), deviation_hz)
        chips = omnipod.on_air_chips(packet)
        return Emission(chips, keying, time_s, rssi_dbfs, offset_hz, phase_rad=2.0)

    def g4(
        self,
        time_s: float,
        *,
        packet: bytes = G4_PACKET,
        offset_hz: float = 0.0,
        rssi_dbfs: float = -30.0,
        ppm: float = 0.0,
    ) -> Emission:
        """A packet of a Dexcom G4: MSK."""
        keying = msk(dexcom_g4.SYMBOL_RATE_HZ * (1 + ppm * 1e-6))
        chips = dexcom_g4.on_air_chips(packet)
        return Emission(chips, keying, time_s, rssi_dbfs, offset_hz, phase_rad=0.5)

    def ble(
        self,
        time_s: float,
        *,
        packet: bytes = BLE_PACKET,
        channel: int = 37,
        offset_hz: float = 0.0,
        rssi_dbfs: float = -30.0,
        ppm: float = 0.0,
        index: float = 0.5,
    ) -> Emission:
        """A Bluetooth LE advertisement: GFSK."""
        chips = ble.on_air_chips(packet, channel)
        keying = ble.keying(index=index, ppm=ppm)
        return Emission(chips, keying, time_s, rssi_dbfs, offset_hz, phase_rad=0.7)

    def scene(
        self,
        rate_hz: float,
        seconds: float,
        *emissions: Emission,
        density_dbfs: float | None = -100.0,
        seed: int = 1,
        front_end: FrontEnd | None = None,
        gaps: tuple[tuple[int, int], ...] = (),
    ) -> Scene:
        """What one receiver hears, with noise of a density in one hertz."""
        faults = front_end or FrontEnd()
        if density_dbfs is not None:
            faults = replace(faults, noise_dbfs=density_dbfs + 10 * math.log10(rate_hz))
        return Scene(rate_hz, round(seconds * rate_hz), emissions, faults, gaps, seed)

    def receive(
        self, items: Iterable[Block | Gap], modems: Sequence[Modem] | None = None
    ) -> list[Burst]:
        """All bursts of a stream."""
        receiver = Receiver(self.modems if modems is None else modems)
        return [burst for item in items for burst in receiver.feed(item)] + receiver.flush()

    def hear(self, scene: Scene, *, freq_hz: float = 0.0, epoch_ns: int = 0) -> list[Burst]:
        """All bursts of a scene."""
        return self.receive(block_stream(scene, "test", freq_hz=freq_hz, epoch_ns=epoch_ns))

    def blocks(
        self, iq: ComplexArray, rate_hz: float, cuts: Sequence[int] = (), freq_hz: float = 0.0
    ) -> Iterator[Block]:
        """Samples as blocks, cut where it is told."""
        edges = sorted({0, iq.size, *cuts})
        for start, stop in pairwise(edges):
            span = Span("test", start, stop - start)
            time_ns = round(start * 1e9 / rate_hz)
            yield Block(span, time_ns, rate_hz, freq_hz, iq[None, start:stop])

    def read(self, bursts: Iterable[Burst]) -> list[Transmission]:
        """What the decoders make of bursts."""
        reader = Reader(self.decoders)
        return [heard for burst in bursts for heard in reader.feed(burst)] + reader.flush()

    def tuner(self, scene: Scene) -> Tuner:
        """All samples of a scene, ready to be tuned to."""
        return Tuner(scene.samples(0, scene.sample_count), 0, scene.rate_hz)

    def place(self, scene: Scene, offset_hz: float = 0.0, reach_hz: float = 20e3) -> Place:
        """All of a scene's time, around a carrier."""
        return Place(offset_hz, reach_hz, 0, scene.sample_count)

    def baseband(self, iq: ComplexArray, rate_hz: float) -> Baseband:
        """Samples as if they had been tuned to already."""
        return Baseband(iq.astype(np.complex64), rate_hz, 0.0, 0.0, 1.0, rate_hz)

    def packets(self, transmissions: Iterable[Transmission]) -> list[bytes]:
        """The bytes of everything whose check held."""
        return [heard.raw for heard in transmissions if heard.integrity == "ok" and heard.raw]


@pytest.fixture(scope="session")
def g4() -> Modem:
    """How a Dexcom G4 sounds."""
    return dexcom_g4.MODEM


@pytest.fixture(scope="session")
def ble_modem() -> Modem:
    """How a Bluetooth LE advertiser sounds."""
    return ble.MODEM


@pytest.fixture(scope="session")
def air() -> Air:
    """The air, with every protocol that ships."""
    names = plugins.names("protocols")
    return Air(tuple(plugins.load("protocols", name) for name in names))
