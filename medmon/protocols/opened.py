"""Checked packets come in when they end, a message goes out with the packet that completes it.

This is what `medmon.protocols.conversation` does with time to spare, done at once: it waits for no
copies, and gives each rest to the latest message of its link. A forged packet in between makes it
say nothing; the conversation then finds out what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from medmon.records import Message, Packet, Rejection

OPENED_MAX = 16
"""Messages that may be incomplete at a time."""


class Dialect(Protocol):
    """What is needed of a decoder; see `medmon.protocols.Decoder`."""

    join_window_ns: int

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what packets mean; None when more of them are needed."""


class Opened:
    """The messages of one device family that are not complete.

    Parameters
    ----------
    dialect : Dialect
        The decoder.

    Attributes
    ----------
    evicted : int
        Messages that were forgotten early because there were too many.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._packets: dict[str, tuple[Packet, ...]] = {}
        self._latest_ns: dict[str, int] = {}
        self.evicted = 0

    @property
    def messages(self) -> Sequence[Sequence[Packet]]:
        """Their packets so far, the latest message last."""
        return tuple(self._packets.values())

    def feed(self, packet: Packet, time_ns: int) -> tuple[tuple[bytes, ...], Message | None]:
        """Take a packet that has just ended.

        Parameters
        ----------
        packet : Packet
            Its check holds.
        time_ns : int
            When.

        Returns
        -------
        tuple of bytes
            The keys of those before it and its own; two copies of a message have the same.
        Message or None
            What they say together; None where more is missing, or where they do not fit together.
        """
        self.advance(time_ns)
        before = self._packets.pop(packet.link, ()) if packet.part == "rest" else ()
        packets = (*before, packet)
        said = self._dialect.message(packets)
        if said is None:
            self._packets.pop(packet.link, None)
            self._packets[packet.link], self._latest_ns[packet.link] = packets, time_ns
            if len(self._packets) > OPENED_MAX:
                del self._packets[next(iter(self._packets))]
                self.evicted += 1
        keys = tuple(one.key for one in packets)
        return keys, said if isinstance(said, Message) else None

    def advance(self, time_ns: int) -> None:
        """Forget the messages whose rest can no longer come.

        Parameters
        ----------
        time_ns : int
            Every packet that ended before it has been fed.
        """
        if not self._packets:
            return
        since_ns = time_ns - self._dialect.join_window_ns
        self._packets = {
            link: packets
            for link, packets in self._packets.items()
            if self._latest_ns[link] >= since_ns
        }
        self._latest_ns = {link: self._latest_ns[link] for link in self._packets}
