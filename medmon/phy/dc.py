"""Samples come in, the same samples without the receiver's own carrier go out.

A direct-conversion receiver adds a constant to every sample, a line at the tuned frequency that
would drown a device beside it and fill the gaps of an on-off keyed one. The constant is the
median over rows of half a millisecond, then the median over the latest chunks, so that bursts at
the tuned frequency do not move it; and nothing is taken off before it has been seen for half a
second, because in a short recording a burst may be all there is.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from medmon.records import ComplexArray

MEMORY_CHUNKS = 32
SETTLED_CHUNKS = 16
FOLDS = 8
"""Divides the samples of a row."""


class DcBlock:
    """Takes the constant part of a stream away.

    Parameters
    ----------
    row_samples : int
        Samples in a row, a multiple of `FOLDS`.
    """

    def __init__(self, row_samples: int) -> None:
        self._row = row_samples
        self._seen: deque[np.complex64] = deque(maxlen=MEMORY_CHUNKS)

    def feed(self, iq: ComplexArray) -> ComplexArray:
        """Clean one chunk.

        Parameters
        ----------
        iq : ndarray of complex64, shape (n_rows * row_samples,)
            The chunk; its memory is used for the result.

        Returns
        -------
        ndarray of complex64, shape (n_rows * row_samples,)
            The chunk less the constant, or unchanged as long as that is not known.
        """
        # Columns first: adding up long contiguous rows is ten times as fast as short ones.
        columns = iq.reshape(-1, FOLDS, self._row // FOLDS).sum(axis=1)
        rows = columns.mean(axis=1) / FOLDS
        self._seen.append(_middle(rows))
        if len(self._seen) < SETTLED_CHUNKS:
            return iq
        return np.subtract(iq, _middle(np.array(self._seen, dtype=np.complex64)), out=iq)


def _middle(values: ComplexArray) -> np.complex64:
    """Give the middle of the real and of the imaginary parts.

    For a few dozen values a sort costs a tenth of `numpy.median`, and the mean of the two middle
    ones is no better than one of them.
    """
    place = values.size // 2
    return np.complex64(complex(np.sort(values.real)[place], np.sort(values.imag)[place]))
