"""Signal strengths outside the band."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Finding, Neighbour, Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Story, Tell

NAME = "rssi-band"
MEASURED = Setting(
    devices=(
        Registered("123456", "medtronic", "pump", rssi_min_dbfs=-50.0, rssi_max_dbfs=-30.0),
        Registered("0a0b0c", "medtronic", "sensor", rssi_min_dbfs=-60.0),
    )
)


SENSOR = {"device": "0a0b0c", "role": "sensor", "direction": "from-device"}


def _sensor(story: Story, second: float, rssi_dbfs: float) -> list[Finding]:
    return story.at(
        second,
        "sensor",
        heard={**SENSOR, "rssi_dbfs": rssi_dbfs},
    )


def test_registered_band(tell: Tell) -> None:
    """A measured band holds from the first packet; its ends belong to it."""
    story = tell(NAME, MEASURED, recent_count=1)
    for rssi_dbfs, found in ((-50.0, 0), (-30.0, 0), (-50.1, 1), (-29.9, 1)):
        pump = {"direction": "from-device", "rssi_dbfs": rssi_dbfs}
        assert len(story.at("14:05", "response", heard=pump)) == found


def test_registered_band_is_not_the_controllers(tell: Tell) -> None:
    """A programmer across the room carries the pump's address, not the pump's strength."""
    far = {"direction": "to-device", "rssi_dbfs": -80.0}
    assert not tell(NAME, MEASURED, recent_count=1).at("14:05", "read", heard=far)


def test_one_open_end(tell: Tell) -> None:
    """A band may have only a lower end."""
    story = tell(NAME, MEASURED, recent_count=1)
    assert not _sensor(story, 0.0, 0.0)
    assert _sensor(story, 1.0, -61.0)


def test_learned_band(tell: Tell) -> None:
    """After twenty packets around -40 dBFS, another place 30 dB away stands out."""
    story = tell(NAME)
    for number in range(20):
        assert not _sensor(story, 300.0 * number, -40.0 + number % 3)
    (finding,) = _sensor(story, 6000.0, -70.0)
    assert (finding.value, finding.expected) == (-70.0, "-49.0 to -29.0 dBFS")


def test_three_of_five(tell: Tell) -> None:
    """The score is the share outside among the last five: one bad packet is no alarm."""
    story = tell(NAME)
    for number in range(20):
        _sensor(story, 300.0 * number, -40.0)
    scores = []
    for number, rssi_dbfs in enumerate((-70.0, -40.0, -70.0, -70.0, -70.0, -70.0)):
        scores.append([f.score for f in _sensor(story, 6000.0 + 300 * number, rssi_dbfs)])
    assert scores == [[0.2], [], [0.4], [0.6], [0.8], [0.8]]


def test_width_follows_the_spread(tell: Tell) -> None:
    """A device that moves about has a wide band: five robust deviations."""
    story = tell(NAME)
    for number in range(40):
        _sensor(story, 300.0 * number, -40.0 + (-6.0, -3.0, 0.0, 3.0, 6.0)[number % 5])
    # Median -40, MAD 3 dB: 5 * 1.4826 * 3 = 22.2 dB to each side.
    assert not _sensor(story, 12_000.0, -62.0)
    assert _sensor(story, 12_300.0, -62.5)


def test_no_band_from_few_packets(tell: Tell) -> None:
    """Nineteen packets are not enough to know what is usual."""
    story = tell(NAME)
    for number in range(19):
        _sensor(story, 300.0 * number, -40.0)
    assert not _sensor(story, 6000.0, -90.0)


def test_alarmed_traffic_does_not_move_the_band(tell: Tell) -> None:
    """An attacker cannot teach the monitor his own strength by being loud often."""
    story = tell(NAME)
    for number in range(20):
        _sensor(story, 300.0 * number, -40.0)
    for number in range(500):
        assert _sensor(story, 6000.0 + 300 * number, -10.0)
    assert not _sensor(story, 200_000.0, -41.0)


def test_drift_of_a_day_cannot_move_a_registered_band(tell: Tell) -> None:
    """Slow poisoning ends at the cap somebody measured."""
    story = tell(NAME, MEASURED, recent_count=1)
    for number in range(288):
        _sensor(story, 300.0 * number, -50.0 - number / 20)
    assert _sensor(story, 86_400.0, -61.0)


@pytest.mark.parametrize("rssi_dbfs", [math.nan, math.inf, -math.inf])
def test_strength_that_is_no_number(tell: Tell, rssi_dbfs: float) -> None:
    """One NaN must not deafen the detector for ever."""
    story = tell(NAME)
    for number in range(20):
        _sensor(story, 300.0 * number, -40.0)
    assert not _sensor(story, 6000.0, rssi_dbfs)
    assert _sensor(story, 6300.0, -70.0)


def test_damaged_packets_teach_nothing(tell: Tell) -> None:
    """Who sent a packet that failed its check is anybody's guess."""
    story = tell(NAME, min_count=1)
    story.at("14:05", "sensor", heard={"integrity": "failed", "rssi_dbfs": -40.0})
    assert not story.at("14:06", "sensor", heard={"rssi_dbfs": -90.0})


def test_memory_of_another_shape_is_refused(tell: Tell) -> None:
    """A damaged memory says so instead of starting with half of it."""
    with pytest.raises(ValueError, match="normal: expected a table, found list"):
        tell(NAME).detector.restore({"normal": []})


@settings(deadline=None)
@given(
    levels=st.lists(st.floats(-90, 0), min_size=21, max_size=21),
    low=st.floats(0, 30),
    high=st.floats(0, 30),
)
def test_narrower_floor_never_finds_less(
    tell: Tell, levels: list[float], low: float, high: float
) -> None:
    """A narrower band gives at least the findings of a wider one, on the same memory.

    A band refuses what is outside it, so the memory is the same only until there is one.
    """
    stories = [tell(NAME, k=0.0, floor_db=floor) for floor in sorted((low, high))]
    counts = []
    for story in stories:
        for number, level in enumerate(levels[:-1]):
            heard = {"device": "0a0b0c", "rssi_dbfs": level}
            story.at(300.0 * number, "sensor", heard=heard, trusted=True)
        counts.append(
            len(story.at(1e5, "sensor", heard={"device": "0a0b0c", "rssi_dbfs": levels[-1]}))
        )
    assert counts[0] >= counts[1]


def test_single_packets_outside_are_not_learned(tell: Tell) -> None:
    """Two of five from another place are no alarm, and must not become the usual place either."""
    story = tell(NAME)
    for number in range(20):
        _sensor(story, 300.0 * number, -40.0)
    for number in range(400):
        _sensor(story, 6000.0 + 60 * number, -20.0 if number % 5 < 2 else -40.0)
    assert _sensor(story, 60_000.0, -29.0)
    for number in range(100):
        second = 60_060.0 + 60 * number
        story.at(second, "sensor", heard={**SENSOR, "rssi_dbfs": -25.0}, trusted=True)
    assert _sensor(story, 70_000.0, -29.0)


def test_a_slow_walk_is_bounded(tell: Tell) -> None:
    """Whoever stays just inside drags the band six decibels at most; the old place stays usual."""
    story = tell(NAME)
    levels_dbfs = [-40.0] * 20 + [-40.0 + 0.05 * number for number in range(1, 601)]
    for number, level_dbfs in enumerate(levels_dbfs):
        _sensor(story, 60.0 * number, level_dbfs)
    # First median -40, drift 6; the walk spreads by little, so half a band is 10 to 15.
    assert _sensor(story, 40_000.0, -18.9)
    assert not _sensor(story, 40_060.0, -40.0)


def test_bands_of_two_systems_are_apart(tell: Tell) -> None:
    """A band that was measured for a pump is not that of a pod with its number."""
    story = tell(NAME, MEASURED, recent_count=1)
    pod = {"protocol": "omnipod", "direction": "from-device", "rssi_dbfs": -80.0}
    assert not story.at(0.0, "status", heard=pod)
    assert story.at(1.0, "status", heard={**pod, "protocol": "medtronic"})


def test_neighbours_are_not_judged(tell: Tell) -> None:
    """Where the next bed's devices stand is of no interest."""
    setting = Setting(neighbours=(Neighbour("0a0b0c", "medtronic"),))
    story = tell(NAME, setting, min_count=1)
    assert not _sensor(story, 0.0, -40.0)
    assert not _sensor(story, 1.0, -90.0)
