"""Kinds of packets, a rate and a level come in, a stretch of a receiver's samples goes out.

A stretch begins with a second of noise, in which a front end learns its floor; then
packets follow each other with short pauses, each with a carrier, a clock and an instant of its
own. The receiver is an RTL-SDR: 8 bits, noise of 8 steps in I and in Q, a constant 9 dB below the
noise, and an image of -33 dB. What is loud enough is clipped, as it would be.

The same samples are given to medmon and to rtl_433, in a file whose name tells both the rate.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from medmon.bench.kind import Kind
from signal_fixtures.adc import bytes_from_iq
from signal_fixtures.channel import Emission, FrontEnd, Scene

TUNED_HZ = 433.92e6
NOISE_DBFS = 10 * math.log10(2 * (8 / 127.5) ** 2)
"""Noise of 8 steps in each component, as the receiver of the reference figures had."""
MIDDLE = 0.4
"""Carriers lie in the middle 80 % of the band."""
CFO_HZ = 25e3
"""Largest error of a sender's carrier."""

_LEAD_S, _TAIL_S = 1.0, 0.8
_DC = math.sqrt(10 ** (NOISE_DBFS / 10)) * (0.3 + 0.2j)
RECEIVER = FrontEnd(NOISE_DBFS, iq_gain_db=0.3, iq_phase_deg=2.0, dc=_DC)


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """A packet on the air.

    Attributes
    ----------
    kind : Kind
        What it is.
    packet : bytes
        The packet.
    emission : Emission
        How it goes out.
    """

    kind: Kind
    packet: bytes
    emission: Emission

    def arrived_s(self, bits: int) -> float:
        """Say when a bit has arrived.

        Parameters
        ----------
        bits : int
            How many of the packet's bits.

        Returns
        -------
        float
            Seconds after the first sample, at the end of the bit.
        """
        chips = self.kind.chips_until(self.packet, bits)
        return self.emission.time_s + chips / self.emission.keying.symbol_rate_hz


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """What a receiver hears.

    Attributes
    ----------
    scene : Scene
        The samples.
    sent : tuple of Sent
        The packets in it, in order.
    """

    scene: Scene
    sent: tuple[Sent, ...]

    def write(self, folder: Path) -> Path:
        """Write it as a recording whose name says what it is.

        Parameters
        ----------
        folder : Path
            Where; an earlier stretch of that rate is written over.

        Returns
        -------
        Path
            The file.
        """
        # No word of this name may be "ook" or "fsk": rtl_433 takes such files for pulses.
        path = folder / f"bench_{TUNED_HZ / 1e6:g}M_{self.scene.rate_hz / 1e3:g}k.cu8"
        with path.open("wb") as file:
            for _, iq in self.scene.blocks():
                file.write(bytes_from_iq(iq, "cu8"))
        return path


def stretch(
    kinds: Sequence[Kind],
    rate_hz: float,
    ecn0_db: float,
    count: int,
    *,
    seed: int,
    pause_s: float = 0.03,
) -> Stretch:
    """Put packets on the air, one after the other.

    Parameters
    ----------
    kinds : sequence of Kind
        They take turns.
    rate_hz : float
        Sample rate.
    ecn0_db : float
        Energy of a chip at full carrier over the noise power in one hertz.
    count : int
        How many packets.
    seed : int
        Seed of everything random.
    pause_s : float
        Shortest time between two; up to 5 ms more are drawn.

    Returns
    -------
    Stretch
        The samples, and what was sent.
    """
    generator = np.random.default_rng(seed)
    sent: list[Sent] = []
    now_s = _LEAD_S
    for index in range(count):
        one = sent_at(kinds[index % len(kinds)], rate_hz, ecn0_db, now_s, generator)
        now_s = one.emission.stop_s + pause_s + generator.uniform(0, 5e-3)
        sent.append(one)
    emissions = [one.emission for one in sent]
    length = math.ceil((now_s + _TAIL_S) * rate_hz)
    return Stretch(Scene(rate_hz, length, emissions, RECEIVER, seed=seed), tuple(sent))


def sent_at(
    kind: Kind,
    rate_hz: float,
    ecn0_db: float,
    time_s: float,
    generator: np.random.Generator,
    offset_hz: float | None = None,
) -> Sent:
    """Put one packet on the air.

    Parameters
    ----------
    kind : Kind
        What it is.
    rate_hz : float
        Sample rate.
    ecn0_db : float
        Its level.
    time_s : float
        When it begins.
    generator : Generator
        Draws packet, clock, phase and carrier.
    offset_hz : float or None
        Its carrier; None draws it.

    Returns
    -------
    Sent
        The packet.
    """
    packet = kind.draw(generator)
    keying = kind.keying(generator)
    offset = carrier_hz(kind, rate_hz, generator) if offset_hz is None else offset_hz
    level_dbfs = NOISE_DBFS + ecn0_db + 10 * math.log10(keying.symbol_rate_hz / rate_hz)
    phase_rad = generator.uniform(0, 2 * math.pi)
    chips = kind.on_air(packet)
    return Sent(kind, packet, Emission(chips, keying, time_s, level_dbfs, offset, phase_rad))


def carrier_hz(kind: Kind, rate_hz: float, generator: np.random.Generator) -> float:
    """Draw a carrier: a channel in the middle of the band, and the sender's error.

    Parameters
    ----------
    kind : Kind
        Who sends; its main lobe has to lie inside the band.
    rate_hz : float
        Sample rate.
    generator : Generator
        Draws it.

    Returns
    -------
    float
        Offset from the tuned frequency, the error included.
    """
    limit_hz = min(MIDDLE * rate_hz, (rate_hz - kind.width_hz) / 2)
    channel_hz = generator.uniform(-1, 1) * max(limit_hz - CFO_HZ, 0.0)
    return float(channel_hz + generator.uniform(-1, 1) * min(CFO_HZ, limit_hz))
