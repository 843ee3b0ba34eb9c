"""The blocks of a stream with several antennas come in, the samples of any late stretch go out.

Blocks are kept as they are, without a copy, until nobody can ask for them any more.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from medmon.records import ComplexArray


class Tape:
    """The last samples of all channels, counted from the start of the stream.

    Attributes
    ----------
    oldest_sample : int
        First sample that may be asked for.
    """

    def __init__(self) -> None:
        self.oldest_sample = 0
        self._pieces: deque[tuple[int, ComplexArray]] = deque()
        self._next = 0

    def feed(self, iq: ComplexArray) -> None:
        """Take the next samples.

        Parameters
        ----------
        iq : ndarray of complex64, shape (n_channels, n)
            The samples; nobody may change them afterwards.
        """
        self._pieces.append((self._next, iq))
        self._next += iq.shape[-1]

    def cut(self, start: int, stop: int) -> ComplexArray:
        """Give a stretch.

        Parameters
        ----------
        start, stop : int
            From which sample to which; what is not kept, or did not come yet, is left out.

        Returns
        -------
        ndarray of complex64, shape (n_channels, n)
            The samples.
        """
        start = max(start, self.oldest_sample)
        parts = [
            iq[:, max(0, start - first) : max(0, stop - first)]
            for first, iq in self._pieces
            if first < stop and first + iq.shape[-1] > start
        ]
        return np.concatenate(parts, axis=-1)

    def forget(self, oldest_sample: int) -> None:
        """Drop blocks that nobody needs any more.

        Parameters
        ----------
        oldest_sample : int
            First sample that may still be asked for.
        """
        self.oldest_sample = oldest_sample
        while self._pieces and self._pieces[0][0] + self._pieces[0][1].shape[-1] <= oldest_sample:
            self._pieces.popleft()
