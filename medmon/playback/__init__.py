"""Names of recordings come in, lines of records or a description of a recording go out.

`replay` plays any number of recordings to monitors, each to one of its own, and sums up.
`inspection` says what is in one recording without judging it, and `showing` draws that; both are
imported by whoever wants them. All stand on `listening`, which opens a recording, ends it after a
time, and keeps the pace. This is the edge of the house: here
the clock is read, processes are started and signals are taken; what is heard never depends on it.
"""

from __future__ import annotations

from medmon.playback.interrupt import Interrupt
from medmon.playback.listening import Fault, Listening, Plan, Watch
from medmon.playback.replay import Replay

__all__ = [
    "Fault",
    "Interrupt",
    "Listening",
    "Plan",
    "Replay",
    "Watch",
]
