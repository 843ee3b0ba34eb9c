"""A rehearsal: a scene goes over the air into a monitor, and what it says is compared."""

from __future__ import annotations

import pytest

from medmon.records import Alarm, Block, Summary, Transmission
from medmon.rehearsal import BLOCK_SAMPLES, Rehearsal, Said
from signal_fixtures.story import scenario_from_text

SCENE = """
name = "two-seconds"
duration = "2s"
[band]
freq_hz = 916.6e6
rate_hz = 256e3
[patient]
max_bolus_iu = 10.0
[[device]]
name = "pump"
kind = "pump"
id = "554321"
[[device]]
name = "mallory"
kind = "attacker"
rssi_dbfs = -20.0
registered = false
[[at]]
time = 0.2
act = "pump-status"
device = "pump"
[[attack]]
time = 0.6
act = "bolus-injection"
device = "pump"
by = "mallory"
units_iu = 18.0
wakeups = 2
"""


@pytest.fixture(scope="module")
def rehearsal() -> Rehearsal:
    """Two seconds at a bed, with one order above the limit."""
    return Rehearsal(scenario_from_text(SCENE), seed=3)


@pytest.fixture(scope="module")
def blocks() -> list[Block]:
    """What the watcher saw."""
    return []


@pytest.fixture(scope="module")
def said(rehearsal: Rehearsal, blocks: list[Block]) -> list[Said]:
    """All that the monitor said."""
    return list(rehearsal.play([blocks.append]))


def test_the_watcher_sees_all_samples_in_order(said: list[Said], blocks: list[Block]) -> None:
    """A picture made beside the monitor shows what the monitor heard, from its first sample."""
    assert said
    starts = [block.span.sample_start for block in blocks]
    assert starts == list(range(0, 512_000, BLOCK_SAMPLES))
    assert sum(block.iq.shape[1] for block in blocks) == 512_000
    assert blocks[1].time_ns - blocks[0].time_ns == 256_000_000


def test_the_last_word_is_the_summary(said: list[Said]) -> None:
    """It counts the two seconds that were played."""
    summary = said[-1].record
    assert isinstance(summary, Summary)
    assert summary.samples == 512_000


def test_nothing_is_said_before_it_was_heard(said: list[Said]) -> None:
    """A delay that counts from the wrong moment would make the monitor look faster than it is."""
    for item in said:
        if isinstance(item.record, Transmission):
            seconds = item.record.span.sample_count / 256e3
            assert item.said_ns >= item.record.time_ns + seconds * 1e9 - 1000


def test_the_order_above_the_limit_is_told(rehearsal: Rehearsal, said: list[Said]) -> None:
    """From the truth: one attack, told by an alarm of the dose limit, nothing invented."""
    hindsight = rehearsal.hindsight(said)
    (attack,) = hindsight.attacks
    policies = {
        item.record.id: item.record.policy for item in said if isinstance(item.record, Alarm)
    }
    assert "dose-limit" in {policies[catch.alarm] for catch in attack.catches}
    assert all(0 < catch.delay_s < 1.5 for catch in attack.catches)
    assert (hindsight.missed, hindsight.invented) == ((), 0)
    assert attack.heard == attack.sent > 0


def test_the_bed_is_the_scene_s(rehearsal: Rehearsal) -> None:
    """The stranger is not in the register."""
    assert list(rehearsal.devices) == [("medtronic", "554321")]
    assert rehearsal.config.patient.max_bolus_iu == 10.0
