"""Sensor packets come in; findings go out when they stay away, or come more often than they can.

Score: higher is more anomalous. Silence: 0.5 when `missing_count` packets are missing, 1 from
twice as many. Too often: 0.8.

A glucose sensor sends about every five minutes. A MiniLink spreads eight slots over 40 minutes;
the distances differ from transmitter to transmitter, 206 to 387 s were measured, so only the
mean is relied upon. Each slot is repeated after 11 to 17 s, and a Dexcom G4 sends on four channels
within 2 s: packets nearer than `repeat_s` are one report. Two reports nearer than `earliest_s` do
not come from one sensor.

Time during which the monitor itself was deaf is not held against a sensor. Silence is judged for
registered sensors only, from the first thing heard at all; meters report when somebody measures
and are not judged.

Sees: a sensor that was jammed, removed, or lost; forged packets between the true ones. Cannot
see: forged packets in place of the true ones, at the right time.

Known false positives: the patient left the room; a sensor change (two hours of warm-up).

References: mmcommander simulator and Enlite logs for the slots (docs/reference/protocols);
MedMon's TOA feature (IEEE TBCAS 7(6), 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, excess_score, heard, remark
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Gap, Message, Setting, Transmission

_WATCHABLE = frozenset({"silence", "excess"})
_START, _DEAF = "(start)", "(deaf)"
"""Keys that no device has: when listening began, and how long it was interrupted in all."""
_KEEP_NS = 366 * 86_400 * SECOND_NS


class SensorCadence(Remembering):
    """Compare the times of a sensor's packets with its cadence.

    Parameters
    ----------
    setting : Setting
        The registered sensors.
    options : Options
        The cadence and its tolerance.
    """

    name = "sensor-cadence"

    @dataclass(frozen=True, slots=True)
    class Options:
        """The cadence and its tolerance.

        Attributes
        ----------
        watch : tuple of str
            "silence", "excess" or both.
        period_s : float
            Mean time between two reports.
        missing_count : int
            So many reports must be missing.
        tolerance_s : float
            How late a report may be.
        earliest_s : float
            Reports nearer than this are too many.
        repeat_s : float
            Packets nearer than this are one report.
        """

        watch: tuple[str, ...] = ("silence", "excess")
        period_s: float = 300.0
        missing_count: int = 3
        tolerance_s: float = 90.0
        earliest_s: float = 150.0
        repeat_s: float = 30.0

        def __post_init__(self) -> None:
            unknown = sorted(set(self.watch) - _WATCHABLE)
            if unknown:
                raise ValueError(f"watch: expected any of {sorted(_WATCHABLE)}, found {unknown}")

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._sensors = {
            device.id.lower(): device.name or f"sensor {device.id.lower()}"
            for device in setting.devices
            if device.role == "sensor"
        }
        pinned = self._roster.ids | {_START, _DEAF}
        super().__init__(Ledger(keep_ns=_KEEP_NS, max_entries=8, pinned=pinned))

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that watch everything.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options()

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a packet that comes too soon after the report before.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        message = _report(transmission)
        reports = self._ledger.entries(message.device) if message else ()
        if not reports or "excess" not in self._options.watch:
            return ()
        interval_s = min(abs(transmission.time_ns - entry.time_ns) for entry in reports) / SECOND_NS
        if not self._options.repeat_s <= interval_s < self._options.earliest_s:
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("interval_s", round(interval_s, 3)),
            expected=f"about {self._options.period_s:g} s between two reports",
            text=f"A report of {self._roster.called(transmission)} came {interval_s:.0f} s after "
            "the one before; somebody else may be sending in its name.",
            score=0.8,
        )
        return (finding,)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember when a sensor reported: a fact, trusted or not.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Not looked at: an alarm about what a sensor says does not make it silent.
        """
        del trusted
        self._begin(transmission.time_ns)
        message = _report(transmission)
        if message is None:
            return
        time_ns = transmission.time_ns
        repeat_ns = self._options.repeat_s * SECOND_NS
        reports = self._ledger.entries(message.device)
        # Repeats belong to the report they repeat: its time is that of the first copy.
        if all(abs(time_ns - entry.time_ns) >= repeat_ns for entry in reports):
            self._ledger.add(message.device, Entry(time_ns, self._deaf_s()))

    def missed(self, gap: Gap) -> None:
        """Add to the time during which nothing could be heard.

        Parameters
        ----------
        gap : Gap
            What was lost.
        """
        self._begin(gap.time_ns)
        lost_s = gap.samples_lost / gap.rate_hz if gap.rate_hz > 0 else 0.0
        self._ledger.add(_DEAF, Entry(gap.time_ns, self._deaf_s() + max(0.0, lost_s)))

    def overdue(self, time_ns: int) -> Sequence[Finding]:
        """Report registered sensors that have been silent for too long.

        Parameters
        ----------
        time_ns : int
            Now.

        Returns
        -------
        sequence of Finding
            At most one for each registered sensor.
        """
        if "silence" not in self._options.watch:
            return ()
        found = (self._silence(device, name, time_ns) for device, name in self._sensors.items())
        return [finding for finding in found if finding is not None]

    def _silence(self, device: str, name: str, time_ns: int) -> Finding | None:
        """Report one sensor if nothing was heard of it for too long."""
        since = [*self._ledger.entries(_START), *self._ledger.entries(device)][-1:]
        if not since:
            return None
        deaf_s = self._deaf_s() - since[0].amount
        silent_s = (time_ns - since[0].time_ns) / SECOND_NS - deaf_s
        due_s = self._options.missing_count * self._options.period_s
        if silent_s <= due_s + self._options.tolerance_s:
            return None
        return Finding(
            detector=self.name,
            subject=device,
            feature="silent_s",
            value=round(silent_s, 3),
            expected=f"a report about every {self._options.period_s:g} s",
            text=f"Nothing was heard of {name} for {silent_s / 60:.0f} min.",
            time_ns=time_ns,
            score=excess_score(silent_s, due_s),
        )

    def _begin(self, time_ns: int) -> None:
        """Note when the first thing at all was heard."""
        if not self._ledger.entries(_START):
            self._ledger.add(_START, Entry(time_ns, 0.0))

    def _deaf_s(self) -> float:
        """Return for how long the monitor was deaf, all gaps together."""
        return sum((entry.amount for entry in self._ledger.entries(_DEAF)[-1:]), 0.0)


def _report(transmission: Transmission) -> Message | None:
    """Return the message of a sensor's own packet."""
    message = heard(transmission)
    return message if message is not None and message.role == "sensor" else None


PLUGIN = SensorCadence
