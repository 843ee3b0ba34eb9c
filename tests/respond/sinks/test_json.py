"""JSON Lines: one record, one line, at once; nothing in a file is lost but what was torn."""

import json
from io import FileIO
from pathlib import Path
from typing import Any

import pytest

from medmon.errors import ConfigError, StorageError
from medmon.respond.sinks.json import PLUGIN, Json

LINE = {"schema": "medmon/1", "type": "gap", "reason": "a\nb\x1b[2J\u202e", "samples_lost": 3}


def _read(path: Path) -> list[Any]:
    return [json.loads(text) for text in path.read_text().splitlines()]


def test_standard_output_is_one_line_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets lines of ASCII; control characters of the air do not reach a terminal."""
    sink = PLUGIN("-", {})
    sink.emit(LINE)
    sink.emit(LINE)
    sink.close()
    out, err = capsys.readouterr()
    assert [json.loads(text) for text in out.splitlines()] == [LINE, LINE]
    assert out.isascii()
    assert "\x1b" not in out
    assert err == ""


def test_record_is_in_the_file_when_emit_returns(tmp_path: Path) -> None:
    """`tail -f` shows an alarm when it happens."""
    path = tmp_path / "ward.jsonl"
    sink = Json(str(path), {})
    sink.emit(LINE)
    assert _read(path) == [LINE]
    sink.close()


def test_file_is_added_to_unless_told_otherwise(tmp_path: Path) -> None:
    """A restart does not destroy the night's records; a replay may begin anew."""
    path = tmp_path / "ward.jsonl"
    for options in ({}, {"append": "yes"}):
        sink = Json(str(path), options)
        sink.emit(LINE)
        sink.close()
    assert len(_read(path)) == 2
    sink = Json(str(path), {"append": "no"})
    sink.emit(LINE)
    sink.close()
    assert len(_read(path)) == 1


def test_torn_line_costs_only_itself(tmp_path: Path) -> None:
    """The disk fills up in the middle of a record, then there is space again."""
    path = tmp_path / "ward.jsonl"
    sink = Json(str(path), {})
    sink.emit(LINE)
    room = [10]

    class Small(FileIO):
        def write(self, data: Any, /) -> int:
            return super().write(data[: room[0]] if room else data)

    sink.close()
    sink._file = Small(path, "a")
    with pytest.raises(StorageError, match=r"ward\.jsonl: only 10 of \d+ bytes were written"):
        sink.emit(LINE)
    room.clear()
    sink.emit(LINE)
    sink.emit(LINE)
    sink.close()
    texts = path.read_text().splitlines()
    assert [json.loads(text) for text in (texts[0], *texts[2:])] == [LINE, LINE, LINE]
    assert len(texts[1]) == 10


def test_full_disk_is_told() -> None:
    """The message names the file and the reason."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    sink = Json("/dev/full", {})
    with pytest.raises(StorageError, match=r"^/dev/full: No space left"):
        sink.emit(LINE)
    sink.close()


class _Broken:
    def __init__(self, error: OSError) -> None:
        self._error = error

    def write(self, _: str) -> int:
        raise self._error


def test_reader_that_went_away_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """`medmon replay ... | head` ends quietly; delivery decides what to do."""
    monkeypatch.setattr("sys.stdout", _Broken(BrokenPipeError()))
    with pytest.raises(BrokenPipeError):
        Json("-", {}).emit(LINE)
    monkeypatch.setattr("sys.stdout", _Broken(OSError(28, "No space left on device")))
    with pytest.raises(StorageError, match=r"^standard output: No space left"):
        Json("-", {}).emit(LINE)


def test_folder_must_exist(tmp_path: Path) -> None:
    """No folder is made by a typing mistake."""
    with pytest.raises(StorageError, match=r"none/a\.jsonl: cannot be written: No such file"):
        Json(str(tmp_path / "none" / "a.jsonl"), {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("target", "options"), [("", {}), ("-", {"append": "perhaps"})])
def test_mistakes_are_named(target: str, options: dict[str, str]) -> None:
    """A person learns what is possible."""
    with pytest.raises(ConfigError, match="expected json:- or json:FILE"):
        Json(target, options)


def test_nan_is_our_own_bug(tmp_path: Path) -> None:
    """The wire never makes one; a sink does not write what no reader can read."""
    sink = Json(str(tmp_path / "a"), {})
    with pytest.raises(ValueError, match="not JSON compliant"):
        sink.emit({"type": "gap", "value": float("nan")})
    sink.close()
