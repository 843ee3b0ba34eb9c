"""The verdicts about one thing come in, one alarm's tally comes out.

A tally has a fixed size however long the flood: counts and times are exact, the reasons are the
worst few, and the transmissions and stretches of samples are the latest ones. It also remembers
what was announced last, which is all that the rate limit needs.
"""

from __future__ import annotations

import math
from hashlib import blake2b
from typing import TypeVar

from medmon.records import (
    Alarm,
    AlarmPhase,
    AlarmState,
    Evidence,
    Finding,
    Priority,
    Span,
    Verdict,
)
from medmon.respond.alarms import Input, State, step

REASONS_MAX = 5
TRANSMISSIONS_MAX = 20
EVIDENCE_MAX = 20
SCORE_STEP = 0.1
"""Rise of the score that is announced at once; there are at most ten such steps up to 1."""

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
        Hash of policy, subject and the time it began, so that replay and live agree.
    state : str
        Where it stands in `medmon.respond.alarms.TRANSITIONS`.
    seen_ns : int
        Stream time at which the latest verdict came; the hold time runs from here.
    latching : bool
        Whether any of its verdicts latches.
    count : int
        Verdicts counted.
    """

    __slots__ = (
        "_announced_count",
        "_announced_ns",
        "_announced_score",
        "_evidence",
        "_first_ns",
        "_last_ns",
        "_reasons",
        "_score",
        "_transmissions",
        "_worst",
        "count",
        "id",
        "latching",
        "seen_ns",
        "state",
    )

    def __init__(self, verdict: Verdict, *, seen_ns: int) -> None:
        name = "\0".join((verdict.policy, verdict.subject, str(seen_ns)))
        self.id = blake2b(name.encode(errors="surrogatepass"), digest_size=8).hexdigest()
        self.state: State = "idle"
        self.seen_ns = seen_ns
        self.latching = False
        self.count = 0
        self._worst = verdict
        self._first_ns = self._last_ns = verdict.time_ns
        self._score = 0.0
        self._reasons: dict[tuple[str, str], Finding] = {}
        self._transmissions: dict[str, None] = {}
        self._evidence: dict[Span, None] = {}
        self._announced_count = 0
        self._announced_ns = seen_ns
        self._announced_score = 0.0

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
        escalates = urgency(verdict.priority) > urgency(self._worst.priority)
        if escalates:
            self._worst = verdict
        self.count += 1
        self.seen_ns = seen_ns
        self.latching = self.latching or verdict.latching
        self._first_ns = min(self._first_ns, verdict.time_ns)
        self._last_ns = max(self._last_ns, verdict.time_ns)
        for finding in verdict.findings:
            self._remember(finding)
        return self.put("escalate" if escalates else "raise")

    def put(self, given: Input) -> AlarmPhase | None:
        """Apply an input to the state.

        Parameters
        ----------
        given : str
            An input of `medmon.respond.alarms`.

        Returns
        -------
        str or None
            What has to be announced at once.
        """
        self.state, phase = step(self.state, given)
        return phase

    def is_due(self, *, time_ns: int, update_ns: int) -> bool:
        """Tell whether the count has moved enough for an update.

        Parameters
        ----------
        time_ns : int
            Stream time.
        update_ns : int
            After this time any new occurrence is worth an update.

        Returns
        -------
        bool
            True when the count has doubled, the score has risen by `SCORE_STEP`, or the time is
            up and there is something new.
        """
        return self.has_news() and (
            self.count >= 2 * self._announced_count
            or time_ns - self._announced_ns >= update_ns
            or self._score >= self._announced_score + SCORE_STEP
        )

    def has_news(self) -> bool:
        """Tell whether something was counted that was not yet announced."""
        return self.count != self._announced_count

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
        self._announced_score = self._score
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
        )

    def _state_outside(self) -> AlarmState:
        assert self.state != "idle", "an alarm is announced only after it was raised"
        return self.state

    def _remember(self, finding: Finding) -> None:
        rank = _rank(finding)
        self._score = max(self._score, rank)
        key = (finding.detector, finding.feature)
        if key not in self._reasons or rank > _rank(self._reasons[key]):
            self._reasons[key] = finding
            worst_first = sorted(self._reasons.items(), key=lambda item: -_rank(item[1]))
            self._reasons = dict(worst_first[:REASONS_MAX])
        for transmission in finding.transmissions:
            _keep_latest(self._transmissions, transmission, TRANSMISSIONS_MAX)
        for span in finding.spans:
            _keep_latest(self._evidence, span, EVIDENCE_MAX)


def _rank(finding: Finding) -> float:
    # A score that is not a number must alarm, not vanish: every comparison with NaN is false.
    return 1.0 if math.isnan(finding.score) else finding.score


def _keep_latest(kept: dict[_T, None], item: _T, most: int) -> None:
    """Put `item` last in an ordered set of at most `most` items."""
    kept.pop(item, None)
    kept[item] = None
    if len(kept) > most:
        del kept[next(iter(kept))]
