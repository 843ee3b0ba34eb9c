"""Wake-ups come in; a finding goes out when a device is woken more often than anybody needs.

Score: higher is more anomalous; 0.5 just over the limit, 1 from twice the limit.

A wake-up is a burst of up to some hundred equal packets, which protocols folds into one
transmission or a few; those nearer than `burst_s` to the one before count once.

Sees: a pump or pod kept awake until its battery is flat; a radio that searches for a pump. Cannot
see: what drains a battery without being a wake-up, such as endless reads in one session.

Known false positives: an automatic loop with a bad connection. A good one wakes its pump about
every five minutes, 12 times an hour.

References: MinimedKit and ecc1/medtronic for the wake-up burst (docs/reference/protocols, A.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, Roster, excess_score, heard, remark
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.records import Finding, Message, Setting, Transmission


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
        burst_s : float
            Wake-ups nearer than this to the one before are one.
        """

        window_s: float = 3600.0
        max_wakeups_count: int = 24
        burst_s: float = 20.0

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._window_ns = int(options.window_s * SECOND_NS)
        # Twice the limit is the highest score; more need not be remembered.
        max_entries = 2 * options.max_wakeups_count + 2
        super().__init__(
            Ledger(keep_ns=self._window_ns, max_entries=max_entries, pinned=self._roster.ids)
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
        message = self._wakeup(transmission)
        if message is None:
            return ()
        recent = self._ledger.around(message.device, transmission.time_ns, self._window_ns)
        count, limit = len(recent) + 1, self._options.max_wakeups_count
        if count <= limit:
            return ()
        hours = self._options.window_s / 3600
        finding = remark(
            self.name,
            transmission,
            seen=("wakeups_count", count),
            expected=f"at most {limit} in {hours:g} h",
            text=f"Somebody woke {self._roster.called(transmission)} by radio {count} times within "
            f"{hours:g} h; this empties its battery.",
            score=excess_score(count, limit),
        )
        return (finding,)

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
        message = self._wakeup(transmission)
        if message is not None:
            self._ledger.add(message.device, Entry(transmission.time_ns, 1.0))

    def _wakeup(self, transmission: Transmission) -> Message | None:
        """Return the message of a wake-up that is not part of the burst before it."""
        message = heard(transmission)
        if message is None or message.command != "wakeup" or message.direction == "from-device":
            return None
        burst_ns = int(self._options.burst_s * SECOND_NS)
        is_part = self._ledger.around(message.device, transmission.time_ns, burst_ns)
        return None if is_part else message


PLUGIN = WakeupFlood
