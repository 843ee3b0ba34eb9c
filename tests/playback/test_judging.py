"""One recording and its monitor: heartbeats, and what is remarked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon import monitor
from medmon.capture import Facts
from medmon.config import Config, config_from_file
from medmon.playback import Plan, Watch
from medmon.playback.judging import Judging
from medmon.wire import Line

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any


def _judged(uri: str, plan: Plan) -> tuple[list[Line], Judging, list[str]]:
    remarks: list[str] = []
    judging = Judging(uri, plan, Watch(say=remarks.append))
    return list(judging.lines()), judging, remarks


@pytest.mark.parametrize("block_samples", [1_000, 7_001, 200_000])
def test_heartbeats_do_not_depend_on_blocks(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, block_samples: int
) -> None:
    """Each tells the samples worked on at its time, not those of the block it came with."""
    monkeypatch.setattr(monitor, "HEARTBEAT_NS", 100_000_000)
    lines, judging, _ = _judged(str(scene.sigmf), Plan(Config(), block_samples=block_samples))
    beats = [line for line in lines if line["type"] == "status"]
    start_ns = 1_795_424_400_000_000_000
    assert len(beats) == 7
    for number, beat in enumerate(beats, start=1):
        passed_ns = beat["time_ns"] - start_ns
        assert beat["samples"] == round(passed_ns * 128e3 / 1e9)
        assert 0 <= passed_ns - number * 100_000_000 <= 40_000_000
    assert judging.ended().summary.seconds == pytest.approx(scene.sample_count / 128e3, abs=1e-8)


def test_registered_devices_lend_their_names(scene: Scene) -> None:
    """A line says what the hospital calls a device."""
    config = config_from_file(scene.config)
    lines, judging, _ = _judged(str(scene.sigmf), Plan(config))
    assert {line["device"]["name"] for line in lines if line["type"] == "alarm"} == {"pump"}
    assert judging.ended().fault is None


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    """No exception: other files wait. Nothing was heard, and the summary says so."""
    lines, judging, remarks = _judged(str(tmp_path / "none.cu8"), Plan(Config()))
    assert (lines, remarks) == ([], [])
    ended = judging.ended()
    assert ended.fault is not None
    assert ended.fault.exit_code == 65
    assert (ended.summary.samples, ended.summary.seconds) == (0, 0.0)


def test_rates_between_the_families_name_who_is_missing(tmp_path: Path) -> None:
    """Keying at 16.384 kchip/s needs 32,768 samples a second, Omnipod 133,990."""
    path = tmp_path / "x.cs8"
    path.write_bytes(bytes(range(256)) * 16)
    facts = Facts(rate_hz=100e3, freq_hz=433.9e6, start_ns=1)
    *_, remarks = _judged(str(path), Plan(Config(), facts))
    assert ["omnipod" in remark for remark in remarks] == [True]
    *_, remarks = _judged(str(path), Plan(Config(), replace(facts, rate_hz=200e3)))
    assert remarks == []
    _, judging, _ = _judged(str(path), Plan(Config(), Facts(rate_hz=32_767.0)))
    fault = judging.ended().fault
    assert fault is not None
    assert "expected at least 32768 samples a second, found 32767" in fault.text


def test_a_recording_of_nobody_knows_when_is_remarked_on_once(tmp_path: Path) -> None:
    """Times of 1970 look like times, and quiet hours by them would accuse or acquit by chance."""
    path = tmp_path / "g001_434M_200k.cs8"
    path.write_bytes(bytes(range(256)) * 16)
    *_, remarks = _judged(str(path), Plan(Config(), block_samples=100))
    assert [remark for remark in remarks if "--start-time" in remark] == remarks[:1]
    assert "count from 1970 and no hours are quiet" in remarks[0]
    *_, remarks = _judged(str(path), Plan(Config(), Facts(start_ns=1_795_424_400 * 10**9)))
    assert remarks == []


@pytest.mark.parametrize(
    ("freq_hz", "remark"),
    [
        (None, "nothing says what it was tuned to"),
        (916.5, "tuned to 916.5 Hz, where no device speaks that medmon knows"),
        (2.4e9, "the nearest would be at 916.5M"),
    ],
)
def test_a_frequency_that_cannot_be_right_is_remarked_on(
    tmp_path: Path, freq_hz: float | None, remark: str
) -> None:
    """A forgotten M would otherwise put devices where none are."""
    path = tmp_path / "x.cs8"
    path.write_bytes(bytes(range(256)) * 16)
    facts = Facts(rate_hz=250e3, freq_hz=freq_hz, start_ns=1)
    *_, remarks = _judged(str(path), Plan(Config(), facts))
    assert [remark in one for one in remarks] == [True]


def test_records_of_an_earlier_run_have_no_samples_to_miss(tmp_path: Path) -> None:
    """Their losses were remarked on then."""
    path = tmp_path / "g001_434M_250k.cf32"
    iq = np.full(20_000, 0.01 + 0.01j, dtype=np.complex64)
    iq[:5_000] = np.nan
    iq.tofile(path)
    lines, _, before = _judged(str(path), Plan(Config()))
    assert any("no numbers" in remark for remark in before)
    again = tmp_path / "again.jsonl"
    again.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    *_, remarks = _judged(str(again), Plan(Config()))
    assert remarks == []


def test_samples_that_are_no_numbers_are_remarked_on(tmp_path: Path) -> None:
    """A recording full of NaN must not end as quietly as a quiet night."""
    path = tmp_path / "g001_434M_250k.cf32"
    iq = np.full(20_000, 0.01 + 0.01j, dtype=np.complex64)
    iq[:5_000] = np.nan
    iq.tofile(path)
    *_, remarks = _judged(str(path), Plan(Config()))
    assert any("25 % of the samples are missing or no numbers" in remark for remark in remarks)
