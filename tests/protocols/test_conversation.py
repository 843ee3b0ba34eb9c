"""Packets join, repeats fold, floods stay bounded, and time of asking changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.conversation import MAX_HOLD_NS, MAX_OPEN, Conversations
from medmon.records import Burst, Frame, Message, Packet, Radio, Rejection, Span, Transmission

MS = 1_000_000
BURST_MS = 10


class Toy:
    """A protocol one can read: "a" is whole, "A+" opens a message, "+b" goes on, "+." ends it.

    A rest with "!" spoils the message it is joined to. Repeats within 100 ms, rests within 300 ms.
    """

    name = "toy"
    repeat_window_ns = 100 * MS
    join_window_ns = 300 * MS

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what the letters say."""
        text = "".join(packet.data.decode() for packet in packets)
        if packets[0].part == "rest" or "!" in text:
            return Rejection("toy", "check", text)
        is_open = packets[0].part == "first" and not text.endswith(".")
        return None if is_open else Message("pod", "status", fields={"text": text})


def packet(text: str) -> Packet:
    data = text.encode()
    if text.startswith("+"):
        return Packet("toy", data, "link", "rest", key=data)
    return Packet("toy", data, "link", "first" if text.endswith("+") else "whole", key=data)


def burst(at_ms: int, freq_hz: float = 433.92e6) -> Burst:
    radio = Radio(freq_hz, 0.0, 8e4, -40.0, 25.0, -65.0, BURST_MS * 1_000.0)
    return Burst(Span("a.cu8", at_ms * 1_000, BURST_MS * 1_000), at_ms * MS, radio)


def heard(*said: tuple[int, str]) -> list[Transmission]:
    """Feed packets at their times, in milliseconds, and end the stream."""
    conversations = Conversations([Toy()])
    found = []
    for at_ms, text in said:
        found += conversations.feed(burst(at_ms), [packet(text)])
    return found + conversations.flush()


def text_of(transmission: Transmission) -> str:
    return (transmission.raw or b"").decode()


def summary(found: Sequence[Transmission]) -> list[tuple[str, str, int]]:
    return [(text_of(one), one.integrity, one.repeats) for one in found]


def test_repeats_fold_while_they_follow_closely() -> None:
    """A remote that says one thing five times said it once; an hour later it is said again."""
    found = heard((0, "a"), (90, "a"), (180, "a"), (400, "a"))
    assert summary(found) == [("a", "ok", 3), ("a", "ok", 1)]
    assert [one.time_ns for one in found] == [0, 400 * MS]


def test_different_packets_do_not_fold() -> None:
    """Two commands that differ in a byte are two commands."""
    assert summary(heard((0, "a"), (10, "b"), (20, "a"))) == [("a", "ok", 2), ("b", "ok", 1)]


def test_repeats_for_ever_are_reported_again_and_again() -> None:
    """Somebody who holds the key down is seen every two seconds, with the copies counted."""
    found = heard(*((at_ms, "a") for at_ms in range(0, 10_000, 50)))
    assert sum(one.repeats for one in found) == 200
    starts = [one.time_ns for one in found]
    assert len(found) == 5
    gaps = [later - start for start, later in pairwise(starts)]
    assert all(MAX_HOLD_NS <= gap <= MAX_HOLD_NS + 100 * MS for gap in gaps)


def test_a_message_of_several_packets_is_joined() -> None:
    """Span, bytes and radio of a joined message: from the first packet to the end of the last."""
    (found,) = heard((0, "A+"), (80, "A+"), (200, "+b"), (400, "+."))
    assert summary([found]) == [("A++b+.", "ok", 2)]
    assert found.span == Span("a.cu8", 0, 400_000 + BURST_MS * 1_000)
    assert found.message is not None
    assert found.message.fields == {"text": "A++b+."}


def test_repeats_of_a_rest_fold_too() -> None:
    """A retransmitted last packet is a copy, not a packet of nothing."""
    assert summary(heard((0, "A+"), (50, "+."), (120, "+."))) == [("A++.", "ok", 2)]


def test_an_unfinished_message_fails_visibly() -> None:
    """A command whose end was jammed is reported as failed, with the bytes that were heard."""
    conversations = Conversations([Toy()])
    assert conversations.feed(burst(0), [packet("A+")]) == []
    assert conversations.advance(300 * MS) == []
    found = conversations.advance(400 * MS)
    assert summary(found) == [("A+", "failed", 1)]
    assert (found[0].protocol, found[0].message) == ("toy", None)
    assert conversations.counts == {"toy/incomplete": 1}


def test_a_rest_that_comes_too_late_stands_alone() -> None:
    """Bytes half a second late are not made part of a command."""
    found = heard((0, "A+"), (600, "+."))
    assert summary(found) == [("A+", "failed", 1), ("+.", "failed", 1)]


def test_a_rest_that_comes_too_late_behind_an_open_exchange_stands_alone() -> None:
    """The same while an older packet, still repeated, holds the queue up."""
    copies = [(at_ms, "a") for at_ms in range(0, 400, 50)]
    found = heard((0, "a"), (1, "A+"), *copies[1:], (401, "+."))
    assert summary(found) == [("a", "ok", 8), ("A+", "failed", 1), ("+.", "failed", 1)]


def test_a_forged_rest_does_not_spoil_the_real_message() -> None:
    """An attacker who throws in a wrong continuation cannot make a real command unreadable."""
    found = heard((0, "A+"), (40, "+!"), (90, "+."))
    assert summary(found) == [("A++.", "ok", 1), ("+!", "failed", 1)]


def test_a_rest_goes_to_the_newest_message() -> None:
    """While an old message still waits, the packet that follows a new one belongs to the new."""
    found = heard((0, "A+"), (50, "B+"), (90, "+."))
    assert summary(found) == [("A+", "failed", 1), ("B++.", "ok", 1)]


@pytest.mark.parametrize("forged", [1, 4, 100])
def test_forged_openings_do_not_hide_the_real_message(forged: int) -> None:
    """A hundred first packets between a command and its end: the end still finds its command.

    Those that the end does not fit are refused, as a wrong check refuses them.
    """
    others = [(5 + 2 * index, f"{index}!+") for index in range(forged)]
    found = heard((0, "A+"), *others, (280, "+."))
    assert [text_of(one) for one in found if one.integrity == "ok"] == ["A++."]
    assert len(found) == 1 + forged


def test_what_an_opening_tells_is_not_lost_with_its_rest() -> None:
    """A command whose end was spoilt comes out as failed, and says what it began with."""
    told = Message("pod", "unknown", "to-device", fields={"orders": (("bolus",),)})
    conversations, found = Conversations([Toy()]), []
    for at_ms, text in ((0, "A+"), (400, "B+"), (450, "+.")):
        found += conversations.feed(burst(at_ms), [replace(packet(text), opening=told)])
    cut, whole = found + conversations.flush()
    assert (cut.integrity, cut.message) == ("failed", told)
    assert whole.integrity == "ok"
    assert whole.message == Message("pod", "status", fields={"text": "B++."})


def test_a_meaningless_packet_fails_and_is_counted() -> None:
    """A good packet whose message is refused is shown as failed, and its repeats fold."""
    conversations = Conversations([Toy()])
    for at_ms in (0, 50):
        conversations.feed(burst(at_ms), [packet("a!")])
    assert summary(conversations.flush()) == [("a!", "failed", 2)]
    assert conversations.counts == {"toy/check": 1}


def test_two_packets_in_one_burst_are_two_transmissions() -> None:
    """They share the span, so the identifier must tell them apart."""
    conversations = Conversations([Toy()])
    conversations.feed(burst(0), [packet("a"), packet("b")])
    first, second = conversations.flush()
    assert first.span == second.span
    assert first.id != second.id


def test_identifier_depends_on_place_and_frequency_not_on_the_file() -> None:
    """A live run and the replay of its recording name the same transmission alike."""
    conversations = Conversations([Toy()])
    here = burst(5)
    copy = replace(here, span=replace(here.span, source="tcp://receiver"))
    elsewhere = burst(5, 433.99e6)
    ids = []
    for one in (here, copy, elsewhere):
        conversations.pass_by(one, None, None)
        ids += [found.id for found in Conversations([Toy()]).pass_by(one, None, None)]
    assert ids[0] == ids[1]
    assert ids[0] != ids[2]
    assert len(ids[0]) == 16


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_measurement_that_is_no_number_stops_nothing(bad: float) -> None:
    """A packet whose carrier or length could not be measured is heard like any other."""
    ids = []
    for radio in (replace(burst(5).radio, freq_hz=bad), replace(burst(5).radio, duration_us=bad)):
        conversations = Conversations([Toy()])
        found = conversations.feed(replace(burst(5), radio=radio), [packet("a")])
        found += conversations.flush()
        assert summary(found) == [("a", "ok", 1)]
        ids.append(found[0].id)
    assert len(set(ids)) == 2
    assert all(len(identity) == 16 for identity in ids)


def test_what_needs_no_waiting_comes_out_at_once() -> None:
    """With nothing older open, an unknown emission is reported with its own burst."""
    conversations = Conversations([Toy()])
    frame = Frame("toy", b"\xaa", 8)
    unknown = conversations.pass_by(burst(0), None, None)
    failed = conversations.pass_by(burst(50), "toy", frame)
    assert [(one.protocol, one.integrity, one.raw) for one in unknown + failed] == [
        (None, "none", None),
        ("toy", "failed", b"\xaa"),
    ]


def test_order_of_arrival_is_kept() -> None:
    """Whoever judges sees time run forward, also when an older packet still waits for copies."""
    conversations = Conversations([Toy()])
    found = conversations.feed(burst(0), [packet("a")])
    found += conversations.pass_by(burst(20), None, None)
    assert found == []
    found += conversations.advance(200 * MS)
    assert [one.time_ns for one in found] == [0, 20 * MS]


@given(
    said=st.lists(
        st.tuples(st.integers(0, 250), st.sampled_from(["a", "b", "A+", "B+", "+b", "+.", "+!"])),
        max_size=40,
    ),
    asked=st.lists(st.integers(0, 250), min_size=41, max_size=41),
)
def test_how_often_one_asks_changes_nothing(said: list[tuple[int, str]], asked: list[int]) -> None:
    """A stream cut into other blocks gives the same transmissions in the same order."""
    now_ms, steps = 0, []
    for pause_ms, text in said:
        now_ms += pause_ms
        steps.append((now_ms, text))
    plain = heard(*steps)
    conversations = Conversations([Toy()])
    found, last_ms = [], 0
    for (at_ms, text), ask_ms in zip(steps, asked, strict=False):
        end_ms = at_ms + BURST_MS
        found += conversations.advance(min(end_ms, last_ms + ask_ms) * MS)
        found += conversations.feed(burst(at_ms), [packet(text)])
        last_ms = end_ms
    found += conversations.advance((last_ms + asked[-1]) * MS)
    assert found + conversations.flush() == plain
    assert sum(one.repeats for one in plain if one.raw in (b"a", b"b")) == sum(
        text in ("a", "b") for _, text in steps
    )


@pytest.mark.parametrize("kind", ["", "+"])
def test_a_flood_is_bounded_and_loses_nothing(kind: str) -> None:
    """An attacker who sends 5,000 different packets in a moment fills no memory."""
    conversations = Conversations([Toy()])
    found = []
    for index in range(5_000):
        found += conversations.feed(burst(index // 100), [packet(f"{index}{kind}")])
    assert conversations.counts["toy/evicted"] == len(found) == 5_000 - MAX_OPEN
    found += conversations.flush()
    assert [text_of(one) for one in found] == [f"{index}{kind}" for index in range(5_000)]


def test_a_flood_of_copies_and_strangers_keeps_counting() -> None:
    """A queue of two: the third packet pushes the first out, its later copy begins anew."""
    conversations = Conversations([Toy()], max_open=2)
    found = []
    for at_ms, text in ((0, "a"), (5, "b"), (10, "a"), (15, "c"), (20, "a")):
        found += conversations.feed(burst(at_ms), [packet(text)])
    assert summary(found) == [("a", "ok", 2), ("b", "ok", 1)]
    assert summary(conversations.flush()) == [("c", "ok", 1), ("a", "ok", 1)]
    assert conversations.counts == {"toy/evicted": 2}
