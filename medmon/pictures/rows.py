"""Blocks and gaps come in, a bounded number of averaged power spectra goes out.

Nobody knows the length of a stream beforehand. So spectra are averaged into rows of one frame
each, and whenever there are `ROWS_MAX` of them, neighbours are averaged in pairs and a row stands
for twice the time. Memory is flat, and the result does not depend on how samples are cut into
blocks, but for the last bits of sums.

A frame is a Hann window over some 0.25 ms; frames do not overlap, which loses a little of what
falls between two windows and halves the work.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medmon.records import Block, ComplexArray, FloatArray, Gap

ROWS_MAX = 1024
"""Rows at most; at the end of a long stream there are between half of it and all of it."""
BIN_HZ = 4_000.0
"""Width of a bin aimed at: a quarter of the slowest pump's symbol rate."""
BINS = (64, 1024)
"""Fewest and most bins of a spectrum."""
LOWEST_DBFS = -200.0
"""Level of digital silence, which has no logarithm."""


class PowerRows:
    """Averages a stream into rows of power.

    Parameters
    ----------
    rate_hz : float
        Sample rate.

    Attributes
    ----------
    rate_hz : float
        Sample rate.
    bins : int
        Bins of a row, a power of two.
    """

    def __init__(self, rate_hz: float) -> None:
        self.rate_hz = rate_hz
        exponent = round(float(np.log2(max(rate_hz / BIN_HZ, 1.0))))
        self.bins = min(max(1 << exponent, BINS[0]), BINS[1])
        window = np.hanning(self.bins)
        self._window = (window / np.sqrt(self.bins * np.sum(window**2))).astype(np.float32)
        self._sums: npt.NDArray[np.float64] = np.zeros((ROWS_MAX, self.bins))
        self._counts: npt.NDArray[np.int64] = np.zeros(ROWS_MAX, dtype=np.int64)
        self._row_samples = self.bins
        self._first: int | None = None
        self._next = 0
        self._carry: ComplexArray = np.empty(0, dtype=np.complex64)

    @property
    def seconds(self) -> float:
        """Time that the rows cover."""
        return self._used() * self._row_samples / self.rate_hz

    def feed(self, item: Block | Gap) -> None:
        """Take the next samples, or the news that some are missing.

        Parameters
        ----------
        item : Block or Gap
            In the order of the stream; of several antennas the first one counts.
        """
        if self._first is None:
            self._first = self._next = item.span.sample_start
        if item.span.sample_start != self._next or isinstance(item, Gap):
            self._carry = self._carry[:0]
        self._next = item.span.sample_start + item.span.sample_count
        if isinstance(item, Gap):
            return
        iq = np.concatenate((self._carry, item.iq[0]))
        whole = iq.size // self.bins * self.bins
        self._carry = iq[whole:].copy()
        if whole:
            frames = iq[:whole].reshape(-1, self.bins)
            self._add(frames, self._next - iq.size - self._first)

    def power_dbfs(self) -> FloatArray:
        """Give the rows so far.

        Returns
        -------
        ndarray of float32, shape (n_rows, bins)
            Mean power of each bin in dBFS, lowest frequency first; white noise of power 1.0 shows
            1 / bins. NaN where samples are missing.
        """
        used = self._used()
        counts = self._counts[:used, None]
        mean = np.full((used, self.bins), np.nan)
        np.divide(self._sums[:used], counts, out=mean, where=counts > 0)
        floor = 10 ** (LOWEST_DBFS / 10)
        return np.asarray(10 * np.log10(np.maximum(mean, floor)), dtype=np.float32)

    def _used(self) -> int:
        filled = np.flatnonzero(self._counts)
        return int(filled[-1]) + 1 if filled.size else 0

    def _add(self, frames: ComplexArray, start: int) -> None:
        spectra = np.fft.fftshift(np.fft.fft(frames * self._window, axis=1), axes=1)
        power = spectra.real.astype(np.float64) ** 2 + spectra.imag.astype(np.float64) ** 2
        starts = start + np.arange(len(frames)) * self.bins
        while starts[-1] // self._row_samples >= ROWS_MAX:
            self._halve()
        rows = starts // self._row_samples
        np.add.at(self._sums, rows, power)
        np.add.at(self._counts, rows, 1)

    def _halve(self) -> None:
        """Join neighbours, so that a row stands for twice the time."""
        half = ROWS_MAX // 2
        self._sums[:half] = self._sums[0::2] + self._sums[1::2]
        self._counts[:half] = self._counts[0::2] + self._counts[1::2]
        self._sums[half:] = 0.0
        self._counts[half:] = 0
        self._row_samples *= 2
