"""The fast door: help and version reach whoever asks, and an output that fails is one line."""

from __future__ import annotations

import subprocess
import sys

import pytest


def _run(words: str, redirection: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", f'exec "$0" -m medmon {words} {redirection}', sys.executable],
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("words", ["--help", "-h", "--version", "synth --list"])
def test_a_full_disk_is_one_line_and_status_74(words: str) -> None:
    """A script that keeps the help in a file must not read a traceback."""
    answer = _run(words, ">/dev/full")
    assert answer.returncode == 74
    assert answer.stderr == "medmon: No space left on device\n"


@pytest.mark.parametrize("words", ["--help", "--version", "synth --list"])
def test_a_closed_output_is_nothing_to_talk_about(words: str) -> None:
    """Services are started without one; nobody asked to read, and nothing is broken."""
    answer = _run(words, ">&-")
    assert (answer.returncode, answer.stderr) == (0, "")


def test_a_usage_mistake_keeps_its_status_without_any_output() -> None:
    """The status is all that is left then."""
    assert _run("", ">&- 2>&-").returncode == 2
