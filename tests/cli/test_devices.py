"""``medmon devices``: an inventory becomes configuration, or all its mistakes are listed."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from medmon.cli import main

INVENTORY = """id,protocol,role,asset,name,rssi_min_dbfs
1A2B3C,medtronic,pump,A-0042,"Bed 7, pump",-60
99ff01,medtronic,remote,,,
"""


def _import(tmp_path: Path, text: str | bytes, *more: str) -> int:
    path = tmp_path / "inventory.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return main(["devices", "import", str(path), *more])


def test_import_prints_device_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The hospital's table becomes [[device]] tables; empty cells are left out."""
    assert _import(tmp_path, INVENTORY) == 0
    text = capsys.readouterr().out
    assert text.startswith("[[device]]\n")
    assert tomllib.loads(text)["device"] == [
        {
            "id": "1a2b3c",
            "protocol": "medtronic",
            "role": "pump",
            "asset": "A-0042",
            "name": "Bed 7, pump",
            "rssi_min_dbfs": -60.0,
        },
        {"id": "99ff01", "protocol": "medtronic", "role": "remote"},
    ]


def test_imported_devices_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """import -w and list -c are the two ends of one thing; a byte order mark does no harm."""
    written = str(tmp_path / "devices.toml")
    assert _import(tmp_path, b"\xef\xbb\xbf" + INVENTORY.encode(), "-w", written) == 0
    assert capsys.readouterr().out == ""
    assert main(["devices", "list", "-c", written]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1a2b3c\tmedtronic\tpump\tA-0042\tBed 7, pump",
        "99ff01\tmedtronic\tremote",
    ]
    assert main(["devices", "list", "--json", "-c", written]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == ["1a2b3c", "99ff01"]


@pytest.mark.parametrize(
    ("row", "mistake"),
    [
        ("1a2b3c,medtronic,pumpe", "line 2: role"),
        ("1a 2b,medtronic,pump", "line 2: id"),
        ("1a2b3c,medtronix,pump", "line 2: protocol: expected one of"),
        ("0x1a2b3c,medtronic,pump", "line 2: id: expected an id of medtronic such as 350535"),
        ("1a2b3c,medtronic", "line 2: role"),
        ("1a2b3c,medtronic,pump,more", "line 2: (too many columns)"),
        ("1a2b3c,medtronic,pump\n1A2B3C,medtronic,pump", "line 3: id: '1a2b3c' stands"),
    ],
)
def test_mistakes_name_line_and_column(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, mistake: str
) -> None:
    """Whoever keeps the inventory finds the cell."""
    assert _import(tmp_path, f"id,protocol,role\n{row}\n") == 78
    assert mistake in capsys.readouterr().err


def test_one_id_on_two_systems_is_two_devices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The configuration takes them, since no protocol knows of another's numbers."""
    rows = "h:0123456789ab,medtronic,pump\nh:0123456789ab,omnipod,pump\n"
    assert _import(tmp_path, f"id,protocol,role\n{rows}") == 0
    assert capsys.readouterr().out.count("[[device]]") == 2


def test_all_mistakes_come_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two bad rows are two mistakes in one message, and nothing is written."""
    written = tmp_path / "devices.toml"
    assert _import(tmp_path, "id,protocol,role\na,b,pump\nc,d,e\n", "-w", str(written)) == 78
    assert "2 mistakes" in capsys.readouterr().err
    assert not written.exists()


def test_what_is_not_text_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A spreadsheet file in place of CSV is refused with its offset."""
    assert _import(tmp_path, b"id,\xff") == 65
    assert "byte 3: expected text in UTF-8, found byte 0xff" in capsys.readouterr().err
