"""The detector suite passes a good toy and names the fault of each spoilt one.

The toy's score: higher is more anomalous. Sees: a device that was never heard before. Cannot see:
anything else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from medmon.records import Finding, Gap, Setting, Transmission
from signal_fixtures.checks import DETECTOR_CHECKS, BrokenPromiseError, check_detector


class Toy:
    """Notices devices that are new; remembers the last hundred."""

    name = "toy"

    @dataclass(frozen=True, slots=True)
    class Options:
        """How many are remembered."""

        known_count: int = 100

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._known: list[str] = [device.id for device in setting.devices]

    @classmethod
    def sample_options(cls) -> Options:
        """Remember few."""
        return cls.Options(50)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report who is new."""
        message = transmission.message
        if message is None or message.device in self._known:
            return ()
        finding = Finding(
            detector="toy",
            subject=message.device,
            feature="device",
            value=message.device,
            expected="a device heard before",
            text="A new device spoke.",
            time_ns=transmission.time_ns,
            transmissions=(transmission.id,),
            spans=(transmission.span,),
        )
        return (finding,)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember who spoke."""
        del trusted
        if transmission.message is not None and transmission.message.device not in self._known:
            self._known.append(transmission.message.device)
            del self._known[: -self._options.known_count]

    def missed(self, gap: Gap) -> None:
        """Take no note."""

    def overdue(self, time_ns: int) -> Sequence[Finding]:
        """Wait for nobody."""
        del time_ns
        return ()

    def state(self) -> dict[str, Any]:
        """Return who is known."""
        return {"known": list(self._known)}

    def restore(self, state: Mapping[str, object]) -> None:
        """Remember who was known."""
        known = state.get("known", [])
        if not isinstance(known, list) or not all(isinstance(name, str) for name in known):
            raise ValueError("known: expected a list of devices")
        self._known = list(known)


def test_a_detector_that_keeps_its_promises_passes() -> None:
    """The suite asks for nothing that an honest detector cannot do."""
    check_detector(Toy)


class _Eager(Toy):
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        found = super().score(transmission)
        self.learn(transmission, trusted=True)
        return found


class _Fickle(Toy):
    calls = 0

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        _Fickle.calls += 1
        return [replace(f, value=_Fickle.calls) for f in super().score(transmission)]


class _Calendar(Toy):
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        found = super().score(transmission)
        return [replace(f, value=transmission.time_ns // 10**14) for f in found]


class _Amnesic(Toy):
    def restore(self, state: Mapping[str, object]) -> None:
        super().restore(state)
        self._known = []


class _Gullible(Toy):
    def restore(self, state: Mapping[str, object]) -> None:
        known: Any = state.get("known")
        self._known = known if isinstance(known, list) else []


class _Hoarder(Toy):
    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        if transmission.message is not None and trusted:
            self._known.append(transmission.message.device)


class _Fragile(Toy):
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        if transmission.message is None:
            raise BrokenPromiseError("fell over a transmission without a message")
        return super().score(transmission)


class _Loud(Toy):
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        return [replace(f, score=3.0) for f in super().score(transmission)]


class _Vague(Toy):
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        return [replace(f, transmissions=()) for f in super().score(transmission)]


class _Curt(Toy):
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        return [replace(f, text="new") for f in super().score(transmission)]


class _Alarmist(Toy):
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        quiet = Toy(Setting(), self._options)
        return [replace(f, p_value=0.001) for f in quiet.score(transmission)]


class _Rigid(Toy):
    @dataclass(slots=True)
    class Options:
        """Not frozen."""

        known_count: int = 100


class _Blank(Toy):
    pass


_Blank.__module__ = "types"


@pytest.mark.parametrize(
    ("detector", "complaint"),
    [
        (_Eager, "the state has changed|a second look"),
        (_Fickle, "a second look"),
        (_Calendar, "one week later"),
        (_Amnesic, "restore: the state is another one"),
        (_Gullible, "was taken"),
        (_Hoarder, "after a crowd"),
        (_Fragile, "fell over"),
        (_Loud, "not between 0 and 1"),
        (_Vague, "is not named"),
        (_Curt, "not a sentence"),
        (_Alarmist, "at or below 0.1"),
        (_Rigid, "not frozen|sample_options"),
        (_Blank, "nothing about 'score'"),
    ],
)
def test_each_fault_is_found_and_named(detector: type[Any], complaint: str) -> None:
    """A suite that cannot fail is worth nothing: at least one of its checks says this."""
    said = []
    for check in DETECTOR_CHECKS:
        try:
            check(detector)
        except BrokenPromiseError as error:
            said.append(str(error))
    assert any(re.search(complaint, text) for text in said), said
