"""The traffic that detectors are tried with touches everything and is the same each time."""

from __future__ import annotations

import math
from typing import get_args

from medmon.records import Command
from signal_fixtures.checks.traffic import SETTING, START_NS, transmissions


def test_the_same_seed_gives_the_same_traffic() -> None:
    """A failure can be looked at again tomorrow."""
    transmissions.cache_clear()
    first = [repr(item) for item in transmissions(3, 50)]
    transmissions.cache_clear()
    assert [repr(item) for item in transmissions(3, 50)] == first
    assert [repr(item) for item in transmissions(4, 50)] != first


def test_everything_a_detector_may_look_at_occurs() -> None:
    """Each command, strangers and own devices, and every kind of missing value."""
    traffic = transmissions(1, 600)
    messages = [item.message for item in traffic if item.message is not None]
    assert {message.command for message in messages} == set(get_args(Command))
    own = {device.id for device in SETTING.devices}
    assert own < {message.device for message in messages}
    assert any(item.message is None for item in traffic)
    assert any(item.raw is None and item.message is not None for item in traffic)
    assert any(math.isnan(item.radio.rssi_dbfs) for item in traffic)
    assert any(message.role is None for message in messages)


def test_time_only_goes_forward_from_the_start() -> None:
    """Half a minute between two on average, as in a busy room."""
    times = [item.time_ns for item in transmissions(1, 200)]
    assert times == sorted(times)
    assert times[0] == START_NS
    assert 10e9 < (times[-1] - times[0]) / len(times) < 50e9


def test_a_crowd_never_repeats_a_device() -> None:
    """Memory is tried with as many strangers as there are transmissions."""
    crowd = [item.message.device for item in transmissions(5, 100, is_crowd=True) if item.message]
    assert len(set(crowd)) == len(crowd)
