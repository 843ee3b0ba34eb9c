"""What tests of several rooms share: how examples are drawn, one short synthetic scene.

No test asserts a time, so examples have no deadline. In the check of a change they are the same in
every run, so that a change is judged by what it changed; elsewhere they are drawn anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

SCENARIO = """
name = "short-scene"
title = "A pump tells its status, then a stranger wakes it and orders 12 units."
start = 2026-11-23T09:00:00Z
duration = "2s"

[patient]
max_bolus_iu = 10.0

[band]
freq_hz = 916.5e6
rate_hz = 128e3
noise_dbfs = -50.0

[[device]]
name = "pump"
kind = "pump"
id = "554321"
rssi_dbfs = -24.0

[[device]]
name = "mallory"
kind = "attacker"
rssi_dbfs = -14.0
registered = false

[[at]]
time = "0.1s"
act = "pump-status"
device = "pump"

[[attack]]
time = "0.5s"
act = "bolus-injection"
device = "pump"
units_iu = 12.0
wakeups = 3
"""


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene on disk, to be read only.

    Attributes
    ----------
    sigmf : Path
        Metadata of the SigMF pair, cu8.
    raw : Path
        The same samples without a header; the name tells rate and frequency.
    config : Path
        The bed's medmon.toml.
    scenario : Path
        The scenario itself.
    sample_count : int
        Length of both.
    """

    sigmf: Path
    raw: Path
    config: Path
    scenario: Path
    sample_count: int

    @property
    def data(self) -> Path:
        """Samples of the SigMF pair."""
        return self.sigmf.with_suffix(".sigmf-data")


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Three quarters of a second at 128 kS/s: 8 transmissions of a pump and of an attacker."""
    from signal_fixtures.recording_file import write_sigmf
    from signal_fixtures.render import Recording
    from signal_fixtures.story import scenario_from_text
    from signal_fixtures.ward import medmon_toml

    folder = tmp_path_factory.mktemp("scene")
    story = scenario_from_text(SCENARIO)
    recording = Recording(story, 1, longest_gap_s=0.05)
    meta = write_sigmf(recording, folder / "scene.sigmf-meta", "cu8")
    # Told in one go, as in the raw file: the silences that were left out are no gaps here.
    described = json.loads(meta.read_text(encoding="utf-8"))
    del described["captures"][1:]
    meta.write_text(json.dumps(described), encoding="utf-8")
    made = Scene(
        sigmf=meta,
        raw=folder / "g001_916.5M_128k.cu8",
        config=folder / "medmon.toml",
        scenario=folder / "short.toml",
        sample_count=recording.sample_count,
    )
    made.raw.write_bytes(made.data.read_bytes())
    made.config.write_text(medmon_toml(story), encoding="utf-8")
    made.scenario.write_text(SCENARIO, encoding="utf-8")
    return made
