"""Neighbours: they sound like their kind and say nothing that is ours."""

from __future__ import annotations

from typing import Literal

import pytest

from signal_fixtures.acts.foreign import FskSensor, HouseControl, Neighbour, WeatherStation
from signal_fixtures.bed import Device, Emission
from signal_fixtures.scenario import Every, Scenario
from signal_fixtures.stage import Act

SYNC_4B6B = "1111111100000000" * 2
SYNC_MANCHESTER = "1010010101011010"


def _said(act: Act) -> list[Emission]:
    devices = (Device("other", "foreign", registered=False),)
    return list(Scenario("x", devices, (Every(10, act),), 200.0).emissions(6))


def _chips(emission: Emission) -> str:
    return "".join(map(str, emission.signal.chips))


@pytest.mark.parametrize(
    ("act", "modulation", "rate_hz"),
    [
        (WeatherStation("other"), "ook", 2_000.0),
        (HouseControl("other"), "ook", 5_000.0),
        (FskSensor("other", 9_600.0, 20_000.0), "fsk", 9_600.0),
        (Neighbour("other", "medtronic", 4_000.0), "ook", 16_384 * 1.004),
        (Neighbour("other", "omnipod", -4_000.0), "fsk", 40_625 * 0.996),
    ],
)
def test_neighbours_sound_as_they_should(act: Act, modulation: str, rate_hz: float) -> None:
    """Modulation and rate are what a front end has to tell apart."""
    said = _said(act)
    assert len(said) == 20
    assert {e.signal.keying.modulation for e in said} == {modulation}
    assert {e.signal.keying.symbol_rate_hz for e in said} == {rate_hz}
    assert len({e.signal.packet for e in said}) == 20
    assert {e.signal.family for e in said} == {"foreign"}


def test_a_weather_station_keeps_its_information_in_the_distance_of_pulses() -> None:
    """One chip on, then two or four off; 36 bits; three times the same."""
    chips = _chips(_said(WeatherStation("other"))[0])
    third = len(chips) // 3
    assert chips == chips[:third] * 3
    gaps = chips[:third].strip("0").split("1")[1:-1]
    assert len(gaps) == 36
    assert {len(gap) for gap in gaps} == {2, 4}


def test_house_control_has_equal_pulse_and_pause() -> None:
    """Two on two off is a 0, three on three off a 1; twelve zeros and a one open it."""
    assert _chips(_said(HouseControl("other"))[0]).startswith("1100" * 12 + "111000")


@pytest.mark.parametrize(("like", "sync"), [("medtronic", SYNC_4B6B), ("omnipod", SYNC_MANCHESTER)])
def test_near_neighbours_use_the_true_sync_word_every_second_time(
    like: Literal["medtronic", "omnipod"], sync: str
) -> None:
    """Only then do they reach the decoders, whose checks have to hold."""
    said = _said(Neighbour("other", like))
    head = 16 * 8 + 40 if like == "medtronic" else 60 * 16 + 20
    assert [sync in _chips(e)[: head + len(sync)] for e in said[:6]] == [True, False] * 3
