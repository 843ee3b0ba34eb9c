"""Ctrl-C goes in, a flag goes out, so that work is closed cleanly between two blocks.

The exception that Python raises by itself would end the work anywhere, with machines half fed. The
first signal is noted; the second one acts as if nobody had taken the first.
"""

from __future__ import annotations

import signal
from types import FrameType
from typing import Self


class Interrupt:
    """Takes the interrupt signal while it is entered; to be used in the main thread.

    Attributes
    ----------
    is_asked : bool
        Whether somebody asked to stop.
    """

    def __init__(self) -> None:
        self.is_asked = False
        self._before: signal._HANDLER = signal.SIG_DFL

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self.is_asked = True
        signal.signal(signal.SIGINT, self._before)
