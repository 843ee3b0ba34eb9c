"""A soft waveform and the end of a sync word come in, soft chips at the right moments go out.

A clock of a cheap transmitter is wrong by up to some 500 ppm, which moves the last chip of a long
packet by half its length. The chip clock is therefore fitted to the whole packet: of a grid of
rates and phases around the nominal ones, the one wins whose chips fit the words of the line code
best, which is the maximum-likelihood choice for equal-energy words and works at any signal level
at which the packet can be decided.

The packet ends where the chips stop fitting: the mean quality over a few symbols falls under one
half when the carrier stops.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.phy.linecode import bits_each, chips_each, fit
from medmon.phy.sync import Sync
from medmon.records import FloatArray, Modem

CLOCK_ERROR = 700e-6
"""Largest clock error looked for; crystals of these devices stay within 100 ppm, RC-trimmed ones
and the receiver's own add some."""
STEPS = 29
PHASES: npt.NDArray[np.float64] = np.arange(-4, 5, dtype=np.float64) * 0.5
"""Shifts tried, in samples: the sync word's place is good to half a chip at the weakest signal."""
PASSES = 4
LOOK_CHIPS = 12
"""Chips over which the quality is averaged to see the end of the signal."""
END_QUALITY = 0.5


@dataclass(frozen=True, slots=True)
class Clock:
    """When the chips of a packet stand.

    Attributes
    ----------
    start : float
        Index into the soft waveform of the middle of the first chip after the sync word.
    step : float
        Samples from chip to chip.
    """

    start: float
    step: float

    def at(self, chips: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the places of chips; chip 0 is the first after the sync word.

        Parameters
        ----------
        chips : ndarray of float64
            Chip numbers; -0.5 is the edge before the first.

        Returns
        -------
        ndarray of float64
            Indices into the soft waveform.
        """
        return self.start + self.step * chips


def chips_from_sync(
    scaled: FloatArray, sync: Sync, modem: Modem, *, rate_hz: float
) -> tuple[Clock, FloatArray]:
    """Fit the chip clock of a packet and read its chips.

    Parameters
    ----------
    scaled : ndarray of float32, shape (n,)
        Soft waveform, +1 for a full mark, -1 for a full space.
    sync : Sync
        Where the packet begins.
    modem : Modem
        Line code and longest packet.
    rate_hz : float
        Samples a second of the waveform.

    Returns
    -------
    Clock
        The fitted clock.
    ndarray of float32, shape (n_chips,)
        Soft chips, +1 for a full mark, up to the end of the signal, whole symbols.
    """
    step = rate_hz / modem.symbol_rate_hz
    width = chips_each(modem.line_code)
    most = min(modem.max_bits // bits_each(modem.line_code) * width,
               int((scaled.size - 4 - sync.end) / (step * (1 + CLOCK_ERROR))))  # fmt: skip
    most = max(0, most // width) * width
    nominal = clock = Clock(float(sync.end), step)
    count = 0
    # A wrong clock runs out of the packet before its end. What it does read is enough to better
    # it, and the better one reads further, until it reads no further.
    for _ in range(PASSES):
        chips = _read(scaled, clock, most)
        further = _ended(chips, modem)
        if further <= count:
            break
        count = further
        clock = _best(scaled, nominal, count, modem)
    chips = _read(scaled, clock, most)
    return clock, chips[: _ended(chips, modem)]


def _read(scaled: FloatArray, clock: Clock, count: int) -> FloatArray:
    return between(scaled, clock.at(np.arange(count, dtype=np.float64)))


def between(scaled: FloatArray, places: npt.NDArray[np.float64]) -> FloatArray:
    """Interpolate a waveform linearly between its samples.

    Parameters
    ----------
    scaled : ndarray of float32, shape (n,)
        The waveform.
    places : ndarray of float64
        Indices into it; those outside take the nearest sample.

    Returns
    -------
    ndarray of float32
        Values, in the shape of the places.
    """
    left = np.clip(places.astype(np.intp), 0, scaled.size - 2)
    part = (places - left).astype(np.float32)
    return scaled[left] * (1 - part) + scaled[left + 1] * part


def _best(scaled: FloatArray, nominal: Clock, count: int, modem: Modem) -> Clock:
    """Search rate and phase on a grid, then refine each by a parabola through its neighbours."""
    error = np.linspace(-CLOCK_ERROR, CLOCK_ERROR, STEPS, dtype=np.float64)
    rates = np.asarray(nominal.step * (1 + error), dtype=np.float64)
    numbers = np.arange(count, dtype=np.float64)
    places = nominal.start + PHASES[:, None, None] + rates[None, :, None] * numbers
    score = fit(between(scaled, places), modem.line_code).sum(axis=-1)
    phase, rate = np.unravel_index(int(score.argmax()), score.shape)
    return Clock(
        nominal.start + _vertex(PHASES, score[:, rate], int(phase)),
        _vertex(rates, score[phase, :], int(rate)),
    )


def _vertex(x: npt.NDArray[np.float64], y: FloatArray, top: int) -> float:
    """Give the place of the maximum of a parabola through the top and its neighbours."""
    if top in (0, x.size - 1):
        return float(x[top])
    below, peak, above = (float(value) for value in y[top - 1 : top + 2])
    bend = below - 2 * peak + above
    shift = 0.5 * (below - above) / bend if bend < 0 else 0.0
    return float(x[top] + shift * (x[1] - x[0]))


def _ended(chips: FloatArray, modem: Modem) -> int:
    """Count the chips before the signal ends, whole symbols."""
    width = chips_each(modem.line_code)
    quality = fit(chips, modem.line_code)
    look = LOOK_CHIPS // width
    if quality.size < look:
        return 0
    mean = np.convolve(quality, np.ones(look, dtype=np.float32) / look, mode="valid")
    low = np.flatnonzero(mean < END_QUALITY)
    if not low.size:
        return chips.size
    # The end is the change point: one weak symbol before it does not move it.
    first = max(0, int(low[0]) - look)
    gathered = np.cumsum(quality[first : first + 3 * look] - END_QUALITY)
    return (first + int(np.concatenate(([0.0], gathered)).argmax())) * width
