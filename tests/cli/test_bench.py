"""``medmon bench``: from flags to files; what is measured is tested in tests/bench."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from medmon.bench import parts, peer, silence
from medmon.bench.job import Job
from medmon.bench.results import Results, schema
from medmon.cli import bench, main

DOCS = Path(__file__).parents[2] / "docs"
FILE = str(DOCS / "reference" / "bench.json")


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second of noise, on a machine without rtl_433."""
    monkeypatch.setitem(silence._SECONDS, "quick", 1.0)
    monkeypatch.setattr(peer, "find_peer", lambda: None)


@pytest.fixture
def quick_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Throughput and sensitivity are known beforehand, and there is no rtl_433."""
    known = Results.model_validate_json(Path(FILE).read_bytes())
    monkeypatch.setattr(peer, "find_peer", lambda: None)
    for name, found in (("throughput", known.throughput), ("sensitivity", known.sensitivity)):
        assert found is not None
        monkeypatch.setitem(parts.PARTS, name, parts.Part(_canned(found), 1.0))


def _canned(found: parts.Found) -> Callable[[Job], parts.Found]:
    return lambda _: found


def test_the_parts_of_the_help_are_those_that_there_are() -> None:
    """The names stand twice, so that help needs no numpy."""
    assert list(bench.PARTS) == list(parts.PARTS)


@pytest.mark.usefixtures("short")
def test_a_part_alone_is_measured_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    """A table on stdout; that rtl_433 is missing, and which part begins, on stderr."""
    assert main(["bench", "--only", "silence"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[1] == "False decodes"
    assert said.out.splitlines()[-1].split()[-2:] == ["0", "none"]
    assert said.err == f"medmon: {peer.ABSENT}\nmedmon: silence, part 1 of 1\n"


@pytest.mark.usefixtures("short")
def test_json_is_the_only_thing_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    """It can be piped."""
    assert main(["bench", "-q", "--only", "silence", "--json"]) == 0
    said = capsys.readouterr()
    found = Results.model_validate_json(said.out)
    assert found.silence is not None
    assert (found.silence.run.peer, found.throughput) == (None, None)
    assert said.err == ""


@pytest.mark.usefixtures("short")
def test_earlier_results_are_kept_beside_a_part_that_is_run_anew(tmp_path: Path) -> None:
    """A long bench can be put together from pieces."""
    path = tmp_path / "new.json"
    assert main(["bench", "--from", FILE, "--only", "silence", "--json", str(path)]) == 0
    before = Results.model_validate_json(Path(FILE).read_bytes())
    after = Results.model_validate_json(path.read_bytes())
    assert after.sensitivity == before.sensitivity
    assert after.silence is not None
    assert after.silence.seconds == 1.0


@pytest.mark.parametrize(("ending", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_earlier_results_are_told_and_drawn_without_measuring(
    ending: str, magic: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page and the picture of the documentation are made so."""
    picture, page = tmp_path / f"bench.{ending}", tmp_path / "bench.md"
    assert main(["bench", "--from", FILE, "--page", str(page), "--plot", str(picture)]) == 0
    assert picture.read_bytes().startswith(magic)
    assert page.read_text().startswith("# Bench\n")
    assert "\nSensitivity\n" in capsys.readouterr().out


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads the file with a program asks for it."""
    assert main(["bench", "--schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()


@pytest.mark.parametrize(
    ("text", "place"), [("nonsense", "the whole file"), ('{"time": "x", "memory": 1}', "memory")]
)
def test_a_file_that_holds_something_else_is_bad_input(
    text: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 65, the file, the place, and what it should have been."""
    path = tmp_path / "other.json"
    path.write_text(text)
    assert main(["bench", "--from", str(path)]) == 65
    assert f"{path}: expected results of medmon bench, found at {place}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--plot", "curve.gif"],
        ["--json", "no-such-folder/x.json"],
        ["--page", "no-such-folder/x.md"],
        ["--only", "beauty"],
        ["--from", FILE, "--full"],
    ],
)
def test_mistakes_are_told_before_anything_is_measured(arguments: list[str]) -> None:
    """An hour of work must not end with a folder that is not there."""
    assert main(["bench", *arguments]) == 2


def test_full_beside_earlier_results_says_what_is_missing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It would print the old figures as if they had been measured."""
    assert main(["bench", "--from", FILE, "--full"]) == 2
    assert "name the parts that --full is to measure anew" in capsys.readouterr().err


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(("effort", "times"), [("full", 1), ("quick", 0)])
def test_a_quick_run_in_place_of_a_full_one_is_told(
    effort: str, times: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Figures to be quoted are lost, and an hour of work with them."""
    earlier = json.loads(Path(FILE).read_bytes())
    earlier["silence"]["run"].update(effort=effort, time="2026-11-24T22:00:00Z")
    path = tmp_path / "earlier.json"
    path.write_text(json.dumps(earlier))
    assert main(["bench", "--from", str(path), "--only", "silence"]) == 0
    said = capsys.readouterr().err
    lost = "silence: a quick run takes the place of the full one of 2026-11-24; --full measures it"
    assert said.count(lost) == times


def test_nothing_to_draw_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A picture that silently does not appear is looked for everywhere."""
    path, picture = tmp_path / "empty.json", tmp_path / "bench.png"
    path.write_text(Results(time="2026-11-24T22:00:00Z").model_dump_json(by_alias=True))
    assert main(["bench", "--from", str(path), "--plot", str(picture)]) == 0
    assert "nothing to draw" in capsys.readouterr().err
    assert not picture.exists()


@pytest.mark.usefixtures("quick_parts")
def test_a_picture_that_is_drawn_in_the_end_is_not_said_to_be_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The parts before the sensitivity have nothing to draw, and that is no news."""
    picture = tmp_path / "bench.png"
    only = ["--only", "throughput", "--only", "sensitivity"]
    assert main(["bench", *only, "--plot", str(picture)]) == 0
    assert "nothing to draw" not in capsys.readouterr().err
    assert picture.exists()
