"""The fast door: help and version reach whoever asks, and an output that fails is one line."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize(
    ("given", "threads"),
    [
        ({}, "1"),
        ({"OPENBLAS_NUM_THREADS": "3"}, "3"),
        ({"OMP_NUM_THREADS": "3"}, None),
        ({"GOTO_NUM_THREADS": "3"}, None),
    ],
)
def test_linear_algebra_starts_no_threads_unless_the_user_wants_them(
    given: dict[str, str], threads: str | None
) -> None:
    """Threads that only spin cost CPU time; what the user set, by whichever name, stands."""
    code = (
        "import os; from medmon.cli import main; main(['replay', '-h']);"
        "print(os.environ.get('OPENBLAS_NUM_THREADS'))"
    )
    names = {"OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "GOTO_NUM_THREADS"}
    others = {name: value for name, value in os.environ.items() if name not in names}
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**others, **given},
    )  # fmt: skip
    assert answer.stdout.splitlines()[-1] == str(threads)
