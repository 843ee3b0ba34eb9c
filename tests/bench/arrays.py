"""Synthesised bursts on several antennas come in, errors over their bounds go out.

``python tests/bench/arrays.py`` prints the table of docs/explanation/antennas.md; `figures` gives
the same as numbers. Nothing is asserted here; the tests hold the estimators to their limits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click
import numpy as np

from medmon.phy.array import Array, Calibration, Geometry, arrival_of, with_arrival
from medmon.records import ComplexArray, Radio
from signal_fixtures.antennas import LIGHT_M_PER_S, Antenna, ArrayScene, Sender
from signal_fixtures.bounds import angle_bound_deg, delay_bound_s, energy_db
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.emission import Emission
from signal_fixtures.waveform import ChipArray, Keying, fsk, ook

RATE_HZ, TUNED_HZ, OFFSET_HZ = 250e3, 868.3e6, 20e3
CARRIER_HZ = TUNED_HZ + OFFSET_HZ
SNRS_DB = (10.0, 15.0, 20.0, 30.0)
BEARING_DEG = 25.0
WAVE_M = LIGHT_M_PER_S / CARRIER_HZ
ARRAYS = {
    "pair": ((0.0, 0.0), (0.5, 0.0)),
    "line": ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.5, 0.0)),
    "square": ((0.0, 0.0), (0.4, 0.0), (0.4, 0.4), (0.0, 0.4)),
}
"""In wavelengths."""


@dataclass(frozen=True)
class Device:
    """A device, the width in which its SNR counts, and its passband."""

    name: str
    chips: ChipArray
    keying: Keying
    width_hz: float
    half_width_hz: float

    @property
    def emission(self) -> Emission:
        """A packet of 0 dBFS."""
        return Emission(self.chips, self.keying, 0.3e-3, 0.0, OFFSET_HZ)

    @property
    def radio(self) -> Radio:
        """What a receiver measures of it."""
        is_fsk = self.keying.modulation == "fsk"
        return Radio(
            CARRIER_HZ, OFFSET_HZ, self.width_hz, 0.0, 20.0, -20.0, 0.0, self.keying.modulation,
            self.keying.symbol_rate_hz, self.keying.deviation_hz if is_fsk else None,
        )  # fmt: skip


DEVICES = (
    Device(
        "ook",
        medtronic.on_air_chips(medtronic.sample_packets()[0]),
        ook(medtronic.SYMBOL_RATE_HZ),
        20e3,
        1.5 * medtronic.SYMBOL_RATE_HZ,
    ),
    Device(
        "fsk",
        omnipod.on_air_chips(omnipod.sample_packets()[0]),
        fsk(omnipod.SYMBOL_RATE_HZ, omnipod.DEVIATION_HZ),
        81e3,
        omnipod.DEVIATION_HZ + 1.5 * omnipod.SYMBOL_RATE_HZ,
    ),
)


def figures(count: int = 200) -> list[dict[str, Any]]:
    """Measure delays and angles for both devices at four signal-to-noise ratios.

    Parameters
    ----------
    count : int
        Bursts for each figure.

    Returns
    -------
    list of dict
        ``modulation``, ``feature`` ("tdoa_ns" or "aoa_deg"), ``array``, ``snr_db``, ``rms``,
        ``bound`` and ``ratio``; ``ratio_whole_band`` of a delay; ``missing`` bursts without the
        feature; ``normalised`` mean square of the errors over the variances told.
    """
    return [
        row
        for device in DEVICES
        for snr_db in SNRS_DB
        for row in (_delays(device, snr_db, count), *_angles(device, snr_db, count))
    ]


def _delays(device: Device, snr_db: float, count: int) -> dict[str, Any]:
    late_ns = 1_234.5
    heard = _heard(device, (Antenna(), Antenna(cable_ns=late_ns)), snr_db, count, None)
    pairs = [(one.tdoa_ns, one.tdoa_std_ns) for one in heard]
    density_dbfs = _density_dbfs(device, snr_db)
    bound, whole = (
        1e9 * delay_bound_s(device.emission, RATE_HZ, density_dbfs, width)
        for width in (device.half_width_hz, None)
    )
    row = _row(pairs, late_ns, bound)
    head = {"modulation": device.name, "feature": "tdoa_ns", "array": "pair", "snr_db": snr_db}
    return head | row | {"ratio_whole_band": row["rms"] / whole}


def _angles(device: Device, snr_db: float, count: int) -> Iterator[dict[str, Any]]:
    energy = energy_db(device.emission, RATE_HZ, _density_dbfs(device, snr_db))
    for name, shape in ARRAYS.items():
        rng = np.random.default_rng(3)
        antennas = tuple(
            Antenna(x * WAVE_M, y * WAVE_M, rng.uniform(-2, 2), rng.uniform(-180, 180))
            for x, y in shape
        )
        none = (0.0,) * len(antennas)
        known = Calibration(
            CARRIER_HZ,
            tuple(a.gain_db for a in antennas),
            tuple(a.phase_deg for a in antennas),
            none,
        )
        array = Array(Geometry([(one.x_m, one.y_m) for one in antennas]), known)
        heard = _heard(device, antennas, snr_db, count, array)
        pairs = [(one.aoa_deg, one.aoa_std_deg) for one in heard]
        bound = angle_bound_deg(antennas, BEARING_DEG, CARRIER_HZ, energy)
        head = {"modulation": device.name, "feature": "aoa_deg", "array": name, "snr_db": snr_db}
        yield head | _row(pairs, BEARING_DEG, bound)


def _heard(
    device: Device,
    antennas: tuple[Antenna, ...],
    snr_db: float,
    count: int,
    array: Array | None,
) -> Iterator[Radio]:
    """Give a burst's features again and again, the noise anew each time."""
    samples = math.ceil((device.emission.stop_s + 0.3e-3) * RATE_HZ)
    senders = [Sender(device.emission, BEARING_DEG if array else 0.0)]
    clean = ArrayScene(RATE_HZ, samples, TUNED_HZ, antennas, senders).samples()
    level = 10 ** ((_density_dbfs(device, snr_db) + 10 * math.log10(RATE_HZ / 2)) / 20)
    rng = np.random.default_rng(round(snr_db))
    for _ in range(count):
        parts = rng.standard_normal((*clean.shape, 2), dtype=np.float32)
        noise: ComplexArray = np.float32(level) * parts.view(np.complex64)[..., 0]
        arrival = arrival_of(device.radio, clean + noise, RATE_HZ, TUNED_HZ)
        yield with_arrival(device.radio, arrival, array)


def _density_dbfs(device: Device, snr_db: float) -> float:
    return -snr_db - 10 * math.log10(device.width_hz)


def _row(
    pairs: Sequence[tuple[float | None, float | None]], truth: float, bound: float
) -> dict[str, Any]:
    known = np.array([(at - truth, std) for at, std in pairs if at is not None and std is not None])
    rms = float(np.sqrt(np.mean(known[:, 0] ** 2)))
    return {
        "rms": rms,
        "bound": bound,
        "ratio": rms / bound,
        "normalised": float(np.mean((known[:, 0] / known[:, 1]) ** 2)),
        "missing": len(pairs) - len(known),
    }


@click.command()
@click.option("--count", default=200, show_default=True, help="Bursts for each row.")
def main(count: int) -> None:
    """Print the errors of delays and angles over their bounds."""
    click.echo("| modulation | SNR, dB | feature | antennas | error | bound | error / bound "
               "| error / bound of the whole band | errors / told |")  # fmt: skip
    click.echo("| --- " * 9 + "|")
    for row in figures(count):
        whole = f"{row['ratio_whole_band']:.2f}" if "ratio_whole_band" in row else ""
        click.echo(
            f"| {row['modulation']} | {row['snr_db']:g} | `{row['feature']}` | {row['array']} "
            f"| {row['rms']:.3g} | {row['bound']:.3g} | {row['ratio']:.2f} | {whole} "
            f"| {row['normalised']:.2f} |"
        )


if __name__ == "__main__":
    main()
