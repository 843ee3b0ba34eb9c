"""Glucose reports come in; a finding goes out when a value changed faster than a body can.

Score: higher is more anomalous; 0.5 just over what is possible, 1 from twice as much.

Compared are values of one device and one kind (`glucose_mg_dl` of a meter, a sensor or a pump
that passes sensor values on; `isig`, the raw current of a MiniLink, by its relative change).
Possible is `max_mg_dl_per_min` times the time between, plus `floor_mg_dl` for the error of the
instrument. A value that raised an alarm is not learned: the next true one is compared with the
last true ones.

A value is compared with each of those of the last `max_age_s`, and the least possible one counts:
the error of an instrument is allowed once and not at every step, so a walk of small steps is seen
against the value before the walk. Of the values within `anchor_s` the first is remembered, so that
a flood of them does not push out older ones.

Sees: a forged meter or sensor value that is far from a true one; many small steps within minutes.
Cannot see: a slow drift (low and slow bias), a forgery within the instrument's error, the first
value after `max_age_s`.

Known false positives: a finger with sugar on it; the first hours and the last of a sensor;
pressure on a sensor at night.

References: glucose changes beyond 4 mg/dL a minute are rare even after meals and insulin; MedMon
(US 10,135,849, claim 7): forged data that feign sudden changes in vital signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, excess_score, heard, number, remark
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_FEATURES = ("glucose_mg_dl", "isig")


class GlucoseJump(Remembering):
    """Compare each glucose value with the trusted ones of the last hour.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        What a body and an instrument can do.
    """

    name = "glucose-jump"

    @dataclass(frozen=True, slots=True)
    class Options:
        """What a body and an instrument can do.

        Attributes
        ----------
        max_mg_dl_per_min : float
            Fastest change of glucose, in mg/dL a minute.
        floor_mg_dl : float
            Change that is possible at once: the error of two measurements.
        max_isig_fraction_per_min : float
            Fastest relative change of the raw current, a minute.
        floor_isig_fraction : float
            Relative change that is possible at once.
        max_age_s : float
            An older value tells nothing.
        anchor_s : float
            Of the values nearer to each other than this the first is remembered.
        """

        max_mg_dl_per_min: float = 5.0
        floor_mg_dl: float = 40.0
        max_isig_fraction_per_min: float = 0.06
        floor_isig_fraction: float = 0.3
        max_age_s: float = 3600.0
        anchor_s: float = 60.0

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._max_age_ns = int(options.max_age_s * SECOND_NS)
        self._anchor_ns = int(options.anchor_s * SECOND_NS)
        ledger = Ledger(keep_ns=self._max_age_ns, max_entries=64, pinned=self._roster.keys)
        super().__init__(ledger)

    @classmethod
    def sample_options(cls) -> Options:
        """Return options for which any change is too fast.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(max_mg_dl_per_min=0.1, floor_mg_dl=1.0)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a value that is too far from the last one.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one for each kind of value.
        """
        message = heard(transmission)
        if message is None or not self._roster.is_ours(transmission):
            return ()
        return [
            finding
            for feature in _FEATURES
            for finding in self._compare(transmission, message, feature)
        ]

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember a value that raised no alarm.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Whether it was free of alarms.
        """
        message = heard(transmission)
        if message is None or not trusted or not self._roster.is_ours(transmission):
            return
        time_ns = transmission.time_ns
        for feature in _FEATURES:
            value, key = number(message, feature), self._key(transmission, message, feature)
            if value is not None and not self._ledger.around(key, time_ns, self._anchor_ns):
                self._ledger.add(key, Entry(time_ns, value))

    def _compare(
        self, transmission: Transmission, message: Message, feature: str
    ) -> Sequence[Finding]:
        value = number(message, feature)
        key = self._key(transmission, message, feature)
        known = self._ledger.around(key, transmission.time_ns, self._max_age_ns)
        if value is None or not known:
            return ()
        score, last = max(
            (self._excess(transmission, feature, value, entry), entry) for entry in known
        )
        if score <= 0:
            return ()
        minutes = _minutes(transmission, last)
        possible = self._possible(feature, minutes, last.amount)
        unit = " mg/dL" if feature == "glucose_mg_dl" else " (raw sensor current)"
        finding = remark(
            self.name,
            transmission,
            seen=(feature, value),
            expected=f"{last.amount:g} give or take {possible:.0f}",
            text=f"The value of {self._roster.called(transmission)} went from "
            f"{last.amount:g} to {value:g}{unit} in {minutes:.0f} min, faster than a body can.",
            score=score,
        )
        return (finding,)

    def _excess(
        self, transmission: Transmission, feature: str, value: float, entry: Entry
    ) -> float:
        """Score how far a value is out of reach of an earlier one; 0 within reach."""
        change = abs(value - entry.amount)
        possible = self._possible(feature, _minutes(transmission, entry), entry.amount)
        return excess_score(change, possible) if change > possible else 0.0

    def _key(self, transmission: Transmission, message: Message, feature: str) -> str:
        return f"{self._roster.key(transmission)}/{message.role}/{feature}"

    def _possible(self, feature: str, minutes: float, last: float) -> float:
        """Return the largest change that is possible in a time."""
        options = self._options
        if feature == "glucose_mg_dl":
            return options.floor_mg_dl + options.max_mg_dl_per_min * minutes
        fraction = options.floor_isig_fraction + options.max_isig_fraction_per_min * minutes
        return fraction * abs(last)


def _minutes(transmission: Transmission, entry: Entry) -> float:
    return abs(transmission.time_ns - entry.time_ns) / (60 * SECOND_NS)


PLUGIN = GlucoseJump
