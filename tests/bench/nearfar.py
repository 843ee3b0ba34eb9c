"""Two senders at once come in, a table of how often each of them is read goes out.

``python tests/bench/nearfar.py`` prints, for both device families as the strong and as the weak
one, how many of the weak sender's packets and of the strong sender's are read, against the distance
of their carriers and the ratio of their powers. A distance of zero is a collision on one channel.
Nothing is asserted here; `tests/phy/test_beneath.py` holds the front end to what it promises.

The weak sender has 20 dB Ec/N0 over white noise, the strong one is near full scale, and samples
have 8 bits. `clear_db` is what the weak one's matched filter would see without taking the strong
one off: the energy of its chips over noise and what of the strong one falls into its channel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import click
import numpy as np

from medmon import plugins
from medmon.phy import Receiver
from medmon.protocols import Reader
from medmon.records import Block, Burst, ComplexArray, Span, Transmission
from signal_fixtures.adc import bytes_from_iq
from signal_fixtures.channel import Emission, FrontEnd, Scene
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.devices.medtronic_pump import Paradigm
from signal_fixtures.waveform import fsk, ook

RATES_HZ = (1.024e6, 2.048e6)
HEADROOM_DB = 0.5
EC_N0_DB = 20.0
SCENE_S = 0.22
PAIRS = (("pump", "pump"), ("pod", "pump"), ("pump", "pod"), ("pod", "pod"))
APART_HZ = (0.0, 10e3, 30e3, 50e3, 100e3, 200e3)
RATIOS_DB = (0.0, 3.0, 6.0, 10.0, 20.0, 30.0, 40.0, 50.0)
STATUS = bytes.fromhex("0e0100")
MIDDLE = 0.4
"""Both carriers lie in the middle 80 % of the band."""


@dataclass(frozen=True)
class Row:
    """What came of some pairs of packets.

    Attributes
    ----------
    strong, weak : str
        Who was loud and who was not: "pump" or "pod".
    rate_hz : float
        Sample rate.
    apart_hz, ratio_db : float
        Distance of the carriers, ratio of the powers.
    clear_db : float
        Energy of the weak one's chips over everything else in its matched filter.
    sent : int
        Pairs.
    weak_read, strong_read : int
        Packets of each whose check held.
    marked : int
        Pairs of which one was not read, but the collision was told.
    silent : int
        Pairs of which one was not read, and nothing but the other one was told.
    others : int
        Bursts in excess of two a pair.
    """

    strong: str
    weak: str
    rate_hz: float
    apart_hz: float
    ratio_db: float
    clear_db: float
    sent: int
    weak_read: int
    strong_read: int
    marked: int
    silent: int
    others: int


def packet(kind: str, rng: np.random.Generator) -> tuple[bytes, Emission]:
    """A random packet of a device, and how it is sent; a pump's is short or long."""
    clock = 1 + rng.uniform(-50e-6, 50e-6)
    rise_us = rng.uniform(3.0, 8.0)
    if kind == "pump":
        pump = Paradigm(f"{rng.integers(10**6):06d}")
        data = pump.wakeup() if rng.random() < 0.5 else pump.bolus(float(rng.uniform(1, 20)))
        keying = ook(medtronic.SYMBOL_RATE_HZ * clock, rise_us=rise_us)
        return data, Emission(medtronic.on_air_chips(data), keying, 0.0, 0.0)
    address = f"1f{rng.integers(1 << 24):06x}"
    (data,) = omnipod.packets_of(omnipod.message(address, 3, STATUS), "PDM", 22)
    keying = fsk(omnipod.SYMBOL_RATE_HZ * clock, omnipod.DEVIATION_HZ, rise_us=rise_us)
    return data, Emission(omnipod.on_air_chips(data), keying, 0.0, 0.0)


def _placed(
    sent: Emission, rng: np.random.Generator, *, time_s: float, rssi_dbfs: float, offset_hz: float
) -> Emission:
    phase_rad = float(rng.uniform(0, 2 * np.pi))
    return replace(
        sent, time_s=time_s, rssi_dbfs=rssi_dbfs, offset_hz=offset_hz, phase_rad=phase_rad
    )


def pair(
    strong: str, weak: str, apart_hz: float, ratio_db: float, rate_hz: float, seed: int
) -> tuple[bytes, bytes, Scene]:
    """Packets of both senders, and what a receiver hears of them.

    The weak one begins before, inside or near the end of the strong one, in turn.
    """
    rng = np.random.default_rng(seed)
    (loud_data, loud), (faint_data, faint) = packet(strong, rng), packet(weak, rng)
    while faint_data == loud_data:
        faint_data, faint = packet(weak, rng)
    side = float(rng.choice((-1.0, 1.0)))
    room_hz = MIDDLE * rate_hz - apart_hz
    loud_hz = -side * apart_hz / 2 + float(rng.uniform(-room_hz, room_hz)) * 0.9
    # Two senders on one channel differ by the errors of their crystals.
    faint_hz = loud_hz + side * apart_hz + float(rng.uniform(-2e3, 2e3))
    length_s, other_s = loud.stop_s, faint.stop_s
    at_s = 0.08
    begins = (at_s - 0.4 * other_s, at_s + 0.45 * length_s, at_s + 0.8 * length_s)
    faint_s = begins[seed % len(begins)] + float(rng.uniform(-1e-3, 1e-3))
    # The two together stay within full scale.
    loud_dbfs = -20 * float(np.log10(1 + 10 ** (-ratio_db / 20))) - HEADROOM_DB
    faint_dbfs = loud_dbfs - ratio_db
    sent = (
        _placed(loud, rng, time_s=at_s, rssi_dbfs=loud_dbfs, offset_hz=loud_hz),
        _placed(faint, rng, time_s=faint_s, rssi_dbfs=faint_dbfs, offset_hz=faint_hz),
    )
    density_dbfs = faint_dbfs - EC_N0_DB - _decibel(faint.keying.symbol_rate_hz)
    # Nobody has a receiver so deaf that two loud senders stand 20 dB over its noise.
    noise = FrontEnd(noise_dbfs=min(density_dbfs, -90.0) + _decibel(rate_hz))
    scene = Scene(rate_hz, round(SCENE_S * rate_hz), sent, noise, seed=seed)
    return loud_data, faint_data, scene


def heard(scene: Scene) -> tuple[list[Burst], list[Transmission]]:
    """All bursts and transmissions of a scene, its samples rounded to 8 bits."""
    raw = np.frombuffer(bytes_from_iq(scene.samples(0, scene.sample_count), "cu8"), np.uint8)
    iq: ComplexArray = ((raw.astype(np.float32) - 127.5) / 127.5).view(np.complex64)
    reader = Reader([plugins.load("protocols", name) for name in plugins.names("protocols")])
    receiver = Receiver(reader.modems)
    block = Block(Span("bench", 0, iq.size), 0, scene.rate_hz, 0.0, iq[None, :])
    bursts = receiver.feed(block) + receiver.flush()
    said = [one for burst in bursts for one in reader.feed(burst)] + reader.flush()
    return bursts, said


def clear_db(scene: Scene) -> float:
    """Energy of the weak one's chips over noise and the strong one's part in its filter.

    The filter is that of a receiver: a passband of 1.5 chip rates about the carrier, or beyond
    the tones, then the mean over one chip.
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


def row(
    strong: str, weak: str, apart_hz: float, ratio_db: float, rate_hz: float, count: int
) -> Row:
    """What comes of some pairs that differ in everything else."""
    faint_read = loud_read = marked = silent = others = 0
    clear: list[float] = []
    for seed in range(count):
        loud, faint, scene = pair(strong, weak, apart_hz, ratio_db, rate_hz, seed)
        bursts, said = heard(scene)
        good = {one.raw for one in said if one.integrity == "ok"}
        told = any(one.radio.collided for one in said) or len(bursts) > 1
        missed = not {loud, faint} <= good
        faint_read += faint in good
        loud_read += loud in good
        marked += missed and told
        silent += missed and not told
        others += max(0, len(bursts) - 2)
        clear.append(clear_db(scene))
    middle_db = float(np.median(clear))
    read = (count, faint_read, loud_read, marked, silent, others)
    return Row(strong, weak, rate_hz, apart_hz, ratio_db, middle_db, *read)


def rows(
    pairs: Sequence[tuple[str, str]], apart_hz: Sequence[float], rates_hz: Sequence[float],
    ratios_db: Sequence[float], count: int,
) -> Iterator[Row]:  # fmt: skip
    """The whole table, row by row."""
    for strong, weak in pairs:
        for rate_hz in rates_hz:
            for distance_hz in apart_hz:
                for ratio_db in ratios_db:
                    yield row(strong, weak, distance_hz, ratio_db, rate_hz, count)


def _decibel(power: float) -> float:
    return 10 * float(np.log10(power))


@click.command()
@click.option("--count", default=12, show_default=True, help="Pairs for each row.")
@click.option("--pairs", default="", help="Only these: pump-pod is a strong pump over a weak pod.")
@click.option("--apart-khz", multiple=True, type=float, help="Only these distances.")
@click.option("--ratio-db", multiple=True, type=float, help="Only these ratios.")
@click.option("--rate-mhz", multiple=True, type=float, help="Only these sample rates.")
def main(
    count: int, pairs: str, apart_khz: tuple[float, ...], ratio_db: tuple[float, ...],
    rate_mhz: tuple[float, ...],
) -> None:  # fmt: skip
    """Print how often a weak and a strong sender are read that speak at once."""
    chosen = [one for one in PAIRS if not pairs or "-".join(one) in pairs.split(",")]
    apart_hz = [1e3 * khz for khz in apart_khz] or APART_HZ
    rates_hz = [1e6 * mhz for mhz in rate_mhz] or RATES_HZ
    click.echo("| strong | weak | MS/s | apart, kHz | ratio, dB | clear, dB | weak read "
               "| strong read | marked | silent | others |\n" + "| --- " * 11 + "|")  # fmt: skip
    for one in rows(chosen, apart_hz, rates_hz, ratio_db or RATIOS_DB, count):
        where = f"{one.rate_hz / 1e6:g} | {one.apart_hz / 1e3:g} | {one.ratio_db:g}"
        read = f"{one.weak_read}/{one.sent} | {one.strong_read}/{one.sent}"
        rest = f"{one.marked} | {one.silent} | {one.others}"
        click.echo(
            f"| {one.strong} | {one.weak} | {where} | {one.clear_db:.1f} | {read} | {rest} |"
        )


if __name__ == "__main__":
    main()
