"""Telling a rehearsal: it says what it is, and covers all of the scene's time."""

from __future__ import annotations

import pytest

from medmon.pictures import PowerRows
from medmon.rehearsal import Rehearsal
from medmon.rehearsal.telling import account_from_rehearsal, air_from_rows
from signal_fixtures.story import scenario_from_text

SCENE = """
name = "a-moment"
title = "A pump says how it is."
duration = 0.5
[band]
freq_hz = 916.6e6
rate_hz = 256e3
[[device]]
name = "pump"
kind = "pump"
id = "554321"
[[at]]
time = 0.1
act = "pump-status"
device = "pump"
"""


def test_an_account_says_that_it_is_synthetic() -> None:
    """Nobody may take the report of a demonstration for that of a patient."""
    rehearsal = Rehearsal(scenario_from_text(SCENE), seed=5)
    rows = PowerRows(256e3)
    account = account_from_rehearsal(rehearsal, list(rehearsal.play([rows.feed])))
    assert account.intro.startswith("A pump says how it is. This is synthetic.")
    assert account.facts["scene"] == "a-moment, seed 5"
    assert account.duration_s == pytest.approx(0.5)
    assert account.start_ns == rehearsal.recording.epoch_ns
    assert [line["device"]["id"] for line in account.transmissions] == ["554321"]
    assert 'id = "554321"' in account.configuration
    assert account.hindsight is not None
    air = air_from_rows(rehearsal, rows)
    assert (air.freq_hz, air.rate_hz) == (916.6e6, 256e3)
    assert air.seconds == pytest.approx(0.5, abs=0.01)
