"""Doses come in, each with the time over which it flows; the most in any window to come goes out.

A bolus flows in no time, a temporary basal rate over hours. A window of some length slides over
them. Only windows that end now or later matter, since the earlier ones were looked at before; and
none that ends more than one length from now holds anything of what was given until now.

The amount in the window is a line with kinks and steps: a rate that enters at one edge makes it
rise, one that leaves at the other makes it fall, a bolus that leaves makes a step down. So the
largest amount stands at a kink or just before a step, and those are all that is looked at.

Three units at once, and then 2 IU/h for three hours, looked at when the rate begins; in seconds
and with a window of two hours:

>>> most_iu([Flow(0, 0, 3.0), Flow(3600, 14400, 6.0)], 3600, 7200)
5.0

After one hour at that rate the bolus is two hours old and leaves: 3 + 2 IU.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


class Flow(NamedTuple):
    """An amount of insulin, given evenly from one moment to another.

    Attributes
    ----------
    begin_ns, end_ns : int
        When; the same for a bolus.
    amount_iu : float
        How much in all.
    """

    begin_ns: int
    end_ns: int
    amount_iu: float

    @property
    def iu_per_ns(self) -> float:
        """The rate; 0 for a bolus."""
        length_ns = self.end_ns - self.begin_ns
        return self.amount_iu / length_ns if length_ns > 0 else 0.0

    def until_iu(self, time_ns: int) -> float:
        """Return what has been given up to a moment, that moment included.

        Parameters
        ----------
        time_ns : int
            The moment.

        Returns
        -------
        float
            From 0 to the whole amount.
        """
        if time_ns >= self.end_ns:
            return self.amount_iu
        return max(0, time_ns - self.begin_ns) * self.iu_per_ns

    def cut(self, time_ns: int) -> Flow:
        """Stop it at a moment.

        Parameters
        ----------
        time_ns : int
            The moment.

        Returns
        -------
        Flow
            With what has been given by then.
        """
        end_ns = max(self.begin_ns, min(self.end_ns, time_ns))
        return Flow(self.begin_ns, end_ns, self.until_iu(time_ns))

    def since(self, time_ns: int) -> Flow:
        """Forget what was given up to a moment.

        Parameters
        ----------
        time_ns : int
            The moment.

        Returns
        -------
        Flow
            With what is given after it.
        """
        begin_ns = min(max(self.begin_ns, time_ns), self.end_ns)
        return Flow(begin_ns, self.end_ns, self.amount_iu - self.until_iu(time_ns))


def most_iu(flows: Sequence[Flow], now_ns: int, window_ns: int) -> float:
    """Return the most insulin in any window that ends between now and one window from now.

    Parameters
    ----------
    flows : sequence of Flow
        What was ordered; none begins later than now.
    now_ns : int
        Now.
    window_ns : int
        Length of the window. What was given exactly that long ago is outside.

    Returns
    -------
    float
        Amount, if nothing else is ordered.
    """
    amount_iu = math.fsum(
        flow.until_iu(now_ns) - flow.until_iu(now_ns - window_ns) for flow in flows
    )
    most, last_ns, slope = amount_iu, now_ns, 0.0
    for time_ns, bend, step_iu in sorted(_bends(flows, now_ns, window_ns)):
        amount_iu += slope * (time_ns - last_ns)
        most = max(most, amount_iu)
        amount_iu += step_iu
        slope += bend
        last_ns = time_ns
    return most


def _bends(flows: Sequence[Flow], now_ns: int, window_ns: int) -> list[tuple[int, float, float]]:
    """List when the amount in the window changes its slope, or falls by a step, and by how much."""
    bends: list[tuple[int, float, float]] = []
    for flow in flows:
        if flow.end_ns <= flow.begin_ns:
            # One that is as old as the window is outside already.
            if flow.begin_ns + window_ns > now_ns:
                bends.append((flow.begin_ns + window_ns, 0.0, -flow.amount_iu))
            continue
        rate = flow.iu_per_ns
        # What began to flow before now, or to leave, does so from now on.
        bends += [
            (max(now_ns, flow.begin_ns), rate, 0.0),
            (max(now_ns, flow.end_ns), -rate, 0.0),
            (max(now_ns, flow.begin_ns + window_ns), -rate, 0.0),
            (max(now_ns, flow.end_ns + window_ns), rate, 0.0),
        ]
    return [bend for bend in bends if now_ns <= bend[0] <= now_ns + window_ns]
