"""A sample index comes in, the UTC time of that sample goes out, exact for any length of recording.

Time is ``start + index / rate``, counted in integers: the rate is taken as the exact fraction that
the float is, so an index never meets a rounded period and nothing drifts, not after months at a
rate such as 2.4 MS/s / 7. The result is rounded down to whole nanoseconds.
"""

from __future__ import annotations

from math import gcd

LAST_NS = 2**63 - 1
"""Latest time that fits the 64-bit integers of stores and arrays: April 2262."""


class Timeline:
    """When the samples of one recording were taken.

    Parameters
    ----------
    start_ns : int
        UTC time of sample 0, in nanoseconds since 1970.
    rate_hz : float
        Samples a second, finite and above 0.

    Examples
    --------
    >>> Timeline(start_ns=0, rate_hz=3.0).time_ns(10**12 + 1)
    333333333333666666666
    """

    __slots__ = ("_period_denominator", "_period_numerator", "_start_ns")

    def __init__(self, *, start_ns: int, rate_hz: float) -> None:
        samples, seconds = float(rate_hz).as_integer_ratio()
        common = gcd(samples, seconds * 1_000_000_000)
        self._start_ns = start_ns
        self._period_numerator = seconds * 1_000_000_000 // common
        self._period_denominator = samples // common

    def time_ns(self, index: int) -> int:
        """Tell when a sample was taken.

        Parameters
        ----------
        index : int
            Index of the sample, counted from the start of the recording, lost ones included.

        Returns
        -------
        int
            UTC nanoseconds since 1970, rounded down.
        """
        return self._start_ns + index * self._period_numerator // self._period_denominator

    def index_at(self, time_ns: int) -> int:
        """Tell which sample is the last one taken at or before a time.

        Parameters
        ----------
        time_ns : int
            UTC nanoseconds since 1970.

        Returns
        -------
        int
            Its index; negative before the start.
        """
        # The time of a sample is rounded down, so it stands for the whole nanosecond after it.
        passed = (time_ns + 1 - self._start_ns) * self._period_denominator
        return -(-passed // self._period_numerator) - 1
