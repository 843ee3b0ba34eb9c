"""The verdicts about one thing come in, one alarm's tally comes out.

A tally has a fixed size however long the flood: counts and times are exact, the reasons are the
worst few, and the transmissions and stretches of samples are the latest ones. It also remembers
what was announced last, which is all that the rate limit needs.

The rate limit: a start, an end, an escalation and what a person did are announced at once, and so
is the first time that the alarm latches. Everything else waits for the reminder of its priority
(`PACES`) after the latest record: that it was seen again, and that it turned from latched to active
and back. A doubled count is announced at once too, where there is hurry. So whatever the spacing of
a flood, its records are the reminders and about twenty more, and no record is ever wrong: each
tells the count and the state of its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from medmon.records import (
    Alarm,
    AlarmPhase,
    AlarmStage,
    AlarmState,
    Evidence,
    Finding,
    Priority,
    Span,
    Verdict,
)
from medmon.respond.alarms import Input, State, step
from medmon.respond.novelty import Novelty, Topic, rank, topic_of

REASONS_MAX = 5
TRANSMISSIONS_MAX = 20
EVIDENCE_MAX = 20
MINUTE_NS = 60_000_000_000


class Pace(NamedTuple):
    """How often an alarm that goes on is told again.

    Attributes
    ----------
    reminder_ns : int
        Time from one record to the next.
    is_hurried : bool
        Whether another command and a doubled count are told at once.
    """

    reminder_ns: int
    is_hurried: bool


PACES: Mapping[Priority, Pace] = MappingProxyType(
    {
        "high": Pace(5 * MINUTE_NS, is_hurried=True),
        "medium": Pace(10 * MINUTE_NS, is_hurried=True),
        "low": Pace(30 * MINUTE_NS, is_hurried=True),
        "info": Pace(60 * MINUTE_NS, is_hurried=False),
    }
)
"""The pace of each priority; five minutes is the interval of a glucose monitor's reminder."""

_T = TypeVar("_T")
_URGENCY: dict[Priority, int] = {"info": 0, "low": 1, "medium": 2, "high": 3}


def urgency(priority: Priority) -> int:
    """Order priorities.

    Parameters
    ----------
    priority : {"high", "medium", "low", "info"}
        A priority.

    Returns
    -------
    int
        Larger is more urgent.
    """
    return _URGENCY[priority]


class Standing:
    """One alarm and everything that was ever counted into it.

    Parameters
    ----------
    verdict : Verdict
        The first one; it is not yet counted.
    seen_ns : int
        Stream time at which it came.

    Attributes
    ----------
    id : str
        Hash of policy, device and the time it began, so that replay and live agree.
    state : str
        Where it stands in `medmon.respond.alarms.TRANSITIONS`.
    seen_ns : int
        Stream time at which the latest verdict came; the hold time runs from here.
    hold_ns : int
        The longest hold time of its verdicts.
    latching : bool
        Whether any of its verdicts latches.
    count : int
        Verdicts counted.
    """

    __slots__ = (
        "_announced_count",
        "_announced_early",
        "_announced_ns",
        "_announced_state",
        "_early_count",
        "_evidence",
        "_first_ns",
        "_has_latched",
        "_is_checked",
        "_is_withdrawn",
        "_last_ns",
        "_novelty",
        "_reasons",
        "_transmissions",
        "_was_early",
        "_worst",
        "count",
        "hold_ns",
        "id",
        "latching",
        "seen_ns",
        "state",
    )

    def __init__(self, verdict: Verdict, *, seen_ns: int) -> None:
        device = (verdict.protocol, verdict.subject) if verdict.protocol else (verdict.subject,)
        name = "\0".join((verdict.policy, *device, str(seen_ns)))
        self.id = blake2b(name.encode(errors="surrogatepass"), digest_size=8).hexdigest()
        self.state: State = "idle"
        self.seen_ns = seen_ns
        self.hold_ns = 0
        self.latching = False
        self.count = 0
        self._worst = verdict
        self._first_ns = self._last_ns = verdict.time_ns
        self._novelty = Novelty()
        self._reasons: dict[Topic, Finding] = {}
        self._transmissions: dict[str, None] = {}
        self._evidence: dict[Span, None] = {}
        self._announced_count = 0
        self._announced_ns = seen_ns
        self._announced_state: State = "idle"
        self._announced_early = False
        self._was_early = False
        self._early_count = 0
        self._is_checked = False
        self._is_withdrawn = False
        self._has_latched = False

    @property
    def lapses_ns(self) -> int | None:
        """When the condition is over unless a verdict comes; None if it is over."""
        holds = self.state in {"active", "acknowledged"}
        return self.seen_ns + self.hold_ns if holds else None

    @property
    def due_ns(self) -> int | None:
        """When what is not yet announced has to be; None if all is."""
        return self._announced_ns + self._pace.reminder_ns if self.has_news() else None

    @property
    def deadline_ns(self) -> int | None:
        """When something has to be done about it even if nothing comes; None if never."""
        times_ns = [time_ns for time_ns in (self.lapses_ns, self.due_ns) if time_ns is not None]
        return min(times_ns, default=None)

    def take(self, verdict: Verdict, *, seen_ns: int) -> AlarmPhase | None:
        """Count a verdict.

        Parameters
        ----------
        verdict : Verdict
            A verdict of the same policy about the same subject.
        seen_ns : int
            Stream time at which it came.

        Returns
        -------
        str or None
            What has to be announced at once.
        """
        is_urgent = urgency(verdict.priority) > urgency(self._worst.priority)
        if is_urgent:
            self._worst = verdict
        self._count_in(verdict)
        self.seen_ns = seen_ns
        self.hold_ns = max(self.hold_ns, round(verdict.hold_s * 1e9))
        self.latching = self.latching or verdict.latching
        self._first_ns = min(self._first_ns, verdict.time_ns)
        self._last_ns = max(self._last_ns, verdict.time_ns)
        news = [self._remember(finding) for finding in verdict.findings]
        phase = self.put("escalate" if is_urgent or any(news) else "raise", time_ns=seen_ns)
        is_certain = self._announced_early and not self.is_early
        return phase or ("update" if is_certain else None)

    def withdraw(self, time_ns: int) -> AlarmPhase | None:
        """Take back a verdict that rested on a heading.

        Parameters
        ----------
        time_ns : int
            Stream time.

        Returns
        -------
        str or None
            The end, where the alarm rested on nothing else.
        """
        if not self._early_count:
            return None
        self._early_count -= 1
        if self.count == 1:
            # It ends with what it began with: an end that counts nothing would explain nothing.
            self._early_count = 1
            self._is_withdrawn = True
            return self.put("withdraw", time_ns=time_ns)
        self.count -= 1
        return None

    @property
    def has_early(self) -> bool:
        """Whether some of it rests on headings that are not yet confirmed."""
        return self._early_count > 0

    @property
    def is_early(self) -> bool:
        """Whether all of it rests on headings that are not yet confirmed."""
        return self._early_count == self.count

    def _count_in(self, verdict: Verdict) -> None:
        """Count a verdict; what checks or confirms an early one was counted with it."""
        if verdict.stage == "confirmed" and self._early_count:
            self._early_count -= 1
            return
        is_early = verdict.stage in {"early", "checked"}
        if is_early:
            self._is_checked = verdict.is_checked
        if verdict.stage == "checked" and self._early_count:
            return
        self.count += 1
        self._early_count += is_early

    def put(self, given: Input, *, time_ns: int) -> AlarmPhase | None:
        """Apply an input to the state.

        Parameters
        ----------
        given : str
            An input of `medmon.respond.alarms`.
        time_ns : int
            Stream time.

        Returns
        -------
        str or None
            What has to be announced at once.
        """
        self.state, phase = step(self.state, given)
        if given == "acknowledge":
            self._novelty.notice()
        is_turn = phase == "update" and given in {"raise", "latch"}
        is_first = given == "latch" and not self._has_latched
        self._has_latched = self._has_latched or given == "latch"
        return None if is_turn and not is_first and not self._is_time(time_ns) else phase

    def is_due(self, *, time_ns: int) -> bool:
        """Tell whether the count has moved enough for an update.

        Parameters
        ----------
        time_ns : int
            Stream time.

        Returns
        -------
        bool
            True when there is something new, and the count has doubled or the time is up.
        """
        has_doubled = self._pace.is_hurried and self.count >= 2 * self._announced_count
        return self.has_news() and (has_doubled or self._is_time(time_ns))

    def has_news(self) -> bool:
        """Tell whether the count or the state is another than was announced."""
        announced = (self._announced_count, self._announced_state)
        return (self.count, self.state) != announced

    def announce(self, phase: AlarmPhase, *, time_ns: int) -> Alarm:
        """Write the alarm as it stands, and remember that it was announced.

        Parameters
        ----------
        phase : {"start", "update", "end"}
            What is announced.
        time_ns : int
            When.

        Returns
        -------
        Alarm
            The record.
        """
        self._announced_count = self.count
        self._announced_ns = time_ns
        self._announced_state = self.state
        self._announced_early = self.is_early
        self._was_early = self._was_early or self.is_early
        return Alarm(
            id=self.id,
            time_ns=time_ns,
            phase=phase,
            state=self._state_outside(),
            priority=self._worst.priority,
            kind=self._worst.kind,
            policy=self._worst.policy,
            title=self._worst.title,
            action=self._worst.action,
            subject=self._worst.subject,
            reasons=tuple(self._reasons.values()),
            transmissions=tuple(self._transmissions),
            evidence=tuple(
                Evidence(span.source, span.sample_start, span.sample_count)
                for span in self._evidence
            ),
            first_ns=self._first_ns,
            last_ns=self._last_ns,
            count=self.count,
            protocol=self._worst.protocol,
            early=self.is_early,
            stage=self._stage(),
        )

    @property
    def _pace(self) -> Pace:
        return PACES[self._worst.priority]

    def _is_time(self, time_ns: int) -> bool:
        return time_ns >= self._announced_ns + self._pace.reminder_ns

    def _state_outside(self) -> AlarmState:
        assert self.state != "idle", "an alarm is announced only after it was raised"
        return self.state

    def _stage(self) -> AlarmStage:
        if self._is_withdrawn:
            return "withdrawn"
        if self.is_early:
            return "checked" if self._is_checked else "heading"
        return "confirmed" if self._was_early else "whole"

    def _remember(self, finding: Finding) -> bool:
        """Count a finding; True if it says something worse or something else than those before."""
        self._reason(finding)
        for transmission in finding.transmissions:
            _keep_latest(self._transmissions, transmission, TRANSMISSIONS_MAX)
        for span in finding.spans:
            _keep_latest(self._evidence, span, EVIDENCE_MAX)
        is_worse = self._novelty.is_worse(finding)
        is_other = self._novelty.is_other(finding, is_noticed=self.state == "acknowledged")
        return is_worse or (is_other and self._pace.is_hurried)

    def _reason(self, finding: Finding) -> None:
        topic = topic_of(finding)
        known = self._reasons.get(topic)
        is_certain = known is not None and known.early and not finding.early
        if known is None or is_certain or rank(finding) > rank(known):
            # Among equals the latest comes first: it is what a person has not yet read.
            others = {key: reason for key, reason in self._reasons.items() if key != topic}
            reasons = {topic: finding, **others}.items()
            worst_first = sorted(reasons, key=lambda item: -rank(item[1]))
            self._reasons = dict(worst_first[:REASONS_MAX])


def _keep_latest(kept: dict[_T, None], item: _T, most: int) -> None:
    """Put `item` last in an ordered set of at most `most` items."""
    kept.pop(item, None)
    kept[item] = None
    if len(kept) > most:
        del kept[next(iter(kept))]
