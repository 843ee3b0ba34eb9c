"""Boluses come in; a finding goes out for each that follows the one before too soon.

Score: higher is more anomalous; 0.5 just inside the interval, 1 at the same moment.

Sees: boluses stacked one upon the other, also in one message; repeated dosage commands. Cannot see:
boluses started at the pump's own buttons; boluses spread out in time (`cumulative-dose`). Without
an interval in the row or under ``[patient]`` it is silent.

Known false positives: a correction soon after a meal; a loop that gives micro-boluses; a
bolus given again after the pump refused it. The copies of a controller that hears no answer are
one bolus.

References: MedMon (IEEE TBCAS 7(6), 2013): repeated dosage commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, digest, number, orders, remark, retry_ns
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission


class BolusInterval(Remembering):
    """Compare the time between two boluses with the shortest one allowed.

    Parameters
    ----------
    setting : Setting
        The patient's limits.
    options : Options
        Interval of the policy row.
    """

    name = "bolus-interval"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Interval of the row; it takes the place of the patient's.

        Attributes
        ----------
        min_interval_s : float or None
            Shortest time between two boluses.
        """

        min_interval_s: float | None = None

    def __init__(self, setting: Setting, options: Options) -> None:
        given = options.min_interval_s
        self._interval_s = (setting.min_bolus_interval_s if given is None else given) or 0.0
        self._interval_ns = int(self._interval_s * SECOND_NS)
        self._roster = Roster(setting)
        super().__init__(Ledger(keep_ns=self._interval_ns, max_entries=64, pinned=self._roster.ids))

    @classmethod
    def sample_options(cls) -> Options:
        """Return an interval of an hour.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(min_interval_s=3600.0)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a bolus that comes too soon.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        boluses = _boluses(transmission)
        if not boluses or not self._interval_ns or not self._roster.is_ours(transmission):
            return ()
        time_ns = transmission.time_ns
        recent = self._ledger.around(boluses[0].device, time_ns, self._interval_ns)
        if self._is_retry(transmission, boluses[0]):
            return ()
        gaps_ns = [abs(time_ns - entry.time_ns) for entry in recent] + [0] * (len(boluses) - 1)
        if not gaps_ns:
            return ()
        elapsed_s = min(gaps_ns) / SECOND_NS
        finding = remark(
            self.name,
            transmission,
            seen=("interval_s", elapsed_s),
            expected=f"at least {self._interval_s:g} s between two boluses",
            text=f"Another bolus was ordered from {self._roster.called(transmission)} "
            f"{elapsed_s:.0f} s after the one before.",
            score=1.0 - 0.5 * elapsed_s / self._interval_s,
        )
        return (finding,)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember when a bolus was ordered: a fact, trusted or not.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Not looked at.
        """
        del trusted
        for message in _boluses(transmission)[:1]:
            if not self._is_retry(transmission, message):
                units_iu = number(message, "units_iu") or 0.0
                said = digest(transmission, message)
                self._ledger.add(message.device, Entry(transmission.time_ns, units_iu, said))

    def _is_retry(self, transmission: Transmission, message: Message) -> bool:
        """Say whether it is the same bolus, sent again because no answer was heard."""
        said = digest(transmission, message)
        near = self._ledger.around(message.device, transmission.time_ns, retry_ns(message))
        return any(entry.note == said for entry in near)


def _boluses(transmission: Transmission) -> Sequence[Message]:
    """Return the orders for a bolus; one that orders nothing is none."""
    return [
        message
        for message in orders(transmission)
        if message.command == "bolus" and number(message, "units_iu") != 0
    ]


PLUGIN = BolusInterval
