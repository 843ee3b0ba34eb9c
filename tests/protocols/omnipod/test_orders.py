"""Blocks become orders, one by one, and the two halves of an order are compared."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod.blocks import blocks_from_body
from medmon.protocols.omnipod.orders import Part, orders_from_parts, parts_from_blocks
from signal_fixtures.devices import omnipod_blocks, omnipod_insulin

FOLDER = Path(__file__).parents[2] / "vectors"
SOURCES = [
    json.loads((FOLDER / name).read_text()) for name in ("omnipod.json", "omnipod_corpus.json")
]
BLOCKS = {vector["id"]: vector["hex"] for source in SOURCES for vector in source.get("blocks", [])}
STOP = omnipod_insulin.cancel(7, "all")
ALERTS = omnipod_blocks.configure_alerts(7, [omnipod_blocks.Alert(4)])


def parts(*body: bytes) -> Sequence[Part]:
    return parts_from_blocks(blocks_from_body(b"".join(body)))


def real_messages() -> list[Any]:
    """Every real message with a table of insulin, named by its identifier."""
    return [
        pytest.param(bytes.fromhex(vector["hex"])[6:-2], id=vector["id"])
        for source in SOURCES
        for vector in source.get("messages", [])
        if bytes.fromhex(vector["hex"])[6] == 0x1A
    ]


@pytest.mark.parametrize("body", real_messages())
def test_real_orders_agree_with_themselves(body: bytes) -> None:
    """A real handheld's order must never raise the alarm for forgeries."""
    (part,) = parts(body)
    assert part.fields["is_dose_consistent"] is True
    assert len(part.blocks) == 2


@pytest.mark.parametrize(
    ("table", "timing", "command"),
    [
        ("1a-prime", "17-prime", "bolus"),
        ("1a-ext-0.5", "17-ext-0.5", "bolus"),
        ("1a-dual", "17-dual", "bolus"),
        ("1a-2.4ext", "17-12ext", "bolus"),
        ("1a-30-50p", "17-30-50p", "bolus"),
        ("1a-4ent", "17-9123s", "bolus"),
        ("1a-29.95", "17-29.95", "bolus"),
        ("1a-tb-0.05-30", "16-0.05", "temp-basal"),
        ("1a-tb-30u", "16-30u-12h", "temp-basal"),
        ("1a-basal-3e", "13-3e", "basal-schedule"),
        ("1a-basal-13e", "13-13e", "basal-schedule"),
        ("1a-basal-24u", "13-24u", "basal-schedule"),
        ("1a-basal-30u", "13-30u", "basal-schedule"),
    ],
)
def test_halves_of_one_real_order_agree(table: str, timing: str, command: str) -> None:
    """OmniKit's tests give table and timing of one order apart; together they are consistent."""
    (part,) = parts(bytes.fromhex(BLOCKS[table] + BLOCKS[timing]))
    assert (part.command, part.fields["is_dose_consistent"]) == (command, True)


def test_halves_of_two_real_orders_do_not() -> None:
    """Half of one order before half of another is what a forger would send."""
    swaps = [("1a-prime", "17-30u"), ("1a-tb-2u", "16-30u"), ("1a-basal-24u", "13-30u")]
    for table, timing in swaps:
        (part,) = parts(bytes.fromhex(BLOCKS[table] + BLOCKS[timing]))
        assert part.fields["is_dose_consistent"] is False


@pytest.mark.parametrize(
    ("body", "claim"),
    [
        ((omnipod_insulin.bolus(1, 30.0)[0], omnipod_insulin.bolus(1, 1.0)[1]), 30.0),
        ((omnipod_insulin.bolus(1, 1.0)[0], omnipod_insulin.bolus(1, 30.0)[1]), 30.0),
        (omnipod_insulin.bolus(1, 30.0)[:1], 30.0),
        (omnipod_insulin.bolus(1, 30.0)[1:], 30.0),
        (
            (
                omnipod_insulin.insulin_schedule(1, 2, (1, 600 * 16, 600), [20]),
                omnipod_insulin.bolus(1, 1.0)[1],
            ),
            30.0,
        ),
    ],
)
def test_larger_dose_of_a_bolus_counts(body: Sequence[bytes], claim: float) -> None:
    """Whichever of header, table and timing the pod believes, the worst is judged."""
    (part,) = parts(*body)
    assert (part.fields["units_iu"], part.fields["is_dose_consistent"]) == (claim, False)


SLOW, FAST = omnipod_insulin.temp_basal(1, 0.5, 3_600), omnipod_insulin.temp_basal(1, 30.0, 3_600)


@pytest.mark.parametrize(
    "body",
    [
        (FAST[0], SLOW[1]),
        (SLOW[0], FAST[1]),
        FAST[:1],
        FAST[1:],
        # A header that promises 300 pulses for the first half hour, over a table of 5 and 5.
        (
            omnipod_insulin.insulin_schedule(1, 1, (2, 14_400, 300), [0x1005]),
            SLOW[1],
        ),
    ],
)
def test_larger_rate_counts(body: Sequence[bytes]) -> None:
    """30 IU/h in one half of the order are 30 IU/h, however little the other half says."""
    (part,) = parts(*body)
    assert part.fields["is_dose_consistent"] is False
    assert (part.fields["rate_iu_per_h"], part.fields["duration_s"]) == (30.0, 3_600)


def test_longer_time_counts() -> None:
    """A table for one hour over a timing for twelve is no order for one hour."""
    long = omnipod_insulin.temp_basal(1, 0.5, 12 * 3_600)
    for body in ((SLOW[0], long[1]), (long[0], SLOW[1])):
        (part,) = parts(*body)
        assert part.fields["is_dose_consistent"] is False
        assert part.fields["duration_s"] == pytest.approx(12 * 3_600, abs=1)


def test_more_cannot_remain_than_an_entry_holds() -> None:
    """50 IU left of an entry of 0.5 IU is an order for 50 IU: R stands at 4, before its time."""
    timing = bytearray(SLOW[1])
    timing[4:6] = (10_000).to_bytes(2, "big")
    (part,) = parts(SLOW[0], bytes(timing))
    assert part.fields["is_dose_consistent"] is False


def test_every_part_stands_by_itself() -> None:
    """A pod obeys each block: orders come in their order, questions and answers do not count."""
    body = (omnipod_blocks.get_status(), STOP, *omnipod_insulin.bolus(2, 1.0), ALERTS)
    assert [part.command for part in parts(*body)] == ["read", "suspend", "bolus", "settings"]
    listed: Any = orders_from_parts(parts(*body))
    assert [entry[0] for entry in listed] == ["suspend", "bolus", "settings"]
    assert dict(listed[0][1:])["cancels"] == ("basal", "temp-basal", "bolus")
    assert dict(listed[1][1:])["units_iu"] == 1.0
    assert dict(listed[2][1:])["blocks"] == ("configure-alerts",)


@pytest.mark.parametrize(
    ("block", "command"),
    [
        (bytes([0x17, 12]) + bytes(12), "bolus"),
        (bytes([0x16, 8]) + bytes(8), "temp-basal"),
        (bytes([0x13, 13]) + bytes(13), "basal-schedule"),
        (bytes([0x1A, 6]) + bytes(4) + b"\x02\0", "bolus"),
        (bytes([0x1F, 6]) + bytes(6), "cancel"),
        (bytes([0x1C, 3]) + bytes(3), "deactivate"),
        (bytes([0x19, 5]) + bytes(5), "settings"),
        (bytes([0x1A, 4]) + bytes(4), "unknown"),
        (bytes([0x02, 0]), "unknown"),
    ],
)
def test_an_order_that_cannot_be_read_is_one(block: bytes, command: str) -> None:
    """What is unknown is its size, not that somebody asks for insulin."""
    (part,) = parts(block)
    assert part.command == command
    assert set(part.fields) == {"blocks"}


def test_a_half_order_contradicts_nothing() -> None:
    """In a first packet the timing is cut off; that is no forgery yet."""
    cut = blocks_from_body(b"".join(omnipod_insulin.bolus(1, 3.0))[:23])
    (entry,) = orders_from_parts(parts_from_blocks(cut), is_whole=False)
    assert isinstance(entry, tuple)
    assert entry[0] == "bolus"
    assert ("units_iu", 3.0) in entry
    assert "is_dose_consistent" not in [pair[0] for pair in entry[1:] if isinstance(pair, tuple)]


@given(st.binary(max_size=200))
def test_any_body_is_taken_apart_whole(body: bytes) -> None:
    """No bytes stop the decoder, and none are lost."""
    blocks = [block for part in parts(body) for block in part.blocks]
    assert b"".join(block.data for block in blocks) == body


@given(st.lists(st.sampled_from([0x13, 0x16, 0x17, 0x1A]), max_size=4), st.data())
def test_any_claims_are_compared(kinds: list[int], data: st.DataObject) -> None:
    """Tables and timings with any numbers in them, zeros and the largest included."""
    lengths = {0x13: 20, 0x16: 14, 0x17: 13, 0x1A: 16}
    body = b""
    for kind in kinds:
        said = bytearray(data.draw(st.binary(min_size=lengths[kind], max_size=lengths[kind])))
        if kind == 0x1A:
            said[4] %= 3
        body += bytes([kind, len(said)]) + bytes(said)
    for part in parts(body):
        assert isinstance(part.fields["is_dose_consistent"], bool)
