"""The bins of a burst come in, how much later it arrived at one antenna than at another goes out.

A delay turns the phase of the cross-spectrum of two channels in proportion to the frequency; the
delay is its slope over the band of the burst. The phase itself says nothing: it holds the carrier's
phase, which repeats every period of the carrier, and what the two receivers add to it. Gains and
phases of the channels may be anything; their clock must be the same.

What was sent need not be known. The estimate is the maximum of

    | sum over k of  W[k] conj(X0[k]) X1[k] exp(2j pi f[k] delay) |

with the weights of Hannan and Thomson, ``W = r / (1 + 2 r)`` for a signal-to-noise ratio of r in a
bin, which is the maximum of the likelihood of a signal of known spectrum in two equal noises
[1]_. The ratio is measured around each bin after a first pass with equal weights; the bin itself
is left out, or chance agreement would be taken for signal.

The skirts of a keyed carrier, weak as they are, tell most about its delay. They are used as far as
they show, step by step outwards; a skirt that rises again is another sender's, and ends the walk.

The error follows from the noise, which is what the two channels do not have in common; so echoes
that differ between the antennas count as noise. The bounds are derived in
docs/explanation/antennas.md.

References
----------
.. [1] Knapp and Carter, "The generalized correlation method for estimation of time delay", IEEE
   Trans. Acoust., Speech, Signal Process. 24(4), 1976, pages 320-327.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.phy.array.bins import Bins, Reals, Spectra

DELAY_MAX_S = 50e-6
"""Longest delay looked for: light goes 15 km in it."""
BINS_MIN = 32
"""Fewer bins than this have no slope that could be told from chance."""
COHERENT = 12.0
"""Over this, the length of the sum of K unit phasors, squared and over K, is no chance: one in
160,000 for one delay (it is exponential), and there are about a dozen different ones."""
OVERSAMPLING = 4
PASSES = 4
STEPS_MAX = 8
"""Steps of one symbol rate that skirts are followed beyond the passband."""
SHOWING = 2.5
"""Standard errors that the agreement of phases in a step of a skirt must stand out by."""
NEAR_SYMBOLS = 1 / 16
"""Width in symbol rates over which a strong spectrum is averaged; a weak one is over one."""
NEAR_BINS_MIN = 9
_TINY = 1e-300
SILENT = 1e-12
"""Channels that agree to rounding have no less noise than this part of their power."""


@dataclass(frozen=True, slots=True)
class Delay:
    """How much later a burst arrived at one antenna than at another.

    Attributes
    ----------
    delay_s : float
        Positive when it is later.
    std_s : float
        Standard deviation of its error.
    """

    delay_s: float
    std_s: float


@dataclass(frozen=True, slots=True, eq=False)
class _Cross:
    """The cross-spectrum of two channels of equal level, and their mean power."""

    spectrum: Spectra
    powers: Reals
    offsets_hz: Reals
    step_hz: float

    def aligned(self, delay_s: float, weights: Reals) -> Spectra:
        """Take a delay off, and the phase that is left on average."""
        turned = self.spectrum * np.exp(2j * np.pi * self.offsets_hz * delay_s)
        whole = np.sum(weights * turned)
        aligned: Spectra = turned * np.conj(whole) / max(abs(whole), _TINY)
        return aligned

    def noise(self, aligned: Spectra, inside: Reals) -> float:
        """Give the mean power that the channels do not have in common."""
        total, left = (
            float(np.sum(inside * spectrum))
            for spectrum in (self.powers, self.powers - aligned.real)
        )
        return max(left, SILENT * total, _TINY) / float(np.sum(inside))


def delay_between(bins: Bins, channel: int, half_width_hz: float, pitch_hz: float) -> Delay | None:
    """Estimate how much later a burst arrived at one channel than at channel 0.

    Parameters
    ----------
    bins : Bins
        Of the burst, as far as its skirts may be followed.
    channel : int
        Which channel.
    half_width_hz : float
        Half the passband of the burst.
    pitch_hz : float
        Its symbol rate, or any width over which its spectrum changes little.

    Returns
    -------
    Delay or None
        None where the channels have nothing in common, or the burst is too short or too narrow.
    """
    inside = (np.abs(bins.offsets_hz) <= half_width_hz).astype(np.float64)
    if inside.sum() < BINS_MIN:
        return None
    cross = _cross(bins, channel, inside)
    rough_s = _refined(cross, inside, _coarse_s(cross, inside))
    aligned = cross.aligned(rough_s, inside)
    if _agreement(aligned[inside > 0]) < COHERENT:
        return None
    noise = cross.noise(aligned, inside)
    reach = _reach(cross, aligned, half_width_hz, pitch_hz)
    weights = reach * _weights(aligned.real / noise, pitch_hz / cross.step_hz)
    delay_s = _refined(cross, weights, rough_s)
    std_s = _std_s(cross, weights, delay_s, noise)
    return Delay(delay_s, std_s) if abs(delay_s) <= DELAY_MAX_S and np.isfinite(std_s) else None


def _cross(bins: Bins, channel: int, inside: Reals) -> _Cross:
    """Bring two channels to one level and multiply them."""
    pair = bins.spectra[[0, channel]]
    powers = np.abs(pair) ** 2
    levels = np.maximum(powers @ inside / np.sum(inside), _TINY)
    spectrum = np.conj(pair[0]) * pair[1] / np.sqrt(levels[0] * levels[1])
    return _Cross(spectrum, (powers / levels[:, None]).mean(0), bins.offsets_hz, bins.step_hz)


def _coarse_s(cross: _Cross, weights: Reals) -> float:
    """Find the highest peak of the correlation."""
    places = np.rint((cross.offsets_hz - cross.offsets_hz[0]) / cross.step_hz).astype(np.int64)
    padded = np.zeros(OVERSAMPLING * (int(places[-1]) + 1), np.complex128)
    padded[places] = weights * cross.spectrum
    delays_s = np.fft.fftfreq(padded.size, cross.step_hz)
    height = np.abs(np.fft.ifft(padded))
    height[np.abs(delays_s) > DELAY_MAX_S] = 0.0
    return float(delays_s[int(np.argmax(height))])


def _refined(cross: _Cross, weights: Reals, delay_s: float) -> float:
    """Climb to the top of a peak, by Newton's steps on the phases."""
    for _ in range(PASSES):
        aligned = cross.aligned(delay_s, weights)
        centred, curvature = _slope(cross, weights, aligned)
        if curvature <= 0:
            return delay_s
        delay_s -= float(np.sum(weights * centred * aligned.imag)) / curvature
    return delay_s


def _slope(cross: _Cross, weights: Reals, aligned: Spectra) -> tuple[Reals, float]:
    """Give what the phase of each bin changes by in a second of delay, and the curvature."""
    power = weights * aligned.real
    middle_hz = np.sum(power * cross.offsets_hz) / max(np.sum(power), _TINY)
    centred = 2 * np.pi * (cross.offsets_hz - middle_hz)
    return centred, float(np.sum(power * centred**2))


def _std_s(cross: _Cross, weights: Reals, delay_s: float, noise: float) -> float:
    """Tell the error that noise makes.

    The imaginary part of a bin whose channels have the power ``P = S + N`` has half of the
    variance ``2 S N + N^2``. The powers are those measured: scatter of the phases themselves
    would say the same, but where a few lines hold most of a spectrum it is a matter of luck.
    """
    aligned = cross.aligned(delay_s, weights)
    centred, curvature = _slope(cross, weights, aligned)
    if curvature <= 0:
        return float("inf")
    variance = np.maximum(2 * cross.powers * noise - noise**2, 0.0) / 2
    return float(np.sqrt(np.sum((weights * centred) ** 2 * variance))) / curvature


def _agreement(aligned: Spectra) -> float:
    """Give the length of the sum of the unit phasors, squared and over their number."""
    return float(np.abs(np.sum(_units(aligned))) ** 2) / aligned.size


def _units(aligned: Spectra) -> Spectra:
    return aligned / np.maximum(np.abs(aligned), _TINY)


def _weights(ratio: Reals, pitch_bins: float) -> Reals:
    """Weigh each bin by the signal-to-noise ratio of its neighbours.

    A strong spectrum is followed closely; of a weak one only the mean over a symbol rate can be
    told from chance, and the closer look counts as much as it is better than chance.
    """
    near = max(NEAR_BINS_MIN, round(pitch_bins * NEAR_SYMBOLS))
    wide = max(near, round(pitch_bins))
    about, local = _around(ratio, wide), _around(ratio, near)
    chance = 0.5 + np.maximum(about, 0.0)
    square = np.maximum(about * np.abs(about) - chance / wide, 0.0)
    about = np.sqrt(square)
    sure = square / (square + chance / near)
    mixed = np.maximum(about + sure * (local - about), 0.0)
    return mixed / (1.0 + 2.0 * mixed)


def _around(values: Reals, count: int) -> Reals:
    """Average over the neighbours of each bin, itself left out; fewer at the ends."""
    sums = np.concatenate((np.zeros(1), np.cumsum(values)))
    at = np.arange(values.size)
    low, high = np.maximum(at - count // 2, 0), np.minimum(at + count // 2 + 1, values.size)
    means: Reals = (sums[high] - sums[low] - values) / (high - low - 1)
    return means


def _reach(cross: _Cross, aligned: Spectra, half_width_hz: float, pitch_hz: float) -> Reals:
    """Mark the bins of the passband, and of the skirts on either side as far as they show."""
    marked = np.abs(cross.offsets_hz) <= half_width_hz
    for side in (-1, 1):
        outwards = side * cross.offsets_hz
        last = (outwards > half_width_hz - pitch_hz) & (outwards <= half_width_hz)
        for step in range(STEPS_MAX):
            low_hz = half_width_hz + step * pitch_hz
            here = (outwards > low_hz) & (outwards <= low_hz + pitch_hz)
            if not _goes_on(cross, aligned, last, here):
                break
            marked |= here
            last = here
    return marked.astype(np.float64)


def _goes_on(
    cross: _Cross, aligned: Spectra, last: npt.NDArray[np.bool_], here: npt.NDArray[np.bool_]
) -> bool:
    """Tell whether a step of a skirt shows, and is no louder than the one before it."""
    if not here.any() or not last.any():
        return False
    agreement = np.sum(_units(aligned[here]).real)
    is_louder = cross.powers[here].mean() > cross.powers[last].mean()
    return bool(agreement > SHOWING * np.sqrt(np.sum(here) / 2) and not is_louder)
