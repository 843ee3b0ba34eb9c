"""Whole processes on a short recording: what is counted, and that a peer may be missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest

from medmon.bench import throughput
from medmon.bench.job import Job
from medmon.bench.peer import Peer
from medmon.bench.processes import Spent

MODEL = '{"model": "Doorbell"}'


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second and a half at a low rate, read once."""
    plan = (throughput._Recording("busy", 256e3, 1.0, 1),)
    monkeypatch.setitem(throughput._PLANS, "quick", plan)


@pytest.mark.usefixtures("short")
def test_both_programs_read_the_same_recording(tmp_path: Path) -> None:
    """medmon reads what was sent; of the peer its lines are counted, and a ratio is told."""
    program = tmp_path / "rtl_433"
    program.write_text(f"#!/bin/sh\necho '{MODEL}'\nls -l $6 >&2\n")
    program.chmod(0o755)
    (row,) = throughput.measure(Job(tmp_path, peer=Peer(str(program), "22.11"))).rows
    assert row.medmon.decoded == {"medtronic": 4, "omnipod": 4}
    assert row.peer is not None
    assert row.ratio is not None
    assert row.peer.decoded == {"Doorbell": 1}
    assert row.medmon.cpu_s.low <= row.medmon.cpu_s.median <= row.medmon.cpu_s.high
    assert row.medmon.msamples_per_cpu_s > 0
    assert row.goal is None


@pytest.mark.usefixtures("short")
def test_without_a_peer_there_is_no_ratio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Null, and not a number that somebody would quote."""
    said = tmp_path / "said"
    said.write_text("")
    monkeypatch.setattr(throughput, "spent_by", lambda *_: Spent(1.0, None, said))
    (row,) = throughput.measure(Job(tmp_path)).rows
    assert (row.peer, row.ratio) == (None, None)


def test_goals_are_those_of_a_packet_a_second_at_two_rates() -> None:
    """Half of rtl_433's processor time at 2.048 MS/s, never more than it at 1.024 MS/s."""
    asked = {
        (one.rate_hz, throughput.GOALS[one.rate_hz])
        for one in throughput._PLANS["full"]
        if one.band == "packets" and one.rate_hz in throughput.GOALS
    }
    assert asked == {(2.048e6, 0.5), (1.024e6, 1.0)}


@pytest.mark.parametrize(("name", "count"), [("packets", 20), ("busy", 80), ("noise", 0)])
def test_a_band_holds_as_many_packets_as_it_says(name: str, count: int) -> None:
    """One of each kind a second, four of each, none; and none is cut off at the end."""
    made = throughput.band(name, 1.024e6, 10.0, seed=1)
    assert len(made.sent) == count
    assert all(one.emission.stop_s < 10.0 for one in made.sent)
    levels = {round(one.emission.rssi_dbfs, 1) for one in made.sent}
    assert len(levels) <= 2
    assert np.all(np.abs([one.emission.offset_hz for one in made.sent]) <= 300e3)


def test_no_configuration_of_this_machine_is_read(tmp_path: Path) -> None:
    """The default policies are measured, whatever stands in the folder or in the home."""
    (tmp_path / "medmon.toml").write_text("this is no toml")
    command = throughput.replay_command(tmp_path, "no-such-file_433M_250k.cu8")
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "no-such-file" in answer.stderr
    assert "toml" not in answer.stderr
