"""MSK and GFSK packets under noise come in, how many were read beside the bound goes out.

``python tests/bench/sensitivity_cpm.py`` prints for each modem and sample rate the packets sent and
read at each Ec/N0 (energy of a chip over the noise density), what the bound allows, and how far the
50 % and 90 % points lie from it. Nothing is asserted here.

Packets are those of a Dexcom G4 (19 bytes and the radio's CRC, clocks within 500 ppm) and
Bluetooth LE advertisements with 37 bytes of payload (clocks within 60 ppm, index 0.45 to 0.55).
Each has its own carrier anywhere where it fits into the middle 80 % of the band, its own phase and
arrival; the receiver has a DC spike and an IQ imbalance. They pass through the whole front end.
A packet counts as read when every bit behind its sync word is right.

The bound is that of a coherent receiver which knows everything but the data: the likeliest errors
turn over two neighbouring chips, or the last one alone, each with probability Q(D / sqrt(2 N0)) for
the distance D of the two waveforms (Proakis, Digital Communications, 5th ed., section 4.1-3); a
packet is read when none of them happens. For MSK D is that of antipodal signals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import click
import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from medmon.phy import Receiver
from medmon.records import Modem
from signal_fixtures.channel import Emission, FrontEnd, Scene, block_stream
from signal_fixtures.devices import ble, dexcom_g4
from signal_fixtures.waveform import ChipArray, Keying, Waveform, msk

Random = np.random.Generator
DENSITY_DBFS = -100.0
SETTLE_S = 0.7
DC_DB = -10.0
"""The receiver's own carrier, over the noise of the whole band."""
IQ_GAIN_DB, IQ_PHASE_DEG = 0.3, 2.0
MIDDLE = 0.8
SAMPLES_A_CHIP = 8

DEXCOM = Modem(
    name="dexcom-g4",
    freqs_hz=dexcom_g4.FREQS_HZ,
    modulation="msk",
    symbol_rate_hz=dexcom_g4.SYMBOL_RATE_HZ,
    deviation_hz=dexcom_g4.SYMBOL_RATE_HZ / 4,
    preamble="10",
    sync="".join(f"{byte:08b}" for byte in dexcom_g4.SYNC),
    line_code="nrz",
    min_bits=19 * 8,
    max_bits=23 * 8,
)
BLE = Modem(
    name="ble-advertising",
    freqs_hz=tuple(ble.FREQS_HZ.values()),
    modulation="gfsk",
    symbol_rate_hz=ble.SYMBOL_RATE_HZ,
    deviation_hz=ble.SYMBOL_RATE_HZ / 4,
    preamble="01",
    sync="".join(f"{byte:08b}"[::-1] for byte in ble.ACCESS_ADDRESS),
    line_code="nrz",
    # Header, advertiser's address and check; the longest legacy advertisement.
    min_bits=(2 + 6 + 3) * 8,
    max_bits=(2 + 37 + 3) * 8,
)
G4_PACKETS = tuple(
    bytes.fromhex(text)
    for text in (
        # tests/vectors/dexcom_g4.json has their meaning
        "12ffffffffb0cd61003f033779ad5a29d8009b",
        "12ffffffffb0cd61003f033bd7ad84a9d80038",
        "12ffffffffb0cd61003f033fbbad9da9d800f5",
        "12ffffffffb0cd61003f03436dcdc3a9d8004b",
    )
)


@dataclass(frozen=True, slots=True)
class Sent:
    """One packet on the air, and the bits behind its sync word."""

    chips: ChipArray
    keying: Keying
    bits: ChipArray


@dataclass(frozen=True, slots=True)
class Family:
    """A modem and how its packets are made.

    Attributes
    ----------
    modem : Modem
        What is listened for.
    packet : callable
        A random packet.
    rates_hz : tuple of float
        Sample rates.
    pace_s : float
        From packet to packet.
    """

    modem: Modem
    packet: Callable[[Random], Sent]
    rates_hz: tuple[float, ...]
    pace_s: float

    @property
    def half_width_hz(self) -> float:
        """Half of the width that 99 % of the power are in."""
        return 0.6 * self.modem.symbol_rate_hz


@dataclass(frozen=True, slots=True)
class Point:
    """One Ec/N0: packets sent, packets read, and the part that the bound allows."""

    ec_n0_db: float
    sent: int
    read: int
    bound: float


def dexcom_packet(rng: Random) -> Sent:
    """One of the recorded packets from a transmitter with a clock of its own."""
    packet = G4_PACKETS[int(rng.integers(len(G4_PACKETS)))]
    rate_hz = dexcom_g4.SYMBOL_RATE_HZ * (1 + rng.uniform(-500, 500) * 1e-6)
    bits = np.unpackbits(np.frombuffer(dexcom_g4.on_air_bytes(packet), np.uint8))
    return Sent(dexcom_g4.on_air_chips(packet), msk(rate_hz), bits)


def ble_packet(rng: Random) -> Sent:
    """A random advertisement of full length on one of the three channels."""
    packet = bytes((0x40, 37)) + rng.bytes(37)
    channel = int(rng.integers(37, 40))
    keying = ble.keying(index=rng.uniform(0.45, 0.55), ppm=rng.uniform(-60, 60))
    on_air = np.frombuffer(ble.on_air_bytes(packet, channel), np.uint8)
    bits = np.unpackbits(on_air, bitorder="little")
    return Sent(ble.on_air_chips(packet, channel), keying, bits)


FAMILIES = (
    Family(DEXCOM, dexcom_packet, (1.024e6, 2.048e6), 0.025),
    Family(BLE, ble_packet, (2.048e6, 2.4e6), 0.025),
)


def bound(sent: Sent, ec_n0_db: Sequence[float]) -> npt.NDArray[np.float64]:
    """Give the probability that a coherent receiver reads a packet.

    Parameters
    ----------
    sent : Sent
        The packet.
    ec_n0_db : sequence of float
        Energy of a chip over the noise density.

    Returns
    -------
    ndarray of float64, shape (n,)
        Probability at each.
    """
    ratio = 10 ** (np.asarray(ec_n0_db, dtype=np.float64) / 10)
    rate_hz = sent.keying.symbol_rate_hz
    total = np.zeros(ratio.size)
    instants = (np.arange(sent.chips.size * SAMPLES_A_CHIP) + 0.5) / SAMPLES_A_CHIP / rate_hz
    clean = Waveform(sent.chips, sent.keying).at(instants)
    for first in range(sent.chips.size - sent.bits.size, sent.chips.size):
        other = sent.chips.copy()
        other[first : first + 2] ^= 1
        wrong = Waveform(other, sent.keying).at(instants)
        distance = float(np.sum(np.abs(wrong - clean) ** 2)) / SAMPLES_A_CHIP
        total += np.log1p(-ndtr(-np.sqrt(distance * ratio / 2)))
    return np.exp(total)


def emissions(
    family: Family, rate_hz: float, ec_n0_db: float, count: int, rng: Random
) -> tuple[list[Sent], list[Emission]]:
    """Draw packets, their carriers and their arrivals."""
    reach_hz = max(MIDDLE * rate_hz / 2 - family.half_width_hz, 0.0)
    power_db = DENSITY_DBFS + ec_n0_db + 10 * float(np.log10(family.modem.symbol_rate_hz))
    sent = [family.packet(rng) for _ in range(count)]
    on_air = [
        Emission(
            chips=one.chips,
            keying=one.keying,
            time_s=SETTLE_S + family.pace_s * (index + rng.uniform(0, 0.1)),
            rssi_dbfs=power_db,
            offset_hz=rng.uniform(-reach_hz, reach_hz),
            phase_rad=rng.uniform(0, 2 * np.pi),
        )
        for index, one in enumerate(sent)
    ]
    return sent, on_air


def read(family: Family, rate_hz: float, ec_n0_db: float, count: int, seed: int) -> Point:
    """Send packets through the whole front end and count those that were read.

    Parameters
    ----------
    family : Family
        Whose packets.
    rate_hz : float
        Sample rate.
    ec_n0_db : float
        Energy of a chip over the noise density.
    count : int
        How many packets.
    seed : int
        Of all that is random.

    Returns
    -------
    Point
        What was sent and read, and the bound's part averaged over a tenth of the packets.
    """
    rng = np.random.default_rng(seed)
    sent, on_air = emissions(family, rate_hz, ec_n0_db, count, rng)
    noise_dbfs = DENSITY_DBFS + 10 * float(np.log10(rate_hz))
    spike = 10 ** ((noise_dbfs + DC_DB) / 20) * complex(np.exp(1j * rng.uniform(0, 6.28)))
    front_end = FrontEnd(noise_dbfs, IQ_GAIN_DB, IQ_PHASE_DEG, spike)
    length = round((SETTLE_S + (count + 1) * family.pace_s) * rate_hz)
    scene = Scene(rate_hz, length, on_air, front_end, seed=seed)
    receiver = Receiver([family.modem])
    bursts = [one for item in block_stream(scene, "bench") for one in receiver.feed(item)]
    frames = [
        (burst.time_ns * 1e-9, np.unpackbits(np.frombuffer(frame.data, np.uint8)))
        for burst in bursts + receiver.flush()
        for frame in burst.frames
    ]
    right = sum(
        any(
            abs(time_s - emission.time_s) < family.pace_s / 2
            and np.array_equal(bits[: one.bits.size], one.bits)
            for time_s, bits in frames
        )
        for one, emission in zip(sent, on_air, strict=True)
    )
    allowed = [bound(one, [ec_n0_db])[0] for one in sent[: max(1, count // 10)]]
    return Point(ec_n0_db, count, right, float(np.mean(allowed)))


def curve(
    family: Family, rate_hz: float, points_db: Sequence[float], count: int, seed: int = 1
) -> list[Point]:
    """Measure a sensitivity curve.

    Parameters
    ----------
    family : Family
        Whose packets.
    rate_hz : float
        Sample rate.
    points_db : sequence of float
        Ec/N0 of each point.
    count : int
        Packets for each.
    seed : int
        Of all that is random.

    Returns
    -------
    list of Point
        In the order of the points.
    """
    return [read(family, rate_hz, db, count, seed + at) for at, db in enumerate(points_db)]


def reaches_db(points: Sequence[Point], part: float) -> tuple[float, float]:
    """Give the Ec/N0 at which a part of the packets is read, and where the bound allows it.

    Parameters
    ----------
    points : sequence of Point
        A curve, Ec/N0 rising.
    part : float
        0.5 or 0.9.

    Returns
    -------
    tuple of float
        Measured and theoretical, interpolated between the points.
    """
    db = [point.ec_n0_db for point in points]
    measured = np.maximum.accumulate([point.read / point.sent for point in points])
    return (
        float(np.interp(part, measured, db)),
        float(np.interp(part, [point.bound for point in points], db)),
    )


@click.command()
@click.option("--count", default=200, show_default=True, help="Packets for each point.")
@click.option("--first", default=4.5, show_default=True, help="Lowest Ec/N0 in dB.")
@click.option("--last", default=9.0, show_default=True, help="Highest Ec/N0 in dB.")
@click.option("--step", default=0.5, show_default=True, help="Between two points.")
@click.option("--modem", default="", help="One modem only.")
def main(count: int, first: float, last: float, step: float, modem: str) -> None:
    """Print the curves and their distance from the bound."""
    points_db = [float(db) for db in np.arange(first, last + step / 2, step)]
    for family in FAMILIES:
        if modem not in family.modem.name:
            continue
        for rate_hz in family.rates_hz:
            click.echo(f"\n{family.modem.name}, {rate_hz / 1e6:g} MS/s")
            points = curve(family, rate_hz, points_db, count)
            for one in points:
                share = one.read / one.sent
                click.echo(f"{one.ec_n0_db:5.1f} dB  read {share:6.1%}  bound {one.bound:6.1%}")
            for part in (0.5, 0.9):
                measured, theory = reaches_db(points, part)
                lost = measured - theory
                click.echo(f"{part:.0%}: {measured:.2f} dB, bound {theory:.2f}, lost {lost:+.2f}")


if __name__ == "__main__":
    main()
