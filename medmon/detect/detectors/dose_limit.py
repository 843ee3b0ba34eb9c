"""Commands to deliver insulin come in; a finding goes out for each that is over a limit by itself.

Score: higher is more anomalous; 0.5 just over the limit, 1 from twice the limit. A bolus or a rate
that cannot be read scores 0.5 while a limit is set: not knowing is not the same as little. Every
order of a message is judged, not only the one that weighs most.

Sees: a single bolus, temporary basal rate or basal schedule entry beyond what a clinician allowed
for this patient. Cannot see: many small doses (`cumulative-dose`), doses started at the pump's
own buttons, rates in percent of a basal rate that is not on the air, a remote's easy bolus, whose
size only the pump knows; the last 6.4 IU/h of a Medtronic schedule's 22nd entry, which is cut in
two by its packets. Without a limit in the row or under ``[patient]`` it is silent.

Known false positives: a planned large dose; the limit is then too low.

References: MedMon (Zhang, Raghunathan, Jha, IEEE TBCAS 7(6), 2013): policies over dose; CISA
ICSMA-19-178-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import (
    excess_score,
    is_above,
    number,
    numbers,
    orders,
    remark,
)
from medmon.detect.prompt import Prompt
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_RATES = ("rate_iu_per_h", "rates_iu_per_h", "schedule_rate_iu_per_h")


class DoseLimit(Prompt):
    """Compare each ordered dose and rate with the patient's limits.

    Parameters
    ----------
    setting : Setting
        The patient's limits.
    options : Options
        Limits of the policy row.
    """

    name = "dose-limit"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Limits of the row; they take the place of the patient's.

        Attributes
        ----------
        max_bolus_iu : float or None
            Largest single bolus.
        max_basal_iu_per_h : float or None
            Highest basal rate.
        """

        max_bolus_iu: float | None = None
        max_basal_iu_per_h: float | None = None

    def __init__(self, setting: Setting, options: Options) -> None:
        self._roster = Roster(setting)
        self._max_bolus_iu = (
            setting.max_bolus_iu if options.max_bolus_iu is None else options.max_bolus_iu
        )
        self._max_basal_iu_per_h = (
            setting.max_basal_iu_per_h
            if options.max_basal_iu_per_h is None
            else options.max_basal_iu_per_h
        )

    @classmethod
    def sample_options(cls) -> Options:
        """Return limits that ordinary doses pass.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(max_bolus_iu=1.0, max_basal_iu_per_h=1.0)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report an order that is over a limit.

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
        judged = (self._judged(transmission, message) for message in orders(transmission))
        return [finding for finding in judged if finding is not None]

    def _judged(self, transmission: Transmission, message: Message) -> Finding | None:
        """Compare one order with the limit for its kind."""
        if message.command == "bolus" and self._max_bolus_iu is not None:
            return self._bolus(transmission, message, self._max_bolus_iu)
        is_basal = message.command in {"temp-basal", "basal-schedule"}
        if is_basal and self._max_basal_iu_per_h is not None:
            return self._basal(transmission, message, self._max_basal_iu_per_h)
        return None

    def _bolus(
        self, transmission: Transmission, message: Message, limit_iu: float
    ) -> Finding | None:
        units_iu = number(message, "units_iu")
        called = self._roster.called(transmission)
        expected = f"at most {limit_iu:g} IU"
        if units_iu is None:
            text = f"A bolus was ordered from {called}, and its size could not be read."
            return self._unread(transmission, "units_iu", expected, text)
        if not is_above(units_iu, limit_iu):
            return None
        return remark(
            self.name,
            transmission,
            seen=("units_iu", units_iu),
            expected=expected,
            text=f"A bolus of {units_iu:g} IU was ordered from {called}; "
            f"the limit is {limit_iu:g} IU.",
            score=excess_score(units_iu, limit_iu),
        )

    def _basal(
        self, transmission: Transmission, message: Message, limit_iu_per_h: float
    ) -> Finding | None:
        rate_iu_per_h = max((r for field in _RATES for r in numbers(message, field)), default=0.0)
        called = self._roster.called(transmission)
        expected = f"at most {limit_iu_per_h:g} IU/h"
        if is_above(rate_iu_per_h, limit_iu_per_h):
            return remark(
                self.name,
                transmission,
                seen=("rate_iu_per_h", rate_iu_per_h),
                expected=expected,
                text=f"A basal rate of {rate_iu_per_h:g} IU/h was set on {called}; "
                f"the limit is {limit_iu_per_h:g} IU/h.",
                score=excess_score(rate_iu_per_h, limit_iu_per_h),
            )
        if _is_rate_read(message):
            return None
        text = f"A basal rate was set on {called}, and it could not be read."
        return self._unread(transmission, "rate_iu_per_h", expected, text)

    def _unread(
        self, transmission: Transmission, feature: str, expected: str, text: str
    ) -> Finding:
        seen = (feature, None)
        return remark(self.name, transmission, seen=seen, expected=expected, text=text, score=0.5)


def _is_rate_read(message: Message) -> bool:
    """Say whether an order tells all its rates, or a percentage instead."""
    if "percent" in message.fields:
        return True
    told = [message.fields[field] for field in _RATES if field in message.fields]
    counts = [len(value) if isinstance(value, tuple) else 1 for value in told]
    read = [len(numbers(message, field)) for field in _RATES if field in message.fields]
    return bool(told) and counts == read


PLUGIN = DoseLimit
