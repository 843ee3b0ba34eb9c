"""Commands to deliver insulin come in; a finding goes out when they add up to too much.

Score: higher is more anomalous; 0.5 just over the limit, 1 from twice the limit.

The sum runs over a sliding window. A bolus counts with its whole dose at the time it was ordered.
A temporary basal rate counts with rate times duration, cut short when another one, a cancel or a
suspend follows: an automatic loop sets a new rate every five minutes and lives of each only that
much. A bolus that was cancelled still counts in full, because what was delivered by then is not
on the air: the sum errs on the side of an alarm.

Sees: many doses that are each within the limit (stacked boluses, a low and slow attack). Cannot
see: insulin started at the pump's own buttons and the scheduled basal rate. Without a limit in
the row or under ``[patient]`` it is silent.

Known false positives: a day of sickness or feasting; a command given again after the pump had
refused it. The copies of a controller that hears no answer count once.

References: MedMon (IEEE TBCAS 7(6), 2013): repeated dosage commands; PIPAC (Hei et al., INFOCOM
2013): chronic overdose.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import (
    SECOND_NS,
    digest,
    excess_score,
    is_above,
    number,
    order,
    remark,
    retry_ns,
)
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_HOUR_NS = 3600 * SECOND_NS


class CumulativeDose(Remembering):
    """Add up what was ordered for each device.

    Parameters
    ----------
    setting : Setting
        The patient's limits.
    options : Options
        Window and limit.
    """

    name = "cumulative-dose"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Window and limit.

        Attributes
        ----------
        window_s : float
            Length of the window.
        max_iu : float or None
            Most insulin in the window; None for the patient's daily limit.
        max_boluses_count : float or None
            Instead of `max_iu`: the limit is that many times the patient's largest bolus.
        """

        window_s: float = 86_400.0
        max_iu: float | None = None
        max_boluses_count: float | None = None

    def __init__(self, setting: Setting, options: Options) -> None:
        self._roster = Roster(setting)
        self._window_ns = int(options.window_s * SECOND_NS)
        self._limit_iu = _limit_iu(setting, options)
        super().__init__(
            Ledger(
                keep_ns=self._window_ns,
                max_entries=1024,
                pinned=self._roster.ids,
                keeps_sum=True,
            )
        )
        self._hours = options.window_s / 3600

    @classmethod
    def sample_options(cls) -> Options:
        """Return a limit that a few doses pass.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(window_s=3600.0, max_iu=1.0)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report the order that takes the sum over the limit, and each one after it.

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
        if message is None or self._limit_iu is None or not self._roster.is_ours(transmission):
            return ()
        added_iu = _ordered_iu(message)
        if added_iu <= 0 or self._is_retry(transmission, message):
            return ()
        sum_iu = added_iu + self._so_far_iu(message, transmission.time_ns)
        if not is_above(sum_iu, self._limit_iu):
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("sum_iu", round(sum_iu, 3)),
            expected=f"at most {self._limit_iu:g} IU in {self._hours:g} h",
            text=f"Orders to {self._roster.called(transmission)} within {self._hours:g} h add up "
            f"to {sum_iu:.4g} IU; the limit is {self._limit_iu:g} IU.",
            score=excess_score(sum_iu, self._limit_iu),
        )
        return (finding,)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember what was ordered: a fact, trusted or not.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Not looked at: a dose was ordered whether anybody likes it or not.
        """
        del trusted
        message = order(transmission)
        if message is None:
            return
        if message.command in _ENDS_TEMP_BASAL:
            self._cut_short(message, transmission.time_ns)
        added_iu = _ordered_iu(message)
        if added_iu <= 0 or self._is_retry(transmission, message):
            return
        if message.command == "temp-basal":
            key, note = f"{message.device}/basal", f"{number(message, 'rate_iu_per_h')}"
        else:
            key, note = message.device, digest(transmission, message)
        self._ledger.add(key, Entry(transmission.time_ns, added_iu, note))

    def _is_retry(self, transmission: Transmission, message: Message) -> bool:
        """Say whether a bolus is one that was sent again; a temporary rate replaces itself."""
        said = digest(transmission, message)
        near = self._ledger.around(message.device, transmission.time_ns, retry_ns(message))
        return any(entry.note == said for entry in near)

    def _so_far_iu(self, message: Message, time_ns: int) -> float:
        """Sum what the window holds; a temporary rate that `message` replaces counts in part."""
        device = message.device
        boluses = self._ledger.around(device, time_ns, self._window_ns)
        basals = self._ledger.around(f"{device}/basal", time_ns, self._window_ns)
        amounts = [entry.amount for entry in (*boluses, *basals)]
        if basals and message.command in _ENDS_TEMP_BASAL:
            amounts[-1] = _used_iu(basals[-1], time_ns)
        return math.fsum(amounts)

    def _cut_short(self, message: Message, time_ns: int) -> None:
        """Let the running temporary rate count only up to now."""
        key = f"{message.device}/basal"
        for last in self._ledger.entries(key)[-1:]:
            self._ledger.amend(key, last._replace(amount=_used_iu(last, time_ns)))


_ENDS_TEMP_BASAL = frozenset({"temp-basal", "cancel", "suspend", "deactivate"})


def _limit_iu(setting: Setting, options: CumulativeDose.Options) -> float | None:
    if options.max_iu is not None:
        return options.max_iu
    if options.max_boluses_count is None:
        return setting.max_daily_iu
    if setting.max_bolus_iu is None:
        return None
    return options.max_boluses_count * setting.max_bolus_iu


def _ordered_iu(message: Message) -> float:
    """Return the insulin an order asks for; 0 where it asks for none or cannot be read."""
    if message.command == "bolus":
        return max(0.0, number(message, "units_iu") or 0.0)
    if message.command == "temp-basal":
        rate_iu_per_h = number(message, "rate_iu_per_h") or 0.0
        return max(0.0, rate_iu_per_h * (number(message, "duration_s") or 0.0) / 3600)
    return 0.0


def _used_iu(entry: Entry, time_ns: int) -> float:
    """Return what a temporary rate delivered until a moment, at most what was ordered."""
    hours = max(0, time_ns - entry.time_ns) / _HOUR_NS
    return min(entry.amount, float(entry.note or 0.0) * hours)


PLUGIN = CumulativeDose
