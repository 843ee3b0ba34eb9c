"""Instants come in, complex gains go out: slow Rayleigh and Rician fading.

The scattered part is a sum of sinusoids that arrive from random directions (Clarke's model), so
the gain is a pure function of time and needs no filter state. It is evaluated on a grid of 64
points in one period of the Doppler frequency, aligned with time 0, and interpolated; the grid,
and with it every gain, does not depend on which stretch is asked for.

References
----------
.. [1] Clarke, "A statistical theory of mobile-radio reception", Bell Syst. Tech. J. 47(6), 1968.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_PATHS = 24
_GRID_POINTS_A_PERIOD = 64


@dataclass(frozen=True, slots=True)
class Fading:
    """A path whose gain drifts; its mean power is 1.

    Attributes
    ----------
    doppler_hz : float
        Largest Doppler shift: 0.5 for a person who turns in bed, 3 for one who walks past.
    rician_k_db : float or None
        Power of the steady path over that of the scattered ones; None for Rayleigh (no steady
        path).
    seed : int
        Chooses the directions and phases.

    Raises
    ------
    ValueError
        If the Doppler shift is not positive.
    """

    doppler_hz: float
    rician_k_db: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.doppler_hz <= 0:
            raise ValueError(f"expected a positive Doppler shift, found {self.doppler_hz}")

    def gain(self, time_s: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
        """Evaluate the gain.

        Parameters
        ----------
        time_s : ndarray of float64, shape (n,)
            Instants in rising order, in seconds.

        Returns
        -------
        ndarray of complex128, shape (n,)
            Amplitude gains.
        """
        if time_s.size == 0:
            return np.zeros(0, np.complex128)
        step_s = 1 / (self.doppler_hz * _GRID_POINTS_A_PERIOD)
        first, last = math.floor(time_s[0] / step_s), math.ceil(time_s[-1] / step_s)
        grid_s = np.arange(first, last + 2) * step_s
        scattered = self._scattered(grid_s)
        total = np.interp(time_s, grid_s, scattered)
        if self.rician_k_db is None:
            return total
        ratio = 10 ** (self.rician_k_db / 10)
        return math.sqrt(ratio / (ratio + 1)) + total / math.sqrt(ratio + 1)

    def _scattered(self, grid_s: npt.NDArray[np.float64]) -> npt.NDArray[np.complex128]:
        """Sum of plane waves from random directions, of mean power 1."""
        rng = np.random.default_rng([self.seed, _PATHS])
        # One direction in each sector keeps the spectrum even for a small number of paths.
        sectors = (np.arange(_PATHS) + rng.random(_PATHS)) * (2 * np.pi / _PATHS)
        phases = rng.uniform(0, 2 * np.pi, _PATHS)
        shifts_hz = self.doppler_hz * np.cos(sectors)
        angles = 2 * np.pi * np.outer(grid_s, shifts_hz) + phases
        waves: npt.NDArray[np.complex128] = np.exp(1j * angles).sum(axis=1) / math.sqrt(_PATHS)
        return waves
