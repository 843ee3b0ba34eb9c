"""A command line comes in, what the whole process cost goes out: processor time and memory.

Processor time is that of this one child, user and system, from the call that collects it; that of
earlier children is not in it. The largest memory is read from the kernel's own mark, VmHWM, while
the child runs: the figure that comes with the end of a process also holds the memory of the one
that started it, and so hides a small child behind a large parent.
"""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from medmon.errors import SourceError

_LOOK_S = 0.02
_TAIL_BYTES = 2_000


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process cost.

    Attributes
    ----------
    cpu_s : float
        User and system time.
    peak_rss_mib : float or None
        Largest resident memory in 2^20 bytes; None where the system does not tell.
    output : Path
        What it wrote to its standard output.
    """

    cpu_s: float
    peak_rss_mib: float | None
    output: Path


def spent_by(command: Sequence[str], folder: Path, *, fed: Iterable[bytes] | None = None) -> Spent:
    """Run a command to its end.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.
    folder : Path
        Where it runs; its output is written there.
    fed : iterable of bytes or None
        What comes through its standard input; None closes it.

    Returns
    -------
    Spent
        What it cost.

    Raises
    ------
    SourceError
        If it ends with another status than 0.
    """
    output, errors = folder / "stdout", folder / "stderr"
    with output.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL if fed is None else subprocess.PIPE,
            stdout=out,
            stderr=err,
        )
        try:
            if fed is not None and process.stdin is not None:
                Thread(target=_feed, args=(process.stdin, fed), daemon=True).start()
            usage, peak_mib = _watched(process)
        finally:
            process.kill()
            process.wait()  # or it might write into the folder while that is taken away
    if process.returncode:
        said = errors.read_bytes()[-_TAIL_BYTES:].decode("utf-8", "replace").strip()
        raise SourceError(
            " ".join(command[:4]), tried=f"ended with status {process.returncode}", help_text=said
        )
    return Spent(usage.ru_utime + usage.ru_stime, peak_mib, output)


def _watched(process: subprocess.Popen[bytes]) -> tuple[resource.struct_rusage, float | None]:
    """Wait for the end, and look at the memory now and then."""
    peak_mib: float | None = None
    while True:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        if ended:
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage, peak_mib
        now_mib = _high_water_mib(process.pid)
        peak_mib = peak_mib if now_mib is None else now_mib
        time.sleep(_LOOK_S)


def _high_water_mib(pid: int) -> float | None:
    """Read the kernel's mark; it only rises."""
    try:
        text = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    lines = [line.split() for line in text.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0][1]) / 1024 if lines else None


def _feed(pipe: IO[bytes], pieces: Iterable[bytes]) -> None:
    try:
        with pipe:
            for piece in pieces:
                pipe.write(piece)
    except BrokenPipeError:
        pass  # the child's status tells why it stopped reading


def _environment() -> Mapping[str, str]:
    """Leave out what would bring a configuration of this machine in."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MEDMON_")}


def said_by(command: Sequence[str]) -> str:
    """Run a command that says something about itself.

    Parameters
    ----------
    command : sequence of str
        Program and arguments.

    Returns
    -------
    str
        All that it printed.
    """
    answer = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return answer.stdout
