"""``medmon replay``: the same bytes for all blocks and jobs, and a way out of every bad file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon.cli import main

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any

START_NS = 1_795_424_400_000_000_000
"""2026-11-23T09:00:00Z; the scene's first packet begins 50 ms later."""
Lines = list[dict[str, Any]]


def _lines(text: str) -> Lines:
    return [json.loads(line) for line in text.splitlines()]


def _of(lines: Lines, kind: str) -> Lines:
    return [line for line in lines if line["type"] == kind]


def test_headings_come_before_their_packets(
    scene: Scene, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A developer sees what a live run will tell early; what is heard in the end is the same.

    The silence before the first packet is repeated, until the noise floor is known.
    """
    heard = scene.raw.read_bytes()
    longer = tmp_path / scene.raw.name
    longer.write_bytes(14 * heard[: 2 * round(0.04 * 128e3)] + heard)
    given = ["replay", str(longer), "-c", str(scene.config), "-o", "json:-"]
    assert main(given) == 0
    plain = _lines(capsys.readouterr().out)
    assert main([*given, "--early"]) == 0
    early = _lines(capsys.readouterr().out)
    assert _of(plain, "heading") == []
    headings = _of(early, "heading")
    assert {line["device"]["id"] for line in headings} == {"554321"}
    for heading in headings:
        begun = heading["source"]["sample_start"]
        later = early[early.index(heading) :]
        assert [
            line["command"]
            for line in _of(later, "transmission")
            if 0 <= begun - line["source"]["sample_start"] < line["source"]["sample_count"]
        ]
    assert _of(early, "transmission") == _of(plain, "transmission")
    ended, expected = (
        {(line["policy"], line["subject"]): line["count"] for line in _of(lines, "alarm")}
        for lines in (early, plain)
    )
    assert ended == expected


def _body(path: Path) -> bytes:
    """Everything but the two figures of the run itself: how fast it was, and how large."""
    *body, last = path.read_bytes().splitlines(keepends=True)
    summary = json.loads(last)
    assert summary["type"] == "summary"
    del summary["real_time_factor"], summary["peak_rss_mb"]
    return b"".join([*body, json.dumps(summary).encode()])


def test_an_attack_in_a_recording_is_told(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """The story says: 12 units ordered from 554321, whose limit is 10, by a stranger."""
    assert main(["replay", str(scene.sigmf), "-c", str(scene.config), "-o", "json:-"]) == 0
    lines = _lines(capsys.readouterr().out)
    assert lines[0]["time_ns"] == pytest.approx(START_NS + 50_000_000, abs=100_000)
    orders = [line for line in _of(lines, "transmission") if line["fields"].get("units_iu") == 12.0]
    assert [order["device"]["id"] for order in orders] == ["554321"]
    starts = [line for line in _of(lines, "alarm") if line["phase"] == "start"]
    assert {line["policy"] for line in starts if line["priority"] == "high"} == {
        "dose-limit",
        "foreign-session",
    }
    assert orders[0]["id"] in {name for line in starts for name in line["transmissions"]}
    summary = lines[-1]
    assert summary["samples"] == scene.sample_count
    assert summary["seconds"] == pytest.approx(scene.sample_count / 128e3)
    assert summary["transmissions"] == {"medtronic": {"ok": 8}}
    assert summary["alarms"]["high"] == {"dose-limit": 1, "foreign-session": 1}
    assert summary["real_time_factor"] > 0
    assert summary["peak_rss_mb"] > 10


@pytest.mark.parametrize("block_samples", [4096, 65_537, 1_000_000])
def test_the_size_of_blocks_changes_nothing(
    scene: Scene, tmp_path: Path, block_samples: int
) -> None:
    """A replay today and one with other buffers next year are the same evidence."""
    for name, size in (("one", 65_536), ("other", block_samples)):
        out = tmp_path / name
        given = ["-v", "-c", str(scene.config), "--block-samples", str(size), "-o", f"json:{out}"]
        assert main(["replay", str(scene.sigmf), *given]) == 0
    assert _body(tmp_path / "one") == _body(tmp_path / "other")
    assert _body(tmp_path / "one").count(b'"transmission"') == 8


def test_one_sample_at_a_time_changes_nothing(scene: Scene, tmp_path: Path) -> None:
    """The smallest block there is, on the first fifth of a second."""
    for name, size in (("one", "1"), ("other", "65536")):
        given = ["-T", "0.2", "--block-samples", size, "-o", f"json:{tmp_path / name}"]
        assert main(["replay", str(scene.sigmf), *given]) == 0
    assert _body(tmp_path / "one") == _body(tmp_path / "other")
    assert b"554321" in _body(tmp_path / "one")


def test_two_jobs_say_what_one_says(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Output in the order of the files, remarks and faults included, whoever is ready first."""
    broken = tmp_path / "g002_916.5M_128k.cu8"
    broken.write_bytes(scene.raw.read_bytes()[:-1])
    said = []
    for name, jobs in (("one", "1"), ("two", "2")):
        files = [str(scene.sigmf), str(broken), str(scene.raw)]
        given = ["-c", str(scene.config), "--jobs", jobs, "-o", f"json:{tmp_path / name}"]
        assert main(["replay", *files, *given]) == 65
        said.append(capsys.readouterr().err)
    assert _body(tmp_path / "one") == _body(tmp_path / "two")
    sources = [
        line["source"]["file"]
        for line in _of(_lines((tmp_path / "one").read_text()), "transmission")
    ]
    assert list(dict.fromkeys(sources)) == [str(scene.sigmf), str(broken), str(scene.raw)]
    assert said[0] == said[1]
    assert "byte" in said[0]


def test_own_records_are_judged_alike(scene: Scene, tmp_path: Path) -> None:
    """Records kept for years can be judged anew without samples: same findings, same alarms."""
    heard, again = tmp_path / "heard.jsonl", tmp_path / "again.jsonl"
    for source, out in ((scene.sigmf, heard), (heard, again)):
        given = ["-v", "-c", str(scene.config), "-o", f"json:{out}"]
        assert main(["replay", str(source), *given]) == 0
    one, two = _lines(heard.read_text()), _lines(again.read_text())
    assert len(_of(one, "alarm")) > 3
    for kind in ("transmission", "finding", "alarm"):
        assert _of(one, kind) == _of(two, kind)
    assert one[-1]["seconds"] == two[-1]["seconds"]


Build = Callable[[Path, Scene], list[str]]


def _file(name: str, data: bytes, *flags: str) -> Build:
    def build(folder: Path, scene: Scene) -> list[str]:
        del scene
        (folder / name).write_bytes(data)
        return [str(folder / name), *flags]

    return build


def _cut_sigmf(folder: Path, scene: Scene) -> list[str]:
    (folder / "cut.sigmf-meta").write_bytes(scene.sigmf.read_bytes())
    (folder / "cut.sigmf-data").write_bytes(scene.data.read_bytes()[:100_001])
    return [str(folder / "cut.sigmf-meta")]


def _lone_data(folder: Path, scene: Scene) -> list[str]:
    (folder / "lone.sigmf-data").write_bytes(scene.data.read_bytes())
    return [str(folder / "lone.sigmf-data")]


def _directory(folder: Path, scene: Scene) -> list[str]:
    del scene
    return [str(folder)]


NOISE = np.random.default_rng(3).integers(120, 136, 50_000, dtype=np.uint8).tobytes()
RAW = "g001_916.5M_128k"


@pytest.mark.parametrize(
    ("build", "words"),
    [
        pytest.param(_file(f"{RAW}.cu8", NOISE[:-1]), "byte 49998: expected whole", id="odd"),
        pytest.param(_file(f"{RAW}.cu8", b""), "byte 0: expected samples", id="empty"),
        pytest.param(_file(f"{RAW}.cu8", NOISE, "--format", "u7"), "found 'u7'", id="format"),
        pytest.param(_file(f"{RAW}.wav", NOISE), "byte 0: expected a WAV", id="wrong-kind"),
        pytest.param(_file(f"{RAW}.dat", NOISE), "names a sample format", id="no-format"),
        pytest.param(_file("x.cu8", NOISE), "expected a sample rate", id="no-rate"),
        pytest.param(_file("x.cu8", NOISE, "-s", "20k"), "expected at least 32768", id="slow"),
        pytest.param(_file("x.sigmf-meta", b"{", "-q"), "x.sigmf-meta", id="meta"),
        pytest.param(_file("x.jsonl", b'{"schema": "medmon/9"}\n'), "medmon/9", id="records"),
        pytest.param(_cut_sigmf, "byte 100001", id="cut-sigmf"),
        pytest.param(_lone_data, "lone.sigmf-meta", id="no-metadata"),
        pytest.param(_directory, "found a directory", id="directory"),
    ],
)
def test_bad_input_is_one_line_and_status_65(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], build: Build, words: str
) -> None:
    """The message names the file, the place where it has one, and what was expected."""
    arguments = build(tmp_path, scene)
    assert main(["replay", *arguments, "-o", "json:-"]) == 65
    captured = capsys.readouterr()
    error = captured.err.splitlines()[-1]
    assert error.startswith(f"medmon: {tmp_path}")
    assert words in error
    assert "Traceback" not in captured.err
    lines = _lines(captured.out)
    # Of what could not be read nothing is said, least of all that there were no alarms.
    assert bool(lines) == ("everything before it was read" in error)
    assert not lines or (lines[-1]["type"] == "summary" and lines[-1]["samples"] > 0)


def test_what_may_not_be_read_is_status_77(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Permission is another matter than a bad file. (Root may read anything, hence the patch.)"""
    real = Path.open

    def refuse(path: Path, *arguments: Any, **more: Any) -> Any:
        if path.suffix == ".cu8":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **more)

    monkeypatch.setattr(Path, "open", refuse)
    assert main(["replay", str(scene.raw), "-o", "json:-"]) == 77
    assert f"{scene.raw}: no permission" in capsys.readouterr().err


def test_everything_before_the_break_is_told(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A recorder that was unplugged in the middle has recorded the attack all the same."""
    (path,) = _cut_sigmf(tmp_path, scene)
    assert main(["replay", path, "-o", "json:-"]) == 65
    lines = _lines(capsys.readouterr().out)
    said = [line["command"] for line in _of(lines, "transmission") if line["protocol"]]
    assert said[:3] == ["status", "wakeup", "ack"]
    assert lines[-1]["samples"] == 50_000


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_no_numbers_are_a_gap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: float
) -> None:
    """They are left out, and said to be left out."""
    iq = np.random.default_rng(1).normal(scale=0.01, size=40_000).astype("<f4")
    iq[20_000:20_020] = bad
    path = tmp_path / f"{RAW}.cf32"
    path.write_bytes(iq.tobytes())
    assert main(["replay", str(path), "-o", "json:-"]) == 0
    lines = _lines(capsys.readouterr().out)
    (gap,) = _of(lines, "gap")
    assert (gap["source"]["sample_start"], gap["samples_lost"]) == (10_000, 10)
    assert lines[-1]["samples_lost"] == 10


@pytest.mark.parametrize(
    ("ending", "data", "words"),
    [
        ("cs16", bytes(80_000), "every sample is zero"),
        ("cu8", bytes(40_000), "every sample is the same"),
        ("cu8", bytes(np.random.default_rng(2).choice([0, 255], 40_000).tolist()), "100 % of the"),
    ],
)
def test_a_dead_or_deafened_receiver_is_noted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str, data: bytes, words: str
) -> None:
    """All zero, always the same, or clipped: no error, but whoever replays should know."""
    path = tmp_path / f"{RAW}.{ending}"
    path.write_bytes(data)
    assert main(["replay", str(path), "-o", "json:-"]) == 0
    assert words in capsys.readouterr().err
    assert main(["replay", str(path), "-o", "json:-", "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_who_cannot_be_heard_at_this_rate_is_named(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """Too slow for one family: the others are judged, and one line says who is missing.

    An Omnipod packet is 2 * 26.37 kHz + 2 * 40.625 kchip/s = 133.99 kHz wide.
    """
    assert main(["replay", str(scene.sigmf), "-o", "json:-"]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "omnipod" in line
    assert "133990" in line


def test_other_files_go_on_and_the_first_fault_gives_the_status(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One bad file in a hundred does not cost a night's work; a fault wins over --fail-on."""
    files = [str(tmp_path / "none"), str(scene.sigmf), str(tmp_path)]
    given = ["-c", str(scene.config), "-o", "json:-", "--fail-on", "info"]
    assert main(["replay", *files, *given]) == 65
    captured = capsys.readouterr()
    assert _lines(captured.out)[-1]["transmissions"] == {"medtronic": {"ok": 8}}
    faults = captured.err.splitlines()[-2:]
    assert [str(tmp_path / "none") in faults[0], "a directory" in faults[1]] == [True, True]


@pytest.mark.parametrize(
    ("duration", "priority", "status"),
    [("1s", "high", 10), ("1s", "low", 10), ("0.1s", "high", 0), ("0.1s", "info", 0)],
)
def test_fail_on_tells_whether_an_alarm_was_found(
    scene: Scene, duration: str, priority: str, status: int
) -> None:
    """Scripts ask by the exit status; before the attack there is nothing to find."""
    given = ["-c", str(scene.config), "-T", duration, "--fail-on", priority, "-o", "json:-"]
    assert main(["replay", str(scene.sigmf), *given]) == status


def test_a_person_reads_sentences(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Without -o alarms and the summary are printed; with -v everything that was heard too."""
    assert main(["replay", str(scene.sigmf), "-c", str(scene.config)]) == 0
    short = capsys.readouterr().out
    assert "A bolus of 12 IU was ordered from pump (554321); the limit is 10 IU." in short
    assert "8 transmissions" in short
    assert main(["replay", str(scene.sigmf), "-c", str(scene.config), "-v"]) == 0
    assert "medtronic 554321 status" in capsys.readouterr().out


def test_facts_come_from_flags(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file without a telling name, its time included."""
    bare = tmp_path / "bare.bin"
    bare.write_bytes(scene.raw.read_bytes())
    known = ["--format", "cu8", "-s", "128k", "-f", "916.5M", "--start-time", "2026-11-23T09:00Z"]
    assert main(["replay", str(bare), *known, "-o", "json:-"]) == 0
    first = _lines(capsys.readouterr().out)[0]
    assert first["time_ns"] == pytest.approx(START_NS + 50_000_000, abs=100_000)
    assert first["radio"]["freq_hz"] == pytest.approx(916.5e6, abs=2e3)


def test_a_file_is_begun_anew(scene: Scene, tmp_path: Path) -> None:
    """Replaying twice into one file gives one replay."""
    out = tmp_path / "out.jsonl"
    for _ in range(2):
        assert main(["replay", str(scene.sigmf), "-T", "0.2", "-o", f"json:{out}"]) == 0
    assert len(_of(_lines(out.read_text()), "summary")) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--cluster", "host:8786"], "--cluster is not in this version"),
        (["--simulate-jamming"], "--simulate-jamming is not in this version"),
        (["-", "--jobs", "2"], "standard input cannot be shared"),
        (["--jobs", "0"], "--jobs"),
        (["--speed", "0"], "--speed"),
        (["--start-time", "noon"], "expected a time such as"),
    ],
)
def test_what_cannot_be_done_is_a_usage_mistake(
    scene: Scene, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    """Said before anything is opened."""
    assert main(["replay", str(scene.sigmf), *more]) == 2
    assert words in capsys.readouterr().err


def test_no_output_overwrites_an_input(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Records replayed into themselves would be gone before they are read."""
    path = tmp_path / "heard.jsonl"
    assert main(["replay", str(scene.sigmf), "-T", "0.2", "-o", f"json:{path}"]) == 0
    before = path.read_bytes()
    assert main(["replay", str(path), "-o", f"json:{path}"]) == 2
    assert "would overwrite" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_a_configuration_that_nobody_named_is_named(
    scene: Scene,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same command gives other alarms in another folder, and has to say why."""
    (tmp_path / "medmon.toml").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    main(["replay", str(scene.sigmf), "-o", "json:-"])
    assert "configuration: medmon.toml\n" in capsys.readouterr().err
    main(["replay", str(scene.sigmf), "-o", "json:-", "-c", "medmon.toml"])
    assert "configuration:" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "[policies.no-such-policy]\nthreshold = 1\n",
        '[[device]]\nid = "0x554321"\nprotocol = "medtronic"\nrole = "pump"\n',
    ],
    ids=["policy", "device"],
)
def test_mistakes_of_the_configuration_come_first(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """An output is not touched when the run cannot begin, and the file to edit is named."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text)
    out = tmp_path / "out.jsonl"
    assert main(["replay", str(scene.sigmf), "-c", str(wrong), "-o", f"json:{out}"]) == 78
    assert not out.exists()
    assert f"{wrong}: 1 mistake" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a full device")
def test_an_output_that_fails_is_told_at_the_end(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk costs that output, not the run."""
    given = ["-o", "json:/dev/full", "-o", "json:-"]
    assert main(["replay", str(scene.sigmf), *given]) == 74
    captured = capsys.readouterr()
    assert _lines(captured.out)[-1]["type"] == "summary"
    assert "/dev/full" in captured.err


def test_a_replay_imports_only_what_it_uses(tmp_path: Path) -> None:
    """Start-up is most of a short replay; what checks, draws, asks and shares out is not in it.

    pydantic alone would cost 0.2 s of CPU time, multiprocessing 10 ms.
    """
    recording = tmp_path / "g001_916.5M_250k.cu8"
    recording.write_bytes(np.random.default_rng(3).integers(120, 136, 200_000, np.uint8).tobytes())
    unused = {
        "click.shell_completion", "concurrent.futures", "fractions", "importlib.metadata",
        "importlib.resources", "jinja2", "matplotlib", "medmon.phy.array", "medmon.phy.early",
        "medmon.pictures", "medmon.playback.inspection", "medmon.playback.spool", "medmon.report",
        "multiprocessing", "pydantic", "rich", "scipy", "sigmf", "sklearn", "sqlite3",
        "statistics", "traceback", "zoneinfo",
    }  # fmt: skip
    code = (
        "import sys; from medmon.cli import main; main(sys.argv[1:]);"
        f"print(sorted(set(sys.modules) & {unused!r}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, "replay", str(recording), "-o", "json:-"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    *records, imported = answer.stdout.splitlines()
    assert json.loads(records[-1])["samples"] == 100_000
    assert imported == "[]"


def _started(scene: Scene, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "medmon", "replay", str(scene.sigmf), "-o", "json:-", *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MEDMON_CONFIG": str(scene.config)},
    )


def test_an_interrupt_closes_cleanly(scene: Scene) -> None:
    """Ctrl-C in the middle: what was heard, then a summary, then status 130."""
    with _started(scene, "--speed", "0.1", "--block-samples", "1024") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["type"] == "transmission"
        process.send_signal(signal.SIGINT)
        # Not `communicate`: lines that came with the first one are in the reader's buffer already.
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
    assert process.returncode == 130
    summary = _lines(out)[-1]
    assert summary["type"] == "summary"
    assert 0 < summary["samples"] < scene.sample_count
    assert "Traceback" not in err


def test_a_reader_that_hangs_up_is_no_error(scene: Scene) -> None:
    """`medmon replay ... | head` ends without a word."""
    with _started(scene, "-q") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 141
