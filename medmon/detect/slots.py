"""Two slots and the time between come in; whether one MiniLink sent in both goes out.

Its eight slots go round in 40 minutes. The distances differ from transmitter to transmitter: the
shortest that was seen is 206 s (mmcommander simulator), the longest 387 s (Enlite log). So within
a given time only some numbers of steps are possible; after three quarters of an hour all are.
"""

from __future__ import annotations

import math

SLOTS = 8


def can_follow(before: float, slot: float, interval_s: float, step_s: tuple[float, float]) -> bool:
    """Say whether a sensor can have come from one slot to another.

    Parameters
    ----------
    before, slot : float
        The slots, 0 to 7; any other is impossible.
    interval_s : float
        Time between them, not negative.
    step_s : tuple of float
        Shortest and longest time from one slot to the next.

    Returns
    -------
    bool
        True if a whole number of steps fits.

    Examples
    --------
    >>> can_follow(7, 0, 300.0, (185.0, 410.0)), can_follow(7, 2, 300.0, (185.0, 410.0))
    (True, False)
    """
    if slot not in range(SLOTS):
        return False
    shortest_s, longest_s = (max(1.0, time_s) for time_s in step_s)
    least, most = math.ceil(interval_s / longest_s), math.floor(interval_s / shortest_s)
    # After eight more steps the slots come round again.
    possible = range(least, min(most, least + SLOTS) + 1)
    return any(count % SLOTS == (slot - before) % SLOTS for count in possible)
