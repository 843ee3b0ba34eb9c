"""What a transmission asks of a device."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.detect.commands import (
    control,
    digest,
    excess_score,
    has_nonce,
    heard,
    is_above,
    number,
    numbers,
    order,
    orders,
    remark,
    retry_ns,
    unfinished,
)
from medmon.records import Command, Direction, Message, Role

if TYPE_CHECKING:
    from tests.detect.conftest import Hear


@pytest.mark.parametrize(("integrity", "is_heard"), [("ok", 1), ("failed", 0), ("none", 0)])
def test_only_intact_packets_are_heard(hear: Hear, integrity: str, is_heard: int) -> None:
    """A packet whose check failed is never taken for a command."""
    transmission = hear("14:05", "bolus", integrity=integrity)
    for look in (heard, control, order):
        assert (look(transmission) is not None) == is_heard


@pytest.mark.parametrize(
    ("command", "direction", "role", "is_control"),
    [
        ("bolus", "to-device", "pump", 1),
        ("bolus", "unknown", "pump", 1),
        ("bolus", "from-device", "pump", 0),
        ("button", "from-device", "remote", 1),
        ("deactivate", "to-device", "pdm", 1),
        ("wakeup", "to-device", "pump", 0),
        ("read", "to-device", "pump", 0),
        ("ack", "to-device", "pump", 0),
        ("status", "from-device", "pump", 0),
    ],
)
def test_what_is_control(
    hear: Hear, command: Command, direction: Direction, role: Role, is_control: int
) -> None:
    """Therapy is changed by commands to a device, and by keys of a remote."""
    transmission = hear("14:05", command, direction=direction, role=role)
    assert (control(transmission) is not None) == is_control


def test_announcements_are_control_but_no_order(hear: Hear) -> None:
    """The short packet tells that somebody programmes, not how much."""
    announced = hear("14:05", "bolus", fields={"announcement": True})
    assert control(announced) is not None
    assert order(announced) is None
    assert order(hear("14:05", "bolus", fields={"announcement": False})) is not None


LISTED = (("bolus", ("units_iu", 0.05)), ("suspend", ("cancels", ("basal",)), ("nonce_hex", "0a")))


def test_orders_of_a_message_come_one_by_one(hear: Hear) -> None:
    """A pod obeys each block, so each is judged with its own fields, in its order."""
    whole = hear("14:05", "bolus", fields={"units_iu": 0.05, "orders": LISTED}, sequence=3)
    first, second = orders(whole)
    assert (first.command, first.fields) == ("bolus", {"units_iu": 0.05})
    assert (second.command, second.fields) == (
        "suspend",
        {"cancels": ("basal",), "nonce_hex": "0a"},
    )
    assert {(one.device, one.sequence) for one in (first, second)} == {("123456", 3)}
    alone = hear("14:06", "bolus", fields={"units_iu": 2.0})
    assert orders(alone) == (alone.message,)
    for none in (hear("14:07", "read"), hear("14:08", "bolus", fields={"announcement": True})):
        assert orders(none) == ()


@pytest.mark.parametrize("listed", [None, 3, "bolus", (), ((),), (("read",),), ("bolus",), ((1,),)])
def test_a_list_that_is_none_hides_no_order(hear: Hear, listed: Any) -> None:
    """A record of somebody else's with nonsense in `orders` is judged by its command."""
    heard_so = hear("14:05", "bolus", fields={"units_iu": 9.0, "orders": listed})
    assert orders(heard_so) == (heard_so.message,)


def test_fields_of_an_order_are_pairs(hear: Hear) -> None:
    """What is no pair of a name and a value is left out, the rest is read."""
    odd = (("bolus", 3, ("units_iu",), (1, 2), ("units_iu", 4.0), ("a", 1, 2)),)
    (only,) = orders(hear("14:05", "bolus", fields={"orders": odd}))
    assert only.fields == {"units_iu": 4.0}


def test_unfinished_orders_are_no_commands(hear: Hear) -> None:
    """What was heard in part is told apart from what was heard, and from damage."""
    said = {"orders": LISTED}
    part = hear("14:05", "unknown", integrity="failed", fields=said)
    assert [one.command for one in unfinished(part)] == ["bolus", "suspend"]
    assert (heard(part), control(part), orders(part)) == (None, None, ())
    assert unfinished(hear("14:06", "bolus", fields=said)) == ()
    assert unfinished(hear("14:07", "bolus", integrity="failed")) == []
    answer = hear("14:08", "unknown", integrity="failed", direction="from-device", fields=said)
    assert unfinished(answer) == ()
    assert unfinished(replace(part, message=None)) == ()


@pytest.mark.parametrize(
    ("value", "read"),
    [(2, 2.0), (2.5, 2.5), (True, None), ("2", None), (None, None), (math.nan, None),
     (math.inf, None), ((1.0,), None)],
)  # fmt: skip
def test_numbers_are_finite(value: Any, read: float | None) -> None:
    """NaN compares as false with everything, so it must not reach a comparison."""
    assert number(Message("a", "bolus", fields={"x": value}), "x") == read


def test_several_numbers() -> None:
    """A schedule is read entry by entry; entries that cannot be read are left out."""
    message = Message("a", "bolus", fields={"x": (1, None, 2.5, math.nan, "3"), "y": 4})
    assert numbers(message, "x") == (1.0, 2.5)
    assert numbers(message, "y") == (4.0,)
    assert numbers(message, "z") == ()


def test_digest_follows_the_bytes(hear: Hear) -> None:
    """Same bytes, same word; without bytes the meaning counts, whatever order it came in."""
    first, again = hear("14:05", "bolus"), hear("15:05", "bolus")
    message = Message("a", "bolus", fields={"x": 1, "y": None})
    assert digest(first, message) == digest(again, message)
    assert digest(first, message) != digest(replace(first, raw=b"other"), message)
    bare = replace(first, raw=None)
    turned = Message("a", "bolus", fields={"y": None, "x": 1})
    assert digest(bare, message) == digest(bare, turned)
    assert digest(bare, message) != digest(bare, Message("a", "bolus", fields={"x": 2}))


def test_what_tells_copies_apart() -> None:
    """A nonce and a press counter last for days, a sequence number for a minute of retries."""
    plain = Message("a", "bolus")
    numbered = Message("a", "bolus", sequence=3)
    nonce = Message("a", "bolus", fields={"nonce_hex": "0ea9127c"})
    remote = Message("a", "button", role="remote")
    assert [has_nonce(m) for m in (plain, numbered, nonce, remote)] == [False, False, True, True]
    assert [retry_ns(m) // 10**9 for m in (plain, numbered, nonce, remote)] == [5, 60, 60, 60]


@pytest.mark.parametrize(
    ("value", "limit", "score"),
    [(10.0, 10.0, 0.5), (12.5, 10.0, 0.625), (20.0, 10.0, 1.0), (99.0, 10.0, 1.0), (1.0, 0.0, 1.0)],
)
def test_score_of_an_excess(value: float, limit: float, score: float) -> None:
    """Half at the limit, one at twice the limit."""
    assert excess_score(value, limit) == score


def test_rounding_passes_no_limit() -> None:
    """Three times 0.1 IU is 0.3 IU, whatever binary fractions say."""
    assert 0.1 + 0.1 + 0.1 > 0.3
    assert not is_above(0.1 + 0.1 + 0.1, 0.3)
    assert is_above(0.325, 0.3)


@settings(deadline=None)
@given(low=st.floats(0.01, 1e4), high=st.floats(0.01, 1e4), limit=st.floats(0, 1e4))
def test_more_is_never_less_anomalous(low: float, high: float, limit: float) -> None:
    """Scores rise with the value and stay within 0.5 and 1 above the limit."""
    low, high = sorted((max(low, limit), max(high, limit)))
    assert 0.5 <= excess_score(low, limit) <= excess_score(high, limit) <= 1.0


def test_remark_points_at_its_evidence(hear: Hear) -> None:
    """A finding names the transmission and the samples it rests on."""
    transmission = hear("14:05", "bolus")
    finding = remark("d", transmission, seen=("x", 1), expected="0", text="X.", score=0.7)
    assert (finding.detector, finding.subject, finding.feature) == ("d", "123456", "x")
    assert (finding.value, finding.expected, finding.text, finding.score) == (1, "0", "X.", 0.7)
    assert finding.time_ns == transmission.time_ns
    assert finding.transmissions == (transmission.id,)
    assert finding.spans == (transmission.span,)
    assert (finding.protocol, finding.command) == (transmission.protocol, "bolus")
    nobody = replace(transmission, message=None)
    assert remark("d", nobody, seen=("x", 1), expected="0", text="X.").subject == ""
