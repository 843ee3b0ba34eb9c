"""Commands that stop insulin come in; a finding goes out for each.

Score: higher is more anomalous; 1 for a suspend or a cancel of everything, 0.9 for basal insulin,
0.8 for a pod switched off, 0.5 for a bolus stopped, 0.3 for a cancel that does not say of what,
0.2 for the end of a temporary rate. A temporary rate of nothing (at most 0.05 IU/h or 10 percent)
scores 0.35 for each hour: 0.7 for two, which loops ask for, and 1 from three hours on. Every order
of a message is judged; a stop that a basal schedule follows in the same message stops nothing.

Sees: delivery stopped by radio, at once or by a temporary rate of nothing, which harms slowly and
is felt late. Cannot see: whether the pump obeyed; a stop at the pump's own buttons; a pump that is
merely blocked or empty; short rates of nothing that are renewed again and again, as a loop does
while glucose is low; rates that are low but not next to nothing.

Known false positives: a patient who stops delivery with the PDM; a pod at the end of its life; a
rate of nothing for hours of sport, or 0.05 IU/h for a small child. The end of a temporary rate and
half an hour of nothing score low because automatic loops send them all day.

References: CISA ICSMA-19-178-01, ICSMA-22-263-01 (unintended stop of insulin).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import number, numbers, orders, remark
from medmon.detect.prompt import Prompt
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_SCORES = {"suspend": 1.0, "deactivate": 0.8}
_CANCELLED = {"basal": 0.9, "bolus": 0.5, "temp-basal": 0.2}
_UNSAID = 0.3
_NEXT_TO_NOTHING_IU_PER_H = 0.05
"""The smallest rate that a pod can be set to; a pump's is half of it."""
_NEXT_TO_NOTHING_PERCENT = 10.0
_SCORE_PER_HOUR = 0.35


class Suspend(Prompt):
    """Report every command that stops insulin.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        None.
    """

    name = "suspend"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Nothing can be chosen."""

    def __init__(self, setting: Setting, options: Options) -> None:
        del options
        self._roster = Roster(setting)

    @classmethod
    def sample_options(cls) -> Options:
        """Return the only options there are.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options()

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a command that stops insulin.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one for each order of the message.
        """
        if not self._roster.is_ours(transmission):
            return ()
        given = orders(transmission)
        return [
            finding
            for place, message in enumerate(given)
            if (finding := self._judged(transmission, message, given[place + 1 :])) is not None
        ]

    def _judged(
        self, transmission: Transmission, message: Message, later: Sequence[Message]
    ) -> Finding | None:
        """Judge one order in the light of those behind it in its message."""
        if message.command == "temp-basal":
            return self._starved(transmission, message)
        is_remote = message.role == "remote" and message.fields.get("button") == "suspend"
        if not is_remote and message.command not in {"suspend", "deactivate", "cancel"}:
            return None
        restarts = any(order.command == "basal-schedule" for order in later)
        if restarts and message.command != "deactivate":
            return None
        what = "suspend" if is_remote else message.command
        return remark(
            self.name,
            transmission,
            seen=("command", what),
            expected="insulin delivery goes on",
            text=f"Insulin delivery of {self._roster.called(transmission)} was ordered to stop "
            f"by radio ({what}).",
            score=_SCORES[what] if what in _SCORES else _cancel_score(message),
        )

    def _starved(self, transmission: Transmission, message: Message) -> Finding | None:
        """Judge a temporary rate by how long it leaves next to nothing."""
        if not _is_next_to_nothing(message):
            return None
        hours = (number(message, "duration_s") or 0.0) / 3600
        return remark(
            self.name,
            transmission,
            seen=("duration_s", hours * 3600),
            expected="insulin delivery goes on",
            text=f"Basal insulin of {self._roster.called(transmission)} was ordered down to next "
            f"to nothing for {hours:g} h by radio.",
            score=min(1.0, _SCORE_PER_HOUR * hours),
        )


def _is_next_to_nothing(message: Message) -> bool:
    """Say whether the highest rate of an order is one that keeps nobody supplied."""
    rates = [*numbers(message, "rate_iu_per_h"), *numbers(message, "rates_iu_per_h")]
    if rates:
        return max(rates) <= _NEXT_TO_NOTHING_IU_PER_H
    percent = number(message, "percent")
    return percent is not None and percent <= _NEXT_TO_NOTHING_PERCENT


def _cancel_score(message: Message) -> float:
    """Score a cancel by the most that it stops."""
    if "temp_basal_type" in message.fields:
        return _CANCELLED["temp-basal"]
    cancels = message.fields.get("cancels")
    said = cancels if isinstance(cancels, tuple) else (cancels,)
    known = [_CANCELLED[word] for word in said if isinstance(word, str) and word in _CANCELLED]
    return max(known, default=_UNSAID)


PLUGIN = Suspend
