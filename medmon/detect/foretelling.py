"""Verdicts on headings come in and wait; what their packets said decides which of them stand.

A verdict on a heading is given before the packet is over, and is *early*. When the whole
transmission leads the same policy to a verdict about the same device, that one *confirms* it, and
both are one occurrence. Where that does not happen within `WAIT_NS`, the early verdict is
*withdrawn*: the packet was damaged, or jammed, or said something else in the end. So after
`WAIT_NS` every verdict is the one that whole transmissions led to, and headings only made it
sooner.

A failed check alone withdraws nothing: most packets are sent several times, and one copy that was
damaged does not mean that the next ones are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medmon.records import Finding, Transmission, Verdict

WAIT_NS = 4_000_000_000
"""Longer than it takes until a packet is a transmission: protocols wait two seconds for the copies
of one, and as long for those that were there before it."""
MARGIN_NS = 100_000_000
"""A heading is complete up to so long after its transmission began: a preamble may last 80 ms."""
OPEN_MAX = 256
"""Early verdicts that may wait; what comes on top of them is judged when its packets are over."""


class Foretelling:
    """The early verdicts that wait for their packets."""

    def __init__(self) -> None:
        self._open: list[Verdict] = []

    @property
    def is_full(self) -> bool:
        """Whether no further verdict can wait."""
        return len(self._open) >= OPEN_MAX

    def early(self, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Take verdicts on a heading.

        Parameters
        ----------
        verdicts : sequence of Verdict
            What the policies decided.

        Returns
        -------
        list of Verdict
            The same, early.
        """
        marked = [
            replace(verdict, stage="early", findings=unchecked(verdict.findings))
            for verdict in verdicts
        ]
        self._open += marked
        return marked

    def confirmed(self, transmission: Transmission, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Compare the verdicts on a transmission with those that wait.

        Parameters
        ----------
        transmission : Transmission
            What was judged.
        verdicts : sequence of Verdict
            What the policies decided about it.

        Returns
        -------
        list of Verdict
            The same; those that confirm an early one say so.
        """
        return [self._compared(transmission.time_ns, verdict) for verdict in verdicts]

    def flush(self) -> list[Verdict]:
        """Give up what is left, because every transmission was judged.

        Returns
        -------
        list of Verdict
            The early verdicts again, withdrawn.
        """
        left, self._open = self._open, []
        return [replace(verdict, stage="withdrawn") for verdict in left]

    def withdrawn(self, time_ns: int) -> list[Verdict]:
        """Give up what was not confirmed in time.

        Parameters
        ----------
        time_ns : int
            Every transmission that ended before has been judged, but for those that wait for
            copies.

        Returns
        -------
        list of Verdict
            The early verdicts again, withdrawn, each at the time at which it was given up.
        """
        late = [verdict for verdict in self._open if verdict.time_ns + WAIT_NS <= time_ns]
        self._open = [verdict for verdict in self._open if verdict not in late]
        return [
            replace(verdict, stage="withdrawn", time_ns=verdict.time_ns + WAIT_NS)
            for verdict in late
        ]

    def _compared(self, time_ns: int, verdict: Verdict) -> Verdict:
        for place, early in enumerate(self._open):
            is_same = _about(early) == _about(verdict)
            if is_same and time_ns <= early.time_ns < time_ns + WAIT_NS / 2 + MARGIN_NS:
                del self._open[place]
                return replace(verdict, stage="confirmed")
        return verdict


def unchecked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Mark what was found in a heading.

    Parameters
    ----------
    findings : sequence of Finding
        What a detector found.

    Returns
    -------
    tuple of Finding
        The same, early; they rest on no transmission.
    """
    return tuple(replace(finding, early=True, transmissions=()) for finding in findings)


def _about(verdict: Verdict) -> tuple[str, str | None, str]:
    return verdict.policy, verdict.protocol, verdict.subject
