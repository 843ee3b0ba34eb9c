"""The bins of a burst and a calibrated array come in, the direction it came from goes out.

One sender at a time stands in the narrow band of a burst. For one sender in white noise, equal in
all channels, the maximum of the likelihood is that of the beam

    J(angle) = sum over k of  | b(angle)^H x[k] |^2 ,   b = response * exp(j phase(angle)) ,

whatever was sent. No estimator has a smaller error where the signal is well above the noise, and
MUSIC [1]_, which needs the number of senders to be known, comes near it. The maximum is looked for
on a grid, and climbed by Newton's steps.

Other directions whose beam is as high, within what noise may do, make the angle ambiguous; with
antennas more than half a wavelength apart there are such, and with any two antennas near the two
ends of their line. The result says so.

The error follows from the noise, which is what a plane wave does not explain, and from the error of
the calibration. The bounds are derived in docs/explanation/antennas.md.

References
----------
.. [1] Stoica and Nehorai, "MUSIC, maximum likelihood, and Cramer-Rao bound", IEEE Trans. Acoust.,
   Speech, Signal Process. 37(5), 1989, pages 720-741.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from medmon.phy.array.bins import Bins, Reals, Spectra
from medmon.phy.array.geometry import LIGHT_M_PER_S, Geometry

EXTENT_MAX_WAVELENGTHS = 50.0
"""Antennas farther apart see so many lobes that no angle is meant; their delays tell more."""
STD_MAX_DEG = 30.0
"""An angle that may be off by more is not told."""
BINS_MIN = 8
PASSES = 6
AS_GOOD = 25.0
"""Twice the difference of the log-likelihood below which two directions are not told apart: of one
true and one false lobe noise picks the false one less than once in a million beyond it."""
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a burst came from.

    Attributes
    ----------
    angle_deg : float
        As `medmon.phy.array.geometry` counts it.
    std_deg : float
        Standard deviation of its error, that of the calibration included.
    others_deg : tuple of float
        Directions that explain the burst as well; empty when the angle is unambiguous.
    """

    angle_deg: float
    std_deg: float
    others_deg: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """What the receiver does to a wave on its way in.

    Attributes
    ----------
    gains : ndarray of complex128, shape (n_channels,)
        Gain and phase of each channel, relative to channel 0.
    std_rad : float
        Standard deviation of each channel's phase.
    """

    gains: Spectra
    std_rad: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Beam:
    """Beams over all directions for what was received at one frequency."""

    covariance: Spectra
    response: Response
    geometry: Geometry
    freq_hz: float

    def steering(self, parameter: Reals) -> tuple[Spectra, Spectra, Spectra]:
        """Give what a plane wave does to each channel, and two derivatives by the direction."""
        per_metre = 2 * np.pi * self.freq_hz / LIGHT_M_PER_S
        phase, first, second = (per_metre * way for way in self.geometry.ahead_m(parameter))
        wave = self.response.gains[:, None] * np.exp(1j * phase)
        return wave, 1j * first * wave, (1j * second - first**2) * wave

    def height(self, parameter: Reals) -> Reals:
        """Give the power of the beams."""
        wave, _, _ = self.steering(parameter)
        return _form(wave, self.covariance, wave)

    def slope(self, parameter: float) -> tuple[float, float]:
        """Give the first and second derivative of a beam's power."""
        wave, first, second = self.steering(np.array([parameter]))
        slope = 2 * _form(first, self.covariance, wave)
        bend = _form(second, self.covariance, wave) + _form(first, self.covariance, first)
        return float(slope[0]), 2 * float(bend[0])


def direction(
    bins: Bins, geometry: Geometry, response: Response, freq_hz: float
) -> Direction | None:
    """Estimate where a burst came from.

    Parameters
    ----------
    bins : Bins
        Of the burst's passband.
    geometry : Geometry
        Where the antennas stand.
    response : Response
        What the receiver does.
    freq_hz : float
        Carrier frequency on the air.

    Returns
    -------
    Direction or None
        None where the antennas are too far apart, or the angle could be anywhere.
    """
    count = bins.spectra.shape[-1]
    wavelengths = geometry.extent_m * freq_hz / LIGHT_M_PER_S
    if count < BINS_MIN or wavelengths > EXTENT_MAX_WAVELENGTHS:
        return None
    covariance = bins.spectra @ np.conj(bins.spectra.T) / count
    beam = _Beam(covariance, response, geometry, freq_hz)
    peaks = [_climbed(beam, place) for place in _peaks(beam)]
    heights = beam.height(np.array(peaks))
    best = peaks[int(np.argmax(heights))]
    size = float(np.sum(np.abs(response.gains) ** 2))
    power = float(heights.max()) / size
    noise = max((float(np.trace(covariance).real) - power) / (geometry.count - 1), _TINY)
    std_deg = _std_deg(beam, best, (power, noise), count)
    if not std_deg < STD_MAX_DEG:
        return None
    as_good = 2 * count * (heights.max() - heights) / size < AS_GOOD * noise
    others = (peaks[at] for at in np.flatnonzero(as_good) if peaks[at] != best)
    return Direction(
        geometry.angle_deg(best), std_deg, tuple(sorted(geometry.angle_deg(at) for at in others))
    )


def _form(left: Spectra, covariance: Spectra, right: Spectra) -> Reals:
    """Give the real part of left^H C right, column by column."""
    form: Reals = np.einsum("mn,mk,kn->n", np.conj(left), covariance, right).real
    return form


def _peaks(beam: _Beam) -> list[float]:
    """Find the directions on the grid that are higher than their neighbours."""
    grid = beam.geometry.grid(beam.freq_hz)
    height = beam.height(grid)
    if beam.geometry.is_line:
        height = np.concatenate(([-np.inf], height, [-np.inf]))
    else:
        height = np.concatenate((height[-1:], height, height[:1]))
    is_peak = (height[1:-1] >= height[:-2]) & (height[1:-1] > height[2:])
    return [float(place) for place in grid[is_peak]]


def _climbed(beam: _Beam, parameter: float) -> float:
    """Climb from the grid to the top of a beam; the ends of a line are as far as it goes."""
    for _ in range(PASSES):
        slope, bend = beam.slope(parameter)
        if bend >= 0:
            break
        parameter -= slope / bend
        if beam.geometry.is_line:
            parameter = min(max(parameter, -1.0), 1.0)
    return parameter


def _std_deg(beam: _Beam, parameter: float, levels: tuple[float, float], count: int) -> float:
    """Tell the error that noise and calibration make.

    The levels are the power of the beam, noise included, and of the noise in one channel.
    """
    power, noise = levels
    _, first, _ = beam.geometry.ahead_m(np.array([parameter]))
    turning = 2 * np.pi * beam.freq_hz / LIGHT_M_PER_S * first[:, 0]
    share = np.abs(beam.response.gains) ** 2
    share /= share.sum()
    turning = turning - np.sum(share * turning)
    information = float(np.sum(share * turning**2))
    if information <= 0:
        return float("inf")
    # The power in place of the signal: the bound of a waveform that nobody knows.
    signal = max(power - noise, _TINY)
    std = np.sqrt(noise * power / (2 * count * signal**2 * information))
    calibration = beam.response.std_rad * np.sqrt(np.sum((share * turning) ** 2)) / information
    return _degrees(beam.geometry, parameter, float(np.hypot(std, calibration)))


def _degrees(geometry: Geometry, parameter: float, std: float) -> float:
    """Turn an error of the parameter into degrees, at the ends of a line as far as it reaches."""
    middle, *ends = (geometry.angle_deg(at) for at in (parameter, parameter - std, parameter + std))
    if geometry.is_line:
        return max(abs(end - middle) for end in ends)
    return float(np.degrees(std))
