"""Recordings: what a receiver hears of a scenario, the same for any cut and any run."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from medmon.records import ComplexArray
from signal_fixtures.acts.medtronic import ReadPump
from signal_fixtures.acts.omnipod import PodStatusRequest
from signal_fixtures.bed import Band, Device
from signal_fixtures.render import Recording
from signal_fixtures.scenario import At, Scenario

DEVICES = (
    Device("pump", "pump", "554321", rssi_dbfs=-10.0, rssi_sd_db=0.0, freq_hz=434.05e6),
    Device("carelink", "programmer", rssi_dbfs=-20.0, rssi_sd_db=0.0, freq_hz=434.05e6),
    Device("pod", "pod", "1f0a37c2", rssi_dbfs=-12.0, rssi_sd_db=0.0, cfo_hz=4_000.0),
    Device("pdm", "pdm", "1f0a37c2", rssi_dbfs=-12.0, rssi_sd_db=0.0),
)
STORY = (At(0.3, PodStatusRequest("pod")), At(0.32, ReadPump("pump", wakeups=2)))
SCENARIO = Scenario("pair", DEVICES, STORY, 2.0, start_ns=7_000, band=Band(433.95e6, 400e3, -45.0))


def _samples(recording: Recording) -> ComplexArray:
    return np.concatenate(list(recording.chunks()))


def test_a_recording_is_as_long_as_its_scenario() -> None:
    """Two seconds at 400 kS/s."""
    assert _samples(Recording(SCENARIO)).size == Recording(SCENARIO).sample_count == 800_000


def test_samples_do_not_depend_on_how_they_are_cut() -> None:
    """Live equals replay only if the recording itself is one thing."""
    recording = Recording(SCENARIO, 3)
    whole = _samples(recording)
    for block_samples in (10_007, 65_536, 300_000, 10**7):
        pieces = list(recording.blocks(block_samples))
        assert all(piece.size == block_samples for piece in pieces[:-1])
        assert np.array_equal(np.concatenate(pieces), whole)


def test_the_same_seed_gives_the_same_samples_and_another_one_does_not() -> None:
    """A recording in a bug report can be made again from its seed."""
    first, again, other = (_samples(Recording(SCENARIO, seed)) for seed in (4, 4, 5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first[:1_000], other[:1_000])


def test_power_stands_where_the_truth_says_and_nowhere_else() -> None:
    """Labels that are off by a packet would turn a good receiver into a bad one."""
    recording = Recording(SCENARIO, 1)
    power = np.abs(_samples(recording)) ** 2
    covered = np.zeros(power.size, bool)
    for truth in recording.truths():
        covered[max(0, truth.sample_start - 4) : truth.sample_start + truth.sample_count + 4] = True
        if truth.family == "omnipod":
            # A constant envelope: away from a pump's packet its mean power is its level.
            inside = power[truth.sample_start : truth.sample_start + truth.sample_count]
            assert 10 * np.log10(np.median(inside)) == pytest.approx(truth.rssi_dbfs, abs=1.5)
    assert 10 * np.log10(power[~covered].mean()) == pytest.approx(-45.0, abs=0.1)
    assert 0.05 < covered.mean() < 0.6


def test_each_family_stands_on_its_own_frequency() -> None:
    """A pod's packet has its energy at 433.927 MHz, not at the pump's frequency."""
    recording = Recording(SCENARIO, 1)
    iq = _samples(recording)
    truth = next(recording.truths())
    assert truth.family == "omnipod"
    seconds = np.arange(truth.sample_count) / 400e3
    own = iq[truth.sample_start : truth.sample_start + truth.sample_count]
    moved = own * np.exp(-2j * np.pi * (433.923e6 + truth.cfo_hz - 433.95e6) * seconds)
    turns = np.angle(moved[1:] * moved[:-1].conj()) * 400e3 / (2 * np.pi)
    # Two frequencies 26.37 kHz to both sides of the carrier; Manchester code balances them.
    assert np.mean(turns) == pytest.approx(0.0, abs=1_500)
    assert np.mean(np.abs(turns)) == pytest.approx(26_370, rel=0.1)


def test_what_lies_outside_the_band_is_not_in_the_recording() -> None:
    """A receiver at 868 MHz hears no pod, and its labels must not claim it."""
    far = Recording(SCENARIO, band=Band(868.35e6, 400e3))
    assert list(far.emissions()) == []
    narrow = Recording(SCENARIO, band=Band(433.923e6, 160e3))
    assert {truth.family for truth in narrow.truths()} == {"omnipod"}


def test_silences_can_be_cut_and_the_rest_stays_as_it_was() -> None:
    """A day told in a minute: same packets, same overlaps, shorter pauses."""
    slow = Scenario(
        "slow",
        DEVICES,
        (At(100, ReadPump("pump", wakeups=2)), At("1h", PodStatusRequest("pod"))),
        7_200.0,
        band=SCENARIO.band,
    )
    told, whole = Recording(slow, 2, longest_gap_s=0.1), Recording(slow, 2)
    before, after = list(whole.emissions()), list(told.emissions())
    assert [e.signal.packet for e in after] == [e.signal.packet for e in before]
    assert after[0].time_ns == slow.start_ns + 100_000_000
    gaps = [b.time_ns - a.end_ns for a, b in pairwise(after)]
    assert max(gaps) == 100_000_000
    assert told.sample_count / 400e3 == pytest.approx(
        (after[-1].end_ns - slow.start_ns) / 1e9 + 0.25, abs=1e-5
    )
    assert whole.sample_count == 7_200 * 400_000
    assert list(whole.cuts()) == []
    for cut in told.cuts():
        # In the middle of what is left, so that a receiver has the noise before a packet.
        place_s = cut.sample_start / 400e3 + slow.start_ns / 1e9
        edge_s = min(e.time_ns / 1e9 for e in after if e.time_ns / 1e9 > place_s)
        assert edge_s - place_s == pytest.approx(0.05, abs=1e-5)
    lost_s = max(cut.samples_lost for cut in told.cuts()) / 400e3
    assert lost_s == pytest.approx((before[-1].time_ns - after[-1].time_ns) / 1e9, abs=1e-5)


def test_a_recording_of_nothing_is_noise() -> None:
    """Ten minutes of noise are how false alarms are counted; two seconds show the level."""
    quiet = Scenario("noise", (), (), 1.0, band=Band(433.92e6, 250e3, -40.0))
    power = np.abs(_samples(Recording(quiet))) ** 2
    assert 10 * np.log10(power.mean()) == pytest.approx(-40.0, abs=0.1)
    assert Recording(quiet, longest_gap_s=2.0).sample_count == 250_000
    assert Recording(quiet, longest_gap_s=0.5).sample_count == 125_000


def test_a_truth_beyond_the_end_is_left_out() -> None:
    """An emission that begins as the recording ends has no samples to be found in."""
    edge = Scenario(
        "edge", DEVICES, (At(1.9999999, ReadPump("pump")),), 2.0, band=Band(434.05e6, 250e3)
    )
    assert list(Recording(edge).truths()) == []
    assert len(list(Recording(edge).emissions())) == 1
