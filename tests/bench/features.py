"""Synthesised bursts come in, a table of the errors of every physical feature goes out.

``python tests/bench/features.py`` prints the tables of docs/reference/features.md: the absolute
errors that half and 95 % of the bursts stay under, for each device family, its sample rates
and three signal-to-noise ratios. Nothing is asserted here; the tests hold the front end to its
limits.

The truth is what `signal_fixtures` synthesised. The signal-to-noise ratio of a row is that in the
bandwidth which holds 95 % of the power inside the passband of the family, computed from the
noiseless burst.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import click
import numpy as np
from scipy.fft import next_fast_len

from medmon import plugins
from medmon.phy import Receiver
from medmon.records import Burst, Modem
from signal_fixtures.channel import Emission, FrontEnd, Scene, block_stream
from signal_fixtures.devices import ble, dexcom_g4, medtronic, omnipod
from signal_fixtures.waveform import ChipArray, Keying, fsk, msk, ook

SNRS_DB = (30.0, 20.0, 12.0)
RSSI_DBFS = -25.0
PACE_S = 0.12
TUNED_HZ = 500e6


@dataclass(frozen=True)
class Family:
    """How one device family is synthesised.

    Attributes
    ----------
    name : str
        Decoder.
    chips : tuple of ndarray
        Packets on the air.
    keying : callable
        Keying of a clock error in ppm and a rise time in microseconds.
    half_width_hz : float
        Half the passband in which the family is measured.
    modem : Modem or None
        How it sounds, where no decoder says so.
    rates_hz : tuple of float
        Sample rates.
    """

    name: str
    chips: tuple[ChipArray, ...]
    keying: Callable[[float, float], Keying]
    half_width_hz: float
    modem: Modem | None = None
    rates_hz: tuple[float, ...] = (250e3, 1.024e6, 2.048e6)


PUMP = Family(
    "medtronic",
    tuple(medtronic.on_air_chips(packet) for packet in medtronic.sample_packets()),
    lambda ppm, rise_us: ook(medtronic.SYMBOL_RATE_HZ * (1 + ppm * 1e-6), rise_us=rise_us),
    1.5 * medtronic.SYMBOL_RATE_HZ,
)
POD = Family(
    "omnipod",
    tuple(omnipod.on_air_chips(packet) for packet in omnipod.sample_packets()),
    lambda ppm, rise_us: fsk(
        omnipod.SYMBOL_RATE_HZ * (1 + ppm * 1e-6), omnipod.DEVIATION_HZ, rise_us=rise_us
    ),
    omnipod.DEVIATION_HZ + 1.5 * omnipod.SYMBOL_RATE_HZ,
)
G4 = Family(
    "dexcom-g4",
    tuple(dexcom_g4.on_air_chips(bytes((18, *range(first, first + 18)))) for first in range(8)),
    # No edge is longer than a chip of 20 us.
    lambda ppm, rise_us: msk(dexcom_g4.SYMBOL_RATE_HZ * (1 + ppm * 1e-6), rise_us=rise_us / 2),
    dexcom_g4.SYMBOL_RATE_HZ,
    dexcom_g4.MODEM,
)
BLE = Family(
    "ble-advertising",
    tuple(ble.on_air_chips(bytes((64, 37, *range(n, n + 37))), 37 + n % 3) for n in range(8)),
    # No edge is longer than a chip of one microsecond.
    lambda ppm, rise_us: ble.keying(index=0.45 + rise_us / 120, ppm=ppm),
    ble.SYMBOL_RATE_HZ,
    ble.MODEM,
    (2.048e6, 2.4e6),
)


def bandwidth_hz(emission: Emission, half_width_hz: float) -> float:
    """Width that holds 95 % of the power of a noiseless burst inside its passband."""
    rate_hz = max(1e6, 8 * half_width_hz)
    length_s = emission.stop_s - emission.time_s + 2e-3
    time_s = np.arange(next_fast_len(round(length_s * rate_hz))) / rate_hz
    at_once = replace(emission, time_s=1e-3)
    spectrum = np.fft.fftshift(np.abs(np.fft.fft(at_once.at(time_s))) ** 2)
    freqs_hz = np.fft.fftshift(np.fft.fftfreq(time_s.size, 1 / rate_hz)) - emission.offset_hz
    inside = np.abs(freqs_hz) < half_width_hz
    total = np.cumsum(spectrum[inside]) / spectrum[inside].sum()
    low, high = np.interp((0.025, 0.975), total, freqs_hz[inside])
    return float(high - low)


def emissions(family: Family, rate_hz: float, count: int, seed: int) -> list[Emission]:
    """Bursts with random packets, phases, clocks, carriers, edges and arrivals between samples."""
    rng = np.random.default_rng(seed)
    reach_hz = min(0.5 * rate_hz - 1.5 * family.half_width_hz, 300e3)
    return [
        Emission(
            chips=family.chips[int(rng.integers(len(family.chips)))],
            keying=family.keying(rng.uniform(-100, 100), rng.uniform(2.0, 12.0)),
            time_s=PACE_S * (index + 1) + rng.uniform(0, 1e-3),
            rssi_dbfs=RSSI_DBFS + rng.uniform(-0.5, 0.5),
            offset_hz=rng.choice((-1, 1)) * rng.uniform(0.2, 1.0) * max(reach_hz, 1e3),
            phase_rad=rng.uniform(0, 2 * np.pi),
        )
        for index in range(count)
    ]


def duration_us(emission: Emission) -> float:
    """From the beginning of chip 0 to the end of the last chip with a carrier."""
    chips = emission.chips
    is_fsk = emission.keying.modulation == "fsk"
    count = chips.size if is_fsk else int(np.flatnonzero(chips)[-1]) + 1
    return count / emission.keying.symbol_rate_hz * 1e6


def errors(
    emission: Emission, burst: Burst, family: Family, scene: Scene, density_dbfs: float
) -> dict[str, float]:
    """Absolute error of every feature of one burst."""
    radio, keying = burst.radio, emission.keying
    width_hz = bandwidth_hz(emission, family.half_width_hz)
    arrival = burst.time_ns * 1e-9 - emission.time_s
    found = {
        "rssi, dB": radio.rssi_dbfs - emission.rssi_dbfs,
        "snr, dB": radio.snr_db - (emission.rssi_dbfs - density_dbfs - 10 * np.log10(width_hz)),
        "noise, dB": radio.noise_dbfs - density_dbfs - 10 * np.log10(radio.bandwidth_hz),
        "cfo, Hz": radio.cfo_hz - emission.offset_hz,
        "bandwidth, %": 100 * (radio.bandwidth_hz / width_hz - 1),
        "duration, us": radio.duration_us - duration_us(emission),
        "symbol rate, ppm": 1e6 * ((radio.symbol_rate_hz or 0.0) / keying.symbol_rate_hz - 1),
        "arrival, us": arrival * 1e6,
        "arrival, samples": arrival * scene.rate_hz,
    }
    if radio.deviation_hz is not None:
        found["deviation, %"] = 100 * (radio.deviation_hz / keying.deviation_hz - 1)
    if radio.rise_us is not None:
        found["rise, us"] = radio.rise_us - keying.rise_us
    return {feature: abs(float(value)) for feature, value in found.items()}


def condition(
    family: Family, modems: Sequence[Modem], rate_hz: float, snr_db: float, count: int
) -> tuple[int, dict[str, list[float]]]:
    """Bursts that were heard, and the errors of their features."""
    sent = emissions(family, rate_hz, count, seed=round(rate_hz + snr_db))
    width_hz = bandwidth_hz(sent[0], family.half_width_hz)
    density_dbfs = RSSI_DBFS - snr_db - 10 * float(np.log10(width_hz))
    noise = FrontEnd(noise_dbfs=density_dbfs + 10 * float(np.log10(rate_hz)))
    scene = Scene(rate_hz, round((count + 2) * PACE_S * rate_hz), sent, noise, seed=round(snr_db))
    receiver = Receiver(modems)
    blocks = block_stream(scene, "bench", freq_hz=TUNED_HZ)
    heard = [burst for block in blocks for burst in receiver.feed(block)] + receiver.flush()
    heard = [burst for burst in heard if any(f.modem == family.name for f in burst.frames)]
    table: dict[str, list[float]] = {}
    for emission in sent:
        near = [b for b in heard if abs(b.time_ns * 1e-9 - emission.time_s) < PACE_S / 4]
        for burst in near[:1]:
            for feature, error in errors(emission, burst, family, scene, density_dbfs).items():
                table.setdefault(feature, []).append(error)
    return len(next(iter(table.values()), [])), table


def rows(family: Family, count: int) -> Iterator[str]:
    """Lines of the table of one family, in Markdown."""
    declared = (family.modem,) if family.modem else plugins.load("protocols", family.name).modems
    # The nominal carrier is put where the recording is tuned to: that is the zero of the offset.
    modems = [replace(modem, freqs_hz=(TUNED_HZ,)) for modem in declared]
    header: list[str] = []
    for rate_hz in family.rates_hz:
        for snr_db in SNRS_DB:
            heard, table = condition(family, modems, rate_hz, snr_db, count)
            if not header:
                header = list(table)
                yield "| rate, MS/s | SNR, dB | heard | " + " | ".join(header) + " |"
                yield "| --- " * (3 + len(header)) + "|"
            cells = [_quantiles(table.get(feature, [])) for feature in header]
            yield f"| {rate_hz / 1e6:g} | {snr_db:g} | {heard}/{count} | {' | '.join(cells)} |"


def _quantiles(values: Sequence[float]) -> str:
    if not values:
        return "-"
    half, most = np.quantile(np.asarray(values, dtype=np.float64), (0.5, 0.95))
    return " / ".join(f"{v:.0f}" if v >= 10 else f"{v:.2g}" for v in (half, most))


@click.command()
@click.option("--count", default=60, show_default=True, help="Bursts for each row.")
@click.option("--modem", default="", help="One family only.")
def main(count: int, modem: str) -> None:
    """Print the errors of the physical features."""
    for family in (PUMP, POD, G4, BLE):
        if modem not in family.name:
            continue
        click.echo(f"\n{family.name}\n")
        for line in rows(family, count):
            click.echo(line)


if __name__ == "__main__":
    main()
