"""Transmissions come in, verdicts go out: which of what was heard deserves which response.

`Judge` gives every transmission to the detector of every policy, lets the policy decide whether a
finding is enough for a verdict, and then decides what may be learned. The order for each
transmission is fixed:

1. Deadlines before its time are looked at, so that silence is noticed before the end of silence.
2. Every detector scores it. Scoring changes nothing.
3. Every detector learns it. Facts (a dose was ordered) are remembered always; what counts as
   normal is learned only from transmissions that led to no verdict.

Deadlines are looked at on a fixed grid of stream time, not whenever `advance` happens to be
called: so the verdicts do not depend on how the stream was cut, and a replay of records gives
the same as the live run. After a jump of more than a day only the latest day of the grid is looked
at (`MAX_TICKS`). Protocols hold a transmission back while they wait for its repeats;
`SETTLE_NS` is how long the grid waits for them.

Headings of packets that are still on the air, or have just ended, are given to those detectors that
need no more (`Foreteller`); what they find is early, and `medmon.detect.foretelling` says what
becomes of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Protocol, runtime_checkable

from medmon.config import Config
from medmon.detect.foretelling import Foretelling, unchecked
from medmon.detect.history import Json, State
from medmon.detect.policy import Policy, policies_from_config
from medmon.plugins import load
from medmon.records import (
    Finding,
    Gap,
    Heading,
    Neighbour,
    Registered,
    Setting,
    Transmission,
    Verdict,
)

TICK_NS = 30_000_000_000
"""Deadlines are looked at twice a minute of stream time."""
SETTLE_NS = 30_000_000_000
"""Longest time a transmission may arrive behind the stream."""
MAX_TICKS = 2_880
"""Deadlines looked at after one jump of stream time: the latest day. Older ones are skipped."""
_STEP_BACK_TICKS = 10
"""Time that falls behind by more ticks than this is a new clock, not a late transmission."""
_REMEMBERED_IDS = 4096


class Detector(Protocol):
    """One idea of what is out of the ordinary.

    A plugin file in detectors/ names such a class in ``PLUGIN``. It also has a frozen dataclass
    ``Options`` (a default for every field, units in the names) and a class method
    ``sample_options()`` that returns options under which it can find something, for tests; it is
    constructed with ``(setting, options)``. Memory is bounded, and nothing but `learn`, `missed`
    and `restore` changes it.

    Attributes
    ----------
    name : str
        Its name; findings carry it.
    """

    name: str

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Say what is out of the ordinary about a transmission; changes nothing.

        Scores are 0 to 1 and higher is more anomalous.
        """

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember facts; take the transmission as normal only where it is trusted."""

    def missed(self, gap: Gap) -> None:
        """Take note that the monitor was deaf for a while."""

    def overdue(self, time_ns: int) -> Sequence[Finding]:
        """Say what should have been heard by now and was not; changes nothing."""

    def state(self) -> State:
        """Return what is remembered, as JSON can hold it."""

    def restore(self, state: Mapping[str, object]) -> None:
        """Remember what `state` returned; ValueError if it has another shape."""


@runtime_checkable
class Beginner(Protocol):
    """What a detector has besides if it must know when listening began, heard or not."""

    def begin(self, time_ns: int) -> None:
        """Take note that the stream begins, or begins anew."""


@runtime_checkable
class Foreteller(Protocol):
    """What a detector has besides if a heading, or one checked packet, is enough for it."""

    def foretell(self, heading: Heading) -> Sequence[Finding]:
        """Say what is out of the ordinary about a packet of which no transmission was made yet.

        It changes nothing, and finds what `score` would find in the whole transmission.
        """


class Judge:
    """All policies of one bed.

    Parameters
    ----------
    policies : sequence of Policy
        The rows that are switched on.
    setting : Setting
        What the monitor was told about the bed.

    Attributes
    ----------
    findings : tuple of Finding
        All findings of the latest call, those below every threshold included.

    Raises
    ------
    PluginError
        If a policy names a detector that does not exist.
    """

    def __init__(self, policies: Sequence[Policy], setting: Setting) -> None:
        self.findings: tuple[Finding, ...] = ()
        self._benches: list[tuple[Policy, Detector]] = [
            (policy, load("detectors", policy.detector)(setting, policy.options))
            for policy in policies
        ]
        self._tick: int | None = None
        self._ids: deque[str] = deque(maxlen=_REMEMBERED_IDS)
        self._seen: set[str] = set()
        self._foretelling = Foretelling()

    def feed(self, item: Transmission | Gap) -> list[Verdict]:
        """Judge one transmission, or take note of a gap.

        Parameters
        ----------
        item : Transmission or Gap
            What protocols heard, or what capture lost. A transmission whose id was judged
            before is left out.

        Returns
        -------
        list of Verdict
            Overdue ones first, then in the order of the policies.
        """
        self.findings = ()
        if isinstance(item, Gap):
            # Transmissions from before the gap may still be on their way through protocols.
            verdicts = self._pass(item.time_ns - SETTLE_NS)
            for _, detector in self._benches:
                detector.missed(item)
            return verdicts
        return self._pass(item.time_ns) + self._judge(item) if self._is_new(item.id) else []

    def glance(self, heading: Heading) -> list[Verdict]:
        """Judge a packet that is still on the air, or has just ended, as far as its heading tells.

        Parameters
        ----------
        heading : Heading
            What protocols read so far. Nothing is learned from it.

        Returns
        -------
        list of Verdict
            Early ones, in the order of the policies; each is confirmed or withdrawn later.
        """
        self.findings = ()
        if self._foretelling.is_full:
            return []
        verdicts: list[Verdict] = []
        for policy, detector in self._benches:
            if isinstance(detector, Foreteller):
                verdicts += self._decide(policy, detector.foretell(heading))
        self.findings = unchecked(self.findings)
        return self._foretelling.early(heading, verdicts)

    def advance(self, time_ns: int) -> list[Verdict]:
        """Notice what is missing.

        Parameters
        ----------
        time_ns : int
            Stream time.

        Returns
        -------
        list of Verdict
            One for each policy, device and tick at which something was overdue, and those that
            rested on headings and were not borne out.
        """
        self.findings = ()
        return self._pass(time_ns - SETTLE_NS) + self._foretelling.withdrawn(time_ns)

    def flush(self) -> list[Verdict]:
        """End the stream: every transmission was judged.

        Returns
        -------
        list of Verdict
            Those that rested on headings and were not borne out; else nothing waits for more.
        """
        self.findings = ()
        return self._foretelling.flush()

    def state(self) -> State:
        """Return what all detectors remember, as JSON can hold it.

        Returns
        -------
        dict
            The memory of each policy's detector, by policy id.
        """
        return {policy.id: dict(detector.state()) for policy, detector in self._benches}

    def restore(self, state: Mapping[str, Json]) -> None:
        """Let all detectors remember what `state` says; policies it does not know start afresh.

        Parameters
        ----------
        state : mapping
            What `state` returned.

        Raises
        ------
        ValueError
            If it has another shape.
        """
        for policy, detector in self._benches:
            given = state.get(policy.id, {})
            if not isinstance(given, dict):
                raise ValueError(f"{policy.id}: expected a table, found {type(given).__name__}")
            detector.restore(given)

    def _is_new(self, identity: str) -> bool:
        """Note an id; False if it was noted before."""
        if identity in self._seen:
            return False
        if len(self._ids) == _REMEMBERED_IDS:
            self._seen.discard(self._ids[0])
        self._ids.append(identity)
        self._seen.add(identity)
        return True

    def _judge(self, transmission: Transmission) -> list[Verdict]:
        """Score, then learn what may be learned."""
        verdicts: list[Verdict] = []
        for policy, detector in self._benches:
            verdicts += self._decide(policy, detector.score(transmission))
        trusted = transmission.integrity == "ok" and not verdicts
        for _, detector in self._benches:
            detector.learn(transmission, trusted=trusted)
        return self._foretelling.confirmed(transmission, verdicts)

    def _pass(self, time_ns: int) -> list[Verdict]:
        """Look at the deadlines of all ticks before a time that were not looked at yet."""
        latest = (time_ns - 1) // TICK_NS
        if self._tick is None or latest < self._tick - _STEP_BACK_TICKS:
            self._tick = latest
            self._begin(time_ns)
        first = max(self._tick + 1, latest - MAX_TICKS + 1)
        self._tick = max(self._tick, latest)
        verdicts: list[Verdict] = []
        for tick in range(first, latest + 1):
            for policy, detector in self._benches:
                verdicts += self._decide(policy, detector.overdue(tick * TICK_NS))
        return verdicts

    def _begin(self, time_ns: int) -> None:
        """Tell those who wait for something from when on they may."""
        for _, detector in self._benches:
            if isinstance(detector, Beginner):
                detector.begin(time_ns)

    def _decide(self, policy: Policy, findings: Sequence[Finding]) -> list[Verdict]:
        if not findings:
            return []
        self.findings += tuple(findings)
        return policy.verdicts(findings)


def setting_from_config(config: Config) -> Setting:
    """Hand on what the configuration says about the bed.

    Parameters
    ----------
    config : Config
        The site's configuration.

    Returns
    -------
    Setting
        Devices, neighbours, limits and time zone.
    """
    return Setting(
        devices=tuple(Registered(**asdict(device)) for device in config.device),
        neighbours=tuple(Neighbour(**asdict(other)) for other in config.neighbour),
        timezone=config.site.timezone,
        **asdict(config.patient),
    )


__all__ = [
    "Beginner",
    "Detector",
    "Foreteller",
    "Judge",
    "MAX_TICKS",
    "Policy",
    "SETTLE_NS",
    "TICK_NS",
    "policies_from_config",
    "setting_from_config",
]
