"""Glucose reports come in; a finding goes out when a value changed faster than a body can.

Score: higher is more anomalous; 0.5 just over what is possible, 1 from twice as much.

Compared are values of one device and one kind (`glucose_mg_dl` of a meter, a sensor or a pump
that passes sensor values on; `isig`, the raw current of a MiniLink, by its relative change).
Possible is `max_mg_dl_per_min` times the time between, plus `floor_mg_dl` for the error of the
instrument. A value that raised an alarm is not learned: the next true one is compared with the
last true one.

Sees: a forged meter or sensor value that is far from the last true one. Cannot see: a slow drift
(low and slow bias), a forgery within the instrument's error, the first value after `max_age_s`.

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
    """Compare each glucose value with the last trusted one.

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
        """

        max_mg_dl_per_min: float = 5.0
        floor_mg_dl: float = 40.0
        max_isig_fraction_per_min: float = 0.06
        floor_isig_fraction: float = 0.3
        max_age_s: float = 3600.0

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._max_age_ns = int(options.max_age_s * SECOND_NS)
        super().__init__(Ledger(keep_ns=self._max_age_ns, max_entries=1, pinned=self._roster.ids))

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
        if message is None or not trusted:
            return
        for feature in _FEATURES:
            value = number(message, feature)
            if value is not None:
                self._ledger.add(_key(message, feature), Entry(transmission.time_ns, value))

    def _compare(
        self, transmission: Transmission, message: Message, feature: str
    ) -> Sequence[Finding]:
        value = number(message, feature)
        last = self._ledger.around(_key(message, feature), transmission.time_ns, self._max_age_ns)
        if value is None or not last:
            return ()
        minutes = abs(transmission.time_ns - last[-1].time_ns) / (60 * SECOND_NS)
        change = abs(value - last[-1].amount)
        possible = self._possible(feature, minutes, last[-1].amount)
        if change <= possible:
            return ()
        unit = " mg/dL" if feature == "glucose_mg_dl" else " (raw sensor current)"
        finding = remark(
            self.name,
            transmission,
            seen=(feature, value),
            expected=f"{last[-1].amount:g} give or take {possible:.0f}",
            text=f"The value of {self._roster.called(transmission)} went from "
            f"{last[-1].amount:g} to {value:g}{unit} in {minutes:.0f} min, faster than a body can.",
            score=excess_score(change, possible),
        )
        return (finding,)

    def _possible(self, feature: str, minutes: float, last: float) -> float:
        """Return the largest change that is possible in a time."""
        options = self._options
        if feature == "glucose_mg_dl":
            return options.floor_mg_dl + options.max_mg_dl_per_min * minutes
        fraction = options.floor_isig_fraction + options.max_isig_fraction_per_min * minutes
        return fraction * abs(last)


def _key(message: Message, feature: str) -> str:
    return f"{message.device}/{message.role}/{feature}"


PLUGIN = GlucoseJump
