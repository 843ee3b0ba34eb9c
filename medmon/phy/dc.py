"""Samples come in, the receiver's own carrier goes out.

A direct-conversion receiver adds a constant to every sample, a line at the tuned frequency that
would drown a device beside it and fill the gaps of an on-off keyed one. The constant is the
median over rows of half a millisecond, of which a quarter is looked at, then the median over the
latest looks, so that bursts at the tuned frequency do not move it.

A recording shorter than 16 chunks (0.36 to 0.72 s, by the rate) may hold nothing but a burst at the
tuned frequency. There the constant is believed only if the quiet rows agree on it as well as their
noise allows: a keyed carrier moves from row to row, the receiver's own does not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np

from medmon.kernels import Samples, beginnings, row_means
from medmon.phy.middle import median
from medmon.records import ComplexArray

MEMORY_LOOKS = 16
SETTLED_CHUNKS = 16
LOOK_CHUNKS = 4
"""One chunk in so many is looked at, once the beginning was: a carrier of the receiver's own moves
with its temperature."""
PART = 4
"""Of each row one sample in so many is looked at, all from its beginning."""
AGREEMENT = 3.0
"""Largest spread of the quiet rows of a short recording, over that of noise."""


class DcEstimate:
    """Follows the constant part of a stream.

    Parameters
    ----------
    row_samples : int
        Samples in a row, a multiple of `PART`.
    """

    def __init__(self, row_samples: int) -> None:
        self._row = row_samples
        self._chunks = 0
        self._value = np.complex64(0)
        self._seen: deque[np.complex64] = deque(maxlen=MEMORY_LOOKS)

    def feed(self, samples: Samples) -> np.complex64:
        """Look at one chunk.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes, n_rows * row_samples of them
            The chunk.

        Returns
        -------
        complex64
            What has to be taken off its samples.
        """
        if self._chunks < SETTLED_CHUNKS or self._chunks % LOOK_CHUNKS == 0:
            self._seen.append(_middle(row_means(samples, self._row, self._row // PART)))
            self._value = _middle(np.array(self._seen, dtype=np.complex64))
        self._chunks += 1
        return self._value

    def start(self, chunks: Sequence[Samples]) -> np.complex64:
        """Look at the beginning of a stream.

        Parameters
        ----------
        chunks : sequence of ndarray of complex64 or Codes
            Its first `SETTLED_CHUNKS` chunks, or fewer when there are no more.

        Returns
        -------
        complex64
            What has to be taken off their samples; zero where that cannot be told.
        """
        for chunk in chunks:
            found = self.feed(chunk)
        if len(self._seen) >= SETTLED_CHUNKS:
            return found
        rows = np.concatenate([beginnings(chunk, self._row, self._row // PART) for chunk in chunks])
        means, powers = rows.mean(axis=1), rows.var(axis=1)
        quiet = powers <= median(powers)
        value = _middle(means[quiet])
        spread = median(np.abs(means[quiet] - value))
        noise = float(np.sqrt(median(powers[quiet]) / rows.shape[1]))
        return value if spread <= AGREEMENT * noise else np.complex64(0)


def _middle(values: ComplexArray) -> np.complex64:
    """Give the middle of the real and of the imaginary parts.

    For a few dozen values a sort costs a tenth of `numpy.median`, and the mean of the two middle
    ones is no better than one of them.
    """
    place = values.size // 2
    return np.complex64(complex(np.sort(values.real)[place], np.sort(values.imag)[place]))
