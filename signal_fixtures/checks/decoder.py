"""A decoder and good packets come in; `BrokenPromiseError` comes out if it breaks a promise.

What is promised: it declares how its devices sound; it is total, on random bits and on every
damage of good ones; it is a pure function; it believes no message with a single wrong bit, and
hardly any noise; the names in what it says are words with units; it says which of them identify a
device, and how an id looks; its module names its sources.

The packets come from an independent builder, or from recordings: link-layer bytes, check
included, in the order in which they were sent. Random data is seeded.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Protocol, TypeAlias

import numpy as np

from medmon.records import Frame, Message, Modem, Packet, Rejection
from signal_fixtures.checks.promise import has_unit, hold, is_word

NOISE_FRAMES = 20_000
NOISE_ACCEPTED_MAX = 3
"""Frames of noise that may pass of `NOISE_FRAMES`; a CRC of 16 bits alone would let 0.3 pass."""
_REASONS = {"length", "sync", "code", "check", "sanity", "incomplete"}


class Decodes(Protocol):
    """The shape of a decoder; see `medmon.protocols.Decoder`."""

    name: str
    modems: tuple[Modem, ...]
    repeat_window_ns: int
    join_window_ns: int
    id_pattern: str
    id_example: str
    open_fields: frozenset[str]

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Find the packet in the bits after a sync word and check it."""

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what packets mean; None when more of them are needed."""


DecoderCheck: TypeAlias = Callable[[Decodes, Sequence[bytes]], None]


def frame_of(decoder: Decodes, packet: bytes) -> Frame:
    """Put the bytes of a packet into the frame that a perfect receiver would make of them.

    Parameters
    ----------
    decoder : Decodes
        The decoder whose first modem is meant.
    packet : bytes
        The packet, check included.

    Returns
    -------
    Frame
        Complete, without a fault.
    """
    return Frame(modem=decoder.modems[0].name, data=packet, bit_count=8 * len(packet))


def declares_how_its_devices_sound(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that every modem is complete and possible.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Not looked at.
    """
    del packets
    hold(decoder.name and is_word(decoder.name.replace("-", "_")), f"name: {decoder.name!r}")
    hold(decoder.modems, "modems: a decoder without one is never given a frame")
    names = [modem.name for modem in decoder.modems]
    hold(len(set(names)) == len(names), f"modems: two share a name: {names}")
    hold(decoder.repeat_window_ns >= 0, "repeat_window_ns: below 0")
    hold(decoder.join_window_ns >= 0, "join_window_ns: below 0")
    for modem in decoder.modems:
        is_possible = (
            modem.freqs_hz
            and min(modem.freqs_hz) > 0
            and modem.symbol_rate_hz > 0
            and 0 < modem.min_bits <= modem.max_bits
            and set(modem.preamble + modem.sync) <= {"0", "1"}
            and (modem.deviation_hz is None) == (modem.modulation == "ook")
        )
        hold(is_possible, f"modem {modem.name}: not possible: {modem}")


def accepts_good_packets(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that every packet of the independent side is taken, whole, and the messages understood.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Good packets.
    """
    hold(packets, "no packet to try it with: an independent builder has to supply some")
    for run in _runs(decoder, packets):
        meaning = decoder.message(run)
        hold(
            isinstance(meaning, Message),
            f"message: {[packet.data.hex() for packet in run]} was not understood: {meaning}",
        )


def is_total_on_any_bits(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that whatever arrives gives a value and never an exception.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Good packets; they are cut, stretched and overwritten.
    """
    hostile = [
        *_noise(decoder, 2_000),
        *(damaged for packet in packets for damaged in _damages(decoder, packet)),
    ]
    for frame in hostile:
        answer = decoder.packet(frame)
        if isinstance(answer, Rejection):
            hold(answer.protocol == decoder.name, f"rejection: of protocol {answer.protocol!r}")
            hold(answer.reason in _REASONS, f"rejection: unknown reason {answer.reason!r}")
        else:
            hold(isinstance(answer, Packet), f"packet: {frame} gave {answer!r}")
            decoder.message([answer])
    for run in _strange_runs(decoder, packets):
        answer_ = decoder.message(run)
        is_value = answer_ is None or isinstance(answer_, Message | Rejection)
        hold(is_value, f"message: {run} gave {answer_!r}")


def is_a_pure_function(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that the same bits say the same, in whatever order they come.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Good packets.
    """
    before = copy.deepcopy(getattr(decoder, "__dict__", {}))
    frames = [*(frame_of(decoder, packet) for packet in packets), *_noise(decoder, 200)]
    forwards = [decoder.packet(frame) for frame in frames]
    backwards = [decoder.packet(frame) for frame in reversed(frames)]
    hold(forwards == backwards[::-1], "packet: the answer depends on what came before")
    for run in _runs(decoder, packets):
        hold(decoder.message(run) == decoder.message(run), "message: the answer changes")
    hold(before == getattr(decoder, "__dict__", {}), "the decoder has changed itself")


def believes_no_single_wrong_bit(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that a message with one wrong bit is refused, by the packet's check or the message's.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Good packets.
    """
    for run in _runs(decoder, packets):
        for place, packet in enumerate(run):
            for bit in range(8 * len(packet.data)):
                wrong = bytearray(packet.data)
                wrong[bit // 8] ^= 0x80 >> bit % 8
                taken = decoder.packet(frame_of(decoder, bytes(wrong)))
                if isinstance(taken, Packet):
                    meaning = decoder.message([*run[:place], taken, *run[place + 1 :]])
                    is_refused = not isinstance(meaning, Message)
                    hold(is_refused, f"{packet.data.hex()}: believed with bit {bit} wrong")


def refuses_noise(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that random bits are hardly ever taken for a packet that could stand alone.

    A packet that only carries on a message is not counted: the message's own check decides.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Not looked at.
    """
    del packets
    answers = map(decoder.packet, _noise(decoder, NOISE_FRAMES))
    taken = sum(isinstance(answer, Packet) and answer.part != "rest" for answer in answers)
    hold(
        taken <= NOISE_ACCEPTED_MAX,
        f"noise: {taken} of {NOISE_FRAMES} random frames were taken, "
        f"at most {NOISE_ACCEPTED_MAX} may be",
    )


def names_its_fields_with_units(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that fields are words, numbers with a fraction end in a unit, and ids are lower case.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Good packets.
    """
    for run in _runs(decoder, packets):
        meaning = decoder.message(run)
        if not isinstance(meaning, Message):
            continue
        hold(meaning.device == meaning.device.lower(), f"device: {meaning.device!r} in capitals")
        for name, value in meaning.fields.items():
            hold(is_word(name), f"fields: {name!r} is not lower-case words")
            hold(
                not isinstance(value, float) or has_unit(name),
                f"fields: {name} = {value} has no unit as its last word",
            )


def says_what_identifies_a_device(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that ids have the declared form, and that no field declared open holds one.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Good packets.
    """
    example = decoder.id_example
    hold(re.fullmatch(decoder.id_pattern, example), f"id_example: {example!r} has another form")
    for run in _runs(decoder, packets):
        meaning = decoder.message(run)
        if not isinstance(meaning, Message):
            continue
        device = meaning.device
        hold(re.fullmatch(decoder.id_pattern, device), f"device: {device!r} has another form")
        for name in decoder.open_fields & meaning.fields.keys():
            hold(device not in repr(meaning.fields[name]), f"open_fields: {name} holds the id")


def documents_layout_and_sources(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Hold that the module says what it knows, from where, with a real packet as an example.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Not looked at.
    """
    del packets
    text = sys.modules[type(decoder).__module__].__doc__ or ""
    hold(">>> " in text, "docstring: no example with a real packet")
    has_source = any(
        word in text.lower() for word in ("source", " at ", "wiki", "vector", "corpus")
    )
    hold(has_source, "docstring: the source of the knowledge is not named")


DECODER_CHECKS: tuple[DecoderCheck, ...] = (
    declares_how_its_devices_sound,
    accepts_good_packets,
    is_total_on_any_bits,
    is_a_pure_function,
    believes_no_single_wrong_bit,
    refuses_noise,
    names_its_fields_with_units,
    says_what_identifies_a_device,
    documents_layout_and_sources,
)
NEED_PACKETS: frozenset[DecoderCheck] = frozenset(
    {accepts_good_packets, believes_no_single_wrong_bit, names_its_fields_with_units}
)
"""Checks that look at nothing but good packets, so that without one they would say nothing."""


def check_decoder(decoder: Decodes, packets: Sequence[bytes]) -> None:
    """Run all checks of a decoder.

    Parameters
    ----------
    decoder : Decodes
        The decoder.
    packets : sequence of bytes
        Good packets, check included, in the order in which they were sent; those of one message
        stand together.
    """
    for check in DECODER_CHECKS:
        check(decoder, packets)


def _runs(decoder: Decodes, packets: Sequence[bytes]) -> Iterator[list[Packet]]:
    """Decode good packets and group them into messages."""
    run: list[Packet] = []
    for data in packets:
        packet = decoder.packet(frame_of(decoder, data))
        hold(isinstance(packet, Packet), f"packet: {data.hex()} was refused: {packet}")
        if not isinstance(packet, Packet):
            return
        hold(packet.data == data, f"packet: {data.hex()} became {packet.data.hex()}")
        hold(packet.protocol == decoder.name, f"packet: of protocol {packet.protocol!r}")
        if run and packet.part != "rest":
            yield run
            run = []
        run.append(packet)
    if run:
        yield run


def _noise(decoder: Decodes, count: int) -> Iterator[Frame]:
    """Make seeded random frames of every length that a modem allows, and a little beyond."""
    generator = np.random.default_rng(20261123)
    for index in range(count):
        modem = decoder.modems[index % len(decoder.modems)]
        bit_count = int(generator.integers(0, modem.max_bits + 17))
        data = generator.bytes((bit_count + 7) // 8)
        faults = tuple(sorted(int(bit) for bit in generator.integers(0, bit_count + 1, index % 3)))
        yield Frame(modem.name, data, bit_count, faults if index % 5 == 0 else ())


def _damages(decoder: Decodes, packet: bytes) -> Iterator[Frame]:
    """Cut, stretch and contradict a good packet."""
    whole = frame_of(decoder, packet)
    for bit_count in range(0, whole.bit_count, 7):
        yield Frame(whole.modem, packet[: (bit_count + 7) // 8], bit_count)
    yield Frame(whole.modem, packet + packet, 2 * whole.bit_count)
    yield Frame(whole.modem, packet + bytes(512), whole.bit_count + 4096)
    yield Frame(whole.modem, packet, whole.bit_count, faults=(0,))
    yield Frame(whole.modem, packet, whole.bit_count, faults=(whole.bit_count - 1,))
    yield Frame(whole.modem, packet, whole.bit_count, confidence=0.0, sync_errors=16)
    yield Frame("no-such-modem", packet, whole.bit_count)


def _strange_runs(decoder: Decodes, packets: Sequence[bytes]) -> Iterator[list[Packet]]:
    """Make runs of packets that no device sends: none, wrong ones, wrong order, too many."""
    generator = np.random.default_rng(7)
    good = [packet for run in _runs(decoder, packets) for packet in run]
    yield []
    for length in range(40):
        data = generator.bytes(length)
        for part in ("whole", "first", "rest"):
            yield [Packet(decoder.name, data, "00", part)]
    for first, second in pairwise(good):
        yield [first, second]
        yield [second, first]
    yield good * 3
