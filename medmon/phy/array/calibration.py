"""Bursts of a sender whose direction is known come in, what the receiver does to a wave goes out.

Cables, filters and oscillators give each channel a gain, a phase and a delay of its own. A burst
from a known direction shows them: what is left when the phases and delays that the geometry
explains are taken off. Several bursts are averaged, so the error falls with their energy.

The phases belong to the frequency they were measured at: a cable that is a metre longer turns them
by 1.8 degrees a megahertz. At another frequency the delays are used to correct them, and the error
of the delays becomes one of the phases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from medmon.phy.array.aoa import Response
from medmon.phy.array.bins import Bins, Reals, Spectra
from medmon.phy.array.geometry import LIGHT_M_PER_S, Geometry
from medmon.phy.array.tdoa import Delay

DEAD = 1e-6
"""Gain of a channel that hears nothing: -120 dB, because no file has a word for minus infinity."""
_TINY = 1e-300


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """A burst of a sender whose direction is known.

    Attributes
    ----------
    bins : Bins
        Its passband.
    freq_hz : float
        Its carrier frequency.
    delays : tuple of Delay or None
        How much later it arrived at each channel than at channel 0, channel 0 left out; None where
        that could not be told.
    """

    bins: Bins
    freq_hz: float
    delays: tuple[Delay | None, ...]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a receiver does to a wave on its way in, each channel relative to channel 0.

    Attributes
    ----------
    freq_hz : float
        Frequency at which it was measured.
    gains_db : tuple of float
        Gain of each channel.
    phases_deg : tuple of float
        Phase of each channel, positive where it is ahead.
    delays_ns : tuple of float
        Delay of each channel.
    phase_std_deg : float
        Standard deviation of the error of a channel's phase.
    delay_std_ns : float
        Standard deviation of the error of a delay, the largest of them.
    """

    freq_hz: float
    gains_db: tuple[float, ...]
    phases_deg: tuple[float, ...]
    delays_ns: tuple[float, ...]
    phase_std_deg: float = 0.0
    delay_std_ns: float = 0.0

    def response(self, freq_hz: float) -> Response:
        """Give gains and phases at a frequency.

        Parameters
        ----------
        freq_hz : float
            Carrier of a burst.

        Returns
        -------
        Response
            As the estimator of directions takes it.
        """
        turn_per_s = 2 * np.pi * (freq_hz - self.freq_hz)
        late_s = 1e-9 * np.asarray(self.delays_ns, dtype=np.float64)
        phases = np.radians(np.asarray(self.phases_deg, dtype=np.float64)) - turn_per_s * late_s
        gains = 10 ** (np.asarray(self.gains_db, dtype=np.float64) / 20)
        std_rad = np.hypot(np.radians(self.phase_std_deg), turn_per_s * 1e-9 * self.delay_std_ns)
        return Response(gains * np.exp(1j * phases), float(std_rad))


def calibration_from_references(
    references: Sequence[Reference], geometry: Geometry, angle_deg: float
) -> Calibration:
    """Measure what a receiver does, by bursts from one known direction.

    Parameters
    ----------
    references : sequence of Reference
        The bursts, at least one; close to each other in frequency.
    geometry : Geometry
        Where the antennas stand.
    angle_deg : float
        Where the bursts came from, as `medmon.phy.array.geometry` counts it.

    Returns
    -------
    Calibration
        For bursts near their frequency.
    """
    ahead_m = geometry.ahead_m(np.array([geometry.parameter(angle_deg)]))[0][:, 0]
    delays_s, delay_std_s = _delays(references, ahead_m)
    weights = np.array([np.sum(np.abs(one.bins.spectra) ** 2) for one in references])
    freqs_hz = np.array([one.freq_hz for one in references])
    freq_hz = float(np.sum(weights * freqs_hz) / np.sum(weights))
    seen = np.concatenate([_seen(one, ahead_m, delays_s, freq_hz) for one in references], axis=-1)
    powers, vectors = np.linalg.eigh(seen @ np.conj(seen.T) / seen.shape[-1])
    gains = vectors[:, -1] / vectors[0, -1]
    noise = max(float(powers[:-1].mean()), _TINY)
    signal = max(float(powers[-1]) - noise, _TINY) / geometry.count
    return Calibration(
        freq_hz=freq_hz,
        gains_db=_plain(20 * np.log10(np.maximum(np.abs(gains), DEAD))),
        phases_deg=_plain(np.degrees(np.angle(gains))),
        delays_ns=_plain(1e9 * delays_s),
        phase_std_deg=float(np.degrees(np.sqrt(noise / (2 * seen.shape[-1] * signal)))),
        delay_std_ns=1e9 * delay_std_s,
    )


def _seen(reference: Reference, ahead_m: Reals, delays_s: Reals, freq_hz: float) -> Spectra:
    """Take off what the geometry explains, and what the delays turn away from a frequency."""
    wave = 2 * np.pi * reference.freq_hz / LIGHT_M_PER_S * ahead_m[:, None]
    off_hz = reference.freq_hz - freq_hz + reference.bins.offsets_hz
    turned: Spectra = np.exp(-1j * wave + 2j * np.pi * delays_s[:, None] * off_hz)
    return turned * reference.bins.spectra


def _delays(references: Sequence[Reference], ahead_m: Reals) -> tuple[Reals, float]:
    """Average the delays that the geometry does not explain, by their precision."""
    way_s = (ahead_m[0] - ahead_m) / LIGHT_M_PER_S
    delays_s, stds_s = np.zeros(ahead_m.size), np.zeros(ahead_m.size)
    for channel in range(1, ahead_m.size):
        heard = [one.delays[channel - 1] for one in references]
        known = [delay for delay in heard if delay is not None]
        precision = np.array([delay.std_s**-2 for delay in known])
        measured = np.array([delay.delay_s for delay in known])
        if known:
            delays_s[channel] = np.sum(precision * measured) / precision.sum() - way_s[channel]
            stds_s[channel] = precision.sum() ** -0.5
    return delays_s, float(stds_s.max())


def _plain(values: Reals) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
