"""Commands to deliver insulin come in; a finding goes out for each that is over a limit by itself.

Score: higher is more anomalous; 0.5 just over the limit, 1 from twice the limit. A bolus whose
dose cannot be read scores 0.5 while a limit is set: not knowing is not the same as little.

Sees: a single bolus, temporary basal rate or basal schedule entry beyond what a clinician allowed
for this patient. Cannot see: many small doses (`cumulative-dose`), doses started at the pump's
own buttons, rates in percent of a basal rate that is not on the air, a remote's easy bolus, whose
size only the pump knows. Without a limit in the row or under ``[patient]`` it is silent.

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
    order,
    remark,
)
from medmon.detect.history import Memoryless
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_RATES = ("rate_iu_per_h", "rates_iu_per_h", "schedule_rate_iu_per_h")


class DoseLimit(Memoryless):
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
            At most one.
        """
        message = order(transmission)
        if message is None or not self._roster.is_ours(transmission):
            return ()
        if message.command == "bolus" and self._max_bolus_iu is not None:
            return self._bolus(transmission, message, self._max_bolus_iu)
        rates = [rate for field in _RATES for rate in numbers(message, field)]
        is_basal = message.command in {"temp-basal", "basal-schedule"}
        if is_basal and rates and self._max_basal_iu_per_h is not None:
            return self._basal(transmission, max(rates), self._max_basal_iu_per_h)
        return ()

    def _bolus(
        self, transmission: Transmission, message: Message, limit_iu: float
    ) -> Sequence[Finding]:
        units_iu = number(message, "units_iu")
        called = self._roster.called(transmission)
        expected = f"at most {limit_iu:g} IU"
        if units_iu is None:
            text = f"A bolus was ordered from {called}, and its size could not be read."
            seen = ("units_iu", None)
            return (
                remark(self.name, transmission, seen=seen, expected=expected, text=text, score=0.5),
            )
        if not is_above(units_iu, limit_iu):
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("units_iu", units_iu),
            expected=expected,
            text=f"A bolus of {units_iu:g} IU was ordered from {called}; "
            f"the limit is {limit_iu:g} IU.",
            score=excess_score(units_iu, limit_iu),
        )
        return (finding,)

    def _basal(
        self, transmission: Transmission, rate_iu_per_h: float, limit_iu_per_h: float
    ) -> Sequence[Finding]:
        if not is_above(rate_iu_per_h, limit_iu_per_h):
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("rate_iu_per_h", rate_iu_per_h),
            expected=f"at most {limit_iu_per_h:g} IU/h",
            text=f"A basal rate of {rate_iu_per_h:g} IU/h was set on "
            f"{self._roster.called(transmission)}; the limit is {limit_iu_per_h:g} IU/h.",
            score=excess_score(rate_iu_per_h, limit_iu_per_h),
        )
        return (finding,)


PLUGIN = DoseLimit
