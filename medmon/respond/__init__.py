"""Verdicts come in, alarms come out: one for each thing that is wrong, however often it happens.

Verdicts are grouped by policy and device. A group is one alarm with one identifier from start to
end, so a flood of a hundred thousand forged commands is one alarm whose count is exact, told in
about twenty records, and one that goes on for days is told again at the pace of its priority.

Whoever invents addresses gets no more alarms by it: each policy has `STRANGERS_MAX` places for
devices that are not the patient's own, and what finds none is counted in one further alarm of the
same policy about "several devices", as urgent as the others. The patient's own devices always get
an alarm of their own, and no policy takes the places of another, so a crowd of one kind hides no
attack of another kind and none on an own device. Within one policy a stranger can hide among
strangers it has invented: the alarm stands, but does not name it.

`alarms` holds the state table, `standing` the tally and the pace of one alarm, `novelty` what it
has said, `deadlines` who is next; `delivery` brings records to the sinks. The board itself has no
clock: stream time comes with each verdict and with `advance`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Protocol

from medmon.records import SEVERAL_DEVICES, Alarm, AlarmPhase, Finding, Verdict
from medmon.respond.alarms import Input
from medmon.respond.deadlines import Deadlines, Key
from medmon.respond.standing import Standing

STRANGERS_MAX = 10
"""Alarms of one policy that may be open about single devices that are not the patient's own."""
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
    own : collection of (str, str)
        Protocol and address of the patient's devices, which always get an alarm of their own,
        whatever flood goes on. An address without a protocol is any of them.
    strangers_max : int
        Alarms of one policy that may be open about other devices, each with its own. Further ones
        share one alarm of that policy.

    Notes
    -----
    Time never goes back: what comes with an earlier time than something before is treated as
    coming now. `advance` promises that no verdict before its time will follow; under that promise
    the records do not depend on how often it is called.
    """

    def __init__(
        self, *, own: Collection[tuple[str, str]] = (), strangers_max: int = STRANGERS_MAX
    ) -> None:
        # The protocol is empty where a verdict does not know it.
        self._own = {*own, *(("", address) for _, address in own), ("", MONITOR)}
        self._strangers_max = strangers_max
        self._now_ns = 0
        self._open: dict[Key, Standing] = {}
        self._keys: dict[str, Key] = {}
        self._deadlines = Deadlines()
        self._strangers: Counter[str] = Counter()

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
        if verdict.stage == "withdrawn":
            return self.advance(verdict.time_ns) + self._withdraw(verdict)
        assert verdict.hold_s > 0, "two alarms about one thing must not begin at the same time"
        alarms = self.advance(verdict.time_ns)
        key = _key(verdict)
        if key not in self._open and (not self._has_room(key) or self._is_among(verdict)):
            verdict = _about_several(verdict, self._strangers_max)
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
            Alarms whose condition is over or that are due to be told again, each at its time.
        """
        self._now_ns = max(self._now_ns, time_ns)
        alarms: list[Alarm] = []
        while (deadline := self._deadlines.until(self._now_ns)) is not None:
            alarms += self._meet(*deadline)
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
            Updates with exact counts and states. What is open stays open: that a recording ends is
            no reason to believe that an attack did.
        """
        return [
            alarm
            for key, standing in self._open.items()
            if standing.has_news()
            for alarm in self._tell(key, standing, "update", time_ns=self._now_ns)
        ]

    def _has_room(self, key: Key) -> bool:
        return key[1:] in self._own or self._strangers[key[0]] < self._strangers_max

    def _is_among(self, verdict: Verdict) -> bool:
        """Tell whether what is no longer merely early was counted among several devices."""
        if verdict.stage in {"whole", "early"} or _key(verdict) in self._open:
            return False
        several = self._open.get(_key(_about_several(verdict, self._strangers_max)))
        return several is not None and several.has_early

    def _raise(self, verdict: Verdict) -> list[Alarm]:
        key = _key(verdict)
        standing = self._open.get(key)
        if standing is None:
            standing = self._open[key] = Standing(verdict, seen_ns=self._now_ns)
            self._keys[standing.id] = key
            self._strangers[key[0]] += self._is_stranger(key)
        phase = standing.take(verdict, seen_ns=self._now_ns)
        if phase is None and standing.is_due(time_ns=self._now_ns):
            phase = "update"
        return self._tell(key, standing, phase, time_ns=self._now_ns)

    def _withdraw(self, verdict: Verdict) -> list[Alarm]:
        """Take an early verdict back, from where it was counted."""
        key = _key(_about_several(verdict, self._strangers_max))
        if not self._is_among(verdict):
            key = _key(verdict)
        standing = self._open.get(key)
        if standing is None:
            return []
        return self._tell(key, standing, standing.withdraw(self._now_ns), time_ns=self._now_ns)

    def _meet(self, time_ns: int, key: Key) -> list[Alarm]:
        """Do what the deadline of an alarm is about."""
        standing = self._open[key]
        if time_ns != standing.lapses_ns:
            return self._tell(key, standing, "update", time_ns=time_ns)
        given: Input = "latch" if standing.latching else "lapse"
        phase = standing.put(given, time_ns=time_ns)
        return self._tell(key, standing, phase, time_ns=time_ns)

    def _by_hand(self, alarm_id: str, given: Input, time_ns: int) -> list[Alarm]:
        if alarm_id not in self._keys:
            return []
        key = self._keys[alarm_id]
        standing = self._open[key]
        time_ns = max(time_ns, self._now_ns)
        return self._tell(key, standing, standing.put(given, time_ns=time_ns), time_ns=time_ns)

    def _tell(
        self, key: Key, standing: Standing, phase: AlarmPhase | None, *, time_ns: int
    ) -> list[Alarm]:
        """Write what has to be told of an alarm, and note what is to be done about it next."""
        alarms = [] if phase is None else [standing.announce(phase, time_ns=time_ns)]
        self._deadlines.put(key, standing.deadline_ns)
        if standing.state == "cleared":
            del self._open[key], self._keys[standing.id]
            self._strangers[key[0]] -= self._is_stranger(key)
        return alarms

    def _is_stranger(self, key: Key) -> bool:
        return key[1:] not in self._own and key[2] != SEVERAL_DEVICES


def _key(verdict: Verdict) -> Key:
    return verdict.policy, verdict.protocol or "", verdict.subject


def _about_several(verdict: Verdict, strangers_max: int) -> Verdict:
    """Turn a verdict for which there is no room into one about several devices."""
    finding = Finding(
        detector="board",
        subject=verdict.subject,
        feature="listed_devices_count",
        value=strangers_max,
        expected=f"at most {strangers_max} other devices",
        text="More devices than can be listed; those that are not listed are counted here.",
        time_ns=verdict.time_ns,
        score=0.0,
    )
    findings = (*verdict.findings, finding)
    return replace(verdict, subject=SEVERAL_DEVICES, protocol=None, findings=findings)
