"""Bits come in while packets are on the air; who is spoken to, and what about so far, goes out.

A decoder may read headings: it declares in its modems after how many bits it can say something, and
`Announcing.heading` says it. It may know from a heading where the packet ends (`Ending`); what is
heard up to there is read as packets always are, and told again if its check holds and its message
is complete with it (`medmon.protocols.opened`).

Most packets are sent several times; copies of what was told are left out as long as they follow
each other within the decoder's repeat window.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from hashlib import sha256
from typing import Protocol, TypeAlias, runtime_checkable

from medmon.records import Beginning, Frame, Heading, Message, Packet, Rejection

REMEMBERED = 256
"""Headings remembered; who sends more of them within a repeat window has some told twice."""
FREQ_STEP_HZ = 10_000.0

_Said: TypeAlias = tuple[tuple[str | bytes, ...], Message | None]
"""What copies of something share, and the message if there is one."""


class Reading(Protocol):
    """What every decoder has; see `medmon.protocols.Decoder`."""

    name: str
    repeat_window_ns: int
    join_window_ns: int

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Find the packet in the bits after a sync word and check it."""

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what packets mean."""


class Completing(Protocol):
    """What joins packets; see `medmon.protocols.opened.Opened`."""

    evicted: int

    @property
    def messages(self) -> Sequence[Sequence[Packet]]:
        """The packets of messages that are not complete, the latest message last."""

    def feed(self, packet: Packet, time_ns: int) -> tuple[tuple[bytes, ...], Message | None]:
        """Take a packet that has just ended; give the message that it completes, and its keys."""

    def advance(self, time_ns: int) -> None:
        """Forget the messages whose rest can no longer come."""


@runtime_checkable
class Announcing(Protocol):
    """What a decoder has besides, if the first bits of its packets say something."""

    def heading(self, frame: Frame) -> Message | None:
        """Say what the first bits of a packet tell; None while that is nothing. Pure and total.

        `frame` has as many bits as one of the modem's `heading_bits`. The message has no fields,
        and nothing in it was checked.
        """


@runtime_checkable
class Ending(Protocol):
    """What a decoder has besides, if the first bits of a packet tell where it ends."""

    def ends(self, frame: Frame, opened: Sequence[Sequence[Packet]]) -> Sequence[int]:
        """Say after how many bits the packet may be over, in rising order. Pure and total.

        `frame` is as for `Announcing.heading`; `opened` are the packets heard so far of messages
        that are not complete, the latest message last. None where that is not known.
        """


class Headings:
    """Reads what is heard so far, and tells it once.

    Parameters
    ----------
    decoders : mapping
        The decoder of each modem; those that read no headings say nothing of them.
    opened : mapping
        What joins the packets of each decoder, by its name.
    """

    def __init__(self, decoders: Mapping[str, Reading], opened: Mapping[str, Completing]) -> None:
        self._decoders, self._opened = decoders, opened
        self._told: dict[Hashable, int] = {}

    @property
    def counts(self) -> Counter[str]:
        """Count for each "protocol/early-evicted" of messages forgotten before they were over."""
        return Counter({f"{name}/early-evicted": one.evicted for name, one in self._opened.items()})

    def ends(self, frame: Frame) -> Sequence[int]:
        """Say where a packet ends.

        Parameters
        ----------
        frame : Frame
            Its first bits.

        Returns
        -------
        sequence of int
            After how many bits it may be over; empty where nobody knows.
        """
        decoder = self._decoders.get(frame.modem)
        opened = self._opened[decoder.name].messages if decoder else ()
        ending: object = decoder
        return ending.ends(frame, opened) if isinstance(ending, Ending) else ()

    def feed(self, beginnings: Sequence[Beginning]) -> list[Heading]:
        """Read what is heard of packets.

        Parameters
        ----------
        beginnings : sequence of Beginning
            In order of time.

        Returns
        -------
        list of Heading
            Those that say something new.
        """
        told = (self._told_by(beginning) for beginning in beginnings)
        return [heading for heading in told if heading is not None]

    def advance(self, time_ns: int) -> None:
        """Forget what no packet can complete any more.

        Parameters
        ----------
        time_ns : int
            Everything that ended before it has been fed.
        """
        for opened in self._opened.values():
            opened.advance(time_ns)

    def _told_by(self, beginning: Beginning) -> Heading | None:
        decoder = self._decoders.get(beginning.frame.modem)
        if decoder is None:
            return None
        read = self._packet if beginning.is_packet else _heading
        key, message = read(decoder, beginning)
        if message is None or self._is_copy(
            (decoder.name, *key), beginning.time_ns, decoder.repeat_window_ns
        ):
            return None
        return Heading(
            id=_identifier(beginning),
            span=beginning.span,
            time_ns=beginning.time_ns,
            radio=beginning.radio,
            protocol=decoder.name,
            message=message,
            is_checked=beginning.is_packet,
        )

    def _packet(self, decoder: Reading, beginning: Beginning) -> _Said:
        """Read a packet, and the message that it completes."""
        packet = decoder.packet(beginning.frame)
        if isinstance(packet, Rejection):
            return (), None
        return self._opened[decoder.name].feed(packet, beginning.time_ns)

    def _is_copy(self, key: Hashable, time_ns: int, window_ns: int) -> bool:
        """Note what is told, and tell whether it was told shortly before."""
        latest_ns = self._told.pop(key, None)
        self._told[key] = time_ns
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        return latest_ns is not None and time_ns - latest_ns < window_ns


def _heading(decoder: object, beginning: Beginning) -> _Said:
    """Read the first bits of a packet."""
    message = decoder.heading(beginning.frame) if isinstance(decoder, Announcing) else None
    if message is None:
        return (), None
    return (message.device, message.command, message.direction), message


def _identifier(beginning: Beginning) -> str:
    """Hash what a live run and a replay have in common, as transmissions do."""
    span, frame = beginning.span, beginning.frame
    step = round(beginning.radio.freq_hz / FREQ_STEP_HZ)
    place = f"heading/{span.receiver}/{span.sample_start}/{step}/{frame.modem}/"
    return sha256(place.encode() + frame.data).hexdigest()[:16]
