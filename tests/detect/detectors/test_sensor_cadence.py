"""Sensors that stay away, and sensors that come too often."""

from __future__ import annotations

from itertools import accumulate, chain, repeat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Finding, Neighbour, Registered, Setting
from signal_fixtures.devices.medtronic_bodyside import SensorReading

if TYPE_CHECKING:
    from tests.detect.conftest import Furnish, Story, Tell

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


BED = '[[device]]\nid = "0d1234"\nprotocol = "medtronic"\nrole = "sensor"\n'


def _packet(isig: int, slot: int, *, is_repeat: bool = False, sensor: str = "0d1234") -> bytes:
    older = (isig,) * 8
    return SensorReading(sensor, (isig, *older), slot, is_repeat=is_repeat).packet()


def test_forged_value_beside_each_true_one(furnish: Furnish) -> None:
    """A value 25 % lower, 20 s after each true one, is no repeat; the true ones stay in order."""
    bed = furnish(BED)
    for number in range(20):
        slot, second = number % 8, 300.0 * number
        assert bed.hear(second, _packet(100, slot)) == []
        assert bed.hear(second + 13, _packet(100, slot, is_repeat=True)) == []
        assert bed.hear(second + 20, _packet(75, (slot + 3) % 8)) == ["sensor-too-often"]


def test_repeat_with_another_value(furnish: Furnish) -> None:
    """A forgery that marks itself as the repeat of the slot still says something else."""
    bed = furnish(BED)
    bed.hear(0.0, _packet(100, 4))
    assert bed.hear(13.0, _packet(80, 4, is_repeat=True)) == ["sensor-too-often"]


def test_report_out_of_turn(furnish: Furnish) -> None:
    """A forgery in place of the next report must know its slot."""
    for slot, told in ((5, []), (4, ["sensor-too-often"]), (6, ["sensor-too-often"])):
        bed = furnish(BED)
        bed.hear(0.0, _packet(100, 4))
        assert bed.hear(300.0, _packet(100, slot)) == told


def test_a_day_of_nothing(furnish: Furnish) -> None:
    """An unplugged antenna hears nothing from the start; the sensor at this bed is missed."""
    bed = furnish(BED)
    assert bed.wait(0.0) == []
    assert bed.wait(960.0) == []
    assert set(bed.wait(86_400.0)) == {"sensor-silent"}


def test_a_short_recording_of_nothing(furnish: Furnish) -> None:
    """A quarter of an hour without the sensor is no silence yet."""
    bed = furnish(BED)
    assert [told for second in range(0, 991, 30) for told in bed.wait(float(second))] == []


def test_a_restart_is_not_the_sensors_silence(tell: Tell) -> None:
    """A monitor that was off for a night waits its time before it misses anybody."""
    story = tell(NAME)
    _report(story, 0.0)
    assert story.due(30_000.0)
    story.begin(30_000.0)
    assert not story.due(30_990.0)
    assert story.due(30_991.0)


def test_first_thing_heard_starts_the_clock(furnish: Furnish) -> None:
    """A file of records begins with the first thing heard, and must give what the live run gave."""
    live, records = furnish(BED), furnish(BED)
    live.wait(0.0)
    for bed in (live, records):
        bed.hear(600.0, _packet(100, 0, sensor="abcdef"))
    assert live.wait(1560.0) == records.wait(1560.0) == []
    assert live.wait(1630.0) == records.wait(1630.0) != []


def test_a_clock_set_back_excuses_no_silence(furnish: Furnish) -> None:
    """A report dated tomorrow does not keep the watch quiet until tomorrow."""
    bed = furnish(BED)
    bed.hear(86_400.0, _packet(100, 0))
    assert bed.wait(3600.0) == []
    assert set(bed.wait(7200.0)) == {"sensor-silent"}


def test_neighbours_sensor(tell: Tell) -> None:
    """Two neighbours with one number are not this bed's trouble."""
    setting = Setting(neighbours=(Neighbour("0a0b0c", "medtronic"),))
    story = tell(NAME, setting)
    _report(story, 0.0)
    assert not _report(story, 60.0)
