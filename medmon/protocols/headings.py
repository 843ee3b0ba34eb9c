"""First bits of packets come in, headings go out: who is spoken to, and what about, so far.

A decoder may read headings: it declares in its modems after how many bits it can say something, and
`Announcing.heading` says it. Most packets are sent several times; copies of a packet whose heading
was told are left out as long as they follow each other within the decoder's repeat window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Protocol, TypeAlias, runtime_checkable

from medmon.records import Beginning, Command, Direction, Frame, Heading, Message

REMEMBERED = 256
"""Headings remembered; who sends more of them within a repeat window has some told twice."""
FREQ_STEP_HZ = 10_000.0

_Key: TypeAlias = tuple[str, str, Command, Direction]


@runtime_checkable
class Announcing(Protocol):
    """What a decoder has besides, if the first bits of its packets say something."""

    name: str
    repeat_window_ns: int

    def heading(self, frame: Frame) -> Message | None:
        """Say what the first bits of a packet tell; None while that is nothing. Pure and total.

        `frame` has as many bits as one of the modem's `heading_bits`. The message has no fields,
        and nothing in it was checked.
        """


class Headings:
    """Reads headings, and tells each once.

    Parameters
    ----------
    decoders : mapping
        The decoder of each modem; those that read no headings say nothing.
    """

    def __init__(self, decoders: Mapping[str, object]) -> None:
        self._decoders = {
            modem: decoder for modem, decoder in decoders.items() if isinstance(decoder, Announcing)
        }
        self._told: dict[_Key, int] = {}

    def feed(self, beginnings: Sequence[Beginning]) -> list[Heading]:
        """Read the first bits of packets.

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

    def _told_by(self, beginning: Beginning) -> Heading | None:
        decoder = self._decoders.get(beginning.frame.modem)
        message = decoder.heading(beginning.frame) if decoder else None
        if decoder is None or message is None:
            return None
        key = (decoder.name, message.device, message.command, message.direction)
        latest_ns = self._told.pop(key, None)
        self._told[key] = beginning.time_ns
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        if latest_ns is not None and beginning.time_ns - latest_ns < decoder.repeat_window_ns:
            return None
        return Heading(
            id=_identifier(beginning),
            span=beginning.span,
            time_ns=beginning.time_ns,
            radio=beginning.radio,
            protocol=decoder.name,
            message=message,
        )


def _identifier(beginning: Beginning) -> str:
    """Hash what a live run and a replay have in common, as transmissions do."""
    span, frame = beginning.span, beginning.frame
    step = round(beginning.radio.freq_hz / FREQ_STEP_HZ)
    place = f"heading/{span.receiver}/{span.sample_start}/{step}/{frame.modem}/"
    return sha256(place.encode() + frame.data).hexdigest()[:16]
