"""A request to end comes in, a clean end goes out: no child runs on, no folder is left behind.

Ctrl-C raises an exception in Python, and everything that is open is closed on its way. SIGTERM,
which `kill`, `timeout` and service managers send, ends a process on the spot, unless somebody
takes it: children run on, and temporary files stay. Here it becomes an exception, too.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 128 + signal.SIGTERM
"""The status with which a shell tells of a process that was terminated: 143."""


@contextmanager
def ending_cleanly() -> Iterator[None]:
    """Let SIGTERM unwind what is inside; to be used in the main thread.

    Yields
    ------
    None
        A `SystemExit` with status 143 leaves the context when the signal comes.
    """
    before = signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _end(number: int, frame: FrameType | None) -> None:
    del number, frame
    # `timeout` sends it to the process and once more to its group; cleaning up takes a moment.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise SystemExit(TERMINATED)
