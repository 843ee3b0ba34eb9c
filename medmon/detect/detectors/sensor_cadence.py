"""Sensor packets come in; findings go out when they stay away, or do not come from one sensor.

Score: higher is more anomalous. Silence: 0.5 when `missing_count` packets are missing, 1 from
twice as many. Packets that do not fit together: 0.8.

A glucose sensor sends about every five minutes. A MiniLink spreads eight slots over 40 minutes;
the distances differ from transmitter to transmitter, 206 to 387 s were measured. Each slot is
repeated after 11 to 17 s, and a Dexcom G4 sends on four channels within 2 s. So:

- a packet nearer than `repeat_s` to a report is its repeat if it says the same, slot included;
  else it comes from somebody else;
- two reports nearer than `earliest_s` do not come from one sensor;
- where packets name their slot (MiniLink, 0 to 7), it must have gone on by as many steps as the
  time allows, each `shortest_slot_s` to `longest_slot_s` long, since one of the last two reports:
  the true one after a forgery is no forgery.

Time during which the monitor itself was deaf, or off, is not held against a sensor. Silence is
judged for registered sensors only: from the first thing heard at all, or where nothing is heard,
from the beginning of the stream. Meters report when somebody measures and are not judged, nor are
the sensors of known neighbours.

Sees: a sensor that was jammed, removed, or lost, from the start too; an antenna that hears nothing
at a bed with a sensor; forged packets between the true ones. Cannot see: forged packets in place of
the true ones, at the right time and in the right slot; a wrong slot after more than 45
minutes of silence, when all eight are possible; a silence before the first of a file of records.

Known false positives: the patient left the room; a sensor change (two hours of warm-up); a
transmitter that was restarted within 45 minutes and counts its slots anew.

References: mmcommander simulator and Enlite logs for the slots (docs/reference/protocols);
MedMon's TOA feature (IEEE TBCAS 7(6), 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s

from medmon.detect.commands import SECOND_NS, excess_score, heard, number, remark
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.detect.slots import can_follow
from medmon.records import Finding, Gap, Message, Setting, Transmission

_WATCHABLE = frozenset({"silence", "excess"})
_START, _DEAF = "(start)", "(deaf)"
"""Keys that no device has: when listening began, and how long it was interrupted in all."""
_UNHEARD = "nothing heard yet"
"""Note of a start at which the stream began, before anything was heard."""
_MARKS_A_COPY = "is_repeat"
"""The one field in which a repeat differs from what it repeats."""
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
            Packets nearer than this that say the same are one report.
        shortest_slot_s, longest_slot_s : float
            Least and most time from one slot to the next, if only the repeat of one was heard.
        """

        watch: tuple[str, ...] = ("silence", "excess")
        period_s: float = 300.0
        missing_count: int = 3
        tolerance_s: float = 90.0
        earliest_s: float = 150.0
        repeat_s: float = 30.0
        shortest_slot_s: float = 185.0
        longest_slot_s: float = 410.0

        def __post_init__(self) -> None:
            unknown = sorted(set(self.watch) - _WATCHABLE)
            if unknown:
                raise ValueError(f"watch: expected any of {sorted(_WATCHABLE)}, found {unknown}")

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._sensors = {
            f"{device.protocol}:{device.id.lower()}": (
                device.id.lower(),
                device.name or f"sensor {device.id.lower()}",
            )
            for device in setting.devices
            if device.role == "sensor"
        }
        pinned = self._roster.keys | {_START, _DEAF}
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
        """Report a packet that cannot be of the same sensor as the report before.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        message = self._report(transmission)
        if message is None or "excess" not in self._options.watch:
            return ()
        reports = self._ledger.entries(self._roster.key(transmission))
        if not reports:
            return ()
        nearest = min(reports, key=lambda entry: abs(transmission.time_ns - entry.time_ns))
        interval_s = abs(transmission.time_ns - nearest.time_ns) / SECOND_NS
        called = self._roster.called(transmission)
        if interval_s < self._options.earliest_s:
            if self._is_repeat(transmission, message, reports):
                return ()
            text = f"A report of {called} came {interval_s:.0f} s after the one before"
            return (self._excess(transmission, ("interval_s", round(interval_s, 3)), text),)
        if any(self._is_next(transmission, message, entry) for entry in reports[-2:]):
            return ()
        slot = number(message, "slot")
        text = f"A report of {called} came out of turn"
        return (self._excess(transmission, ("slot", slot), text),)

    def _excess(
        self, transmission: Transmission, seen: tuple[str, float | int | None], text: str
    ) -> Finding:
        return remark(
            self.name,
            transmission,
            seen=seen,
            expected=f"about {self._options.period_s:g} s between two reports, slot by slot",
            text=f"{text}; somebody else may be sending in its name.",
            score=0.8,
        )

    def _is_repeat(
        self, transmission: Transmission, message: Message, reports: Sequence[Entry]
    ) -> bool:
        """Say whether a packet says what a report a moment ago said."""
        said = _said(message)
        return any(
            entry.note == said
            and abs(transmission.time_ns - entry.time_ns) < self._options.repeat_s * SECOND_NS
            for entry in reports
        )

    def _is_next(self, transmission: Transmission, message: Message, last: Entry) -> bool:
        """Say whether the slot of a report can have been reached since an earlier one."""
        slot, (before, _, _) = number(message, "slot"), last.note.partition("/")
        interval_s = (transmission.time_ns - last.time_ns) / SECOND_NS
        if slot is None or not before or interval_s < 0:
            return True
        step_s = self._options.shortest_slot_s, self._options.longest_slot_s
        return can_follow(float(before), slot, interval_s, step_s)

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
        message = self._report(transmission)
        if message is None:
            return
        key = self._roster.key(transmission)
        # Repeats belong to the report they repeat: its time is that of the first copy.
        if not self._is_repeat(transmission, message, self._ledger.entries(key)):
            self._ledger.add(key, Entry(transmission.time_ns, self._deaf_s(), _said(message)))

    def begin(self, time_ns: int) -> None:
        """Note that listening begins, or begins anew after the monitor was off.

        Parameters
        ----------
        time_ns : int
            The beginning of the stream.
        """
        self._ledger.add(_START, Entry(time_ns, self._deaf_s(), _UNHEARD))

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
        found = (self._silence(key, time_ns) for key in self._sensors)
        return [finding for finding in found if finding is not None]

    def _silence(self, key: str, time_ns: int) -> Finding | None:
        """Report one sensor if nothing was heard of it for too long."""
        device, name = self._sensors[key]
        marks = [*self._ledger.entries(_START)[-1:], *self._ledger.entries(key)]
        # A clock that was set back leaves reports of the future behind; they excuse nothing.
        past = [mark for mark in marks if mark.time_ns <= time_ns]
        if not past:
            return None
        since = max(past, key=lambda mark: mark.time_ns)
        deaf_s = self._deaf_s() - since.amount
        silent_s = (time_ns - since.time_ns) / SECOND_NS - deaf_s
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
            protocol=key.partition(":")[0],
        )

    def _begin(self, time_ns: int) -> None:
        """Note when the first thing at all was heard.

        Where nothing was overdue before, it counts from there: so a file of records, which begins
        with the first thing heard, gives what the live run gave.
        """
        start = self._ledger.entries(_START)[-1:]
        entry = Entry(time_ns, self._deaf_s())
        if not start:
            self._ledger.add(_START, entry)
        elif start[0].note == _UNHEARD and time_ns - start[0].time_ns <= self._due_s() * SECOND_NS:
            self._ledger.amend(_START, entry)

    def _due_s(self) -> float:
        """Return after how long a sensor is missed."""
        return self._options.missing_count * self._options.period_s + self._options.tolerance_s

    def _deaf_s(self) -> float:
        """Return for how long the monitor was deaf, all gaps together."""
        return sum((entry.amount for entry in self._ledger.entries(_DEAF)[-1:]), 0.0)

    def _report(self, transmission: Transmission) -> Message | None:
        """Return the message of a sensor's own packet, unless it is a neighbour's."""
        message = heard(transmission)
        if message is None or message.role != "sensor" or self._roster.is_neighbour(transmission):
            return None
        return message


def _said(message: Message) -> str:
    """Return slot and digest of a report; the same for a repeat."""
    fields = sorted((name, repr(v)) for name, v in message.fields.items() if name != _MARKS_A_COPY)
    content = blake2s(repr((message.command, fields)).encode(), digest_size=8).hexdigest()
    slot = number(message, "slot")
    return f"{'' if slot is None else slot}/{content}"


PLUGIN = SensorCadence
