"""Verdicts come in, alarms come out: one for each thing that is wrong, however often it happens.

Verdicts are grouped by policy and subject. A group is one alarm with one identifier from start to
end, so a flood of a hundred thousand forged commands is one alarm whose count is exact, told in
about twenty records. Grouping never hides another attack: another policy or another subject always
opens its own alarm, and a verdict that is more urgent than those before is announced at once.

`alarms` holds the state table, `standing` the tally of one alarm, `delivery` brings records to the
sinks. The board itself has no clock: stream time comes with each verdict and with `advance`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Protocol

from medmon.records import Alarm, Finding, Priority, Verdict
from medmon.respond.alarms import Input
from medmon.respond.standing import Standing, urgency

HOLD_NS = 60_000_000_000
"""How long a condition holds after its latest verdict."""
UPDATE_NS = 300_000_000_000
"""How often an alarm that goes on is told again; the interval of a glucose monitor's reminder."""
OPEN_MAX = 1_000
"""Alarms of one priority that may be open about subjects that are not the patient's own."""
OVERFLOW_POLICY = "alarm-overflow"
MONITOR = "monitor"
"""Subject of alarms about the monitor itself."""


class Sink(Protocol):
    """An outlet for records, one file each in `medmon.respond.sinks`.

    It is constructed with ``Sink(target, options)``: what stands behind the scheme of its URI, and
    the options behind the question mark, of which it gets only those it declares. It raises a
    `medmon.errors.MedmonError` where it cannot be opened or cannot take a record.

    Attributes
    ----------
    options : tuple of str
        Names of the options it understands.
    leaves_machine : bool
        Whether records go to another machine, so that identifiers are hashed unless the
        configuration says otherwise.
    """

    options: ClassVar[tuple[str, ...]]
    leaves_machine: ClassVar[bool]

    def emit(self, line: Mapping[str, Any]) -> None:
        """Take one record as the mapping of its JSON line; types it has no use for are left."""

    def close(self) -> None:
        """Write what is left and let go of files and connections."""


class Board:
    """The alarms of one bed.

    Parameters
    ----------
    own : collection of str
        Subjects that always get an alarm of their own, whatever flood goes on: the patient's
        devices.
    hold_ns : int
        How long a condition holds after its latest verdict; above 0.
    update_ns : int
        How often an alarm that goes on is told again.
    open_max : int
        Alarms of one priority that may be open about all other subjects. Verdicts beyond it are
        counted in one technical alarm, as urgent as the most urgent of them.

    Notes
    -----
    Time never goes back: what comes with an earlier time than something before is treated as
    coming now. `advance` promises that no verdict before its time will follow; under that promise
    the records do not depend on how often it is called.
    """

    def __init__(
        self,
        *,
        own: Collection[str] = (),
        hold_ns: int = HOLD_NS,
        update_ns: int = UPDATE_NS,
        open_max: int = OPEN_MAX,
    ) -> None:
        assert hold_ns > 0, "two alarms about one thing must not begin at the same time"
        self._own = frozenset(own) | {MONITOR}
        self._hold_ns = hold_ns
        self._update_ns = update_ns
        self._open_max = open_max
        self._now_ns = 0
        # Conditions that hold, the one seen longest ago first, and those that are over.
        self._holding: dict[tuple[str, str], Standing] = {}
        self._latched: dict[tuple[str, str], Standing] = {}
        self._places: dict[str, tuple[tuple[str, str], Priority]] = {}
        self._foreign: Counter[Priority] = Counter()

    def feed(self, verdict: Verdict) -> list[Alarm]:
        """Take a verdict.

        Parameters
        ----------
        verdict : Verdict
            What detect decided.

        Returns
        -------
        list of Alarm
            What has to be told now, in order of time.
        """
        alarms = self.advance(verdict.time_ns)
        key = (verdict.policy, verdict.subject)
        if key not in self._holding and key not in self._latched and not self._has_room(verdict):
            verdict = _overflow(verdict, self._open_max)
        return alarms + self._raise(verdict)

    def advance(self, time_ns: int) -> list[Alarm]:
        """Let time pass.

        Parameters
        ----------
        time_ns : int
            Stream time; no verdict before it will follow.

        Returns
        -------
        list of Alarm
            Alarms whose condition is over, each at the time it lapsed.
        """
        self._now_ns = max(self._now_ns, time_ns)
        alarms: list[Alarm] = []
        while self._holding:
            key, standing = next(iter(self._holding.items()))
            lapsed_ns = standing.seen_ns + self._hold_ns
            if lapsed_ns > self._now_ns:
                break
            del self._holding[key]
            self._latched[key] = standing
            given: Input = "latch" if standing.latching else "lapse"
            alarms += self._put(key, standing, given, time_ns=lapsed_ns)
        return alarms

    def acknowledge(self, alarm_id: str, time_ns: int) -> list[Alarm]:
        """Note that a person took notice of an alarm.

        Parameters
        ----------
        alarm_id : str
            Its identifier.
        time_ns : int
            When; stream time does not move by it.

        Returns
        -------
        list of Alarm
            The alarm as it stands now; empty when that changed nothing, because it is not open or
            was acknowledged before.
        """
        return self._by_hand(alarm_id, "acknowledge", time_ns)

    def reset(self, alarm_id: str, time_ns: int) -> list[Alarm]:
        """Take an alarm off the list whose condition is over; one that holds stays.

        Parameters
        ----------
        alarm_id : str
            Its identifier.
        time_ns : int
            When; stream time does not move by it.

        Returns
        -------
        list of Alarm
            The end of the alarm; empty when that changed nothing.
        """
        return self._by_hand(alarm_id, "reset", time_ns)

    def flush(self) -> list[Alarm]:
        """Tell what was counted and not yet told; for the end of a recording.

        Returns
        -------
        list of Alarm
            Updates with exact counts. What is open stays open: that a recording ends is no reason
            to believe that an attack did.
        """
        standings = (*self._holding.values(), *self._latched.values())
        return [
            standing.announce("update", time_ns=self._now_ns)
            for standing in standings
            if standing.has_news()
        ]

    def _has_room(self, verdict: Verdict) -> bool:
        return verdict.subject in self._own or self._foreign[verdict.priority] < self._open_max

    def _raise(self, verdict: Verdict) -> list[Alarm]:
        key = (verdict.policy, verdict.subject)
        standing = self._holding.pop(key, None) or self._latched.pop(key, None)
        if standing is None:
            standing = Standing(verdict, seen_ns=self._now_ns)
            self._places[standing.id] = (key, verdict.priority)
            self._foreign[verdict.priority] += verdict.subject not in self._own
        phase = standing.take(verdict, seen_ns=self._now_ns)
        self._holding[key] = standing
        if phase is None and standing.is_due(time_ns=self._now_ns, update_ns=self._update_ns):
            phase = "update"
        return [] if phase is None else [standing.announce(phase, time_ns=self._now_ns)]

    def _by_hand(self, alarm_id: str, given: Input, time_ns: int) -> list[Alarm]:
        if alarm_id not in self._places:
            return []
        key, _ = self._places[alarm_id]
        standing = self._holding.get(key) or self._latched[key]
        return self._put(key, standing, given, time_ns=max(time_ns, self._now_ns))

    def _put(
        self, key: tuple[str, str], standing: Standing, given: Input, *, time_ns: int
    ) -> list[Alarm]:
        phase = standing.put(given)
        if standing.state == "cleared":
            _, priority = self._places.pop(standing.id)
            self._foreign[priority] -= key[1] not in self._own
            del self._latched[key]
        return [] if phase is None else [standing.announce(phase, time_ns=time_ns)]


def _overflow(verdict: Verdict, open_max: int) -> Verdict:
    """Turn a verdict for which there is no room into one about the board itself."""
    finding = Finding(
        detector="board",
        subject=MONITOR,
        feature="open_alarms",
        value=open_max,
        expected=f"fewer than {open_max} open alarms of one priority",
        text="More things are wrong at once than can be listed; further ones are counted here.",
        time_ns=verdict.time_ns,
    )
    return Verdict(
        policy=OVERFLOW_POLICY,
        priority=max("medium", verdict.priority, key=urgency),
        kind="technical",
        title="Too many different alarms",
        action="Stay with the patient. Acknowledge what is dealt with; then new alarms show again.",
        subject=MONITOR,
        time_ns=verdict.time_ns,
        findings=(finding, *verdict.findings),
        latching=True,
    )
