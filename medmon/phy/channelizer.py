"""Samples come in, the power of every narrow channel goes out, one row each half millisecond.

A narrow-band packet may lie far below the noise of the whole band, so nothing is ever judged on
the wide envelope: a weighted overlap-add filter bank (Crochiere and Rabiner, Multirate Digital
Signal Processing, 1983, section 7.3) splits the band into channels of about 16 kHz, which is the
chip rate of the slowest pump. Its prototype is a Hann window two channel periods long, so that a
channel two places away is suppressed by more than 60 dB.

The chain is cut into chunks of a fixed number of samples counted from the start of the stream,
whatever the blocks of the source were: the same arithmetic is done on the same arrays for any
block size, and the result is the same to the last bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from medmon.kernels import FilterBank, Rows, Samples, centred
from medmon.records import ComplexArray, FloatArray

CHANNEL_HZ = 16_000.0
"""Width of a channel aimed at; the real width is the rate over a power of two."""
FRAMES_A_SLOT = 8
SLOTS_A_CHUNK = 64
MIN_CHANNELS = 4
NO_DC = np.complex64(0)


@dataclass(frozen=True, slots=True)
class Grid:
    """The time-frequency grid that a sample rate leads to.

    Attributes
    ----------
    rate_hz : float
        Sample rate.
    channels : int
        Number of channels, a power of two.
    """

    rate_hz: float
    channels: int

    @classmethod
    def for_rate(cls, rate_hz: float) -> Grid:
        """Choose the number of channels so that one is about 16 kHz wide.

        Parameters
        ----------
        rate_hz : float
            Sample rate, above zero.

        Returns
        -------
        Grid
            The grid.
        """
        exponent = max(0, round(float(np.log2(rate_hz / CHANNEL_HZ))))
        return cls(rate_hz, max(MIN_CHANNELS, 1 << exponent))

    @property
    def channel_hz(self) -> float:
        """Distance of two channels in hertz."""
        return self.rate_hz / self.channels

    @property
    def slot_samples(self) -> int:
        """Samples in one row of powers."""
        return self.channels * FRAMES_A_SLOT

    @property
    def chunk_samples(self) -> int:
        """Samples that are worked on at a time."""
        return self.slot_samples * SLOTS_A_CHUNK

    @property
    def slot_s(self) -> float:
        """Length of one row in seconds."""
        return self.slot_samples / self.rate_hz

    def slots(self, seconds: float) -> int:
        """Give the number of rows that cover a time, at least one.

        Parameters
        ----------
        seconds : float
            The time.

        Returns
        -------
        int
            Rows, rounded up.
        """
        return max(1, math.ceil(seconds / self.slot_s))

    def offset_hz(self, channel: float) -> float:
        """Give the centre of a channel, relative to the tuned frequency.

        Parameters
        ----------
        channel : float
            Channel number, 0 at the lower end of the band; fractions are allowed.

        Returns
        -------
        float
            Offset in hertz.
        """
        return (channel - self.channels // 2) * self.channel_hz


def prototype(channels: int) -> FloatArray:
    """Give the window of the filter bank, two channel periods long.

    Parameters
    ----------
    channels : int
        Number of channels.

    Returns
    -------
    ndarray of float32, shape (2 * channels,)
        White noise of power s shows s / channels in each channel, and channel 0 is at the lower
        edge of the band.
    """
    window = np.sin(np.pi * (np.arange(2 * channels) + 0.5) / (2 * channels)) ** 2
    window /= np.sqrt(channels * np.sum(window**2))
    # A frequency shift by half the band inside the window puts channel 0 at the lower edge.
    window *= np.where(np.arange(2 * channels) % 2, -1.0, 1.0)
    return window.astype(np.float32)


class Channelizer:
    """Filter bank over a stream of consecutive samples.

    Parameters
    ----------
    grid : Grid
        Rate and number of channels.
    """

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._bank = FilterBank(prototype(grid.channels))
        self._carry: ComplexArray = np.zeros(grid.channels, dtype=np.complex64)

    def prime(self, before: ComplexArray) -> None:
        """Go on at another place of the stream.

        Parameters
        ----------
        before : ndarray of complex64, shape (channels,)
            The samples just before those that will be fed next.
        """
        self._carry = before

    def feed(
        self,
        samples: Samples,
        dc: np.complex64 = NO_DC,
        out: FloatArray | None = None,
        *,
        skip: int = 0,
    ) -> FloatArray:
        """Measure the channel powers of the next samples.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes, n_slots * slot_samples of them
            Consecutive samples, a whole number of slots and at least one.
        dc : complex64
            Constant that is taken off every sample.
        out : ndarray of float32, shape (n_slots - skip, channels), or None
            Contiguous memory for the answer; None takes new memory.
        skip : int
            Slots at the beginning that are not measured; the first that is reaches back into them.

        Returns
        -------
        ndarray of float32, shape (n_slots - skip, channels)
            Mean power in each channel, channel 0 at the lower edge of the band; white noise of
            power 1.0 shows 1 / channels. Each row reaches one channel period back.
        """
        slot, channels = self._grid.slot_samples, self._grid.channels
        slots = len(samples) // slot
        if out is None:
            out = np.empty((slots - skip, channels), dtype=np.float32)
        rest = out
        if not skip:
            # Only the first row reaches back; of the others nothing is copied.
            reached: ComplexArray = np.empty(channels + slot, dtype=np.complex64)
            reached[:channels] = self._carry
            centred(samples[:slot], dc, reached[channels:])
            self._bank.row_powers(reached, 0, self._rows(1, 0), out[:1])
            skip, rest = 1, out[1:]
        others = self._rows(slots - skip, skip * slot - channels)
        self._bank.row_powers(samples, complex(dc), others, rest)
        self._carry = np.empty(channels, dtype=np.complex64)
        centred(samples[slots * slot - channels :], dc, self._carry)
        return out

    def _rows(self, count: int, start: int) -> Rows:
        grid = self._grid
        return Rows(count, start, grid.slot_samples, each=FRAMES_A_SLOT, hop=grid.channels)
