"""``medmon synth``: labelled recordings that other programs can read, and all mistakes at once."""

from __future__ import annotations

import importlib
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from medmon.cli import main
from signal_fixtures import recording_file

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any


def test_the_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Name, tab, one sentence."""
    assert main(["synth", "--list"]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert "bolus-injection" in [name for name, _ in rows]
    assert all(title.endswith(".") for _, title in rows)


def test_a_sigmf_pair_can_be_read_by_others(scene: Scene, tmp_path: Path) -> None:
    """The reference library opens it, its digest holds, and the truth is in the annotations."""
    path = tmp_path / "one.sigmf-meta"
    assert main(["synth", str(scene.scenario), "-w", str(path), "--longest-gap", "50ms"]) == 2
    assert main(["synth", str(scene.scenario), "-w", str(path), "--longest-gap", "0.05"]) == 0
    opened = importlib.import_module("sigmf").fromfile(path)
    assert opened.sample_rate == 128e3
    assert opened.sample_count == scene.sample_count
    commands = [row["medmon:command"] for row in opened.get_annotations()]
    assert commands[:2] == ["status", "wakeup"]
    assert path.with_suffix(".sigmf-data").read_bytes() == scene.data.read_bytes()


@pytest.mark.parametrize(
    ("ending", "datatype", "sample_bytes"),
    [("cu8", "cu8", 2), ("cs8", "ci8", 2), ("cs16", "ci16_le", 4), ("cf32", "cf32_le", 8)],
)
def test_the_ending_is_the_format(
    scene: Scene, tmp_path: Path, ending: str, datatype: str, sample_bytes: int
) -> None:
    """Bare samples have it in their name, SigMF in its metadata."""
    arguments = ["synth", str(scene.scenario), "--longest-gap", "0.05", "-w"]
    assert main([*arguments, str(tmp_path / f"a.{ending}")]) == 0
    assert (tmp_path / f"a.{ending}").stat().st_size == sample_bytes * scene.sample_count
    assert main([*arguments, str(tmp_path / "b.sigmf-data"), "--format", ending]) == 0
    metadata = json.loads((tmp_path / "b.sigmf-meta").read_text())
    assert metadata["global"]["core:datatype"] == datatype


def test_seeds_make_recordings(scene: Scene, tmp_path: Path) -> None:
    """The same seed gives the same bytes, another one others."""
    made = []
    for name, seed in (("a.cu8", "7"), ("b.cu8", "7"), ("c.cu8", "8")):
        arguments = ["--longest-gap", "0.05", "--seed", seed]
        assert main(["synth", str(scene.scenario), "-w", str(tmp_path / name), *arguments]) == 0
        made.append((tmp_path / name).read_bytes())
    assert made[0] == made[1] != made[2]


def test_stderr_says_how_to_read_it(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name that tells nothing needs flags; one that does, or -q, needs no word."""
    arguments = ["synth", str(scene.scenario), "--longest-gap", "0.05", "-w"]
    assert main([*arguments, str(tmp_path / "a.cu8")]) == 0
    err = capsys.readouterr().err
    assert "0.751 s at 916.5 MHz, 128 kS/s" in err
    assert "-f 916.5M -s 128k" in err
    assert main([*arguments, str(tmp_path / "g001_916.5M_128k.cu8")]) == 0
    assert "-f" not in capsys.readouterr().err
    assert main([*arguments, str(tmp_path / "a.cu8"), "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_files_without_room_for_gaps_say_so(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else a replay of them tells of a sensor that reports too often, and nobody knows why."""
    arguments = ["synth", str(scene.scenario), "-w"]
    assert main([*arguments, str(tmp_path / "a.cu8"), "--longest-gap", "0.05"]) == 0
    assert "cannot hold the gaps" in capsys.readouterr().err
    assert main([*arguments, str(tmp_path / "a.sigmf-meta"), "--longest-gap", "0.05"]) == 0
    assert "cannot hold the gaps" not in capsys.readouterr().err
    captures = json.loads((tmp_path / "a.sigmf-meta").read_text())["captures"]
    assert captures[-1]["core:global_index"] > captures[-1]["core:sample_start"]


def test_the_format_needs_no_ending(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever writes to a pipe or a device has said the format with --format."""
    path = tmp_path / "pipe"
    arguments = ["synth", str(scene.scenario), "--longest-gap", "0.05", "-w", str(path)]
    assert main([*arguments, "--format", "cu8"]) == 0
    assert path.read_bytes() == scene.data.read_bytes()
    assert "-f 916.5M -s 128k --format cu8" in capsys.readouterr().err


def test_the_bed_has_a_configuration(tmp_path: Path) -> None:
    """What was synthesised can be judged: limits and devices of the story."""
    config = tmp_path / "bed.toml"
    assert main(["synth", "bolus-injection", "--config-out", str(config)]) == 0
    tables = tomllib.loads(config.read_text())
    assert tables["patient"]["max_bolus_iu"] == 10.0
    assert "554321" in [device["id"] for device in tables["device"]]
    assert main(["config", "check", "-c", str(config)]) == 0


def test_all_mistakes_of_a_scenario_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A story with two mistakes is sent back once; nothing is written."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('name = "wrong"\nduration = "soon"\ncolour = "red"\n')
    assert main(["synth", str(wrong), "-w", str(tmp_path / "x.cu8")]) == 78
    err = capsys.readouterr().err
    assert "2 mistakes" in err
    assert "duration: expected seconds" in err
    assert "colour: unknown" in err
    assert not (tmp_path / "x.cu8").exists()
    assert main(["synth", "no-such-story", "-w", str(tmp_path / "x.cu8")]) == 78
    assert "there are bolus-injection" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--list"),
        (["noise"], "Nothing to write"),
        (["noise", "-w", "x.mp3"], "expected one of the endings"),
        (["noise", "-w", "x"], "expected one of the endings"),
        (["noise", "-w", "x.cu8", "--format", "cs16"], "the ending says cu8"),
        (["noise", "-w", "x.cu8", "--seed", "-1"], "--seed"),
    ],
)
def test_usage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    """What was meant is asked before work begins."""
    monkeypatch.chdir(tmp_path)
    assert main(["synth", *arguments]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_no_half_recording_stays_behind(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Nothing in a file of samples says that it is half of one."""

    def fail(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(recording_file, "bytes_from_iq", fail)
    status = 130 if isinstance(error, KeyboardInterrupt) else 74
    for name in ("x.cu8", "x.sigmf-meta"):
        assert main(["synth", str(scene.scenario), "-w", str(tmp_path / name)]) == status
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a traceback nor a bare errno."""
    assert main(["synth", str(tmp_path / "none.toml"), "-w", str(tmp_path / "x.cu8")]) == 65
    assert "none.toml" in capsys.readouterr().err
