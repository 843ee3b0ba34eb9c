"""The scenario language: stories resolve in order, the same for the same seed, lazily."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signal_fixtures.bed import Device, Emission, Kind, Meaning, ScenarioError, Signal
from signal_fixtures.scenario import At, Attack, Every, Part, Scenario, seconds_after_start
from signal_fixtures.stage import Stage
from signal_fixtures.waveform import ook

SECOND = 1_000_000_000
SIGNAL = Signal("medtronic", b"\xa7", b"\1", ook(16_384.0))


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody calls so many times, a second apart."""

    name: ClassVar[str] = "call"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("pump",)}
    device: str = "pump"
    times: int = 1

    def play(self, stage: Stage) -> None:
        for _ in range(self.times):
            stage.say(stage.device(self.device), SIGNAL, Meaning("", "wakeup", f"{stage.turn}"))
            stage.pause(1.0)


@dataclass(frozen=True, slots=True)
class Hush:
    """Nothing arrives, or it arrives loud."""

    name: ClassVar[str] = "hush"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("pump",)}
    device: str = "pump"
    loud: bool = False

    def play(self, stage: Stage) -> None:
        pass

    def alter(self, emission: Emission) -> Emission | None:
        return replace(emission, rssi_dbfs=0.0) if self.loud else None


PUMP = Device("pump", "pump", "554321")


def _scenario(*story: Part, duration_s: float = 100.0) -> Scenario:
    return Scenario("test", (PUMP,), story, duration_s, start_ns=0)


def _seconds(scenario: Scenario, seed: int = 0) -> list[int]:
    return [emission.time_ns // SECOND for emission in scenario.emissions(seed)]


def test_parts_happen_when_the_story_says() -> None:
    """At once, again and again, and an attack with its own label."""
    scenario = _scenario(Every(30, Call(), first=5), At(20, Call()), Attack("50s", Call()))
    assert _seconds(scenario) == [5, 20, 35, 50, 65, 95]
    labels = [emission.label for emission in scenario.emissions()]
    assert labels == ["ordinary"] * 3 + ["call"] + ["ordinary"] * 2


def test_sessions_that_overlap_are_merged_in_order_of_time() -> None:
    """A monitor hears what is on the air, not one session after the other."""
    scenario = _scenario(At(0, Call(times=9)), At(3.5, Call(times=2)), At(2.2, Call(times=3)))
    times = [emission.time_ns for emission in scenario.emissions()]
    assert times == sorted(times)
    assert len(times) == 14


def test_a_circle_of_periods_is_gone_through() -> None:
    """Sensors space their slots unevenly, always in the same way."""
    assert _seconds(_scenario(Every((10.0, 20.0), Call(), until=70))) == [0, 10, 30, 40, 60]


def test_turns_are_counted() -> None:
    """A sensor takes its slot number from the count."""
    texts = [e.meaning.text for e in _scenario(Every(40, Call())).emissions()]
    assert texts == ["0", "1", "2"]


def test_nothing_begins_after_the_end() -> None:
    """A recording of 100 s has no truth at 103 s."""
    assert _seconds(_scenario(At(98, Call(times=9)))) == [98, 99]


def test_silence_takes_ordinary_emissions_off_the_air_while_it_lasts() -> None:
    """An attack that silences a device leaves a hole, not a label."""
    scenario = _scenario(Every(10, Call()), Attack(25, Hush(), until=55))
    assert _seconds(scenario) == [0, 10, 20, 60, 70, 80, 90]


def test_a_disturbance_labels_what_it_alters_and_spares_other_attacks() -> None:
    """An altered emission belongs to the attack; another attack's packets are not altered."""
    story = (Every(30, Call()), Attack(20, Hush(loud=True), until=70), Attack(45, Call()))
    told = [(e.label, e.rssi_dbfs == 0.0) for e in _scenario(*story).emissions()]
    assert told == [
        ("ordinary", False), ("hush", True), ("call", False), ("hush", True), ("ordinary", False),
    ]  # fmt: skip


def test_windows_tell_of_attacks_that_send_nothing() -> None:
    """A benchmark must know that silence was an attack."""
    scenario = _scenario(Attack(20, Hush()), Attack(30, Hush(), until=40), Attack(5, Call()))
    spans = [(w.attack, w.start_ns // SECOND, w.end_ns // SECOND) for w in scenario.attacks()]
    assert spans == [("hush", 20, 100), ("hush", 30, 40), ("call", 5, 5)]


@given(seed=st.integers(0, 2**63))
def test_the_same_seed_gives_the_same_emissions(seed: int) -> None:
    """A recording in a bug report can be made again from its seed."""
    scenario = _scenario(Every(7, Call(times=2), jitter_s=5.0), At(9, Call()))
    assert list(scenario.emissions(seed)) == list(scenario.emissions(seed))


def test_another_seed_gives_other_emissions() -> None:
    """Otherwise a benchmark over a hundred seeds would be one over a single one."""
    scenario = _scenario(Every(7, Call(), jitter_s=5.0))
    assert _seconds(scenario, 1) != _seconds(scenario, 2)


def test_jitter_delays_by_less_than_asked() -> None:
    """Each turn comes up to jitter_s late, never early."""
    scenario = _scenario(Every(10, Call(), jitter_s=4.0))
    late = [e.time_ns / SECOND - 10 * count for count, e in enumerate(scenario.emissions(3))]
    assert all(0 <= delay < 4 for delay in late)
    assert max(late) - min(late) > 0.5


def test_a_part_at_the_end_changes_nothing_before_it() -> None:
    """Adding an attack to a day must leave the day as it was, or pairs cannot be compared."""
    day = (Every(9, Call(), jitter_s=3.0), At(40, Call(times=3)))
    without = list(_scenario(*day).emissions(5))
    with_attack = list(_scenario(*day, Attack(50, Call())).emissions(5))
    assert [e for e in with_attack if e.label == "ordinary"] == without


def test_a_year_can_be_begun_at_once() -> None:
    """Emissions are made when they are asked for; memory does not grow with the span."""
    scenario = _scenario(Every(1, Call()), duration_s=365 * 86_400.0)
    assert len(list(islice(scenario.emissions(), 10))) == 10


@pytest.mark.parametrize(
    ("when", "seconds"),
    [(12, 12.0), ("90s", 90.0), ("1h30m", 5_400.0), ("2d", 172_800.0), ("1m0.5s", 60.5),
     ("09:10", 600.0), ("09:00:30", 30.0), ("08:59", 86_340.0)],
)  # fmt: skip
def test_moments_are_read(when: float | str, seconds: float) -> None:
    """Seconds, durations and times of day; a time of day is the next one after the start."""
    nine = 1_795_424_400 * SECOND  # 2026-11-23T09:00:00Z
    assert seconds_after_start(when, nine) == pytest.approx(seconds, abs=1e-3)


@pytest.mark.parametrize("when", ["", "soon", "25:00", "12:61", "5 m", "h"])
def test_other_moments_are_refused(when: str) -> None:
    """A misread time would put an attack elsewhere."""
    with pytest.raises(ValueError, match="expected seconds"):
        seconds_after_start(when, 0)


def test_all_mistakes_of_a_scenario_are_listed_with_their_place() -> None:
    """Whoever writes a scenario fixes it in one go."""
    devices = (
        PUMP,
        Device("pump", "pump", "12345"),
        Device("who", "sensor", "00FFEE"),
        Device("x", cast(Kind, "robot")),
    )
    story = (
        At("soon", Call()), At(101, Call("nobody")), Every(0, Call("who")),
        Every("often", Call()), Every(5, Call(), jitter_s=5),
        Attack(5, Call(), until="1d", path="attack.0"),
    )  # fmt: skip
    with pytest.raises(ScenarioError) as caught:
        Scenario("wrong", devices, story, -1.0)
    places = [mistake.split(":")[0] for mistake in caught.value.mistakes]
    assert places == [
        "duration_s", "device.1.name", "device.1.id", "device.2.id", "device.3.kind",
        "story.0.time", "story.1.time", "story.1.device", "story.2.first", "story.2.period",
        "story.2.device", "story.3.first", "story.3.period", "story.4.first", "story.4.jitter_s",
        "attack.0.time", "attack.0.until",
    ]  # fmt: skip


def test_a_programmer_needs_no_address() -> None:
    """CareLink and the PDM speak with the address of their pump or pod."""
    devices = (PUMP, Device("carelink", "programmer"), Device("pdm", "pdm"))
    assert Scenario("ok", devices, (), 1.0).end_ns > 0
