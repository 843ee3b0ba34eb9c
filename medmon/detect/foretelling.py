"""Verdicts on headings come in and wait; what their packets said decides which of them stand.

A verdict on a heading is given before the packet is over, and is *early*. So is one on a packet
whose check holds, but whose copies are still to come; where it says what a heading led to before,
both are one occurrence, and the second is *checked*. When the whole
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
from dataclasses import dataclass, replace

from medmon.records import Finding, Heading, Transmission, Verdict

WAIT_NS = 4_000_000_000
"""Longer than it takes until a packet is a transmission: protocols wait two seconds for the copies
of one, and as long for those that were there before it."""
MARGIN_NS = 100_000_000
"""A heading is complete up to so long after its transmission began: a preamble may last 80 ms."""
OPEN_MAX = 256
"""Early verdicts that may wait; what comes on top of them is judged when its packets are over."""


@dataclass(frozen=True, slots=True)
class _Open:
    """An early verdict that waits, and whether the check of its packet holds."""

    verdict: Verdict
    is_checked: bool


class Foretelling:
    """The early verdicts that wait for their packets."""

    def __init__(self) -> None:
        self._open: list[_Open] = []

    @property
    def is_full(self) -> bool:
        """Whether no further verdict can wait."""
        return len(self._open) >= OPEN_MAX

    def early(self, heading: Heading, verdicts: Sequence[Verdict]) -> list[Verdict]:
        """Take verdicts on a heading.

        Parameters
        ----------
        heading : Heading
            What was heard so far.
        verdicts : sequence of Verdict
            What the policies decided about it.

        Returns
        -------
        list of Verdict
            The same, early; where the packet's check holds, and a verdict on the same is open
            that had none, checked.
        """
        told: list[Verdict] = []
        for verdict in verdicts:
            early = replace(
                verdict,
                stage="early",
                is_checked=heading.is_checked,
                findings=unchecked(verdict.findings),
            )
            place = self._place(early) if heading.is_checked else None
            if place is None:
                self._open.append(_Open(early, heading.is_checked))
                told.append(early)
            else:
                self._open[place] = replace(self._open[place], is_checked=True)
                told.append(replace(early, stage="checked"))
        return told

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
        return [replace(one.verdict, stage="withdrawn") for one in left]

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
        if not self._open:
            return []
        late = [one.verdict for one in self._open if one.verdict.time_ns + WAIT_NS <= time_ns]
        self._open = [one for one in self._open if one.verdict.time_ns + WAIT_NS > time_ns]
        return [
            replace(verdict, stage="withdrawn", time_ns=verdict.time_ns + WAIT_NS)
            for verdict in late
        ]

    def _place(self, verdict: Verdict) -> int | None:
        """Find the oldest verdict on a heading that is about what a packet says."""
        for place, one in enumerate(self._open):
            is_recent = 0 <= verdict.time_ns - one.verdict.time_ns < WAIT_NS / 2
            if not one.is_checked and is_recent and _about(one.verdict) == _about(verdict):
                return place
        return None

    def _compared(self, time_ns: int, verdict: Verdict) -> Verdict:
        for place, early in enumerate(one.verdict for one in self._open):
            is_same = _about(early) == _about(verdict)
            if is_same and time_ns <= early.time_ns < time_ns + WAIT_NS / 2 + MARGIN_NS:
                del self._open[place]
                return replace(verdict, stage="confirmed")
        return verdict


def unchecked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Mark what was found before there was a transmission.

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
