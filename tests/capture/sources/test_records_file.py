"""Records written by medmon are heard again, up to the first line that is not one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from medmon.capture.sources import records_file
from medmon.errors import MedmonError
from medmon.records import Gap, Radio, Span, Transmission
from medmon.wire import line_from_record, text_from_line

ReadAll = Callable[..., tuple[list[Any], MedmonError | None]]
RADIO = Radio(916.5e6, 0.0, 1e4, -20.0, 30.0, -50.0, 1000.0)
HEARD: list[Transmission | Gap] = [
    Transmission("t1", Span("a.cu8", 5, 10), 1_000, RADIO),
    Gap(Span("a.cu8", 15, 3), 2_000, 250e3, "overrun"),
    Transmission("t2", Span("a.cu8", 18, 10), 3_000, RADIO),
]
LINES = [text_from_line(line_from_record(item)).rstrip("\n") + "\n" for item in HEARD]


def write(path: Path, *lines: str | bytes) -> Path:
    path.write_bytes(b"".join(x if isinstance(x, bytes) else x.encode() for x in lines))
    return path


def test_what_was_heard_comes_back_in_order(tmp_path: Path, read_all: ReadAll) -> None:
    """Alarms in between are passed over: whoever replays draws them anew."""
    alarm = json.dumps({"schema": "medmon/1", "type": "alarm", "time": "2026-11-23T00:00:00Z"})
    path = write(tmp_path / "x.jsonl", LINES[0], alarm + "\n", "\n", *LINES[1:])
    assert read_all(path) == (HEARD, None)


def test_a_torn_last_line_is_reported_after_the_rest(tmp_path: Path, read_all: ReadAll) -> None:
    """The writer was killed in the middle of it."""
    path = write(tmp_path / "x.jsonl", *LINES[:2], LINES[2][:40])
    items, error = read_all(path)
    assert items == HEARD[:2]
    assert error is not None
    assert error.exit_code == 65
    assert str(path) in str(error)


def test_a_byte_that_is_no_text(tmp_path: Path, read_all: ReadAll) -> None:
    """The offset counts from the start of the file."""
    path = write(tmp_path / "x.jsonl", LINES[0], b'{"a": "\xff"}\n')
    items, error = read_all(path)
    assert items == HEARD[:1]
    assert f"byte {len(LINES[0]) + 7}: expected text in UTF-8, found the byte ff" in str(error)


def test_a_line_without_an_end_does_not_fill_the_memory(
    tmp_path: Path, read_all: ReadAll, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused at its limit."""
    monkeypatch.setattr(records_file, "MAX_LINE_BYTES", len(LINES[0]) + 10)
    path = write(tmp_path / "x.jsonl", LINES[0], "x" * 100_000)
    items, error = read_all(path)
    assert items == HEARD[:1]
    assert f"byte {len(LINES[0])}: expected lines of at most" in str(error)


def test_an_empty_file(tmp_path: Path, read_all: ReadAll) -> None:
    """Even a quiet night ends with a summary."""
    items, error = read_all(write(tmp_path / "x.jsonl"))
    assert items == []
    assert "expected records, found none" in str(error)
