"""A burst and its noise come in, the smallest error that any receiver can have goes out.

These are Cramer-Rao bounds of a waveform that nobody knows, derived in
docs/explanation/antennas.md. They are computed from the noiseless burst, so they judge estimators
without knowing one. With ``S[k]`` the bins of the burst, ``f[k]`` their frequencies and ``s2`` the
noise power a bin in every channel:

    var(delay) >= s2 / sum (2 pi)^2 (f[k] - mean)^2 |S[k]|^2
    var(angle) >= s2 / (2 sum |S[k]|^2  sum over m of g[m]^2 (p'[m] - mean)^2)

where ``p'[m]`` is how fast the phase of antenna m turns with the angle, and means are weighted with
power: of the spectrum in the first, of the gains ``g[m]`` in the second line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from signal_fixtures.antennas import LIGHT_M_PER_S, Antenna
from signal_fixtures.emission import Emission


def delay_bound_s(
    emission: Emission, rate_hz: float, density_dbfs: float, half_width_hz: float | None = None
) -> float:
    """Bound the error of a delay between two channels of equal level and noise.

    Parameters
    ----------
    emission : Emission
        The burst.
    rate_hz : float
        Samples a second.
    density_dbfs : float
        Noise power in one hertz, in each channel.
    half_width_hz : float or None
        Only what is so near to the carrier may be used; None allows the whole band.

    Returns
    -------
    float
        Standard deviation, in seconds.
    """
    burst = _rendered(emission, rate_hz)
    power = np.abs(np.fft.fft(burst)) ** 2 / burst.size
    offsets_hz = np.fft.fftfreq(burst.size, 1 / rate_hz)
    if half_width_hz is not None:
        power = power * (np.abs(offsets_hz - emission.offset_hz) <= half_width_hz)
    mean_hz = np.sum(power * offsets_hz) / np.sum(power)
    spread = np.sum((2 * np.pi * (offsets_hz - mean_hz)) ** 2 * power)
    return math.sqrt(10 ** (density_dbfs / 10) * rate_hz / spread)


def angle_bound_deg(
    antennas: Sequence[Antenna], bearing_deg: float, freq_hz: float, energy_db: float
) -> float:
    """Bound the error of the angle of arrival at a calibrated array.

    Parameters
    ----------
    antennas : sequence of Antenna
        Where they stand, and their gains.
    bearing_deg : float
        Where the sender is.
    freq_hz : float
        Carrier frequency.
    energy_db : float
        Energy of the burst over the noise in one hertz, at an antenna of gain 1; see `energy_db`.

    Returns
    -------
    float
        Standard deviation, in degrees.
    """
    angle = math.radians(bearing_deg)
    turning = np.array(
        [one.x_m * math.cos(angle) - one.y_m * math.sin(angle) for one in antennas]
    ) * (2 * np.pi * freq_hz / LIGHT_M_PER_S)
    gain = np.array([10 ** (one.gain_db / 10) for one in antennas])
    spread = np.sum(gain * (turning - np.sum(gain * turning) / np.sum(gain)) ** 2)
    return math.degrees(1 / math.sqrt(2 * 10 ** (energy_db / 10) * spread))


def energy_db(emission: Emission, rate_hz: float, density_dbfs: float) -> float:
    """Give the energy of a burst over the noise in one hertz.

    Parameters
    ----------
    emission : Emission
        The burst.
    rate_hz : float
        Samples a second.
    density_dbfs : float
        Noise power in one hertz.

    Returns
    -------
    float
        The ratio, in dB.
    """
    energy = float(np.sum(np.abs(_rendered(emission, rate_hz)) ** 2)) / rate_hz
    return 10 * math.log10(energy) - density_dbfs


def _rendered(emission: Emission, rate_hz: float) -> np.typing.NDArray[np.complex128]:
    start_s, stop_s = emission.reach_s
    count = math.ceil((stop_s - start_s) * rate_hz) + 2
    return emission.at(start_s + np.arange(count) / rate_hz)
