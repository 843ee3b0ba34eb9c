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


class DcBlock:
    """Takes the constant part of a stream away.

    Parameters
    ----------
    row_samples : int
        Samples in a row.
    """

    def __init__(self, row_samples: int) -> None:
        self._row = row_samples
        self._seen: deque[complex] = deque(maxlen=MEMORY_CHUNKS)

    def feed(self, iq: ComplexArray) -> ComplexArray:
        """Clean one chunk.

        Parameters
        ----------
        iq : ndarray of complex64, shape (n_rows * row_samples,)
            The chunk.

        Returns
        -------
        ndarray of complex64, shape (n_rows * row_samples,)
            The chunk less the constant, or unchanged as long as that is not known.
        """
        rows = iq.reshape(-1, self._row).mean(axis=1)
        self._seen.append(complex(np.median(rows.real), np.median(rows.imag)))
        if len(self._seen) < SETTLED_CHUNKS:
            return iq
        seen = np.array(self._seen)
        return iq - np.complex64(complex(np.median(seen.real), np.median(seen.imag)))
