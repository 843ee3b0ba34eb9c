"""What the tests of several antennas share: two devices, and what an array hears of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from medmon.phy.array.antennas import Arrival, arrival_of
from medmon.records import ComplexArray, Radio
from signal_fixtures.antennas import Antenna, ArrayScene, Sender
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.emission import Emission
from signal_fixtures.waveform import ChipArray, Keying, fsk, ook

RATE_HZ = 250e3
TUNED_HZ = 868.3e6


@dataclass(frozen=True, eq=False)
class Device:
    """A device as a receiver knows it.

    Attributes
    ----------
    name : str
        Its modulation.
    chips : ndarray of uint8
        A packet.
    keying : Keying
        How it is sent.
    width_hz : float
        Width that holds 95 % of its power: the signal-to-noise ratio is counted in it.
    """

    name: str
    chips: ChipArray
    keying: Keying
    width_hz: float

    @property
    def half_width_hz(self) -> float:
        """Half the passband of the documentation of features."""
        deviation_hz = self.keying.deviation_hz if self.name == "fsk" else 0.0
        return deviation_hz + 1.5 * self.keying.symbol_rate_hz

    def emission(self, *, offset_hz: float = 20e3, time_s: float = 0.3e-3) -> Emission:
        """A packet of 0 dBFS."""
        return Emission(self.chips, self.keying, time_s, 0.0, offset_hz, phase_rad=1.0)

    def radio(self, *, offset_hz: float = 20e3) -> Radio:
        """What a receiver measures of it."""
        return Radio(
            freq_hz=TUNED_HZ + offset_hz,
            cfo_hz=0.0,
            bandwidth_hz=self.width_hz,
            rssi_dbfs=0.0,
            snr_db=20.0,
            noise_dbfs=-20.0,
            duration_us=self.chips.size / self.keying.symbol_rate_hz * 1e6,
            modulation=self.keying.modulation,
            symbol_rate_hz=self.keying.symbol_rate_hz,
            deviation_hz=self.keying.deviation_hz if self.name == "fsk" else None,
        )

    def density_dbfs(self, snr_db: float) -> float:
        """Noise power in one hertz."""
        return -snr_db - 10 * math.log10(self.width_hz)

    def heard(
        self,
        antennas: Sequence[Antenna],
        snr_db: float,
        *,
        bearing_deg: float = 0.0,
        seed: int = 0,
        offset_hz: float = 20e3,
    ) -> Arrival:
        """What several antennas hear of a packet."""
        iq = _clean(self, tuple(antennas), bearing_deg, offset_hz)
        level = 10 ** ((self.density_dbfs(snr_db) + 10 * math.log10(RATE_HZ / 2)) / 20)
        parts = np.random.default_rng(seed).standard_normal((*iq.shape, 2), dtype=np.float32)
        noise = np.float32(level) * parts.view(np.complex64)[..., 0]
        return arrival_of(self.radio(offset_hz=offset_hz), iq + noise, RATE_HZ, TUNED_HZ)


@cache
def _clean(
    device: Device, antennas: tuple[Antenna, ...], bearing_deg: float, offset_hz: float
) -> ComplexArray:
    """What an array would hear without noise; many tests differ by the noise only."""
    emission = device.emission(offset_hz=offset_hz)
    count = math.ceil((emission.stop_s + 0.3e-3) * RATE_HZ)
    senders = [Sender(emission, bearing_deg)]
    return ArrayScene(RATE_HZ, count, TUNED_HZ, antennas, senders).samples()


DEVICES = {
    "ook": Device(
        "ook",
        medtronic.on_air_chips(medtronic.sample_packets()[0]),
        ook(medtronic.SYMBOL_RATE_HZ),
        20e3,
    ),
    "fsk": Device(
        "fsk",
        omnipod.on_air_chips(omnipod.sample_packets()[0]),
        fsk(omnipod.SYMBOL_RATE_HZ, omnipod.DEVIATION_HZ),
        81e3,
    ),
}


@pytest.fixture(params=sorted(DEVICES))
def device(request: pytest.FixtureRequest) -> Device:
    """Each device in turn."""
    return DEVICES[request.param]


@pytest.fixture
def pump() -> Device:
    """The keyed one."""
    return DEVICES["ook"]


@pytest.fixture
def wave_m() -> float:
    """Length of the wave at the frequency of the devices."""
    return 299_792_458.0 / (TUNED_HZ + 20e3)
