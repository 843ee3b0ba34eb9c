"""Bursts come in, transmissions go out: what was said on the air, by whom, and whether to trust it.

A device family is one file beside this one that satisfies `Decoder`; it declares how its devices
sound (`modems`) and turns bits into packets and packets into messages, as pure functions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from medmon.records import Frame, Message, Modem, Packet, Rejection


class Decoder(Protocol):
    """A device family.

    Attributes
    ----------
    name : str
        Name of the protocol in records: "medtronic".
    modems : tuple of Modem
        How its devices sound.
    repeat_window_ns : int
        Identical packets closer than this to the first one are copies of one transmission.
    join_window_ns : int
        How long to wait for the rest of a message of several packets.
    """

    name: str
    modems: tuple[Modem, ...]
    repeat_window_ns: int
    join_window_ns: int

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Find the packet in the bits after a sync word and check it. Pure and total."""

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what packets mean; None when more of them are needed. Pure and total.

        `packets` is one packet whose part is "whole", or one "first" and its "rest" in order.
        """
