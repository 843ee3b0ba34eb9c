"""A recording comes in, the packets that medmon believes go out: front end and decoders, no more.

What a decoder returns as a packet has passed its check and whatever else the family asks for. The
conversation behind it, judges and alarms are not part of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from medmon.capture import open_source
from medmon.capture.layout import DEFAULT_BLOCK_SAMPLES
from medmon.monitor import all_decoders
from medmon.phy import Receiver
from medmon.records import Block, Burst, Gap, Modem, Packet


class Ear:
    """A front end with every decoder behind it."""

    def __init__(self) -> None:
        decoders = all_decoders()
        self._decoders = {modem.name: each for each in decoders for modem in each.modems}
        self._receiver = Receiver([modem for each in decoders for modem in each.modems])

    def bursts(self, items: Iterable[Block | Gap]) -> Iterator[Burst]:
        """Listen to the end.

        Parameters
        ----------
        items : iterable of Block or Gap
            A recording.

        Yields
        ------
        Burst
            Everything that was found.
        """
        for item in items:
            yield from self._receiver.feed(item)
        yield from self._receiver.flush()

    def told(self, block: Block) -> Iterator[bytes]:
        """Take the next samples, and give each packet as soon as it is known.

        Parameters
        ----------
        block : Block
            The samples.

        Yields
        ------
        bytes
            A packet, check included.
        """
        for step in self._receiver.steps(block):
            for burst in step.bursts:
                yield from self.packets(burst)

    def packets(self, burst: Burst) -> Iterator[bytes]:
        """Read a burst.

        Parameters
        ----------
        burst : Burst
            What the front end found.

        Yields
        ------
        bytes
            A packet that its decoder believes, check included.
        """
        for frame in burst.frames:
            found = self._decoders[frame.modem].packet(frame)
            if isinstance(found, Packet):
                yield found.data


def packets_in(recording: Path) -> set[bytes]:
    """Read all packets of a recording.

    Parameters
    ----------
    recording : Path
        The file, whose name tells rate and frequency.

    Returns
    -------
    set of bytes
        Each packet, once.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    ear = Ear()
    heard = ear.bursts(blocks_of(recording))
    return {packet for burst in heard for packet in ear.packets(burst)}


def bits_in(recording: Path, modem: Modem) -> list[str]:
    """Read all that one modem hears in a recording, for devices that no decoder knows.

    Parameters
    ----------
    recording : Path
        The file, whose name tells rate and frequency.
    modem : Modem
        Whom to listen for.

    Returns
    -------
    list of str
        The bits behind each sync word, zeros and ones in the order of the air.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    receiver = Receiver([modem])
    heard = [burst for item in blocks_of(recording) for burst in receiver.feed(item)]
    frames = [frame for burst in heard + receiver.flush() for frame in burst.frames]
    texts = ("".join(f"{byte:08b}" for byte in frame.data) for frame in frames)
    return [text[: frame.bit_count] for text, frame in zip(texts, frames, strict=True)]


def blocks_of(recording: Path, block_samples: int = DEFAULT_BLOCK_SAMPLES) -> Iterator[Block | Gap]:
    """Read a recording block by block.

    Parameters
    ----------
    recording : Path
        The file, whose name tells rate and frequency.
    block_samples : int
        Samples a block.

    Yields
    ------
    Block or Gap
        In order.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    with open_source(str(recording), block_samples=block_samples) as source:
        for item in source:
            if isinstance(item, Block | Gap):
                yield item
