"""Bursts come in, transmissions go out: what was said on the air, by whom, and whether to trust it.

A device family is one file beside this one that satisfies `Decoder`; it declares how its devices
sound (`modems`) and turns bits into packets and packets into messages, as pure functions. The
`Reader` gives each frame to the decoder of its modem and leaves joining and folding to
`medmon.protocols.conversation`.

======================================================  ==========  =========  =================
a burst with                                            protocol    integrity  message
======================================================  ==========  =========  =================
a good packet that means something                      its name    ok         what it says
a good packet whose message fails or never ends         its name    failed     None
sync word and line code of a modem, and a wrong check   its name    failed     None
anything else                                           None        none       None
======================================================  ==========  =========  =================

Of a packet that is still on the air the first bits may tell something, and when it ends it is known
before its copies are counted: a `Heading`, which is none of these (`medmon.protocols.headings`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Protocol

from medmon.errors import PluginError
from medmon.protocols.conversation import Conversations
from medmon.protocols.headings import Headings
from medmon.protocols.opened import Opened
from medmon.records import (
    Beginning,
    Burst,
    Frame,
    Heading,
    Message,
    Modem,
    Packet,
    Rejection,
    Transmission,
)

__all__ = ["Decoder", "Reader"]


class Decoder(Protocol):
    """A device family.

    Attributes
    ----------
    name : str
        Name of the protocol in records: "medtronic".
    modems : tuple of Modem
        How its devices sound.
    repeat_window_ns : int
        Identical packets closer than this to the one before are copies of one transmission.
    join_window_ns : int
        How long to wait for the rest of a message of several packets.
    id_pattern : str
        Regular expression of the ids of its devices, in lower case.
    id_example : str
        One of them, for messages.
    open_fields : frozenset of str
        Names of the fields that identify nobody; only these are left in clear where identifiers
        are hashed.
    """

    name: str
    modems: tuple[Modem, ...]
    repeat_window_ns: int
    join_window_ns: int
    id_pattern: str
    id_example: str
    open_fields: frozenset[str]

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Find the packet in the bits after a sync word and check it. Pure and total."""

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what packets mean; None when more of them are needed. Pure and total.

        `packets` is one packet whose part is "whole", or one "first" and its "rest" in order; a
        "rest" that belongs to nothing comes alone.
        """


class Reader:
    """The protocols room: feed it bursts in the order in which they ended.

    Parameters
    ----------
    decoders : sequence of Decoder
        Device families to read.

    Attributes
    ----------
    modems : tuple of Modem
        How all their devices sound; what phy has to listen for.

    Raises
    ------
    PluginError
        If two decoders, or two of their modems, have one name.
    """

    def __init__(self, decoders: Sequence[Decoder]) -> None:
        self.modems = tuple(modem for decoder in decoders for modem in decoder.modems)
        _refuse_twins("decoders", [decoder.name for decoder in decoders])
        _refuse_twins("modems", [modem.name for modem in self.modems])
        self._decoders = {modem.name: decoder for decoder in decoders for modem in decoder.modems}
        self._conversations = Conversations(decoders)
        self._headings = Headings(
            self._decoders, {decoder.name: Opened(decoder) for decoder in decoders}
        )
        self._rejections: Counter[str] = Counter()

    @property
    def rejections(self) -> Mapping[str, int]:
        """Count for each "protocol/reason" of what was not accepted.

        Reasons beside those of `Rejection`: "incomplete", the rest of a message never came, and
        "evicted", an exchange was let go early to bound memory, and "early-evicted", a message
        whose end will not be told at its last bit.
        """
        counts = self._rejections + self._conversations.counts + self._headings.counts
        return dict(sorted(counts.items()))

    def feed(self, burst: Burst) -> list[Transmission]:
        """Take in one burst.

        Parameters
        ----------
        burst : Burst
            Its frames are of this reader's modems.

        Returns
        -------
        list of Transmission
            What is complete by now, in order of arrival.
        """
        packets: dict[tuple[str, bytes], Packet] = {}
        suspect: tuple[str | None, Frame | None] = (None, None)
        for frame in burst.frames:
            found = self._decoders[frame.modem].packet(frame)
            if isinstance(found, Packet):
                packets.setdefault((found.protocol, found.key), found)
                continue
            self._rejections[f"{found.protocol}/{found.reason}"] += 1
            if found.reason == "check" and suspect[0] is None:
                suspect = (found.protocol, frame)
        if packets:
            return self._conversations.feed(burst, tuple(packets.values()))
        return self._conversations.pass_by(burst, *suspect)

    def glance(self, beginnings: Sequence[Beginning]) -> list[Heading]:
        """Read what packets say so far that are on the air, or have just ended.

        Parameters
        ----------
        beginnings : sequence of Beginning
            Their bits, in order of time.

        Returns
        -------
        list of Heading
            Each packet's once; its copies are left out.
        """
        return self._headings.feed(beginnings)

    def ends(self, frame: Frame) -> Sequence[int]:
        """Say where a packet ends that is still on the air.

        Parameters
        ----------
        frame : Frame
            Its first bits.

        Returns
        -------
        sequence of int
            After how many data bits it may be over, in rising order; empty where nobody knows.
        """
        return self._headings.ends(frame)

    def advance(self, time_ns: int) -> list[Transmission]:
        """Let go of what is complete because stream time went on.

        Parameters
        ----------
        time_ns : int
            Every burst that ended before it has been fed.

        Returns
        -------
        list of Transmission
            In order of arrival.
        """
        self._headings.advance(time_ns)
        return self._conversations.advance(time_ns)

    def flush(self) -> list[Transmission]:
        """Let go of everything: the stream has ended.

        Returns
        -------
        list of Transmission
            In order of arrival.
        """
        return self._conversations.flush()


def _refuse_twins(what: str, names: Sequence[str]) -> None:
    """Refuse two things of one name.

    Raises
    ------
    PluginError
        If a name stands twice.
    """
    twins = sorted(name for name, count in Counter(names).items() if count > 1)
    if twins:
        raise PluginError(f"two {what} are named {', '.join(twins)}; remove one of the plugins")
