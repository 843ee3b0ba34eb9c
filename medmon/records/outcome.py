"""The nouns of what people are told: alarms, the monitor's heartbeat and its summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from medmon.records.judgement import AlarmKind, Finding, Priority

AlarmPhase: TypeAlias = Literal["start", "update", "end"]
AlarmState: TypeAlias = Literal["active", "latched", "acknowledged", "cleared"]
AlarmStage: TypeAlias = Literal["whole", "heading", "checked", "confirmed", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the samples behind an alarm are kept.

    Attributes
    ----------
    file : str
        Recording that holds them.
    sample_start, sample_count : int
        Which of its samples.
    sha512 : str or None
        Digest of the file, where it was computed.
    """

    file: str
    sample_start: int
    sample_count: int
    sha512: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """The contract's alarm record: one line for each phase of an alarm's life.

    Attributes
    ----------
    id : str
        Stays the same from start to end.
    time_ns : int
        When this phase happened.
    phase, state, priority, kind : str
        In the words of the contract.
    policy : str
        Identifier of the policy's row.
    title, action : str
        What happened, and what a person should do.
    subject : str
        The device it is about.
    reasons : tuple of Finding
        The findings behind it, worst first, at most a handful.
    transmissions : tuple of str
        Identifiers of the latest transmissions it rests on, bounded.
    evidence : tuple of Evidence
        Where their samples are.
    first_ns, last_ns : int
        First and latest occurrence.
    count : int
        Occurrences so far.
    protocol : str or None
        Name of the decoder that knows the device, where it is known.
    early : bool
        Whether all of it rests on headings: no transmission was made of the packets yet.
    stage : str
        "whole" where it never was early. While it is: "heading" where the latest packet was not
        checked, "checked" where its check holds. After that "confirmed", by a transmission, or
        "withdrawn".
    """

    id: str
    time_ns: int
    phase: AlarmPhase
    state: AlarmState
    priority: Priority
    kind: AlarmKind
    policy: str
    title: str
    action: str
    subject: str
    reasons: tuple[Finding, ...]
    transmissions: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    first_ns: int
    last_ns: int
    count: int
    protocol: str | None = None
    early: bool = False
    stage: AlarmStage = "whole"

    @property
    def score(self) -> float:
        """Highest score among the reasons."""
        return max((reason.score for reason in self.reasons), default=0.0)

    @property
    def p_value(self) -> float | None:
        """Smallest calibrated p-value among the reasons, None when none is calibrated."""
        known = [reason.p_value for reason in self.reasons if reason.p_value is not None]
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Status:
    """The monitor's own heartbeat.

    Attributes
    ----------
    time_ns : int
        Stream time.
    rate_hz : float
        Samples a second of the source.
    noise_dbfs : float or None
        Median noise floor over the band, in one channel.
    samples, samples_lost : int
        Samples seen and lost so far.
    rejections : mapping
        Count for each "protocol/reason".
    """

    time_ns: int
    rate_hz: float
    noise_dbfs: float | None
    samples: int
    samples_lost: int
    rejections: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """The last line of a replay.

    Attributes
    ----------
    time_ns : int
        Stream time at the end.
    samples, samples_lost : int
        Samples seen and lost.
    seconds : float
        Length of what was heard, gaps left out.
    real_time_factor : float or None
        Seconds heard for each second of work; None in a deterministic comparison.
    transmissions : mapping
        Count for each "protocol/integrity".
    alarms : mapping
        Count of alarms for each "priority/policy".
    peak_rss_mb : float or None
        Largest memory of the process.
    """

    time_ns: int
    samples: int
    samples_lost: int
    seconds: float
    transmissions: Mapping[str, int]
    alarms: Mapping[str, int]
    real_time_factor: float | None = None
    peak_rss_mb: float | None = None
