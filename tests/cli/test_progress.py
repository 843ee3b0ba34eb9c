"""The progress bar: on a terminal only, on stderr only, never in the way of data."""

from __future__ import annotations

import io

import click
import pytest
from click.testing import CliRunner

from medmon.cli import flags
from medmon.cli.progress import bar


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@click.command()
@flags.quiet
def work() -> None:
    with bar("work") as told:
        click.echo("data")
        for share in (0.0, 0.5, 1.0):
            told(share, int(3e6 * share))
        told(None, 5_000_000)


def _run(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, *arguments: str) -> str:
    monkeypatch.setattr("sys.stderr", stderr)
    stdout = io.StringIO()
    monkeypatch.setattr("sys.stdout", stdout)
    work.main(list(arguments), standalone_mode=False)
    return stdout.getvalue()


def test_a_terminal_sees_a_bar_and_stdout_only_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-o json:- > file` at a terminal: the file holds data, the terminal shows the bar."""
    terminal = _Terminal()
    assert _run(monkeypatch, terminal) == "data\n"
    assert "work" in terminal.getvalue()
    assert "5.0 M samples" in terminal.getvalue()


def test_quiet_has_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """-q means silence."""
    terminal = _Terminal()
    assert _run(monkeypatch, terminal, "-q") == "data\n"
    assert terminal.getvalue() == ""


def test_a_pipe_sees_no_bar() -> None:
    """Logs are not filled with control characters."""
    result = CliRunner().invoke(work)
    assert (result.stdout, result.stderr) == ("data\n", "")
