"""``medmon inspect``: the bursts of a known scene, its picture, and every way to fail."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.image import imread

from medmon.cli import main
from medmon.playback import inspection

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any

SAID = ["status", "wakeup", "wakeup", "wakeup", "ack", "wakeup", "ack", "ack", "bolus"]


def _inspected(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["inspect", *arguments, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_every_burst_of_the_scene_is_listed(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Times, levels and meanings are those of the annotations that came with the recording."""
    found = _inspected(capsys, str(scene.sigmf))
    truths = json.loads(scene.sigmf.read_text())["annotations"]
    known = [burst for burst in found["bursts"] if burst["protocol"]]
    assert [burst["sample_start"] for burst in known] == pytest.approx(
        [truth["core:sample_start"] for truth in truths], abs=8
    )
    assert [burst["command"] for burst in known] == [t["medmon:command"] for t in truths]
    assert [burst["rssi_dbfs"] for burst in known] == pytest.approx(
        [truth["medmon:rssi_dbfs"] for truth in truths], abs=0.5
    )
    assert {burst["device"] for burst in known} == {"554321"}
    assert found["burst_count"] == len(found["bursts"])


def test_the_summary_says_what_was_recorded(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rate, place in the band, time, length; the noise, although somebody talks."""
    found = _inspected(capsys, str(scene.sigmf))
    assert (found["rate_hz"], found["freq_hz"], found["sample_format"]) == (128e3, 916.5e6, "cu8")
    assert found["time"] == "2026-11-23T09:00:00.000000Z"
    assert found["samples"] == scene.sample_count
    assert found["duration_s"] == pytest.approx(scene.sample_count / 128e3)
    codes = np.frombuffer(scene.data.read_bytes()[:12_000], dtype=np.uint8)
    before_the_first_packet = 2 * np.mean(((codes - 127.5) / 127.5) ** 2)
    noise_dbfs = 10 * np.log10(before_the_first_packet)
    assert found["noise_dbfs"] == pytest.approx(noise_dbfs, abs=0.5)
    assert (found["gap_count"], found["clipped_share"]) == (0, 0.0)


def test_a_person_reads_a_table(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each burst, the decoded ones with words."""
    assert main(["inspect", str(scene.raw)]) == 0
    out = capsys.readouterr().out
    assert "cu8, 128 kS/s, tuned to 916.5 MHz" in out
    (line,) = [line for line in out.splitlines() if "medtronic status 554321" in line]
    assert line.split()[0] == "0.050000"
    assert "ook" in line


def test_gaps_and_levels_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A constant of 0.1 is -20 dBFS; samples that are no numbers are a gap with a reason."""
    iq = np.full(40_000, 0.1, dtype="<f4")
    iq[1::2] = np.random.default_rng(1).normal(scale=1e-3, size=20_000)
    iq[20_000:20_020] = np.nan
    path = tmp_path / "g001_0M_128k.cf32"
    path.write_bytes(iq.tobytes())
    found = _inspected(capsys, str(path))
    assert (found["gap_count"], found["samples_lost"]) == (1, 10)
    assert found["rms_dbfs"] == pytest.approx(-20.0, abs=0.1)
    assert (found["dc_i"], found["dc_q"]) == pytest.approx((0.1, 0.0), abs=1e-3)
    assert found["freq_hz"] is None
    assert main(["inspect", str(path)]) == 0
    out = capsys.readouterr().out
    assert "10 lost in 1 gap\n" in out
    assert "not usable numbers" in out


def test_the_picture_is_a_png(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--plot writes a file and leaves stdout to the data."""
    picture = tmp_path / "out.png"
    assert main(["inspect", str(scene.sigmf), "--json", "--plot", str(picture)]) == 0
    json.loads(capsys.readouterr().out)
    assert imread(BytesIO(picture.read_bytes())).ndim == 3


def test_what_comes_before_a_break_is_listed(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that ends inside a sample: its bursts, then the place, status 65."""
    path = tmp_path / "g001_916.5M_128k.cu8"
    path.write_bytes(scene.raw.read_bytes()[:100_001])
    assert main(["inspect", str(path)]) == 65
    captured = capsys.readouterr()
    assert "medtronic wakeup 554321" in captured.out
    assert f"{path}: byte 100000" in captured.err
    assert "Traceback" not in captured.err


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("g001_1M_128k.cu8", b"", "byte 0: expected samples"),
        ("x.cu8", bytes(10), "expected a sample rate"),
        ("x.sigmf-meta", b"{}", "x.sigmf-meta"),
    ],
)
def test_bad_files_are_status_65(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes, words: str
) -> None:
    """One line, with the file."""
    (tmp_path / name).write_bytes(data)
    assert main(["inspect", str(tmp_path / name)]) == 65
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


def test_records_and_folders_are_not_recordings(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Records hold no samples; the message says which verb reads them."""
    heard = tmp_path / "heard.jsonl"
    assert main(["replay", str(scene.sigmf), "-T", "0.2", "-o", f"json:{heard}", "-q"]) == 0
    assert main(["inspect", str(heard)]) == 65
    assert "medmon replay judges them" in capsys.readouterr().err
    assert main(["inspect", str(tmp_path)]) == 65
    assert main(["inspect", str(scene.raw), "-T", "0s"]) == 65


@pytest.mark.parametrize("name", ["picture.gif", "picture", "no-such-folder/picture.png"])
def test_picture_that_cannot_be_written_is_told_before_the_work(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A PNG named .gif is opened by nothing, and an hour of samples is not looked at for it."""
    assert main(["inspect", str(scene.raw), "--plot", str(tmp_path / name)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ".png" in captured.err
    assert list(tmp_path.glob("picture*")) == []


def test_slow_and_dead_recordings_can_be_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rate too low for every device is no reason to refuse a look; silence is remarked on."""
    path = tmp_path / "g001_916.5M_20k.cs16"
    path.write_bytes(bytes(40_000))
    assert main(["inspect", str(path), "--plot", str(tmp_path / "x.png")]) == 0
    captured = capsys.readouterr()
    assert "bursts     0" in captured.out
    assert "every sample is zero" in captured.err


def test_a_picture_that_cannot_hold_every_burst_says_so(
    scene: Scene,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever sees a quiet end must know that nobody looked there."""
    arguments = ["inspect", str(scene.sigmf), "--plot"]
    assert main([*arguments, str(tmp_path / "all.png")]) == 0
    assert "boxed" not in capsys.readouterr().err
    monkeypatch.setattr(inspection, "BURSTS_MAX", 3)
    assert main([*arguments, str(tmp_path / "three.png")]) == 0
    assert "three.png: the first 3 of " in capsys.readouterr().err
    # The same is written above the picture.
    full, cut = (imread(tmp_path / name)[:25] for name in ("all.png", "three.png"))
    assert not np.array_equal(full, cut)


@pytest.mark.parametrize(
    ("levels", "text"),
    [
        ([-1e-6, -1e-6], "0.0000+0.0000j"),
        ([0.0, -0.25], "0.0000-0.2500j"),
        ([-0.5, 0.125], "-0.5000+0.1250j"),
    ],
)
def test_a_rounded_nothing_has_no_sign(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], levels: list[float], text: str
) -> None:
    """A minus before zeros looks like a fault of the receiver."""
    path = tmp_path / "g001_916.5M_250k.cf32"
    noise = np.random.default_rng(1).standard_normal(50_000, dtype=np.float32) * np.float32(1e-4)
    noise[25_000:] = -noise[:25_000]
    (noise.reshape(-1, 2) + np.array(levels)).astype("<f4").tofile(path)
    assert main(["inspect", str(path)]) == 0
    assert f"constant   {text}, " in capsys.readouterr().out
