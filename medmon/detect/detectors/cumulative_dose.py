"""Commands to deliver insulin come in; a finding goes out when they add up to too much.

Score: higher is more anomalous; 0.5 just over the limit, 1 from twice the limit.

The sum runs over a sliding window. A bolus counts with its whole dose at the time it was ordered.
A temporary basal rate counts with what flows of it inside the window, as time goes on: an order is
judged by the window that will hold most, if nothing else is ordered. A rate is cut short when
another one, its cancel or a suspend follows: an automatic loop sets a new rate every five minutes
and lives of each only that much. A bolus that was cancelled still counts in full, because what was
delivered by then is not on the air: the sum errs on the side of an alarm. So it does where a
cancel does not say what it stops: the rate goes on.

Sees: many doses that are each within the limit (stacked boluses, a low and slow attack), every
order of a message. Cannot see: insulin started at the pump's own buttons, the scheduled basal rate,
rates in percent of it. Without a limit in the row or under ``[patient]`` it is silent.

Known false positives: a day of sickness or feasting; a command given again after the pump had
refused it. The copies of a controller that hears no answer count once.

References: MedMon (IEEE TBCAS 7(6), 2013): repeated dosage commands; PIPAC (Hei et al., INFOCOM
2013): chronic overdose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from medmon.detect.commands import (
    SECOND_NS,
    digest,
    excess_score,
    is_above,
    number,
    orders,
    remark,
    retry_ns,
)
from medmon.detect.flow import Flow, most_iu
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_LONGEST_RATE_S = 86_400
"""The longest temporary rate that a pump accepts."""
_ABSURD_IU = 1e6
"""More than any reservoir holds; keeps what an order claims finite."""


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
        given = orders(transmission)
        if not given or self._limit_iu is None or not self._roster.is_ours(transmission):
            return ()
        now_ns, device = transmission.time_ns, given[0].device
        is_retry = self._is_retry(transmission)
        boluses = self._flows(map(_bolus, self._ledger.entries(device)), now_ns)
        basals = self._flows(map(_rate, self._ledger.entries(f"{device}/basal")), now_ns)
        before = len(boluses) + len(basals)
        for message in given:
            if _ends_temp_basal(message):
                basals[-1:] = [last.cut(now_ns) for last in basals[-1:]]
            if message.command == "temp-basal":
                basals += _ordered(message, now_ns)
            elif not is_retry:
                boluses += _ordered(message, now_ns)
        if len(boluses) + len(basals) == before:
            return ()
        sum_iu = most_iu([*boluses, *basals], now_ns, self._window_ns)
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
        is_retry = self._is_retry(transmission)
        for message in orders(transmission):
            basal = f"{message.device}/basal"
            if _ends_temp_basal(message):
                self._cut_short(basal, transmission.time_ns)
            for flow in _ordered(message, transmission.time_ns):
                if message.command == "temp-basal":
                    self._ledger.add(basal, _entry(flow))
                elif not is_retry:
                    note = digest(transmission, message)
                    self._ledger.add(
                        message.device, Entry(transmission.time_ns, flow.amount_iu, note)
                    )

    def _cut_short(self, basal: str, now_ns: int) -> None:
        """End the running rate, and keep of it what a window can still hold."""
        for last in self._ledger.entries(basal)[-1:]:
            flow = _rate(last).cut(now_ns).since(now_ns - self._window_ns)
            self._ledger.amend(basal, _entry(flow))

    def _is_retry(self, transmission: Transmission) -> bool:
        """Say whether a bolus is one that was sent again; a temporary rate replaces itself."""
        for message in orders(transmission):
            said = digest(transmission, message)
            near = self._ledger.around(message.device, transmission.time_ns, retry_ns(message))
            if any(entry.note == said for entry in near):
                return True
        return False

    def _flows(self, noted: Iterable[Flow], now_ns: int) -> list[Flow]:
        """Take what was noted; after a step back of the clock it was ordered just now."""
        return [
            flow._replace(begin_ns=now_ns, end_ns=now_ns + flow.end_ns - flow.begin_ns)
            if flow.begin_ns > now_ns
            else flow
            for flow in noted
            if flow.begin_ns < now_ns + self._window_ns
        ]


def _bolus(entry: Entry) -> Flow:
    """Read a bolus; its note is a digest."""
    return Flow(entry.time_ns, entry.time_ns, entry.amount)


def _rate(entry: Entry) -> Flow:
    """Read a temporary rate; its note is its end."""
    end_ns = int(entry.note) if entry.note.isdecimal() else entry.time_ns
    return Flow(entry.time_ns, max(entry.time_ns, end_ns), entry.amount)


def _entry(flow: Flow) -> Entry:
    return Entry(flow.begin_ns, flow.amount_iu, str(flow.end_ns))


def _ends_temp_basal(message: Message) -> bool:
    """Say whether an order ends the temporary rate that runs."""
    if message.command != "cancel":
        return message.command in {"temp-basal", "suspend", "deactivate"}
    cancels = message.fields.get("cancels")
    said = cancels if isinstance(cancels, tuple) else (cancels,)
    return "temp-basal" in said or "temp_basal_type" in message.fields


def _limit_iu(setting: Setting, options: CumulativeDose.Options) -> float | None:
    if options.max_iu is not None:
        return options.max_iu
    if options.max_boluses_count is None:
        return setting.max_daily_iu
    if setting.max_bolus_iu is None:
        return None
    return options.max_boluses_count * setting.max_bolus_iu


def _ordered(message: Message, now_ns: int) -> list[Flow]:
    """Return the insulin an order asks for; nothing where it asks for none or cannot be read."""
    if message.command == "bolus":
        amount_iu, duration_s = number(message, "units_iu") or 0.0, 0.0
    elif message.command == "temp-basal":
        duration_s = min(number(message, "duration_s") or 0.0, _LONGEST_RATE_S)
        amount_iu = (number(message, "rate_iu_per_h") or 0.0) * duration_s / 3600
    else:
        return []
    end_ns = now_ns + int(duration_s * SECOND_NS)
    return [Flow(now_ns, end_ns, min(amount_iu, _ABSURD_IU))] if amount_iu > 0 else []


PLUGIN = CumulativeDose
