"""SIGTERM unwinds what is open, and everything is as before behind it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from medmon.bench.ending import ending_cleanly

SHORT_BENCH = """
import sys
from medmon.bench import throughput
from medmon.cli import main
throughput._PLANS = {"quick": (throughput._Recording("noise", 250e3, 0.1, 1),)}
sys.exit(main(["bench", "-q", "--only", "throughput"]))
"""
SLEEPING_PEER = """#!/bin/sh
[ "$1" = -V ] && echo "rtl_433 version 22.11" && exit
echo $$ > "$NOTE.new" && mv "$NOTE.new" "$NOTE"
exec sleep 120
"""


@contextmanager
def _cleaned_up_slowly() -> Iterator[list[str]]:
    """Note what was done in spite of a signal that comes meanwhile."""
    done: list[str] = []
    try:
        yield done
    finally:
        signal.raise_signal(signal.SIGTERM)
        done.append("cleaned up")


def test_the_signal_closes_what_is_open_once() -> None:
    """A second signal, as `timeout` sends it, does not break off the cleaning up."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, ending_cleanly(), _cleaned_up_slowly() as done:
        signal.raise_signal(signal.SIGTERM)
    assert done == ["cleaned up"]
    assert ended.value.code == 143
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.skipif(os.name == "nt", reason="needs a shell")
def test_a_bench_that_is_terminated_leaves_neither_child_nor_folder(tmp_path: Path) -> None:
    """An rtl_433 that runs on would disturb whatever is measured next."""
    programs, scratch, note = tmp_path / "bin", tmp_path / "scratch", tmp_path / "pid"
    programs.mkdir()
    scratch.mkdir()
    (programs / "rtl_433").write_text(SLEEPING_PEER)
    (programs / "rtl_433").chmod(0o755)
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    surroundings = {**os.environ, "PATH": path, "TMPDIR": str(scratch), "NOTE": str(note)}
    bench = subprocess.Popen([sys.executable, "-c", SHORT_BENCH], env=surroundings)
    try:
        until_s = time.monotonic() + 60
        while not note.exists() and bench.poll() is None and time.monotonic() < until_s:
            time.sleep(0.02)
        child = int(note.read_text())
        assert list(scratch.iterdir())
        bench.terminate()
        assert bench.wait(30) == 143
    finally:
        bench.kill()
        bench.wait()
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
    assert list(scratch.iterdir()) == []
