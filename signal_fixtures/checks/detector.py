"""A detector class comes in; `BrokenPromiseError` comes out if it breaks a promise.

What is promised: scoring changes nothing; the same traffic gives the same findings, a week later
too; what it remembers survives saving, as JSON, and is refused when it has another shape; memory
is bounded under a crowd of strangers; nothing that phy could not measure or a decoder could not
read upsets it; findings explain themselves, with a score of 0 to 1 where higher is more
anomalous; p-values, where it gives any, are not smaller than they promise to be.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any, Protocol, TypeAlias

from medmon.records import Finding, Gap, Setting, Span, Transmission
from signal_fixtures.checks.promise import hold, is_word
from signal_fixtures.checks.traffic import SETTING, START_NS, transmissions

WEEK_NS = 7 * 86_400_000_000_000
CROWD_COUNT = 8_000
"""Strangers after which memory must have stopped growing."""
_SECTIONS = ("score", "sees", "cannot see")


class Detects(Protocol):
    """The shape of a detector; see `medmon.detect.Detector`.

    Its class has a dataclass ``Options`` and a class method ``sample_options()``, and is
    constructed with ``(setting, options)``.
    """

    name: str

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Say what is out of the ordinary; changes nothing."""

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember facts; take it as normal only where it is trusted."""

    def missed(self, gap: Gap) -> None:
        """Take note that the monitor was deaf for a while."""

    def overdue(self, time_ns: int) -> Sequence[Finding]:
        """Say what should have been heard by now; changes nothing."""

    def state(self) -> Any:
        """Return what is remembered, as JSON can hold it."""

    def restore(self, state: Mapping[str, object]) -> None:
        """Remember what `state` returned."""


DetectorCheck: TypeAlias = Callable[[type[Any]], None]


def declares_its_options(detector: type[Any]) -> None:
    """Hold that it has a name, and options with a default each.

    Parameters
    ----------
    detector : type
        The detector.
    """
    hold(is_word(detector.name.replace("-", "_")), f"name: {detector.name!r}")
    options = detector.Options
    hold(is_dataclass(options), "Options: not a dataclass")
    hold(options.__dataclass_params__.frozen, "Options: not frozen")
    for field in fields(options):
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        hold(has_default, f"Options.{field.name}: no default")
        hold(is_word(field.name), f"Options.{field.name}: not lower-case words")
    hold(isinstance(detector.sample_options(), options), "sample_options: not of its Options")
    detector(Setting(), options())


def documents_what_it_sees(detector: type[Any]) -> None:
    """Hold that the module tells the direction of the score, what it sees and what it cannot see.

    Parameters
    ----------
    detector : type
        The detector.
    """
    text = " ".join((sys.modules[detector.__module__].__doc__ or "").lower().split())
    for section in _SECTIONS:
        hold(section in text, f"docstring: nothing about {section!r}")
    hold("higher is more anomalous" in text, "docstring: the direction of the score is not told")


def scoring_changes_nothing(detector: type[Any]) -> None:
    """Hold that looking at traffic leaves no trace; only `learn`, `missed` and `restore` do.

    Parameters
    ----------
    detector : type
        The detector.
    """
    judge = _built(detector)
    for item in transmissions(1, 300):
        before = _text(judge.state())
        first, second = list(judge.score(item)), list(judge.score(item))
        late = list(judge.overdue(item.time_ns)), list(judge.overdue(item.time_ns))
        hold(_told(first) == _told(second), f"score: a second look says {second}, not {first}")
        hold(_told(late[0]) == _told(late[1]), "overdue: a second look says something else")
        hold(_text(judge.state()) == before, "score or overdue: the state has changed")
        judge.learn(item, trusted=not first)


def same_traffic_same_findings(detector: type[Any]) -> None:
    """Hold that two of them agree, and that a week later means the same.

    Parameters
    ----------
    detector : type
        The detector.
    """
    one = _story(_built(detector), 2)
    hold(one == _story(_built(detector), 2), "two of them disagree about the same traffic")
    later = _story(_built(detector), 2, start_ns=START_NS + WEEK_NS)
    hold(one == later, "the same traffic one week later is judged otherwise")


def memory_survives_saving(detector: type[Any]) -> None:
    """Hold that a restart in the middle changes no finding.

    Parameters
    ----------
    detector : type
        The detector.
    """
    traffic = transmissions(3, 400)
    judge = _built(detector)
    _tell(judge, traffic[:200])
    saved = _text(judge.state())
    again = _built(detector)
    again.restore(json.loads(saved))
    is_same = json.loads(_text(again.state())) == json.loads(saved)
    hold(is_same, "restore: the state is another one afterwards")
    told = _tell(judge, traffic[200:]), _tell(again, traffic[200:])
    hold(told[0] == told[1], "restore: later findings are others")


def refuses_a_strange_memory(detector: type[Any]) -> None:
    """Hold that a state of another shape raises ValueError and nothing else.

    Parameters
    ----------
    detector : type
        The detector.
    """
    judge = _built(detector)
    _tell(judge, transmissions(4, 200))
    for key in judge.state():
        for strange in (7, "text", [1, [2]], {"a": {"b": "c"}}, {"a": [[1]]}, None):
            try:
                _built(detector).restore({**judge.state(), key: strange})
            except ValueError:
                continue
            hold(strange == judge.state()[key], f"restore: {key} = {strange!r} was taken")


def memory_is_bounded(detector: type[Any]) -> None:
    """Hold that a crowd of strangers does not make it grow without end.

    Parameters
    ----------
    detector : type
        The detector.
    """
    judge = _built(detector)
    crowd = transmissions(5, 2 * CROWD_COUNT, is_crowd=True)
    _learn(judge, crowd[:CROWD_COUNT])
    half = len(_text(judge.state()))
    _learn(judge, crowd[CROWD_COUNT:])
    whole = len(_text(judge.state()))
    hold(whole <= 1.1 * half + 4_096, f"state: {half} characters, then {whole} after a crowd")


def gaps_of_hearing_and_meaning_are_no_problem(detector: type[Any]) -> None:
    """Hold that gaps, bursts nobody understands and missing measurements are judged calmly.

    Parameters
    ----------
    detector : type
        The detector.
    """
    judge = _built(detector)
    for index, item in enumerate(transmissions(6, 300)):
        bare = replace(item, message=None, protocol=None, raw=None, integrity="failed")
        for either in (item, bare):
            judge.score(either)
            judge.learn(either, trusted=True)
        if index % 50 == 0:
            judge.missed(Gap(Span("traffic", index, 1_000), item.time_ns, 250e3, "test"))
            judge.missed(Gap(Span("traffic", index, 0), item.time_ns, 0.0, "nothing lost"))
        judge.overdue(item.time_ns - WEEK_NS)


def findings_explain_themselves(detector: type[Any]) -> None:
    """Hold that a finding says who, what, how much, and on which transmission it rests.

    Parameters
    ----------
    detector : type
        The detector.
    """
    judge = _built(detector)
    for item in transmissions(8, 600):
        for finding in judge.score(item):
            _explained(finding, judge.name)
            hold(item.id in finding.transmissions, f"transmissions: {item.id} is not named")
            hold(finding.spans, "spans: where it stands in the recording is not told")
            hold(finding.time_ns == item.time_ns, "time_ns: not that of the transmission")
        for finding in judge.overdue(item.time_ns):
            _explained(finding, judge.name)
        judge.learn(item, trusted=True)


def p_values_keep_their_promise(detector: type[Any]) -> None:
    """Hold that on traffic like that it learned from, p-values below 0.1 are not far above 10 %.

    Parameters
    ----------
    detector : type
        The detector.
    """
    judge = _built(detector)
    _learn(judge, transmissions(9, 600))
    fresh = transmissions(10, 400)
    given = [f.p_value for item in fresh for f in judge.score(item) if f.p_value is not None]
    small = sum(p_value <= 0.1 for p_value in given)
    # Mean plus four standard deviations of a binomial count over all items that could be scored.
    allowed = 0.1 * len(fresh) + 4 * (0.09 * len(fresh)) ** 0.5
    hold(small <= allowed, f"p-values: {small} of {len(fresh)} at or below 0.1")
    hold(all(0 <= p_value <= 1 for p_value in given), "p-values: not between 0 and 1")


DETECTOR_CHECKS: tuple[DetectorCheck, ...] = (
    declares_its_options,
    documents_what_it_sees,
    scoring_changes_nothing,
    same_traffic_same_findings,
    memory_survives_saving,
    refuses_a_strange_memory,
    memory_is_bounded,
    gaps_of_hearing_and_meaning_are_no_problem,
    findings_explain_themselves,
    p_values_keep_their_promise,
)


def check_detector(detector: type[Any]) -> None:
    """Run all checks of a detector.

    Parameters
    ----------
    detector : type
        The class; it is constructed with ``(setting, options)``.
    """
    for check in DETECTOR_CHECKS:
        check(detector)


def _built(detector: type[Any]) -> Detects:
    judge: Detects = detector(SETTING, detector.sample_options())
    return judge


def _story(judge: Detects, seed: int, start_ns: int = START_NS) -> list[str]:
    return _tell(judge, transmissions(seed, 400, start_ns=start_ns))


def _tell(judge: Detects, traffic: Sequence[Transmission]) -> list[str]:
    """Judge and learn in the order of the room; return what was said, without the dates."""
    said: list[str] = []
    for item in traffic:
        found = [*judge.overdue(item.time_ns), *judge.score(item)]
        said += _told(replace(finding, time_ns=0) for finding in found)
        judge.learn(item, trusted=not found)
    return said


def _learn(judge: Detects, traffic: Sequence[Transmission]) -> None:
    for item in traffic:
        judge.learn(item, trusted=True)


def _told(findings: Sequence[Finding] | Iterator[Finding]) -> list[str]:
    """Print findings; as text NaN is equal to itself."""
    return [repr(finding) for finding in findings]


def _text(state: object) -> str:
    return json.dumps(state, sort_keys=True)


def _explained(finding: Finding, name: str) -> None:
    hold(finding.detector == name, f"detector: {finding.detector!r} speaks for {name!r}")
    hold(0.0 <= finding.score <= 1.0, f"score: {finding.score} is not between 0 and 1")
    hold(is_word(finding.feature), f"feature: {finding.feature!r} is not lower-case words")
    hold(finding.subject, "subject: which device it is about is not told")
    hold(finding.expected, "expected: what would have been ordinary is not told")
    hold(finding.text.endswith("."), f"text: {finding.text!r} is not a sentence")
