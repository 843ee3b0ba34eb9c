"""Headings are told once for each thing that is said, whatever the bits are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon import plugins
from medmon.protocols import Decoder, Reader
from medmon.protocols.headings import REMEMBERED, Announcing, Ending
from medmon.protocols.opened import OPENED_MAX
from medmon.records import (
    Beginning,
    Frame,
    Heading,
    Message,
    Modem,
    Packet,
    Radio,
    Span,
)
from signal_fixtures.devices import omnipod, omnipod_insulin
from signal_fixtures.devices.medtronic_pump import Paradigm

DECODERS: tuple[Decoder, ...] = tuple(
    plugins.load("protocols", name) for name in plugins.names("protocols")
)
PUMP = Paradigm("128986")
RADIO = Radio(916.5e6, 0.0, 20e3, -40.0, 20.0, -60.0, 5_600.0, "ook")
COPY_NS = 20_000_000


def _begun(data: bytes, time_ns: int) -> Beginning:
    frame = Frame("medtronic", data[:5], 40)
    return Beginning(Span("air", time_ns // 1_000, 5_700), time_ns, RADIO, frame)


def _told(*beginnings: Beginning) -> list[Heading]:
    reader = Reader(DECODERS)
    return [heading for beginning in beginnings for heading in reader.glance([beginning])]


def test_a_heading_tells_who_and_what_and_how() -> None:
    """A person, and a detector, need the device, the command, and how it arrived."""
    (heading,) = _told(_begun(PUMP.bolus(2.5), 5_000_000_000))
    assert heading.protocol == "medtronic"
    assert (heading.message.device, heading.message.command) == ("128986", "bolus")
    assert heading.time_ns == 5_000_000_000
    assert heading.span.sample_start == 5_000_000
    assert heading.radio == RADIO
    assert not heading.message.fields


def test_copies_are_told_once() -> None:
    """A press of a remote is sent 128 times, 20 ms apart; one line says it."""
    copies = [_begun(PUMP.bolus(2.5), number * COPY_NS) for number in range(1, 129)]
    later = _begun(PUMP.bolus(2.5), 129 * COPY_NS + 1_000_000_000)
    assert [heading.time_ns for heading in _told(*copies, later)] == [COPY_NS, later.time_ns]


def test_others_are_told_in_between() -> None:
    """Another command, and another pump, are no copies."""
    said = [PUMP.bolus(2.5), PUMP.suspend(), Paradigm("350535").suspend(), PUMP.bolus(2.5)]
    told = _told(*(_begun(data, (1 + n) * COPY_NS) for n, data in enumerate(said)))
    assert [(one.message.device, one.message.command) for one in told] == [
        ("128986", "bolus"),
        ("128986", "suspend"),
        ("350535", "suspend"),
    ]


def test_ids_are_those_of_a_replay_and_of_nobody_else() -> None:
    """Live and replay name one heading alike, wherever the samples are kept; two never."""
    first = _begun(PUMP.bolus(2.5), COPY_NS)
    moved = replace(first, span=replace(first.span, source="file.cu8"))
    assert _told(first)[0].id == _told(moved)[0].id
    ids = {
        h.id for h in _told(first, _begun(PUMP.suspend(), COPY_NS), _begun(PUMP.bolus(2.5), 10**9))
    }
    assert len(ids) == 3


def test_memory_is_bounded() -> None:
    """Whoever invents addresses for ever must not fill the memory."""
    reader = Reader(DECODERS)
    for number in range(2 * REMEMBERED):
        data = Paradigm(f"{number:06x}").wakeup()
        assert len(reader.glance([_begun(data, number)])) == 1
    assert reader.glance([_begun(Paradigm(f"{2 * REMEMBERED - 1:06x}").wakeup(), 10**6)]) == []


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.name)
@given(data=st.binary(max_size=24), bits=st.integers(-8, 300))
def test_no_bits_are_an_error(decoder: Decoder, data: bytes, bits: int) -> None:
    """What arrives on the air was chosen by somebody else."""
    assert isinstance(decoder, Announcing)
    frame = Frame(decoder.modems[0].name, data, bits)
    assert decoder.heading(frame) == decoder.heading(frame)
    assert isinstance(decoder, Ending)
    assert all(end > 0 for end in decoder.ends(frame, ()))


def test_a_protocol_without_headings_says_nothing() -> None:
    """Plugins of others need not know of headings."""

    class Silent:
        """A decoder as they were before."""

        name = "silent"
        modems: tuple[Modem, ...] = (replace(DECODERS[0].modems[0], name="silent"),)
        repeat_window_ns = join_window_ns = 0
        id_pattern, id_example = "[0-9]", "1"
        open_fields: frozenset[str] = frozenset()
        packet, message = DECODERS[0].packet, DECODERS[0].message

    beginning = _begun(PUMP.bolus(2.5), COPY_NS)
    frame = replace(beginning.frame, modem="silent")
    assert Reader([Silent()]).glance([replace(beginning, frame=frame)]) == []


def _ended(data: bytes, time_ns: int) -> Beginning:
    frame = Frame("medtronic", data, 8 * len(data))
    return Beginning(Span("air", time_ns // 1_000, 5_700), time_ns, RADIO, frame, is_packet=True)


def test_a_packet_is_told_with_what_it_says_when_it_ends() -> None:
    """The dose stands behind the heading; so it is told again, checked, and once for its copies."""
    data = PUMP.bolus(2.5)
    told = _told(_begun(data, COPY_NS), _ended(data, 2 * COPY_NS), _ended(data, 3 * COPY_NS))
    assert [heading.is_checked for heading in told] == [False, True]
    assert told[1].message.fields["units_iu"] == 2.5
    assert told[0].id != told[1].id


def _pod(data: bytes, time_ns: int, *, is_packet: bool) -> Beginning:
    begun = _begun(data, time_ns)
    return replace(begun, frame=Frame("omnipod", data, 8 * len(data)), is_packet=is_packet)


def _opening(device: str) -> tuple[bytes, bytes]:
    """The two packets of a pod's bolus."""
    said = omnipod.message(device, 5, *omnipod_insulin.bolus(1, 2.6))
    first, rest = omnipod.packets_of(said, "PDM", 9)
    return first, rest


def test_a_forgotten_message_names_no_end() -> None:
    """The rest heard hours later belongs to another message, whose beginning was missed."""
    first, rest = _opening("1f01482a")
    reader = Reader(DECODERS)
    assert reader.glance([_pod(first, 10**9, is_packet=True)]) == []
    heading = _pod(rest[:12], 2 * 10**9, is_packet=False).frame
    assert list(reader.ends(heading)) == [8 * len(rest)]
    reader.advance(3600 * 10**9)
    assert list(reader.ends(heading)) == []


def test_messages_forgotten_for_want_of_room_are_counted() -> None:
    """A flood of openings hides the ends of others; the heartbeat says so."""
    reader = Reader(DECODERS)
    for number in range(OPENED_MAX + 3):
        reader.glance([_pod(_opening(f"1f{number:06x}")[0], 10**9 + number, is_packet=True)])
    assert reader.rejections == {"omnipod/early-evicted": 3}


class _Pairs:
    """A decoder whose messages are two packets: who, and what."""

    name = "pairs"
    modems: tuple[Modem, ...] = (replace(DECODERS[0].modems[0], name="pairs"),)
    repeat_window_ns, join_window_ns = 10**9, 10**9
    id_pattern, id_example = "[0-9]", "1"
    open_fields: frozenset[str] = frozenset()

    def packet(self, frame: Frame) -> Packet:
        """Every packet holds."""
        part: Literal["first", "rest"] = "first" if frame.data.isdigit() else "rest"
        return Packet(self.name, frame.data, "link", part, key=frame.data)

    def message(self, packets: Sequence[Packet]) -> Message | None:
        """The second one completes it."""
        return Message(packets[0].data.decode(), "suspend") if len(packets) == 2 else None


def test_messages_that_end_alike_are_no_copies() -> None:
    """Whoever sends two orders with the same last packet must not hide the second one."""
    reader = Reader([_Pairs()])
    told: list[Heading] = []
    for number, data in enumerate([b"1", b"x", b"2", b"x", b"2", b"x"]):
        begun = _begun(data, (1 + number) * COPY_NS)
        frame = Frame("pairs", data, 8 * len(data))
        told += reader.glance([replace(begun, frame=frame, is_packet=True)])
    assert [heading.message.device for heading in told] == ["1", "2"]


def test_what_fails_its_check_is_not_told() -> None:
    """Bits that nobody vouches for are no dose; that such a packet was heard is told later."""
    data = PUMP.bolus(2.5)
    assert _told(_ended(data[:8] + b"\xff" + data[9:], COPY_NS)) == []
    # A long packet that is taken for a short one has no check there.
    assert _told(_ended(data[:7], COPY_NS)) == []


def test_who_knows_no_end_is_not_asked_for_one() -> None:
    """Plugins of others may read headings without saying where packets end."""
    assert Reader(DECODERS).ends(Frame("nobody", b"", 0)) == ()
