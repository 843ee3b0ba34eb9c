"""Bursts on several antennas are made, the errors of delays and angles over their bounds go out.

Each burst is heard again and again with new noise, and `medmon.phy.array` measures the delay
between two channels and the angle of arrival at three shapes of calibrated arrays. The bounds are
those of Cramer and Rao in docs/explanation/antennas.md, computed by the other side of the air from
the noiseless burst.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medmon.bench.job import Job
from medmon.bench.results import Arrays, ArraysRow, Effort
from medmon.phy.array import Array, Calibration, Geometry, arrival_of, with_arrival
from medmon.records import ComplexArray, Radio
from signal_fixtures.antennas import LIGHT_M_PER_S, Antenna, ArrayScene, Sender
from signal_fixtures.bounds import angle_bound_deg, delay_bound_s, energy_db
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.emission import Emission
from signal_fixtures.waveform import ChipArray, Keying, fsk, ook

GOAL = 2.0
"""Error over bound, at most."""
RATE_HZ, TUNED_HZ, OFFSET_HZ = 250e3, 868.3e6, 20e3
CARRIER_HZ = TUNED_HZ + OFFSET_HZ
SNRS_DB = (10.0, 15.0, 20.0, 30.0)
BEARING_DEG, LATE_NS = 25.0, 1_234.5
_BURSTS: Mapping[Effort, int] = {"quick": 50, "full": 500}
WAVE_M = LIGHT_M_PER_S / CARRIER_HZ
SHAPES = {
    "pair": ((0.0, 0.0), (0.5, 0.0)),
    "line": ((0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.5, 0.0)),
    "square": ((0.0, 0.0), (0.4, 0.0), (0.4, 0.4), (0.0, 0.4)),
}
"""In wavelengths."""


@dataclass(frozen=True, slots=True, eq=False)
class _Device:
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


_DEVICES = (
    _Device(
        "pump",
        medtronic.on_air_chips(medtronic.sample_packets()[0]),
        ook(medtronic.SYMBOL_RATE_HZ),
        20e3,
        1.5 * medtronic.SYMBOL_RATE_HZ,
    ),
    _Device(
        "pod",
        omnipod.on_air_chips(omnipod.sample_packets()[0]),
        fsk(omnipod.SYMBOL_RATE_HZ, omnipod.DEVIATION_HZ),
        81e3,
        omnipod.DEVIATION_HZ + 1.5 * omnipod.SYMBOL_RATE_HZ,
    ),
)


def measure(job: Job) -> Arrays:
    """Measure delays and angles of both devices at four signal-to-noise ratios.

    Parameters
    ----------
    job : Job
        How much is to be done.

    Returns
    -------
    Arrays
        A row for each device, ratio and feature.
    """
    run, count = job.run(), _BURSTS[job.effort]
    shapes = (None, *SHAPES)
    air = [_Air(device, snr_db, count, job.seed) for device in _DEVICES for snr_db in SNRS_DB]
    work = [(each, shape) for each in air for shape in shapes]
    rows = tuple(
        _delay(each) if shape is None else _angle(each, shape) for each, shape in job.each(work)
    )
    return Arrays(run=run, rate_hz=RATE_HZ, goal=GOAL, rows=rows)


@dataclass(frozen=True, slots=True)
class _Air:
    """A device, how loud it is, how many bursts are made, and the seed of noise and channels."""

    device: _Device
    snr_db: float
    count: int
    seed: int

    @property
    def density_dbfs(self) -> float:
        """Noise in one hertz."""
        return -self.snr_db - 10 * math.log10(self.device.width_hz)

    def heard(self, antennas: tuple[Antenna, ...], array: Array | None = None) -> Iterator[Radio]:
        """Give a burst's features again and again, the noise anew each time."""
        emission, radio = self.device.emission, self.device.radio
        samples = math.ceil((emission.stop_s + 0.3e-3) * RATE_HZ)
        senders = [Sender(emission, BEARING_DEG if array else 0.0)]
        clean = ArrayScene(RATE_HZ, samples, TUNED_HZ, antennas, senders).samples()
        level = 10 ** ((self.density_dbfs + 10 * math.log10(RATE_HZ / 2)) / 20)
        chance = np.random.default_rng((self.seed, round(self.snr_db)))
        for _ in range(self.count):
            parts = chance.standard_normal((*clean.shape, 2), dtype=np.float32)
            noise: ComplexArray = np.float32(level) * parts.view(np.complex64)[..., 0]
            arrival = arrival_of(radio, clean + noise, RATE_HZ, TUNED_HZ)
            yield with_arrival(radio, arrival, array)


def _delay(air: _Air) -> ArraysRow:
    pairs = [
        (one.tdoa_ns, one.tdoa_std_ns) for one in air.heard((Antenna(), Antenna(cable_ns=LATE_NS)))
    ]
    bound_ns, whole_ns = (
        1e9 * delay_bound_s(air.device.emission, RATE_HZ, air.density_dbfs, width_hz)
        for width_hz in (air.device.half_width_hz, None)
    )
    return _row(air, ("tdoa_ns", "pair"), _Errors.of(pairs, LATE_NS), bound_ns, whole_ns)


def _angle(air: _Air, shape: str) -> ArraysRow:
    chance = np.random.default_rng(air.seed)
    antennas = tuple(
        Antenna(x * WAVE_M, y * WAVE_M, chance.uniform(-2, 2), chance.uniform(-180, 180))
        for x, y in SHAPES[shape]
    )
    known = Calibration(
        CARRIER_HZ,
        tuple(one.gain_db for one in antennas),
        tuple(one.phase_deg for one in antennas),
        (0.0,) * len(antennas),
    )
    array = Array(Geometry([(one.x_m, one.y_m) for one in antennas]), known)
    pairs = [(one.aoa_deg, one.aoa_std_deg) for one in air.heard(antennas, array)]
    energy = energy_db(air.device.emission, RATE_HZ, air.density_dbfs)
    bound_deg = angle_bound_deg(antennas, BEARING_DEG, CARRIER_HZ, energy)
    return _row(air, ("aoa_deg", shape), _Errors.of(pairs, BEARING_DEG), bound_deg)


@dataclass(frozen=True, slots=True)
class _Errors:
    """How far a feature was off: how often it was there, in the mean, and over what was told."""

    measured: int
    rms: float | None
    normalised: float | None

    @classmethod
    def of(cls, pairs: Sequence[tuple[float | None, float | None]], truth: float) -> _Errors:
        """Sum up values and the standard deviations that were told with them."""
        known = [(at - truth, std) for at, std in pairs if at is not None and std is not None]
        if not known:
            return cls(0, None, None)
        error, told = np.array(known).T
        rms = float(np.sqrt(np.mean(error**2)))
        return cls(len(known), rms, round(float(np.mean((error / told) ** 2)), 3))


def _row(
    air: _Air, case: tuple[str, str], errors: _Errors, bound: float, whole: float | None = None
) -> ArraysRow:
    rms = errors.rms
    feature, antennas = case
    return ArraysRow.model_validate(
        {
            "device": air.device.name,
            "feature": feature,
            "antennas": antennas,
            "snr_db": air.snr_db,
            "bursts": air.count,
            "measured": errors.measured,
            "rms": None if rms is None else float(f"{rms:.4g}"),
            "bound": float(f"{bound:.4g}"),
            "ratio": None if rms is None else round(rms / bound, 3),
            "ratio_whole_band": None if rms is None or whole is None else round(rms / whole, 3),
            "normalised": errors.normalised,
        }
    )
