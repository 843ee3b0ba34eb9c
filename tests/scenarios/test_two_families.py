"""The main job on samples: both pump families in one recording, overlapping, not loud."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from medmon.capture import Facts
from medmon.config import Config
from medmon.playback import Plan, Replay, Watch
from signal_fixtures.recording_file import Datatype, write_raw, write_sigmf
from signal_fixtures.render import Recording
from signal_fixtures.story import scenario_from_file, scenario_named

HERE = Path(__file__).parent
FORMATS: dict[str, Datatype] = {"cu8": "cu8", "cs16": "ci16_le", "cf32": "cf32_le"}


def _heard(path: Path, recording: Recording) -> tuple[Counter[bytes], Counter[str]]:
    """Replay a file; count the packets that were understood, and those that were not."""
    facts = Facts(freq_hz=recording.tuned.freq_hz, rate_hz=recording.tuned.rate_hz)
    run = Replay([str(path)], Plan(Config(), facts), Watch())
    heard: Counter[bytes] = Counter()
    integrity: Counter[str] = Counter()
    for line in run.lines():
        if line["type"] == "transmission":
            integrity[line["integrity"]] += line["repeats"]
            heard[bytes.fromhex(line["raw_hex"] or "")] += line["repeats"]
    assert run.faults == []
    return heard, integrity


def _sent(recording: Recording) -> Counter[bytes]:
    return Counter(truth.packet for truth in recording.truths() if truth.packet)


@pytest.mark.parametrize("ending", [*FORMATS, "sigmf-meta"])
def test_every_packet_is_read_in_every_format(tmp_path: Path, ending: str) -> None:
    """Three senders overlap at 15 dB; each packet counts, and none may be made up."""
    recording = Recording(scenario_from_file(HERE / "two-families-15db.toml"), seed=1)
    path = tmp_path / f"x.{ending}"
    if ending in FORMATS:
        write_raw(recording, path, FORMATS[ending])
    else:
        write_sigmf(recording, path, "ci8")
    heard, integrity = _heard(path, recording)
    assert heard == _sent(recording)
    assert set(integrity) == {"ok"}


@pytest.mark.parametrize("seed", [2, 3, 4, 5])
def test_a_crowd_of_loud_bursts_hides_nobody(tmp_path: Path, seed: int) -> None:
    """Bursts that overlap one after the other for a quarter of a second are one busy region."""
    recording = Recording(scenario_named("two-families"), seed=seed)
    path = tmp_path / "x.cu8"
    write_raw(recording, path, "cu8")
    heard, integrity = _heard(path, recording)
    assert heard == _sent(recording)
    assert set(integrity) == {"ok"}
