"""Sensors that stay away, and sensors that come too often."""

from __future__ import annotations

from itertools import accumulate, chain, repeat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Finding, Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Story, Tell

NAME = "sensor-cadence"
# Slot distances in seconds: the mmcommander simulator's, and those measured in an Enlite log.
SLOTS_S = [(307, 241, 357, 271, 335, 206, 246, 326), (309, 387, 256, 250, 345, 277, 250, 321)]


def _report(story: Story, second: float, device: str = "0a0b0c") -> list[Finding]:
    return story.at(second, "sensor", heard={"device": device, "role": "sensor"}, isig=500)


@pytest.mark.parametrize("slots_s", SLOTS_S)
def test_real_schedules_are_ordinary(tell: Tell, slots_s: tuple[int, ...]) -> None:
    """A day of a real transmitter, each slot repeated after 11 to 17 s, raises nothing."""
    story = tell(NAME)
    for number, second in enumerate(accumulate(chain.from_iterable(repeat(slots_s, 36)))):
        assert not _report(story, second)
        assert not _report(story, second + 11 + number % 7)
        assert not story.due(second + 200)


def test_silence(tell: Tell) -> None:
    """Last heard at 08:00: three reports and the tolerance are over at 08:16:30."""
    story = tell(NAME)
    _report(story, 8 * 3600.0)
    assert not story.due("08:16:30")
    (finding,) = story.due("08:16:31")
    assert (finding.subject, finding.feature, finding.value) == ("0a0b0c", "silent_s", 991.0)
    assert finding.score == pytest.approx(0.5 + 0.5 * 91 / 900)
    assert finding.text == "Nothing was heard of sensor 0a0b0c for 17 min."
    assert story.due("09:00")[0].score == 1.0


def test_silence_ends(tell: Tell) -> None:
    """One report ends it, even one that raised another alarm: it was heard."""
    story = tell(NAME)
    _report(story, 0.0)
    assert story.due(2000.0)
    story.at(2001.0, "sensor", heard={"device": "0a0b0c", "role": "sensor"}, trusted=False)
    assert not story.due(2002.0)


def test_registered_sensor_never_heard(tell: Tell) -> None:
    """A sensor jammed from the start is missed from the first thing that was heard."""
    story = tell(NAME)
    assert not story.due("08:00")
    story.at("08:00", "read")
    assert not story.due("08:10")
    assert story.due("08:20")


def test_deaf_time_is_not_silence(tell: Tell) -> None:
    """Ten minutes of lost samples are the monitor's fault, not the sensor's."""
    story = tell(NAME)
    _report(story, 0.0)
    story.deaf(300.0, 600.0)
    assert not story.due(1580.0)
    assert story.due(1600.0)
    _report(story, 1600.0)
    assert not story.due(2500.0)
    assert story.due(2600.0)


def test_gap_without_rate_is_no_time(tell: Tell) -> None:
    """A gap of unknown length cannot excuse anything."""
    story = tell(NAME)
    _report(story, 0.0)
    story.deaf(300.0, 0.0)
    assert story.due(1000.0)


@pytest.mark.parametrize(("second", "found"), [(15, 0), (29, 0), (30, 1), (149, 1), (150, 0)])
def test_too_often(tell: Tell, second: float, found: int) -> None:
    """Nearer than half a period and no repeat: two senders."""
    story = tell(NAME)
    _report(story, 0.0)
    findings = _report(story, second)
    assert [(f.feature, f.value, f.score) for f in findings] == [
        ("interval_s", second, 0.8)
    ] * found


def test_true_sensor_after_a_forgery(tell: Tell) -> None:
    """A forged report half-way is noticed at the latest when the true one follows."""
    story = tell(NAME)
    _report(story, 0.0)
    forged, true = _report(story, 160.0), _report(story, 300.0)
    assert not forged
    assert true


def test_strangers_and_meters(tell: Tell) -> None:
    """Silence is judged for registered sensors only, and meters have no cadence."""
    setting = Setting(devices=(Registered("0d0e0f", "medtronic", "meter"),))
    story = tell(NAME, setting)
    meter = {"device": "0d0e0f", "role": "meter"}
    assert not story.at(0.0, "meter", heard=meter, glucose_mg_dl=100)
    assert not story.at(60.0, "meter", heard=meter, glucose_mg_dl=102)
    _report(story, 0.0, "999999")
    assert not story.due(86_400.0)
    assert _report(story, 100.0, "999999")


def test_watch_chooses(tell: Tell) -> None:
    """Silence is technical, excess is an attack: each has its own row."""
    silence, excess = tell(NAME, watch=("silence",)), tell(NAME, watch=("excess",))
    for story in (silence, excess):
        _report(story, 0.0)
    assert not _report(silence, 60.0)
    assert _report(excess, 60.0)
    assert silence.due(9000.0)
    assert not excess.due(9000.0)


def test_misspelt_watch_is_refused(tell: Tell) -> None:
    """A misspelt word would silently watch nothing."""
    with pytest.raises(ValueError, match="watch: expected any of"):
        tell(NAME, watch=("silent",))


def test_name_of_a_sensor(tell: Tell) -> None:
    """A sensor with a name is called by it."""
    setting = Setting(devices=(Registered("0a0b0c", "medtronic", "sensor", name="Left arm"),))
    story = tell(NAME, setting)
    _report(story, 0.0)
    assert story.due(3600.0)[0].text == "Nothing was heard of Left arm for 60 min."


@settings(deadline=None)
@given(silent_s=st.floats(0, 5000), low=st.integers(1, 12), high=st.integers(1, 12))
def test_less_patience_never_finds_less(tell: Tell, silent_s: float, low: int, high: int) -> None:
    """Whoever waits for fewer reports finds at least as much."""
    counts = []
    for missing_count in sorted((low, high)):
        story = tell(NAME, missing_count=missing_count)
        _report(story, 0.0)
        counts.append(len(story.due(silent_s)))
    assert counts[0] >= counts[1]
