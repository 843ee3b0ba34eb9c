"""Tables for a spreadsheet: flat, complete, and harmless to open."""

import csv
import json
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.errors import ConfigError, StorageError
from medmon.respond.sinks.csv import PLUGIN, Csv

HEARD: dict[str, Any] = {
    "schema": "medmon/1", "type": "transmission", "time": "2026-11-23T11:15:03.000001Z",
    "time_ns": 1, "id": "t1",
    "source": {"file": "a.cu8", "receiver": "0", "sample_start": 5, "sample_count": 6},
    "radio": {"freq_hz": 916500000.5, "rssi_dbfs": -31.25, "aoa_deg": None, "modulation": "ook"},
    "protocol": "medtronic", "integrity": "ok", "raw_hex": "a735",
    "device": {"id": "350535", "asset": None, "name": None, "role": None, "registered": False},
    "direction": "to-device", "command": "bolus", "fields": {"units_iu": 2.5}, "sequence": None,
    "repeats": 2,
}  # fmt: skip
ALARM: dict[str, Any] = {
    "schema": "medmon/1", "type": "alarm", "time": "2026-11-23T11:15:04.000000Z", "time_ns": 2,
    "id": "a1", "phase": "start", "priority": "high", "title": "Bolus", "device": None,
    "subject": "350535", "protocol": "medtronic", "reasons": [{"text": "why, so"}],
    "transmissions": ["t1"],
}  # fmt: skip


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _written(path: Path, *lines: dict[str, Any], **options: str) -> None:
    sink = PLUGIN(str(path), options)
    for line in lines:
        sink.emit(line)
    sink.close()


def test_two_tables_beside_each_other(tmp_path: Path) -> None:
    """Transmissions where the user said, alarms beside them, other types nowhere."""
    _written(tmp_path / "ward.csv", HEARD, ALARM, {"type": "gap"}, HEARD)
    assert [row["id"] for row in _rows(tmp_path / "ward.csv")] == ["t1", "t1"]
    assert [row["id"] for row in _rows(tmp_path / "ward.alarms.csv")] == ["a1"]


def test_columns_are_the_keys_with_dots(tmp_path: Path) -> None:
    """A column is found by the name that it has in the JSON; numbers stay numbers."""
    _written(tmp_path / "ward.csv", HEARD)
    (row,) = _rows(tmp_path / "ward.csv")
    for column, value in {
        "time": "2026-11-23T11:15:03.000001Z",
        "device.id": "350535",
        "device.registered": "False",
        "radio.freq_hz": "916500000.5",
        "radio.rssi_dbfs": "-31.25",
        "radio.aoa_deg": "",
        "source.sample_start": "5",
        "source.uri": "",
        "fields": '{"units_iu": 2.5}',
        "repeats": "2",
    }.items():
        assert row[column] == value, column


def test_alarm_without_a_known_device(tmp_path: Path) -> None:
    """Lists stay JSON in one cell."""
    _written(tmp_path / "w", ALARM, table="alarm")
    (row,) = _rows(tmp_path / "w")
    assert (row["device.asset"], row["subject"]) == ("", "350535")
    assert row["protocol"] == "medtronic"
    assert json.loads(row["reasons"]) == [{"text": "why, so"}]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\\t=1"),
        ("\r=1", "\\r=1"),
        ("a\nb", "a\\nb"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202e", "\\u202e"),
        ("Anna's pump, ü", "Anna's pump, ü"),
    ],
)
def test_text_from_a_stranger_is_harmless(tmp_path: Path, text: str, cell: str) -> None:
    """No spreadsheet runs what was heard on the air."""
    _written(tmp_path / "w", ALARM | {"title": text}, table="alarm")
    assert _rows(tmp_path / "w")[0]["title"] == cell


@given(st.text())
def test_one_record_is_one_line(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever stands in it, line-based tools count records, and no cell begins a formula."""
    path = tmp_path_factory.mktemp("csv") / "w"
    _written(path, ALARM | {"title": text, "subject": text}, table="alarm")
    assert path.read_bytes().count(b"\n") == 2
    assert not _rows(path)[0]["title"].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_file_is_added_to_with_one_header(tmp_path: Path) -> None:
    """A restart adds rows; a replay may begin anew."""
    path = tmp_path / "ward.csv"
    _written(path, HEARD)
    _written(path, HEARD)
    assert [row["id"] for row in _rows(path)] == ["t1", "t1"]
    _written(path, HEARD, append="no")
    assert [row["id"] for row in _rows(path)] == ["t1"]


def test_standard_output_is_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Transmissions, or alarms on request."""
    for options, names in (({}, ["t1"]), ({"table": "alarm"}, ["a1"])):
        sink = Csv("-", options)
        sink.emit(HEARD)
        sink.emit(ALARM)
        sink.close()
        rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
        assert [row["id"] for row in rows] == names


def test_torn_row_costs_only_itself(tmp_path: Path) -> None:
    """The disk fills up in the middle of a row, then there is space again."""
    path = tmp_path / "w"
    sink = Csv(str(path), {"table": "alarm"})
    room = [10]

    class Small(FileIO):
        def write(self, data: Any, /) -> int:
            return super().write(data[: room[0]] if room else data)

    sink.close()
    sink._files["alarm"] = Small(path, "a")
    with pytest.raises(StorageError, match=r"w: only 10 of \d+ bytes were written"):
        sink.emit(ALARM)
    room.clear()
    sink.emit(ALARM)
    sink.emit(ALARM)
    sink.close()
    assert [row["id"] for row in _rows(path)][1:] == ["a1", "a1"]


def test_full_disk_is_told() -> None:
    """The header already does not fit, and the message says so."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(StorageError, match=r"^/dev/full: No space left"):
        Csv("/dev/full", {"table": "alarm"})


class _Gone:
    def write(self, _: str) -> int:
        raise BrokenPipeError


def test_reader_that_went_away_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """`... | head` ends quietly; delivery decides what to do."""
    sink = Csv("-", {})
    monkeypatch.setattr("sys.stdout", _Gone())
    with pytest.raises(BrokenPipeError):
        sink.emit(HEARD)


def test_second_file_that_cannot_be_opened_closes_the_first(tmp_path: Path) -> None:
    """The message names the file that is in the way."""
    (tmp_path / "ward.alarms.csv").mkdir()
    with pytest.raises(StorageError, match=r"ward\.alarms\.csv: cannot be written: Is a directory"):
        Csv(str(tmp_path / "ward.csv"), {})


@pytest.mark.parametrize(
    ("target", "options"), [("", {}), ("-", {"append": "perhaps"}), ("-", {"table": "gap"})]
)
def test_mistakes_are_named(target: str, options: dict[str, str]) -> None:
    """A person learns what is possible."""
    with pytest.raises(ConfigError, match=r"expected csv:- or csv:FILE.*table=transmission or"):
        Csv(target, options)
