r"""The decoder suite passes a good toy and names the fault of each spoilt one.

The toy's packet is an id, a value, and a CRC-32. Source: made up here. A packet:

>>> from binascii import hexlify
>>> hexlify(b"\x01")
b'01'
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import pytest

from medmon.records import Frame, Message, Modem, Packet, Rejection
from signal_fixtures.checks import DECODER_CHECKS, BrokenPromiseError, check_decoder
from signal_fixtures.checks.decoder import frame_of


def _packet(ident: int, value: int) -> bytes:
    body = bytes([ident, value])
    return body + crc32(body).to_bytes(4, "big")


PACKETS = (_packet(7, 100), _packet(8, 0))


class Toy:
    """A decoder that keeps every promise."""

    name = "toy"
    modems: tuple[Modem, ...] = (
        Modem("toy", (433.9e6,), "ook", 1_000.0, None, "10", "1100", "nrz", 48, 48),
    )
    repeat_window_ns = 0
    join_window_ns = 0
    id_pattern, id_example = "[0-9a-f]{2}", "07"
    open_fields = frozenset({"glucose_mg_dl"})

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Accept six bytes whose CRC fits."""
        if frame.bit_count < 48 or len(frame.data) < 6 or frame.faults:
            return Rejection("toy", "length")
        data = frame.data[:6]
        if crc32(data[:2]).to_bytes(4, "big") != data[2:]:
            return Rejection("toy", "check")
        return Packet("toy", data, data[:1].hex(), key=data)

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Read the value."""
        if len(packets) != 1 or len(packets[0].data) != 6:
            return Rejection("toy", "incomplete")
        data = packets[0].data
        return Message(data[:1].hex(), "glucose", fields={"glucose_mg_dl": float(data[1])})


def test_a_decoder_that_keeps_its_promises_passes() -> None:
    """The suite asks for nothing that an honest decoder cannot do."""
    check_decoder(Toy(), PACKETS)


class _Forgetful(Toy):
    def __init__(self) -> None:
        self.count = 0

    def packet(self, frame: Frame) -> Packet | Rejection:
        self.count += 1
        return super().packet(frame)


class _Moody(Toy):
    last = b""

    def packet(self, frame: Frame) -> Packet | Rejection:
        before, _Moody.last = _Moody.last, frame.data
        answer = super().packet(frame)
        is_good = isinstance(answer, Packet)
        return answer if is_good or len(before) % 2 else Rejection("toy", "sanity")


class _Credulous(Toy):
    def packet(self, frame: Frame) -> Packet | Rejection:
        if frame.bit_count < 48 or frame.faults:
            return Rejection("toy", "length")
        data = frame.data[:6]
        return Packet("toy", data, data[:1].hex())


class _Unitless(Toy):
    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        del packets
        return Message("01", "glucose", fields={"glucose": 5.5})


class _Capital(Toy):
    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        del packets
        return Message("AB", "glucose")


class _Cutting(Toy):
    def packet(self, frame: Frame) -> Packet | Rejection:
        answer = super().packet(frame)
        return Packet("toy", answer.data[:5], "01") if isinstance(answer, Packet) else answer


class _Foreign(Toy):
    def packet(self, frame: Frame) -> Packet | Rejection:
        answer = super().packet(frame)
        return answer if isinstance(answer, Packet) else Rejection("other", answer.reason)


class _Wordy(Toy):
    def packet(self, frame: Frame) -> Packet | Rejection:
        answer: Any = super().packet(frame)
        return answer if isinstance(answer, Packet) else Rejection("toy", _reason())


class _Speechless(Toy):
    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        del packets
        return None


class _Silent(Toy):
    modems = ()


class _Twins(Toy):
    modems = (*Toy.modems, *Toy.modems)


class _Impossible(Toy):
    modems = (Modem("toy", (433.9e6,), "fsk", 1_000.0, None, "10", "1100", "nrz", 48, 48),)


class _Unlike(Toy):
    id_example = "seven"


class _Otherwise(Toy):
    id_pattern, id_example = "[0-9]{6}", "350535"


class _Gossip(Toy):
    open_fields = frozenset({"peer"})

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        del packets
        return Message("ab", "glucose", fields={"peer": ("ab",)})


def _reason() -> Any:
    return "because"


@pytest.mark.parametrize(
    ("decoder", "complaint"),
    [
        (_Forgetful(), "changed itself"),
        (_Moody(), "what came before"),
        (_Credulous(), "noise: .* were taken"),
        (_Credulous(), "bit 0 wrong"),
        (_Unitless(), "glucose = 5.5 has no unit"),
        (_Capital(), "in capitals"),
        (_Cutting(), "became"),
        (_Foreign(), "of protocol 'other'"),
        (_Wordy(), "unknown reason 'because'"),
        (_Speechless(), "not understood"),
        (_Silent(), "never given a frame"),
        (_Twins(), "share a name"),
        (_Impossible(), "not possible"),
        (_Unlike(), "id_example: 'seven' has another form"),
        (_Otherwise(), "device: '07' has another form"),
        (_Gossip(), "open_fields: peer holds the id"),
    ],
)
def test_each_fault_is_found_and_named(decoder: Toy, complaint: str) -> None:
    """A suite that cannot fail is worth nothing: at least one of its checks says this."""
    said = []
    for check in DECODER_CHECKS:
        try:
            check(decoder, PACKETS)
        except (BrokenPromiseError, IndexError, ZeroDivisionError) as error:
            said.append(str(error))
    assert any(re.search(complaint, text) for text in said), said


def test_exceptions_of_a_decoder_are_not_hidden() -> None:
    """What arrives on the air is never an exception; one that escapes fails the suite as it is."""

    class Fragile(Toy):
        def packet(self, frame: Frame) -> Packet | Rejection:
            frame.data[40]
            return super().packet(frame)

    with pytest.raises(IndexError):
        check_decoder(Fragile(), PACKETS)


def test_without_packets_nothing_is_proved() -> None:
    """A decoder that was never shown a good packet must not pass."""
    with pytest.raises(BrokenPromiseError, match="independent builder"):
        check_decoder(Toy(), ())


def test_a_module_without_sources_is_sent_back() -> None:
    """Knowledge without an origin cannot be checked by anybody."""

    class Elsewhere(Toy):
        pass

    Elsewhere.__module__ = "types"
    with pytest.raises(BrokenPromiseError, match="docstring"):
        check_decoder(Elsewhere(), PACKETS)


def test_a_frame_holds_the_whole_packet() -> None:
    """The suite's idea of a perfect receiver."""
    assert frame_of(Toy(), b"\x01\x02") == Frame("toy", b"\x01\x02", 16)
