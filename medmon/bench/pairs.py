"""Two devices, a distance and a ratio come in, a scene in which both speak at once goes out.

The weak one has 20 dB Ec/N0 over white noise, and begins before, inside or near the end of the
strong one, in turn; the strong one is near full scale, and samples have 8 bits. `clear_db` is what
the weak one's matched filter would see without taking the strong one off: the energy of its chips
over noise and what of the strong one falls into its channel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from medmon.bench.stretches import MIDDLE
from medmon.capture.formats import FORMATS, iq_from_bytes
from medmon.records import Block, Span
from signal_fixtures.adc import bytes_from_iq
from signal_fixtures.channel import Emission, FrontEnd, Scene
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.devices.medtronic_pump import Paradigm
from signal_fixtures.waveform import fsk, ook

HEADROOM_DB = 0.5
EC_N0_DB = 20.0
_SCENE_S, _STRONG_S = 0.22, 0.08
_STATUS = bytes.fromhex("0e0100")
_QUIETEST_DBFS_HZ = -90.0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two who speak at once.

    Attributes
    ----------
    strong, weak : str
        Who is loud and who is not: "pump" or "pod".
    apart_hz : float
        Distance of their carriers; the errors of their crystals come on top.
    ratio_db : float
        Ratio of their powers.
    rate_hz : float
        Sample rate.
    """

    strong: str
    weak: str
    apart_hz: float
    ratio_db: float
    rate_hz: float


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """What a receiver hears of a pair.

    Attributes
    ----------
    strong, weak : bytes
        The packets.
    scene : Scene
        The samples; its first emission is the strong one.
    """

    strong: bytes
    weak: bytes
    scene: Scene

    @property
    def block(self) -> Block:
        """All samples, rounded to 8 bits."""
        heard = self.scene.samples(0, self.scene.sample_count)
        iq = iq_from_bytes(bytes_from_iq(heard, "cu8"), FORMATS["cu8"])
        return Block(Span("bench", 0, heard.size), 0, self.scene.rate_hz, 0.0, iq)

    @property
    def clear_db(self) -> float:
        """Energy of the weak one's chips over everything else in its matched filter."""
        return clear_db(self.scene)


def both(pair: Pair, seed: int) -> Both:
    """Let two speak at once; packets, carriers, clocks, phases and instants are drawn.

    Parameters
    ----------
    pair : Pair
        Who, and how far apart.
    seed : int
        Seed of everything random; of three that follow each other one begins the weak packet
        before the strong one, one inside and one near its end.

    Returns
    -------
    Both
        The packets and the samples.
    """
    chance = np.random.default_rng(seed)
    strong_data, strong = _packet(pair.strong, chance)
    weak_data, weak = _packet(pair.weak, chance)
    side = float(chance.choice((-1.0, 1.0)))
    room_hz = 0.9 * (MIDDLE * pair.rate_hz - pair.apart_hz)
    strong_hz = -side * pair.apart_hz / 2 + float(chance.uniform(-room_hz, room_hz))
    # Two senders on one channel differ by the errors of their crystals.
    weak_hz = strong_hz + side * pair.apart_hz + float(chance.uniform(-2e3, 2e3))
    begins_s = (-0.4 * weak.stop_s, 0.45 * strong.stop_s, 0.8 * strong.stop_s)
    weak_s = _STRONG_S + begins_s[seed % 3] + float(chance.uniform(-1e-3, 1e-3))
    # The two together stay within full scale.
    strong_dbfs = -20 * float(np.log10(1 + 10 ** (-pair.ratio_db / 20))) - HEADROOM_DB
    weak_dbfs = strong_dbfs - pair.ratio_db
    sent = (
        _placed(strong, chance, time_s=_STRONG_S, rssi_dbfs=strong_dbfs, offset_hz=strong_hz),
        _placed(weak, chance, time_s=weak_s, rssi_dbfs=weak_dbfs, offset_hz=weak_hz),
    )
    density_dbfs = weak_dbfs - EC_N0_DB - _decibel(weak.keying.symbol_rate_hz)
    # Nobody has a receiver so deaf that two loud senders stand 20 dB over its noise.
    noise = FrontEnd(min(density_dbfs, _QUIETEST_DBFS_HZ) + _decibel(pair.rate_hz))
    scene = Scene(pair.rate_hz, round(_SCENE_S * pair.rate_hz), sent, noise, seed=seed)
    return Both(strong_data, weak_data, scene)


def _packet(device: str, chance: np.random.Generator) -> tuple[bytes, Emission]:
    """Draw a packet, and how it is sent; a pump's is short or long."""
    clock = 1 + chance.uniform(-50e-6, 50e-6)
    rise_us = chance.uniform(3.0, 8.0)
    if device == "pump":
        pump = Paradigm(f"{chance.integers(10**6):06d}")
        data = pump.wakeup() if chance.random() < 0.5 else pump.bolus(float(chance.uniform(1, 20)))
        keying = ook(medtronic.SYMBOL_RATE_HZ * clock, rise_us=rise_us)
        return data, Emission(medtronic.on_air_chips(data), keying, 0.0, 0.0)
    address = f"1f{chance.integers(1 << 24):06x}"
    (data,) = omnipod.packets_of(omnipod.message(address, 3, _STATUS), "PDM", 22)
    keying = fsk(omnipod.SYMBOL_RATE_HZ * clock, omnipod.DEVIATION_HZ, rise_us=rise_us)
    return data, Emission(omnipod.on_air_chips(data), keying, 0.0, 0.0)


def _placed(
    sent: Emission, chance: np.random.Generator, *, time_s: float, rssi_dbfs: float,
    offset_hz: float,
) -> Emission:  # fmt: skip
    phase_rad = float(chance.uniform(0, 2 * np.pi))
    return replace(
        sent, time_s=time_s, rssi_dbfs=rssi_dbfs, offset_hz=offset_hz, phase_rad=phase_rad
    )


def clear_db(scene: Scene) -> float:
    """Compare the energy of the weak one's chips with all else that its filter lets through.

    The filter is that of a receiver: a passband of 1.5 chip rates about the carrier, or beyond
    the tones, then the mean over one chip.

    Parameters
    ----------
    scene : Scene
        The strong one, the weak one, and noise.

    Returns
    -------
    float
        The ratio in dB, while both speak.
    """
    strong, weak = scene.emissions
    keying = weak.keying
    start_s, stop_s = max(strong.time_s, weak.time_s), min(strong.stop_s, weak.stop_s)
    numbers = np.arange(round(start_s * scene.rate_hz), round(stop_s * scene.rate_hz))
    time_s = numbers.astype(np.float64) / scene.rate_hz
    length = round(scene.rate_hz / keying.symbol_rate_hz)
    turned = strong.at(time_s) * np.exp(-2j * np.pi * weak.offset_hz * time_s)
    spectrum = np.fft.fft(turned)
    bins_hz = np.fft.fftfreq(time_s.size, 1 / scene.rate_hz)
    spectrum[np.abs(bins_hz) > keying.deviation_hz + 1.5 * keying.symbol_rate_hz] = 0.0
    passed = np.fft.ifft(spectrum)
    spill = 0.0
    for tone_hz in {-keying.deviation_hz, keying.deviation_hz}:
        total = np.cumsum(passed * np.exp(-2j * np.pi * tone_hz * time_s))
        spill = max(spill, float(np.mean(np.abs((total[length:] - total[:-length]) / length) ** 2)))
    noise = 10 ** ((scene.front_end.noise_dbfs or 0.0) / 10) / length
    return weak.rssi_dbfs - _decibel(spill + noise)


def _decibel(power: float) -> float:
    return 10 * float(np.log10(power))
