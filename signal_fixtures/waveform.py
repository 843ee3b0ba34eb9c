"""Chips come in, complex baseband goes out: OOK, 2-FSK, GFSK and MSK with exact timing.

A waveform is a function of time, not a list of samples: `Waveform.at` can be asked for any
instants, in any order and any pieces, and always answers the same. Time is counted from the
beginning of chip 0, in seconds, so a burst that starts between two samples, or a sender whose
clock is 37 ppm fast, needs no resampling.

*Edges.* The carrier is switched along raised cosines: half the amplitude is crossed exactly at
the chip boundary, and 10 % to 90 % of the amplitude take `rise_us`. An edge is ``(1 - cos(pi x))
/ 2`` for x from 0 to 1 over its full width; it passes 10 % at ``acos(0.8) / pi`` and 90 % at
``acos(-0.8) / pi``, so the full width is `rise_us` / 0.5903.

*Frequency modulation.* The phase is the closed integral of the frequency, so it is continuous.
With a Gaussian filter of 3 dB bandwidth B and ``BT = B / symbol rate``, each step of the
frequency becomes a normal distribution function of ``sigma = sqrt(ln 2) / (2 pi B)``; the phase
takes its integral ``tau Phi(tau / sigma) + sigma phi(tau / sigma)``. Chip 1 is the higher
frequency.

References
----------
.. [1] Murota and Hirade, "GMSK modulation for digital mobile radio telephony", IEEE Trans.
   Commun. 29(7), 1981, pages 1044-1050: the Gaussian filter and its BT.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from medmon.records import ComplexArray

ChipArray: TypeAlias = npt.NDArray[np.uint8]
Seconds: TypeAlias = npt.NDArray[np.float64]

_EDGE_PART_10_TO_90 = (math.acos(-0.8) - math.acos(0.8)) / math.pi
_GAUSS_REACH_SIGMA = 7.0  # beyond it the filtered step differs by less than 1e-12


@dataclass(frozen=True, slots=True)
class Keying:
    """How a sender puts chips on its carrier.

    Attributes
    ----------
    modulation : str
        "ook" switches the carrier, "fsk" shifts it (GFSK with `gaussian_bt`; MSK with a deviation
        of a quarter of the symbol rate).
    symbol_rate_hz : float
        Chips a second as sent; an error of the sender's clock belongs in here.
    deviation_hz : float
        Peak frequency deviation; unused by OOK.
    gaussian_bt : float or None
        Bandwidth-time product of the Gaussian filter, None for hard frequency steps.
    rise_us : float
        Time from 10 % to 90 % of the amplitude when the carrier is switched. The full edge
        must fit into one chip.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """

    modulation: Literal["ook", "fsk"]
    symbol_rate_hz: float
    deviation_hz: float = 0.0
    gaussian_bt: float | None = None
    rise_us: float = 4.0

    def __post_init__(self) -> None:
        if self.symbol_rate_hz <= 0 or self.deviation_hz < 0 or self.rise_us < 0:
            raise ValueError(f"expected a positive rate and no negative widths, found {self}")
        if self.gaussian_bt is not None and self.gaussian_bt <= 0:
            raise ValueError(f"expected a positive gaussian_bt, found {self.gaussian_bt}")
        if self.edge_s * self.symbol_rate_hz > 1:
            raise ValueError(
                f"a rise of {self.rise_us} us takes {self.edge_s * 1e6:.1f} us from foot to top, "
                f"longer than a chip at {self.symbol_rate_hz} Hz"
            )

    @property
    def edge_s(self) -> float:
        """Full width of an edge, in seconds."""
        return self.rise_us * 1e-6 / _EDGE_PART_10_TO_90


def ook(symbol_rate_hz: float, *, rise_us: float = 4.0) -> Keying:
    """Describe on-off keying.

    Parameters
    ----------
    symbol_rate_hz : float
        Chips a second.
    rise_us : float
        Time from 10 % to 90 % of the amplitude.

    Returns
    -------
    Keying
        The description.
    """
    return Keying("ook", symbol_rate_hz, rise_us=rise_us)


def fsk(
    symbol_rate_hz: float,
    deviation_hz: float,
    *,
    gaussian_bt: float | None = None,
    rise_us: float = 4.0,
) -> Keying:
    """Describe two-frequency shift keying with continuous phase.

    Parameters
    ----------
    symbol_rate_hz : float
        Chips a second.
    deviation_hz : float
        Distance of each of the two frequencies from the carrier.
    gaussian_bt : float or None
        Bandwidth-time product of the Gaussian filter (0.5 in Bluetooth LE), None for none.
    rise_us : float
        Time from 10 % to 90 % of the amplitude at the ends of the burst.

    Returns
    -------
    Keying
        The description.
    """
    return Keying("fsk", symbol_rate_hz, deviation_hz, gaussian_bt, rise_us)


def msk(symbol_rate_hz: float, *, rise_us: float = 4.0) -> Keying:
    """Describe minimum shift keying: the phase turns a quarter of a circle in each chip.

    Parameters
    ----------
    symbol_rate_hz : float
        Chips a second.
    rise_us : float
        Time from 10 % to 90 % of the amplitude at the ends of the burst.

    Returns
    -------
    Keying
        The description.
    """
    return Keying("fsk", symbol_rate_hz, symbol_rate_hz / 4, None, rise_us)


class Waveform:
    """One burst as a function of time; the carrier's on-amplitude is 1.

    Parameters
    ----------
    chips : ndarray of uint8, shape (n_chips,)
        Zeros and ones, first on the air first; at least one.
    keying : Keying
        How they are sent.

    Attributes
    ----------
    keying : Keying
        How the chips are sent.
    duration_s : float
        From the beginning of chip 0 to the end of the last chip.
    margin_s : float
        How far the first and the last edge reach beyond those two instants.

    Raises
    ------
    ValueError
        If the chips are not a flat array of zeros and ones.
    """

    def __init__(self, chips: ChipArray, keying: Keying) -> None:
        if chips.ndim != 1 or chips.size == 0 or chips.max() > 1:
            raise ValueError("expected a flat, non-empty array of chips 0 and 1")
        self.keying = keying
        self.duration_s = chips.size / keying.symbol_rate_hz
        self.margin_s = keying.edge_s / 2
        self._chips = chips

    def at(self, time_s: Seconds) -> npt.NDArray[np.complex128]:
        """Evaluate the burst, its carrier at 0 Hz and phase 0 where chip 0 begins.

        Parameters
        ----------
        time_s : ndarray of float64, shape (n,)
            Instants, in seconds after the beginning of chip 0.

        Returns
        -------
        ndarray of complex128, shape (n,)
            The burst at these instants; zero where it is silent.
        """
        # Positions in chips: everything below is in units of one chip.
        position = np.asarray(time_s, dtype=np.float64) * self.keying.symbol_rate_hz
        if self.keying.modulation == "ook":
            return self._envelope(position, self._chips).astype(np.complex128)
        amplitude = self._envelope(
            position / self._chips.size, np.ones(1, np.uint8), scale=self._chips.size
        )
        burst: npt.NDArray[np.complex128] = amplitude * np.exp(1j * self._phase(position))
        return burst

    def _envelope(self, position: Seconds, levels: ChipArray, *, scale: int = 1) -> Seconds:
        """Amplitude along levels that last `scale` chips each; silence before and after."""
        padded = np.concatenate(([0], levels, [0])).astype(np.float64)
        boundary = np.clip(np.rint(position), 0, levels.size)
        nearest = boundary.astype(np.int64)
        width = self.keying.edge_s * self.keying.symbol_rate_hz / scale
        distance = position - boundary
        before, after = padded[nearest], padded[nearest + 1]
        if width == 0.0:
            return np.where(distance < 0, before, after)
        edge = 0.5 - 0.5 * np.cos(np.pi * np.clip(distance / width + 0.5, 0.0, 1.0))
        amplitude: Seconds = before + (after - before) * edge
        return amplitude

    def _phase(self, position: Seconds) -> Seconds:
        """Phase in radians: the integral of the frequency from the beginning of chip 0."""
        signs = 2.0 * self._chips.astype(np.float64) - 1.0
        turned = np.concatenate(([0.0], np.cumsum(signs)))
        chip = np.clip(np.floor(position), 0, signs.size - 1).astype(np.int64)
        angle: Seconds = turned[chip] + signs[chip] * (position - chip)
        if self.keying.gaussian_bt is not None:
            angle = angle + self._smoothing(position, signs, self.keying.gaussian_bt)
        radians_a_chip = 2 * np.pi * self.keying.deviation_hz / self.keying.symbol_rate_hz
        phase: Seconds = radians_a_chip * angle
        return phase

    def _smoothing(self, position: Seconds, signs: Seconds, bandwidth_time: float) -> Seconds:
        """Sum, over the boundaries close by, what the Gaussian filter adds to the integral."""
        sigma = math.sqrt(math.log(2)) / (2 * math.pi * bandwidth_time)
        reach = math.ceil(_GAUSS_REACH_SIGMA * sigma) + 1
        steps = np.zeros(signs.size + 1)
        steps[1:-1] = np.diff(signs)
        nearest = np.rint(position).astype(np.int64)
        total = np.zeros_like(position)
        for neighbour in range(-reach, reach + 1):
            boundary = nearest + neighbour
            inside = (boundary >= 0) & (boundary <= signs.size)
            step = np.where(inside, steps[np.clip(boundary, 0, signs.size)], 0.0)
            tau = position - boundary
            bell = np.exp(-0.5 * (tau / sigma) ** 2) / math.sqrt(2 * math.pi)
            total += step * (tau * ndtr(tau / sigma) + sigma * bell - np.maximum(tau, 0.0))
        return total


def modulate(
    chips: ChipArray,
    keying: Keying,
    rate_hz: float,
    *,
    offset_hz: float = 0.0,
    start_fraction: float = 0.0,
    phase_rad: float = 0.0,
) -> ComplexArray:
    """Sample one burst from the first sample to where its last edge has died away.

    Parameters
    ----------
    chips : ndarray of uint8, shape (n_chips,)
        Zeros and ones, first on the air first.
    keying : Keying
        How they are sent.
    rate_hz : float
        Samples a second.
    offset_hz : float
        Carrier frequency in the baseband.
    start_fraction : float
        Chip 0 begins this many samples after sample 0, and an OOK burst that opens with a 1, or
        any FSK burst, crosses half its amplitude there. It may be larger than 1; with less than
        ``margin_s * rate_hz`` the foot of the first edge lies before sample 0 and is cut off.
    phase_rad : float
        Carrier phase where chip 0 begins.

    Returns
    -------
    ndarray of complex64, shape (n,)
        Samples; the on-amplitude is 1.0.

    Raises
    ------
    ValueError
        If the sample rate is not positive.
    """
    if rate_hz <= 0:
        raise ValueError(f"expected a positive sample rate, found {rate_hz}")
    wave = Waveform(chips, keying)
    last_s = wave.duration_s + wave.margin_s
    count = math.ceil(start_fraction + last_s * rate_hz) + 1
    time_s = (np.arange(count, dtype=np.float64) - start_fraction) / rate_hz
    carrier = np.exp(1j * (2 * np.pi * offset_hz * time_s + phase_rad))
    samples: ComplexArray = (wave.at(time_s) * carrier).astype(np.complex64)
    return samples
