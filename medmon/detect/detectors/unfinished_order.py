"""Orders that were heard only in part come in; a finding goes out for each to a device of ours.

Score: higher is more anomalous; 0.5 for an order within the patient's limits, or without a limit to
compare with; 1 for a dose or a rate above its limit, for one that cannot be read while there is a
limit, and for a stop of all insulin.

A long message of a pod goes in several packets, and only with the last one the check of the whole
can be made. Until then nothing counts as decoded. But the first packet has a check of its own and
holds most of the order, and a pod may have heard what the monitor has not. So an order whose rest
is missing, or was spoilt, is not passed over in silence.

Sees: an order hidden by forged packets around it, or whose end was jammed. Cannot see: orders
whose first packet was not heard; what the missing packets ask for.

Known false positives: a monitor with a bad receiver or far from the pod loses packets all day (210
of about 1,170 long messages in the openomni corpus have no second packet in its log); such orders
are within the limits and score 0.5.

References: openomni packet corpus (docs/reference/protocols, B.3); decision 17.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import is_above, number, numbers, remark, unfinished
from medmon.detect.history import Memoryless
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_ORDINARY_SCORE = 0.5


class UnfinishedOrder(Memoryless):
    """Report orders whose message was not heard to its end.

    Parameters
    ----------
    setting : Setting
        The registered devices and the patient's limits.
    options : Options
        None.
    """

    name = "unfinished-order"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Nothing can be chosen."""

    def __init__(self, setting: Setting, options: Options) -> None:
        del options
        self._roster = Roster(setting)
        self._max_bolus_iu = setting.max_bolus_iu
        self._max_basal_iu_per_h = setting.max_basal_iu_per_h

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
        """Report each order of a message that was heard in part.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one for each order.
        """
        if not self._roster.is_ours(transmission):
            return ()
        return [
            remark(
                self.name,
                transmission,
                seen=("command", message.command),
                expected="every order is heard to its end",
                text=f"Part of an order to {self._roster.called(transmission)} was heard "
                f"({message.command}{_size(message)}), and its end was not.",
                score=1.0 if self._is_grave(message) else _ORDINARY_SCORE,
            )
            for message in unfinished(transmission)
        ]

    def _is_grave(self, message: Message) -> bool:
        """Say whether an order would lead to an urgent alarm if it were whole."""
        if message.command == "bolus":
            return _passes(self._max_bolus_iu, number(message, "units_iu"))
        if message.command in {"temp-basal", "basal-schedule"}:
            rates = numbers(message, "rate_iu_per_h") + numbers(message, "rates_iu_per_h")
            return _passes(self._max_basal_iu_per_h, max(rates, default=None))
        return message.command in {"suspend", "deactivate"}


def _passes(limit: float | None, claim: float | None) -> bool:
    return limit is not None and (claim is None or is_above(claim, limit))


def _size(message: Message) -> str:
    """Write how much, as far as it was heard."""
    units_iu, rate_iu_per_h = number(message, "units_iu"), number(message, "rate_iu_per_h")
    if units_iu is not None:
        return f" of {units_iu:g} IU"
    return "" if rate_iu_per_h is None else f" of {rate_iu_per_h:g} IU/h"


PLUGIN = UnfinishedOrder
