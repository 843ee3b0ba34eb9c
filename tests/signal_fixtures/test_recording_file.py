"""Files: samples in four formats, names that carry facts, metadata that other tools accept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from medmon.capture import Facts, open_source
from medmon.records import Block, Gap, Span
from signal_fixtures.acts.medtronic import ReadPump
from signal_fixtures.attacker import SuspendDelivery
from signal_fixtures.bed import Band, Device
from signal_fixtures.disturbance import SensorSilence
from signal_fixtures.recording_file import (
    DATATYPES,
    Datatype,
    metadata,
    raw_name,
    write_raw,
    write_sigmf,
)
from signal_fixtures.render import Recording
from signal_fixtures.scenario import At, Attack, Scenario
from signal_fixtures.truth import truths_from_metadata

SCENARIO = Scenario(
    "small",
    (
        Device("pump", "pump", "554321"),
        Device("carelink", "programmer"),
        Device("mallory", "attacker"),
    ),
    (
        At(0.1, ReadPump("pump", wakeups=1)),
        Attack(0.8, SuspendDelivery("pump", wakeups=1)),
        Attack(0.9, SensorSilence("pump")),
    ),
    1.0,
    title="a pump is read",
    start_ns=1_795_424_400_000_000_000,
    band=Band(916.5e6, 250e3, -30.0),
)
BYTES = {"cu8": 2, "ci8": 2, "ci16_le": 4, "cf32_le": 8}


@pytest.mark.parametrize(
    ("band", "datatype", "name"),
    [
        (Band(433.92e6, 2.048e6), "cu8", "g001_433.92M_2048k.cu8"),
        (Band(916.5e6, 250e3), "ci16_le", "g001_916.5M_250k.cs16"),
        (Band(868.35e6, 1.024e6), "cf32_le", "g001_868.35M_1024k.cf32"),
    ],
)
def test_names_carry_frequency_rate_and_format(band: Band, datatype: Datatype, name: str) -> None:
    """Tools of this field read the facts out of such names."""
    assert raw_name(band, datatype) == name


@pytest.mark.parametrize("datatype", DATATYPES)
def test_raw_files_hold_all_samples(tmp_path: Path, datatype: Datatype) -> None:
    """A quarter of a million samples, two numbers each, and the digest of what stands there."""
    path = tmp_path / "out"
    steps: list[tuple[int, int]] = []
    digest = write_raw(
        Recording(SCENARIO), path, datatype, lambda done, of: steps.append((done, of))
    )
    data = path.read_bytes()
    assert len(data) == 250_000 * BYTES[datatype]
    assert hashlib.sha512(data).hexdigest() == digest
    assert [of for _, of in steps] == [250_000] * 4
    assert steps[-1][0] == 250_000


def test_formats_say_the_same(tmp_path: Path) -> None:
    """Eight bits are the float samples, rounded: read here with numpy, not with our own reader."""
    for datatype in ("cu8", "cf32_le"):
        write_raw(Recording(SCENARIO), tmp_path / datatype, datatype)
    floats = np.fromfile(tmp_path / "cf32_le", "<f4")
    coarse = (np.fromfile(tmp_path / "cu8", np.uint8) - 127.5) / 127.5
    assert np.abs(floats - coarse).max() < 0.51 / 127.5


@pytest.mark.parametrize("ending", ["", ".sigmf-meta", ".sigmf-data"])
def test_a_sigmf_pair_is_accepted_by_the_sigmf_library(tmp_path: Path, ending: str) -> None:
    """Recordings are for other tools too; the library checks schema, length and digest."""
    sigmf = pytest.importorskip("sigmf")
    meta = write_sigmf(Recording(SCENARIO), tmp_path / f"a.b{ending}", "ci16_le")
    assert meta == tmp_path / "a.b.sigmf-meta"
    signal = sigmf.fromfile(meta)
    signal.validate()
    assert signal.sample_count == 250_000
    assert signal.get_captures()[0]["core:frequency"] == 916.5e6
    assert signal.get_captures()[0]["core:datetime"] == "2026-11-23T09:00:00.000000Z"


def test_the_labels_in_a_sigmf_pair_are_the_truth(tmp_path: Path) -> None:
    """Demo, tests and evaluation compare with what stands in the file."""
    recording = Recording(SCENARIO, 9)
    path = write_sigmf(recording, tmp_path / "x", "cu8")
    found = json.loads(path.read_text(encoding="utf-8"))
    assert truths_from_metadata(found) == tuple(recording.truths())
    assert {truth.attack for truth in recording.truths()} == {None, "suspend"}


def test_attacks_that_send_nothing_are_in_the_metadata() -> None:
    """Silence has no annotation; its window stands in the global part, though time is cut."""
    described = metadata(Recording(SCENARIO), "cu8", "")["global"]
    assert [window["attack"] for window in described["medmon:attacks"]] == [
        "suspend",
        "sensor-silence",
    ]
    assert described["medmon:attacks"][1]["end_ns"] == 1_795_424_401_000_000_000
    told = metadata(Recording(SCENARIO, longest_gap_s=0.1), "cu8", "")["global"]
    assert told["medmon:attacks"] == described["medmon:attacks"]


def test_cut_silences_are_gaps_and_the_time_stays_true(tmp_path: Path) -> None:
    """A sensor that reports every five minutes must not seem to report every two seconds.

    Read by medmon, every packet lies where the whole scene has it, to a sample, and the gaps are
    what is missing of the whole.
    """
    whole, told = Recording(SCENARIO, 9), Recording(SCENARIO, 9, longest_gap_s=0.02)
    path = write_sigmf(told, tmp_path / "x", "cu8")
    found = truths_from_metadata(json.loads(path.read_text(encoding="utf-8")))
    expected = list(whole.truths())
    sample_ns = 1e9 / whole.tuned.rate_hz
    assert [t.time_ns for t in found] == pytest.approx(
        [t.time_ns for t in expected], abs=2 * sample_ns
    )
    with open_source(str(path), facts=Facts()) as source:
        items = [item for item in source if isinstance(item, Block | Gap)]
    gaps = [item for item in items if isinstance(item, Gap)]
    assert gaps
    assert {gap.reason for gap in gaps} == {"silence left out (--longest-gap)"}
    last = items[-1].span
    heard = sum(item.iq.shape[1] for item in items if isinstance(item, Block))
    assert heard == told.sample_count
    assert sum(gap.samples_lost for gap in gaps) == _stop(last) - heard
    for truth in expected:
        # No cut goes through a packet.
        start, stop = truth.sample_start, truth.sample_start + truth.sample_count
        spans = [gap.span for gap in gaps]
        assert all(
            s.sample_start + s.sample_count <= start or s.sample_start >= stop for s in spans
        )


def _stop(span: Span) -> int:
    return span.sample_start + span.sample_count
