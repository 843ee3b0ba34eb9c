"""Commands that were heard before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Command, Neighbour, Registered, Setting
from signal_fixtures.devices.omnipod import message, packets_of
from signal_fixtures.devices.omnipod_insulin import bolus, cancel, temp_basal

if TYPE_CHECKING:
    from tests.detect.conftest import Bedside, Furnish, Tell

NAME = "replay"
POD = {"device": "1f014828", "protocol": "omnipod", "role": "pdm"}
REMOTE = {"device": "777777", "role": "remote", "direction": "from-device"}


def test_same_nonce_again_is_a_replay(tell: Tell) -> None:
    """A recorded pod command, sent again the next day, is a replay for certain."""
    story = tell(NAME)
    pod = {**POD, "sequence": 9}
    assert not story.at("2026-11-23T08:00", "bolus", heard=pod, units_iu=2.0, nonce_hex="0ea9127c")
    (finding,) = story.at(
        "2026-11-24T08:00", "bolus", heard=pod, units_iu=2.0, nonce_hex="0ea9127c"
    )
    assert (finding.subject, finding.feature, finding.value) == ("1f014828", "copy_age_s", 86_400)
    assert finding.score == 1.0
    assert "1440 min before" in finding.text


def test_new_nonce_is_a_new_command(tell: Tell) -> None:
    """The same bolus with the next nonce is what the handheld lawfully sends."""
    story = tell(NAME)
    for number in range(5):
        pod = {**POD, "sequence": number}
        assert not story.at(
            60.0 * number, "bolus", heard=pod, units_iu=2.0, nonce_hex=f"{number:08x}"
        )


def test_retransmissions_are_no_replay(tell: Tell) -> None:
    """A handheld that hears no answer repeats for seconds, 80 to 330 ms apart."""
    story = tell(NAME)
    pod = {**POD, "sequence": 9}
    for number in range(40):
        assert not story.at(0.25 * number, "bolus", heard=pod, nonce_hex="0ea9127c")


def test_endless_retries_are_remarkable(tell: Tell) -> None:
    """No handheld asks for half a minute; a copy every four seconds does not stay a retry."""
    story = tell(NAME)
    found = [bool(story.at(4.0 * n, "bolus", heard=POD, nonce_hex="0e")) for n in range(10)]
    assert found == [False] * 5 + [True] * 5


def test_short_sequence_sets_apart_for_minutes(tell: Tell) -> None:
    """Five bits of sequence come round again: a copy is a replay for five minutes only."""
    story = tell(NAME)
    pod = {**POD, "sequence": 9}
    story.at("08:00", "settings", heard=pod)
    assert story.at("08:04", "settings", heard=pod)
    assert not story.at("08:10", "settings", heard=pod)


@pytest.mark.parametrize(
    ("again", "score"), [("14:02", 0.7), ("14:05", 0.55), ("14:09:59", 0.3), ("14:10", None)]
)
def test_same_order_twice(tell: Tell, again: str, score: float | None) -> None:
    """Medtronic has no numbers: the same bolus again is the odder the sooner it comes."""
    story = tell(NAME)
    assert not story.at("14:00", "bolus", units_iu=2.0)
    findings = story.at(again, "bolus", units_iu=2.0)
    assert [round(f.score, 2) for f in findings] == ([] if score is None else [score])


def test_another_order_is_no_repeat(tell: Tell) -> None:
    """A bolus of another size is another matter; so is the same for another pump."""
    story = tell(NAME)
    story.at("14:00", "bolus", units_iu=2.0)
    assert not story.at("14:01", "bolus", units_iu=2.5)
    assert not story.at("14:02", "bolus", units_iu=2.0, heard={"device": "999999"})


def test_what_repeats_by_nature(tell: Tell) -> None:
    """Wake-ups, questions, sensors, announcements and answers come again and again."""
    story = tell(NAME)
    for number in range(3):
        assert not story.at(60.0 * number, "wakeup")
        assert not story.at(60.0 * number + 1, "read")
        assert not story.at(60.0 * number + 2, "bolus", announcement=True)
        assert not story.at(60.0 * number + 3, "sensor", heard={"role": "sensor"}, isig=500)


def test_replayed_press_of_a_remote(tell: Tell) -> None:
    """Each press has its number; the same number hours later was recorded."""
    story = tell(NAME)
    press = {**REMOTE, "sequence": 40}
    assert not story.at("08:00", "button", heard=press, button="bolus")
    (finding,) = story.at("11:00", "button", heard=press, button="bolus")
    assert finding.score == 1.0


@pytest.mark.parametrize(
    ("last", "now", "found"), [(40, 41, 0), (255, 0, 0), (40, 20, 1), (0, 255, 1), (40, 160, 0)]
)
def test_counter_of_a_remote(tell: Tell, last: int, now: int, found: int) -> None:
    """The press counter goes up and wraps at 256; backwards means an old recording."""
    story = tell(NAME)
    story.at("08:00", "button", heard={**REMOTE, "sequence": last})
    findings = story.at("11:00", "button", heard={**REMOTE, "sequence": now})
    assert [finding.score for finding in findings] == [0.6] * found


def test_watch_chooses(tell: Tell) -> None:
    """Copies are an attack, repeats perhaps a habit: each has its own row."""
    for watch, order, press in ((("copy",), 0, 1), (("repeat",), 1, 0)):
        story = tell(NAME, watch=watch)
        story.at("14:00", "bolus", units_iu=2.0)
        assert len(story.at("14:01", "bolus", units_iu=2.0)) == order
        story.at("14:02", "button", heard={**REMOTE, "sequence": 9})
        assert len(story.at("14:03", "button", heard={**REMOTE, "sequence": 9})) == press
        assert len(story.at("14:04", "button", heard={**REMOTE, "sequence": 5})) == press


def test_misspelt_watch_is_refused(tell: Tell) -> None:
    """A misspelt word would silently watch nothing."""
    with pytest.raises(ValueError, match="watch: expected any of"):
        tell(NAME, watch=("copies",))


def test_flood_of_strangers_does_not_make_it_forget(tell: Tell) -> None:
    """A thousand invented addresses push out each other, not the patient's own pump."""
    setting = Setting(devices=(Registered("1f014828", "omnipod", "pump"),))
    story = tell(NAME, setting)
    story.at("08:00", "bolus", heard=POD, nonce_hex="0ea9127c")
    for number in range(1000):
        story.at(30_000.0 + number, "bolus", heard={"device": f"{number:06x}"})
    assert story.at("12:00", "bolus", heard=POD, nonce_hex="0ea9127c")


@settings(deadline=None)
@given(gap_s=st.floats(0.01, 2000), low=st.floats(0.1, 2000), high=st.floats(0.1, 2000))
def test_longer_memory_never_finds_less(tell: Tell, gap_s: float, low: float, high: float) -> None:
    """Whoever remembers longer finds at least as much."""
    counts = []
    for repeat_s in sorted((low, high)):
        story = tell(NAME, repeat_s=repeat_s)
        story.at(0.0, "bolus", units_iu=1.0)
        counts.append(len(story.at(gap_s, "bolus", units_iu=1.0)))
    assert counts[0] <= counts[1]


BED = '[[device]]\nid = "1f014828"\nprotocol = "omnipod"\nrole = "pump"\n'
RECORDED = (9999, 1.0)


def _order(bed: Bedside, second: float, *blocks: bytes, sequence: int = 1) -> list[str]:
    return bed.hear(second, *packets_of(message("1f014828", 1, *blocks), "PDM", sequence))


def test_a_working_loop_does_not_make_it_forget(furnish: Furnish) -> None:
    """After a day of cancels and temporary rates every five minutes a replayed bolus is known."""
    bed = furnish(BED)
    assert _order(bed, 0.0, *bolus(*RECORDED)) == []
    for number in range(288):
        second = 300.0 * (number + 1)
        _order(bed, second, cancel(10_000 + 2 * number, "temp-basal"))
        _order(bed, second + 2, *temp_basal(10_001 + 2 * number, 0.1, 1800))
    assert "replayed-command" in _order(bed, 87_000.0, *bolus(*RECORDED))


def test_a_flood_of_cancels_does_not_make_it_forget(furnish: Furnish) -> None:
    """Thousands of silent cancels, each with another number, push out no bolus."""
    bed = furnish(BED)
    _order(bed, 0.0, *bolus(*RECORDED))
    for number in range(2100):
        _order(bed, 60.0 + number, cancel(50_000 + number, "temp-basal"))
    assert "replayed-command" in _order(bed, 3600.0, *bolus(*RECORDED))


def test_boluses_of_nothing_are_their_own_kind(tell: Tell) -> None:
    """An order of 0 IU is free to send, so it must not push out one that was given."""
    story = tell(NAME, Setting(devices=(Registered("1f014828", "omnipod", "pump"),)))
    story.at(0.0, "bolus", heard=POD, units_iu=1.0, nonce_hex="0ea9127c")
    for number in range(2100):
        story.at(60.0 + number, "bolus", heard=POD, units_iu=0.0, nonce_hex=f"{number:08x}")
    assert story.at(4000.0, "bolus", heard=POD, units_iu=1.0, nonce_hex="0ea9127c")


def test_memory_of_three_days_is_small(tell: Tell) -> None:
    """Two full kinds of commands take 300 kB at most as JSON, so saving them costs nothing."""
    story = tell(NAME, Setting(devices=(Registered("1f014828", "omnipod", "pump"),)))
    for number in range(5000):
        word: Command = "bolus" if number % 2 else "cancel"
        story.at(10.0 * number, word, heard=POD, units_iu=1.0, nonce_hex=f"{number:08x}")
    size = len(json.dumps(story.detector.state()))
    assert 100_000 < size < 300_000


def test_neighbours_are_left_alone(tell: Tell) -> None:
    """The same bolus twice is the business of the neighbour's own monitor."""
    setting = Setting(neighbours=(Neighbour("1f014828", "omnipod"),))
    story = tell(NAME, setting)
    for second in (0.0, 120.0):
        assert not story.at(second, "bolus", heard=POD, units_iu=1.0, nonce_hex="0e")
