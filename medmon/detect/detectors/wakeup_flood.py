"""Wake-ups come in; a finding goes out when a device is woken more often than anybody needs.

Score: higher is more anomalous; 0.5 just over the limit, 1 from twice the limit.

A wake-up is a burst of 100 to 255 equal packets, which protocols folds into a few transmissions;
those nearer than `burst_s` to the first count as one wake-up, and their copies are added. Two
things are counted: wake-ups in the window, and copies in one burst.

Sees: a pump or pod kept awake until its battery is flat; a radio that searches for a pump; a burst
that goes on and on to hide other packets. Cannot see: what drains a battery without being a
wake-up, such as endless reads in one session; how often a known neighbour's pump is woken. A burst
without end is told for a neighbour's pump too: it hides what is sent to the patient's.

Known false positives: an automatic loop with a bad connection. A good one wakes its pump about
every five minutes, 12 times an hour.

References: MinimedKit and ecc1/medtronic for the wake-up burst (docs/reference/protocols, A.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, excess_score, foretold, heard, remark
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Heading, Setting, Transmission


class WakeupFlood(Remembering):
    """Count the wake-ups of each device.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        Window and limit.
    """

    name = "wakeup-flood"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Window and limit.

        Attributes
        ----------
        window_s : float
            Length of the window.
        max_wakeups_count : int
            Most wake-ups in the window.
        max_copies_count : int
            Most packets in one wake-up; two full bursts of the longest known sender are 510.
        burst_s : float
            Packets nearer than this to the first of a wake-up belong to it.
        """

        window_s: float = 3600.0
        max_wakeups_count: int = 24
        max_copies_count: int = 600
        burst_s: float = 20.0

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._window_ns = int(options.window_s * SECOND_NS)
        # Twice the limit is the highest score; more need not be remembered.
        max_entries = 2 * options.max_wakeups_count + 2
        super().__init__(
            Ledger(keep_ns=self._window_ns, max_entries=max_entries, pinned=self._roster.keys)
        )

    @classmethod
    def sample_options(cls) -> Options:
        """Return a limit of one wake-up an hour.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(max_wakeups_count=1)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a wake-up that is one too many.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        if not _is_wakeup(transmission):
            return ()
        burst = self._burst(transmission)
        options = self._options
        copies_count = transmission.repeats + sum(int(entry.amount) for entry in burst)
        if copies_count > options.max_copies_count:
            return (self._flood(transmission, copies_count),)
        if burst or self._roster.is_neighbour(transmission):
            return ()
        recent = self._ledger.around(
            self._roster.key(transmission), transmission.time_ns, self._window_ns
        )
        wakeups_count = len(recent) + 1
        if wakeups_count <= options.max_wakeups_count:
            return ()
        hours = options.window_s / 3600
        finding = remark(
            self.name,
            transmission,
            seen=("wakeups_count", wakeups_count),
            expected=f"at most {options.max_wakeups_count} in {hours:g} h",
            text=f"Somebody woke {self._roster.called(transmission)} by radio {wakeups_count} "
            f"times within {hours:g} h; this empties its battery.",
            score=excess_score(wakeups_count, options.max_wakeups_count),
        )
        return (finding,)

    def foretell(self, heading: Heading) -> Sequence[Finding]:
        """Report a wake-up that is one too many while its first packet is on the air.

        It is compared with those that were learned, and adds nothing to them. How many copies it
        will have is not known yet.

        Parameters
        ----------
        heading : Heading
            What was heard so far.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        beginning = foretold(heading)
        if beginning is None or self._burst(beginning):
            return ()
        return self.score(beginning)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember a wake-up: a fact, trusted or not.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Not looked at.
        """
        del trusted
        if not _is_wakeup(transmission):
            return
        key = self._roster.key(transmission)
        burst = self._burst(transmission)
        copies_count = float(transmission.repeats)
        if burst:
            so_far = burst[-1]
            added = so_far._replace(amount=so_far.amount + copies_count)
            self._ledger.amend(key, added)
        else:
            self._ledger.add(key, Entry(transmission.time_ns, copies_count))

    def _burst(self, transmission: Transmission) -> Sequence[Entry]:
        """Return the wake-up that a transmission belongs to; empty if it begins one."""
        burst_ns = int(self._options.burst_s * SECOND_NS)
        near = self._ledger.around(self._roster.key(transmission), transmission.time_ns, burst_ns)
        return near[-1:]

    def _flood(self, transmission: Transmission, copies_count: int) -> Finding:
        limit_count = self._options.max_copies_count
        return remark(
            self.name,
            transmission,
            seen=("copies_count", copies_count),
            expected=f"at most {limit_count} packets for one wake-up",
            text=f"Somebody calls {self._roster.called(transmission)} by radio without end; this "
            "empties its battery and can hide other commands.",
            score=excess_score(copies_count, limit_count),
        )


def _is_wakeup(transmission: Transmission) -> bool:
    """Say whether it is a call that wakes a device."""
    message = heard(transmission)
    return (
        message is not None and message.command == "wakeup" and message.direction != "from-device"
    )


PLUGIN = WakeupFlood
