"""``medmon demo`` on a scene of two seconds: what it prints, where, and what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medmon.cli import main

SHORT = ["demo", "--scenario", "two-families", "-w"]


def test_everything_is_told_and_a_report_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stdout the account, on stderr where the report is; no escape codes in a pipe."""
    assert main([*SHORT, str(tmp_path / "out")]) == 0
    streams = capsys.readouterr()
    assert "This is synthetic." in streams.out
    assert "not a medical device" in streams.out
    assert "0 attacks" in streams.out
    assert "\x1b" not in streams.out
    assert not [line for line in streams.out.splitlines() if line != line.rstrip()]
    assert streams.err.endswith(f"The report: {tmp_path / 'out' / 'report.html'}\n")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "two-families, seed 1" in page
    assert "://" not in page


def test_json_leaves_nothing_else_on_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script reads it line by line; the last line is the summary."""
    assert main([*SHORT, str(tmp_path), "--json", "-q"]) == 0
    streams = capsys.readouterr()
    lines = [json.loads(text) for text in streams.out.splitlines()]
    assert {line["schema"] for line in lines} == {"medmon/1"}
    assert lines[-1]["type"] == "summary"
    assert lines[-1]["samples"] == 2 * 1_024_000
    heard = {line["device"]["id"] for line in lines if line["type"] == "transmission"}
    assert heard == {"554321", "411525", "1f0a37c2"}  # the addresses in the scenario's file
    assert streams.err == ""


def test_outputs_get_the_same_records_and_a_seed_repeats_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second run begins its files anew, and gives the same report byte by byte."""
    target = tmp_path / "records.jsonl"
    pages = []
    for name in ("one", "two"):
        assert main([*SHORT, str(tmp_path / name), "--seed", "4", "-o", f"json:{target}"]) == 0
        pages.append((tmp_path / name / "report.html").read_bytes())
        lines = target.read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["type"] for line in lines].count("summary") == 1
    assert pages[0] == pages[1]
    assert "What was heard" in capsys.readouterr().out


def test_samples_are_kept_when_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As SigMF, with the truth as annotations."""
    assert main([*SHORT, str(tmp_path), "--keep", "--json"]) == 0
    meta = json.loads((tmp_path / "two-families.sigmf-meta").read_text(encoding="utf-8"))
    senders = {annotation["medmon:sender"] for annotation in meta["annotations"]}
    assert {"remote", "pump", "pdm"} <= senders
    assert (tmp_path / "two-families.sigmf-data").stat().st_size == 2 * 1_024_000 * 4
    assert "two-families.sigmf-meta" in capsys.readouterr().err


def test_an_unknown_scene_is_a_usage_mistake_that_lists_the_known_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And nothing is written."""
    folder = tmp_path / "out"
    assert main(["demo", "--scenario", "nowhere", "-w", str(folder)]) == 2
    err = capsys.readouterr().err
    assert "--scenario" in err
    assert "two-families" in err
    assert not folder.exists()


def test_an_output_that_means_nothing_stops_it_before_work(tmp_path: Path) -> None:
    """A configuration error, with its status."""
    assert main([*SHORT, str(tmp_path / "out"), "-o", "fax:12345"]) == 78
    assert not (tmp_path / "out").exists()
