"""``medmon config``: what it prints, and where mistakes go."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from medmon.cli import main

GOOD = """
[site]
name = "ward 3"
[[device]]
id = "1A2B3C"
protocol = "medtronic"
role = "pump"
[[output]]
uri = "mqtt://nurse:sesame@broker/medmon"
"""


@pytest.fixture
def good(tmp_path: Path) -> str:
    """A configuration without mistakes."""
    path = tmp_path / "medmon.toml"
    path.write_text(GOOD, encoding="utf-8")
    return str(path)


def test_check_is_content_with_a_good_file(good: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0, nothing on stdout, and -q says nothing at all."""
    file = Path(good)
    file.write_text(GOOD.replace("mqtt://nurse:sesame@broker/medmon", "json:-"))
    assert main(["config", "check", "-c", good]) == 0
    streams = capsys.readouterr()
    assert streams.out == ""
    note = "note: [[output]] has no effect in this version: replay writes where its -o says"
    assert streams.err == f"{good}: {note}\n{good}: no mistakes\n"
    assert main(["config", "check", "-q", "-c", good]) == 0
    assert capsys.readouterr().err == ""


def test_check_lists_all_mistakes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round of corrections is enough: types and unknown keys come together."""
    path = tmp_path / "bad.toml"
    path.write_text('[site]\nnaem = "x"\n[web]\nbind = 7\n', encoding="utf-8")
    assert main(["config", "check", "-c", str(path)]) == 78
    err = capsys.readouterr().err
    assert "2 mistakes" in err
    assert "site.naem" in err
    assert "web.bind" in err


def test_check_lists_unknown_names_beside_wrong_types(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody corrects a key only to be told then that the policy does not exist either."""
    path = tmp_path / "bad.toml"
    path.write_text(
        '[site]\nnaem = "x"\n'
        '[[device]]\nid = "350535"\nprotocol = "medtronic"\nrole = "pumpe"\n'
        '[[device]]\nid = "0x350535"\nprotocol = "medtronic"\nrole = "pump"\n'
        '[policies]\nno-such-policy = false\n[[output]]\nuri = "jsn:-"\n',
        encoding="utf-8",
    )
    assert main(["config", "check", "-c", str(path)]) == 78
    err = capsys.readouterr().err
    assert "5 mistakes" in err
    for mistake in ("site.naem", "device.0.role", "device.1.id", "no-such-policy", "'jsn'"):
        assert mistake in err


def test_check_says_which_tables_nobody_reads_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who switches a sound on and hears nothing must not wait for an alarm to find out."""
    path = tmp_path / "medmon.toml"
    path.write_text("[patient]\nmax_bolus_iu = 10\n", encoding="utf-8")
    assert main(["config", "check", "-c", str(path)]) == 0
    assert "note" not in capsys.readouterr().err
    path.write_text("[response]\nsound = true\n[store]\n", encoding="utf-8")
    assert main(["config", "check", "-c", str(path)]) == 0
    err = capsys.readouterr().err
    assert f"{path}: note: [store], [response] have no effect in this version\n" in err


def test_check_knows_the_protocols_and_policies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A misspelt protocol or policy would silently guard nothing."""
    path = tmp_path / "bad.toml"
    path.write_text(
        GOOD.replace('"medtronic"', '"medtronix"') + "[policies]\nno-such-policy = false\n",
        encoding="utf-8",
    )
    assert main(["config", "check", "-c", str(path)]) == 78
    err = capsys.readouterr().err
    assert "device.0.protocol: expected one of" in err
    assert "'medtronix'" in err
    assert "no-such-policy" in err


def test_show_prints_toml_that_reads_back_and_hides_passwords(
    good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown may be pasted into a bug report."""
    assert main(["config", "show", "-c", good]) == 0
    shown = tomllib.loads(capsys.readouterr().out)
    assert shown["site"] == {"name": "ward 3", "bed": "", "timezone": "UTC"}
    assert shown["device"] == [{"id": "1a2b3c", "protocol": "medtronic", "role": "pump"}]
    assert shown["output"] == [{"uri": "mqtt://nurse:***@broker/medmon"}]


def test_show_origin_names_the_file_of_each_value(
    good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever wonders why a value is in force learns where to change it."""
    assert main(["config", "show", "--origin", "-c", good]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f'site.name = "ward 3"  # {good}' in lines
    assert f'output.0.uri = "mqtt://nurse:***@broker/medmon"  # {good}' in lines
    assert 'web.bind = "127.0.0.1"  # default' in lines


def test_schema_is_json_schema_of_every_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Editors check a configuration while it is typed."""
    assert main(["config", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    contract = {"site", "device", "patient", "source", "policies", "policy", "detector", "output"}
    assert contract | {"store", "web", "response"} <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_an_output_that_no_sink_understands_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It must come out when the configuration is checked, not when the first alarm is to leave."""
    file = tmp_path / "medmon.toml"
    file.write_text('[[output]]\nuri = "jsn:-"\n')
    assert main(["config", "check", "-c", str(file)]) == 78
    assert "no output named 'jsn'" in capsys.readouterr().err


def test_check_knows_the_protocols_of_neighbours(
    good: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A neighbour of a misspelt protocol would go on alarming, and nobody would know why."""
    file = Path(good)
    row = '[[neighbour]]\nid = "222222"\nprotocol = "medtronik"\n'
    file.write_text(GOOD.replace("mqtt://nurse:sesame@broker/medmon", "json:-") + row)
    assert main(["config", "check", "-c", good]) == 78
    assert "neighbour.0.protocol: expected one of" in capsys.readouterr().err
