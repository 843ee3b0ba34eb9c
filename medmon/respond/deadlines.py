"""Alarms and times come in, the alarm whose time comes first goes out.

Each alarm has one deadline at most: when its condition lapses, or when what was counted has to be
told, whichever is first. The list is sorted and has one entry for each open alarm, so it is as
bounded as the board, and equal times come in the order of the keys, whoever asked when.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TypeAlias

Key: TypeAlias = tuple[str, str, str]
"""Policy, protocol and subject of an alarm."""


class Deadlines:
    """The next deadline of each open alarm."""

    def __init__(self) -> None:
        self._sorted: list[tuple[int, Key]] = []
        self._times_ns: dict[Key, int] = {}

    def put(self, key: Key, time_ns: int | None) -> None:
        """Set the deadline of an alarm in place of the one it had.

        Parameters
        ----------
        key : tuple of str
            The alarm.
        time_ns : int or None
            Stream time; None takes its deadline away.
        """
        before_ns = self._times_ns.pop(key, None)
        if before_ns is not None:
            del self._sorted[bisect_left(self._sorted, (before_ns, key))]
        if time_ns is not None:
            self._times_ns[key] = time_ns
            insort(self._sorted, (time_ns, key))

    def until(self, time_ns: int) -> tuple[int, Key] | None:
        """Give the first deadline that is not after a time; it stays.

        Parameters
        ----------
        time_ns : int
            Stream time.

        Returns
        -------
        tuple of int and key, or None
            None if nothing is due by then.
        """
        first = self._sorted[:1]
        return first[0] if first and first[0][0] <= time_ns else None
