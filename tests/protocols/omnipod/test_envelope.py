"""Packets of one message become its body, and only of one message."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod.envelope import Envelope, envelope_from_packets
from medmon.protocols.omnipod.packet import packet_from_frame
from medmon.records import Frame, Packet, Rejection
from signal_fixtures.devices import omnipod

BODY = bytes(range(70))


def heard(sent: bytes) -> Packet:
    packet = packet_from_frame(Frame("omnipod", sent, 8 * len(sent)))
    assert isinstance(packet, Packet), packet
    return packet


def packets(body: bytes, crc_xor: int = 0) -> list[Packet]:
    text = omnipod.message("1f07b1ee", 6, body, crc_xor=crc_xor)
    return [heard(sent) for sent in omnipod.packets_of(text, "PDM", 14)]


def reason(found: Envelope | Rejection | None) -> str:
    return found.reason if isinstance(found, Rejection) else "accepted"


@given(body=st.binary(max_size=300), sequence=st.integers(0, 15), more=st.booleans())
def test_round_trip_of_any_length(*, body: bytes, sequence: int, more: bool) -> None:
    """A message is complete with its last packet, not before, whatever its length."""
    text = omnipod.message("1f07b1ee", sequence, body, has_more=more)
    parts = [heard(sent) for sent in omnipod.packets_of(text, "POD", 30)]
    assert [part.part for part in parts[1:]] == ["rest"] * (len(parts) - 1)
    for count in range(1, len(parts)):
        assert envelope_from_packets(parts[:count]) is None
    assert envelope_from_packets(parts) == Envelope(sequence, more, body)


def test_wrong_crc16_in_a_long_message() -> None:
    """The CRC8 of both packets is good; only the message's own check shows the forgery."""
    assert reason(envelope_from_packets(packets(bytes(40), crc_xor=1))) == "check"


def test_garbage_behind_the_last_packet_is_cut_off() -> None:
    """A byte that happens to lengthen a CON with a good CRC8 does not spoil the message.

    After a good packet the CRC8 stands at 0, so a zero byte behind it keeps it good.
    """
    text = omnipod.message("1f07b1ee", 6, bytes(40))
    first, rest = omnipod.packets_of(text, "PDM", 14)
    longer = heard(rest + b"\x00")
    assert longer.data == rest + b"\x00"
    assert envelope_from_packets([heard(first), longer]) == Envelope(6, False, bytes(40))


def test_garbage_that_moves_the_check_is_refused() -> None:
    """A longer CON whose check does not stand where the message ends is not the missing one."""
    first, *_ = packets(bytes(40))
    wrong = heard(omnipod.packet("CON", "1f07b1ee", 16, bytes([9]) * 25))
    assert reason(envelope_from_packets([first, wrong])) == "check"


def test_a_short_packet_in_the_middle_is_refused() -> None:
    """A message of three packets has a full one in the middle; a short one is another's."""
    first, *_ = packets(BODY)
    short = heard(omnipod.packet("CON", "1f07b1ee", 16, b"\x01\x02"))
    assert reason(envelope_from_packets([first, short])) == "length"


def test_order_and_kind_of_packets_matter() -> None:
    """Packets that cannot form a message say so instead of being guessed at."""
    first, second, third = packets(BODY)
    acknowledgement = heard(omnipod.ack("1f07b1ee", 15))
    for wrong in ([], [second], [acknowledgement], [first, first], [first, acknowledgement],
                  [first, second, third, third]):  # fmt: skip
        assert reason(envelope_from_packets(wrong)) == "incomplete"
    assert reason(envelope_from_packets([first, third])) == "length"
    assert reason(envelope_from_packets([first, second, third])) == "accepted"


def test_a_stump_is_refused() -> None:
    """Total also on packets that this decoder never made."""
    stump = Packet("omnipod", bytes.fromhex("1f07b1eeae1f07b1ee"), "1f07b1ee")
    assert reason(envelope_from_packets([stump])) == "incomplete"
