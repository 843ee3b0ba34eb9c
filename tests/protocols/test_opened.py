"""A message of several packets is known with the packet that completes it, and only then."""

from __future__ import annotations

from medmon.protocols.omnipod import PLUGIN
from medmon.protocols.opened import OPENED_MAX, Opened
from medmon.records import Frame, Message, Packet
from signal_fixtures.devices import omnipod, omnipod_insulin

STEP_NS = 200_000_000


def _packets(device: str = "1f01482a", units_iu: float = 2.6) -> list[Packet]:
    """The two packets of a bolus."""
    said = omnipod.message(device, 5, *omnipod_insulin.bolus(1, units_iu))
    found = [PLUGIN.packet(Frame("omnipod", data, 8 * len(data)))
             for data in omnipod.packets_of(said, "PDM", 9)]  # fmt: skip
    return [packet for packet in found if isinstance(packet, Packet)]


def _said(*packets: Packet, step_ns: int = STEP_NS) -> list[Message | None]:
    opened = Opened(PLUGIN)
    return [opened.feed(packet, place * step_ns)[1] for place, packet in enumerate(packets)]


def test_the_last_packet_tells_the_dose() -> None:
    """A pod's bolus is two packets; the dose can be judged when the second one ends."""
    first, rest = _packets()
    before, said = _said(first, rest)
    assert before is None
    assert said is not None
    assert said.fields["units_iu"] == 2.6


def test_a_message_is_known_by_all_its_packets() -> None:
    """Copies of a message are told apart from others that end alike."""
    first, rest = _packets()
    opened = Opened(PLUGIN)
    opened.feed(first, 0)
    assert opened.feed(rest, STEP_NS)[0] == (first.key, rest.key)


def test_copies_of_the_first_one_open_nothing_else() -> None:
    """A first packet that is not answered is sent again, and goes on with the same rest."""
    first, rest = _packets()
    assert [said is None for said in _said(first, first, rest)] == [True, True, False]


def test_what_does_not_belong_together_says_nothing() -> None:
    """A rest alone, that of another message, or one that comes too late is no command."""
    first, rest = _packets()
    other = _packets(units_iu=5.0)[0]
    assert _said(rest) == [None]
    assert _said(first, other, rest)[-1] is None
    assert _said(first, rest, step_ns=PLUGIN.join_window_ns + 1)[-1] is None
    assert _said(first, rest, rest)[-1] is None


def test_a_message_that_was_never_ended_is_forgotten() -> None:
    """A rest hours later is not that of a message of the morning, nor as long as its rest was."""
    opened = Opened(PLUGIN)
    opened.feed(_packets()[0], 0)
    opened.feed(_packets("1f00beef")[0], PLUGIN.join_window_ns)
    assert [packets[0].link for packets in opened.messages] == ["1f01482a", "1f00beef"]
    opened.feed(_packets("1f00cafe")[0], PLUGIN.join_window_ns + 1)
    assert [packets[0].link for packets in opened.messages] == ["1f00beef", "1f00cafe"]
    opened.advance(3 * PLUGIN.join_window_ns)
    assert opened.messages == ()
    assert opened.evicted == 0


def test_memory_is_bounded() -> None:
    """Whoever opens messages for ever must not fill the memory; the latest go on."""
    opened = Opened(PLUGIN)
    for number in range(3 * OPENED_MAX):
        opened.feed(_packets(f"1f{number:06x}")[0], number)
    assert len(opened.messages) == OPENED_MAX
    assert opened.evicted == 2 * OPENED_MAX
    assert opened.feed(_packets(f"1f{3 * OPENED_MAX - 1:06x}")[1], 100)[1] is not None
    assert opened.feed(_packets("1f000000")[1], 100)[1] is None
