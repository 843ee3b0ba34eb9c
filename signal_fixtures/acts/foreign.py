"""Devices that are not ours: a moment comes in, a burst with random contents goes out.

The neighbours of a hospital band, told roughly: their modulation, rates and packet lengths are
those of their kind, their contents are random. None of them carries a valid packet of a family
that medmon decodes, except by the accident whose rate the decoders have to hold down.

- weather station: OOK with pulse distance, 0.5 ms pulses, gaps of 1 or 2 ms, three repeats
- FS20-like: OOK with pulse width, 400 us and 600 us pairs, sync of twelve zeros and a one
- FSK sensor: 2-FSK, preamble, sync 2DD4, 8 to 24 bytes
- neighbour: OOK at nearly 16,384 or 2-FSK at nearly 40,625 symbols a second, with the same
  preambles and sometimes the same sync words as the patient's own devices
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from signal_fixtures.bed import Kind, Meaning, Signal
from signal_fixtures.stage import Stage
from signal_fixtures.waveform import Keying, fsk, ook

_FOREIGN: Mapping[str, tuple[Kind, ...]] = {"device": ("foreign",)}


@dataclass(frozen=True, slots=True)
class WeatherStation:
    """An OOK weather station says its temperature.

    Attributes
    ----------
    device : str
        A foreign device.
    """

    name: ClassVar[str] = "weather-station"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _FOREIGN
    device: str

    def play(self, stage: Stage) -> None:
        """Send 36 random bits three times, coded in the distance of pulses."""
        data = stage.rng.bytes(5)
        bits = np.unpackbits(np.frombuffer(data, np.uint8))[:36]
        once = b"".join(b"\x01" + bytes(2 + 2 * int(bit)) for bit in bits) + b"\x01" + bytes(8)
        _babble(stage, self.device, data, once * 3, ook(2_000.0))


@dataclass(frozen=True, slots=True)
class HouseControl:
    """An FS20-like switch sends a command.

    Attributes
    ----------
    device : str
        A foreign device.
    """

    name: ClassVar[str] = "house-control"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _FOREIGN
    device: str

    def play(self, stage: Stage) -> None:
        """Send 45 random bits three times, coded in the width of pulses."""
        data = stage.rng.bytes(6)
        bits = np.concatenate(
            [np.zeros(12, np.uint8), [1], np.unpackbits(np.frombuffer(data, np.uint8))[:45]]
        )
        once = b"".join(b"\x01\x01\x01\0\0\0" if bit else b"\x01\x01\0\0" for bit in bits)
        _babble(stage, self.device, data, (once + bytes(50)) * 3, ook(5_000.0))


@dataclass(frozen=True, slots=True)
class FskSensor:
    """An FSK sensor sends a reading.

    Attributes
    ----------
    device : str
        A foreign device.
    symbol_rate_hz, deviation_hz : float
        How it sounds.
    """

    name: ClassVar[str] = "fsk-sensor"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _FOREIGN
    device: str
    symbol_rate_hz: float = 17_241.0
    deviation_hz: float = 30_000.0

    def play(self, stage: Stage) -> None:
        """Send a random packet of random length."""
        data = stage.rng.bytes(int(stage.rng.integers(8, 25)))
        chips = _chips(b"\xaa" * 5 + b"\x2d\xd4" + data)
        _babble(stage, self.device, data, chips, fsk(self.symbol_rate_hz, self.deviation_hz))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A device that sounds almost like one of the patient's and says nothing medmon knows.

    Attributes
    ----------
    device : str
        A foreign device.
    like : str
        Whose sound it comes close to.
    rate_error_ppm : float
        How far its rate is from theirs.
    """

    name: ClassVar[str] = "neighbour"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _FOREIGN
    device: str
    like: Literal["medtronic", "omnipod"] = "medtronic"
    rate_error_ppm: float = 4_000.0

    def play(self, stage: Stage) -> None:
        """Send a packet with random contents, every second time behind the true sync word."""
        scale = 1 + self.rate_error_ppm * 1e-6
        data = stage.rng.bytes(int(stage.rng.integers(10, 60)))
        own = stage.turn % 2 == 0
        if self.like == "medtronic":
            head = b"\xaa" * 16 + (b"\xff\x00\xff\x00" if own else b"\xd3\x91")
            sound = ook(16_384.0 * scale)
        else:
            head = b"\x66\x65" * 60 + (b"\xa5\x5a" if own else b"\x2d\xd4")
            sound = fsk(40_625.0 * scale, 26_300.0)
        _babble(stage, self.device, data, _chips(head + data), sound)


def _chips(data: bytes) -> bytes:
    return np.unpackbits(np.frombuffer(data, np.uint8)).tobytes()


def _babble(stage: Stage, name: str, data: bytes, chips: bytes, sound: Keying) -> None:
    device = stage.device(name)
    signal = Signal("foreign", data, chips, sound)
    stage.say(device, signal, Meaning(device.id, "unknown", "not one of the patient's devices"))
