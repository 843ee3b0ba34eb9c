"""``medmon policies``: the rows in force, and the mistakes of a site's own rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from medmon.cli import main
from medmon.detect.policy import shipped_rows

FIRST = shipped_rows()[0]


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """An empty configuration, so that the machine's own does not count."""
    path = tmp_path / "medmon.toml"
    path.write_text("", encoding="utf-8")
    return path


def test_list_shows_every_shipped_policy(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line each: id, priority, threshold, detector, title."""
    assert main(["policies", "list", "-c", str(empty)]) == 0
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == [row.id for row in shipped_rows() if row.enable is not False]
    assert {row[1] for row in rows} <= {"high", "medium", "low", "info"}


def test_list_json_is_one_object_a_line(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Scripts read the same rows, with the options of each."""
    assert main(["policies", "list", "--json", "-c", str(empty)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows[0]["id"] == FIRST.id
    assert isinstance(rows[0]["options"], dict)


def test_a_disabled_policy_is_not_listed(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The list is what is in force."""
    empty.write_text(f"[policies]\n{FIRST.id} = false\n", encoding="utf-8")
    assert main(["policies", "list", "-c", str(empty)]) == 0
    assert f"{FIRST.id}\t" not in capsys.readouterr().out


def test_check_counts_or_lists_mistakes(empty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Good rows are counted; a bad one ends with 78 and its place."""
    assert main(["policies", "check", "-c", str(empty)]) == 0
    assert "no mistakes" in capsys.readouterr().err
    empty.write_text(f"[policies.{FIRST.id}]\nthreshold = 7.0\n", encoding="utf-8")
    assert main(["policies", "check", "-c", str(empty)]) == 78
    assert FIRST.id in capsys.readouterr().err
