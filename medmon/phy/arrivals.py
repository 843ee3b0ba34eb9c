"""Samples come in as they arrive, the channels in which somebody is on the air go out.

The last samples of a stream are kept, so that what has just begun can be listened to. In rows of
the filter bank, four at a time, the channels stand out in which somebody is on the air (`peaks`).
"""

from __future__ import annotations

import numpy as np

from medmon.kernels import FilterBank, Rows, Samples, converted
from medmon.phy.activity import ROWS
from medmon.phy.baseband import Place
from medmon.phy.channelizer import FRAMES_A_SLOT, Grid, prototype
from medmon.phy.peaks import peaks
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray, FloatArray

PAIR = 0.1
"""The weaker of two tones has this part of the stronger one's power in its loudest channel: they
are on the air for equal times, and one may stand between two channels."""
KEPT_S = 64e-3
"""So much is kept at least: a pump's longest packet and what is before it last 58 ms."""


class Arrivals:
    """The last samples of a stream, as far as they have arrived.

    Parameters
    ----------
    grid : Grid
        Time-frequency grid.

    Attributes
    ----------
    stop : int
        Samples that have arrived since the start of the stream.
    is_ready : bool
        Whether the floor is known.
    """

    def __init__(self, grid: Grid) -> None:
        self.stop = 0
        self.is_ready = False
        self._grid = grid
        self._bank = FilterBank(prototype(grid.channels))
        self._kept = kept_samples(grid.rate_hz)
        # What is kept never lies where it is moved to.
        room = 2 * self._kept + grid.chunk_samples
        self._iq: ComplexArray = np.zeros(room, dtype=np.complex64)
        self._first = 0
        self._dc = np.complex64(0)
        self._floor: FloatArray = np.ones(grid.channels, dtype=np.float32)
        self._excess: FloatArray = np.ones(grid.channels, dtype=np.float32)

    def know(self, dc: np.complex64, floor: FloatArray) -> None:
        """Take what is known of the receiver and its surroundings.

        Parameters
        ----------
        dc : complex64
            The receiver's own carrier.
        floor : ndarray of float32, shape (channels,)
            Noise floor of each channel.
        """
        self._dc, self._floor, self.is_ready = dc, floor, True

    def put(self, samples: Samples) -> None:
        """Take the next samples; `KEPT_S` before them are kept.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes
            At most a chunk.
        """
        count, kept = len(samples), self._kept
        if self.stop + count - self._first > self._iq.size:
            begin = self.stop - self._first - kept
            self._iq[:kept] = self._iq[begin : begin + kept]
            self._first += begin
        place = self.stop - self._first
        self._iq[place : place + count] = converted(samples)
        self.stop += count

    def loud(self, row: int) -> list[tuple[int, float]]:
        """See who is on the air in some rows.

        Parameters
        ----------
        row : int
            The first of `ROWS` rows that have arrived, counted from the start of the stream.

        Returns
        -------
        list of (int, float)
            Channels, and their power over the floor; the loudest first.
        """
        grid = self._grid
        first, stop = row * grid.slot_samples, (row + ROWS) * grid.slot_samples
        every = Rows(ROWS, 0, grid.slot_samples, each=FRAMES_A_SLOT, hop=grid.channels)
        # A row reaches one channel period back.
        samples = self._cut(first - grid.channels, stop)
        power = self._bank.row_powers(samples, complex(self._dc), every)
        self._excess = np.add.reduce(power, axis=0) / (ROWS * self._floor)
        return peaks(self._excess)

    def is_pair(self, channel: int, apart_hz: float) -> bool:
        """Tell whether the tone in a channel may be one of two.

        Parameters
        ----------
        channel : int
            A loud channel of the rows that were looked at last.
        apart_hz : float
            How far the other tone is away.

        Returns
        -------
        bool
            Whether there is a tone of like power on one of its sides.
        """
        near = int(apart_hz / self._grid.channel_hz)
        apart = np.arange(max(1, near - 1), near + 3)
        sides = np.concatenate((channel - apart, channel + apart))
        inside = sides[(sides >= 0) & (sides < self._excess.size)]
        other = float(self._excess[inside].max(initial=0.0))
        return other > PAIR * float(self._excess[channel])

    def density(self, offset_hz: float) -> float:
        """Give the noise power in one hertz around a frequency.

        Parameters
        ----------
        offset_hz : float
            The frequency, relative to the tuned one.

        Returns
        -------
        float
            Power over hertz.
        """
        channel = round(offset_hz / self._grid.channel_hz) + self._grid.channels // 2
        near = self._floor[max(0, channel - 1) : max(0, channel) + 2]
        return float(near.mean()) / self._grid.channel_hz

    def tuner(self, place: Place, silence: int) -> tuple[Tuner, Place]:
        """Make a time ready to be tuned to, the receiver's own carrier taken off.

        Parameters
        ----------
        place : Place
            Its stop has arrived.
        silence : int
            Samples of silence behind it, into which filters may reach.

        Returns
        -------
        Tuner
            The time, as far as its samples are kept.
        Place
            The place with the silence.
        """
        start = max(int(place.start_sample), self._first)
        heard = self._cut(start, int(place.stop_sample)) - self._dc
        iq = np.concatenate((heard, np.zeros(silence, dtype=np.complex64)))
        longer = Place(place.offset_hz, place.reach_hz, start, place.stop_sample + silence)
        return Tuner(iq, start, self._grid.rate_hz), longer

    def _cut(self, start: int, stop: int) -> ComplexArray:
        return self._iq[max(0, start - self._first) : stop - self._first]


def kept_samples(rate_hz: float) -> int:
    """Count the samples that are kept before the latest ones.

    Parameters
    ----------
    rate_hz : float
        Sample rate.

    Returns
    -------
    int
        `KEPT_S` of them.
    """
    return int(np.ceil(KEPT_S * rate_hz))
