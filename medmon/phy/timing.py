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

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from medmon.kernels import clock_chips, clock_scores, last_fit
from medmon.phy.linecode import bits_each, chips_each, code_words
from medmon.phy.sync import Sync
from medmon.records import FloatArray, Modem

CLOCK_ERROR = 700e-6
"""Largest clock error looked for; crystals of these devices stay within 100 ppm, RC-trimmed ones
and the receiver's own add some."""
SLIP = 1.5
"""Samples between neighbouring rates at the last chip, in the coarse grid."""
PHASES: npt.NDArray[np.float64] = np.arange(-2, 3, dtype=np.float64)
"""Shifts tried, in samples: the sync word's place is good to half a chip at the weakest signal."""
NEAR: npt.NDArray[np.float64] = np.linspace(-1.0, 1.0, 5)
"""The finer grid, in steps of the coarse one."""
PASSES = 4
FURTHER = 1.05
"""A clock that reads no more than this beyond what it was fitted to needs no new fit."""
LOOK_CHIPS = 24
"""Chips over which the quality is averaged to see the end of the signal: at the weakest signal half
as many fall under the limit by chance in one packet of ten."""
END_QUALITY = 0.5
SHORT_PART = 0.25
"""Packets are whole bytes. Where so little of the last one is missing, its last bits were weak."""


def _quadratic() -> npt.NDArray[np.float64]:
    """Give the matrix that makes the six numbers of a quadratic of a grid of five by five."""
    x, y = (axis.ravel() for axis in np.meshgrid(NEAR, NEAR, indexing="ij"))
    return np.linalg.pinv(np.stack((np.ones(x.size), x, y, x * x, x * y, y * y), axis=1))


QUADRATIC = _quadratic()


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
    chips, further = _read(scaled, clock, most, modem)
    count, apart = 0, 0.0
    # A wrong clock runs out of the packet before its end. What it does read is enough to better
    # it, and the better one reads further, until it reads no further.
    for _ in range(PASSES):
        if further <= FURTHER * count:
            break
        count = further
        clock, apart = _coarse(scaled, nominal, count, modem)
        chips, further = _read(scaled, clock, most, modem)
    if count:
        clock = _fine(scaled, clock, apart, count, modem)
        chips, further = _read(scaled, clock, most, modem)
    return clock, chips[: _whole_bytes(further, modem)]


def _read(scaled: FloatArray, clock: Clock, most: int, modem: Modem) -> tuple[FloatArray, int]:
    """Read chips, and count those before the signal ends."""
    width = chips_each(modem.line_code)
    chips, quality = clock_chips(
        scaled, clock.start, clock.step, code_words(modem.line_code), most // width
    )
    return chips, last_fit(quality, LOOK_CHIPS // width, END_QUALITY) * width


def _coarse(scaled: FloatArray, nominal: Clock, count: int, modem: Modem) -> tuple[Clock, float]:
    """Search rate and phase on a coarse grid; give the best and how far its rates are apart."""
    steps = max(1, math.ceil(CLOCK_ERROR * nominal.step * count / SLIP))
    rates = nominal.step * _errors(steps)
    phase, rate, _ = _searched(scaled, nominal.start + PHASES, rates, count, modem)
    return Clock(phase, rate), float(rates[1] - rates[0])


@lru_cache(maxsize=32)
def _errors(steps: int) -> npt.NDArray[np.float64]:
    """Give the rates of a coarse grid over the nominal one."""
    errors: npt.NDArray[np.float64] = 1 + CLOCK_ERROR * np.arange(-steps, steps + 1) / steps
    errors.flags.writeable = False
    return errors


def _fine(scaled: FloatArray, near: Clock, apart: float, count: int, modem: Modem) -> Clock:
    """Search rate and phase around the best of the coarse grid.

    As far as its neighbours: a phase half a step off can be made up for by a wrong rate.
    """
    phases, rates = near.start + NEAR, near.step + NEAR * apart
    _, _, score = _searched(scaled, phases, rates, count, modem)
    return Clock(*_summit(phases, rates, score))


def _searched(
    scaled: FloatArray,
    phases: npt.NDArray[np.float64],
    rates: npt.NDArray[np.float64],
    count: int,
    modem: Modem,
) -> tuple[float, float, FloatArray]:
    """Find the clock of a grid whose chips fit the line code best."""
    symbols = count // chips_each(modem.line_code)
    score = clock_scores(scaled, phases, rates, code_words(modem.line_code), symbols)
    phase, rate = divmod(int(score.argmax()), rates.size)
    return float(phases[phase]), float(rates[rate]), score


def _summit(
    phases: npt.NDArray[np.float64], rates: npt.NDArray[np.float64], score: FloatArray
) -> tuple[float, float]:
    """Give the summit of the quadratic that fits a grid of five by five best, within the grid."""
    _, by_phase, by_rate, bend_phase, twist, bend_rate = (QUADRATIC @ score.ravel()).tolist()
    top = divmod(int(score.argmax()), NEAR.size)
    place = [number / 2 - 1.0 for number in top]
    bends = 4 * bend_phase * bend_rate - twist**2
    if bend_phase < 0 and bends > 0:  # a summit, no saddle and no valley
        by = (
            (twist * by_rate - 2 * bend_rate * by_phase) / bends,
            (twist * by_phase - 2 * bend_phase * by_rate) / bends,
        )
        place = [min(max(part, -1.0), 1.0) for part in by]
    steps = (phases[-1] - phases[0]) / 2, (rates[-1] - rates[0]) / 2
    return float(phases[2] + place[0] * steps[0]), float(rates[2] + place[1] * steps[1])


def _whole_bytes(count: int, modem: Modem) -> int:
    """Add the last symbols of a byte that is all there but for a quarter."""
    each = 8 * chips_each(modem.line_code) // bits_each(modem.line_code)
    missing = -count % each
    return count + missing if missing <= SHORT_PART * each else count
