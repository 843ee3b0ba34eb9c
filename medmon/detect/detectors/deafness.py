"""Gaps come in; a finding goes out when the monitor itself could not hear for too long.

Score: higher is more anomalous; 0.5 just over the limit, 1 from twice the limit.

Sees: samples that a source lost, summed over a sliding window. Cannot see: a receiver that
delivers samples without hearing anything (unplugged antenna, wrong frequency, jamming): of that
`sensor-cadence` tells where a sensor is registered, and nobody where none is, for a Paradigm pump
is lawfully silent for days; a source that delivers nothing at all, not even gaps, which is for
whoever feeds the monitor to notice.

Known false positives: none known; a busy computer that drops samples is exactly the matter.

References: docs/reference/records, gap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, excess_score
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.records import Finding, Gap, Setting, Transmission

_KEY = "gaps"
_SUBJECT = "monitor"


class Deafness(Remembering):
    """Add up what the source lost.

    Parameters
    ----------
    setting : Setting
        Not needed.
    options : Options
        Window and limit.
    """

    name = "deafness"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Window and limit.

        Attributes
        ----------
        window_s : float
            Length of the window.
        max_lost_s : float
            Longest time that may be lost in the window.
        """

        window_s: float = 300.0
        max_lost_s: float = 5.0

    def __init__(self, setting: Setting, options: Options) -> None:
        del setting
        self._options = options
        self._window_ns = int(options.window_s * SECOND_NS)
        super().__init__(Ledger(keep_ns=self._window_ns, max_entries=1024, pinned={_KEY}))

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that allow no loss at all.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(max_lost_s=0.0)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Find nothing: what was heard is not what was lost.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            Always empty.
        """
        del transmission
        return ()

    def missed(self, gap: Gap) -> None:
        """Remember a gap.

        Parameters
        ----------
        gap : Gap
            What was lost.
        """
        lost_s = gap.samples_lost / gap.rate_hz if gap.rate_hz > 0 else 0.0
        if lost_s <= 0:
            return
        entry = Entry(gap.time_ns + int(lost_s * SECOND_NS), lost_s, gap.span.source)
        last = self._ledger.entries(_KEY)[-1:]
        # A radio that stutters makes thousands of small gaps; those of one second are one entry.
        if last and 0 <= entry.time_ns - last[0].time_ns < SECOND_NS:
            self._ledger.amend(_KEY, last[0]._replace(amount=last[0].amount + lost_s))
        else:
            self._ledger.add(_KEY, entry)

    def overdue(self, time_ns: int) -> Sequence[Finding]:
        """Report that too much was lost in the window before now.

        Parameters
        ----------
        time_ns : int
            Now.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        recent = self._ledger.around(_KEY, time_ns, self._window_ns)
        lost_s = math.fsum(entry.amount for entry in recent)
        limit_s = self._options.max_lost_s
        if lost_s <= limit_s:
            return ()
        finding = Finding(
            detector=self.name,
            subject=_SUBJECT,
            feature="lost_s",
            value=round(lost_s, 3),
            expected=f"at most {limit_s:g} s in {self._options.window_s:g} s",
            text=f"The monitor could not hear for {lost_s:.0f} s of the last "
            f"{self._options.window_s / 60:.0f} min; commands may have gone unnoticed.",
            time_ns=time_ns,
            score=excess_score(lost_s, limit_s),
        )
        return (finding,)


PLUGIN = Deafness
