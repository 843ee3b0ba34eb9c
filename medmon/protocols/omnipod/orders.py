"""Blocks of a message come in, its parts go out: what each asks of the pod, and how much.

A part is one thing said. An order for insulin takes two blocks, 1A with the table of pulses and,
right behind it, the one with the exact timing (17 bolus, 16 temporary basal, 13 basal schedule);
every other block is a part by itself. One message may hold several parts, and a pod obeys each:

==========================================  ================
block                                       command
==========================================  ================
1A or 17 of a bolus                         bolus
1A or 16 of a temporary basal               temp-basal
1A or 13 of a basal schedule                basal-schedule
1F of all three deliveries                  suspend
1F of fewer                                 cancel
1C                                          deactivate
07, 03, 01                                  pair
08, 11, 19, 1E                              settings
06                                          nack
02, 1D                                      status
0E                                          read
anything else                               unknown
==========================================  ================

A block of the handheld that cannot be read (another length, or cut off) keeps its command and has
no fields: an order whose size is unknown is still an order.

Table and timing say the same dose twice, and `is_dose_consistent` says whether they do. Where they
do not, or where one is missing, the larger claim counts: units, rate and duration are the largest
that any of header, table and timing asks for. In detail, in pulses:

- bolus: the table's sum, P of its header and the timing agree;
- temporary basal and schedule: what is due at the end of each half hour agrees to a pulse for each
  entry of the timing (the devices round half pulses down and carry them over), as do the half
  hours; P is what the first half hour has, or for a schedule at most that of the current one;
  no more remains of an entry than it holds, give or take a tenth of a pulse.

How sure: every order of the vectors is consistent, and the rules for what remains are those of the
openomni wiki (Command 16: "must be <= the first YYYY value", "always immediately follows").

Ten pulses in the table and in the timing (OmniKit, ``BolusTests.swift``, the timing by arithmetic):

>>> from medmon.protocols.omnipod.blocks import blocks_from_body
>>> table, timing = "1a0e7e30bf16020065010050000a000a", "170d000064000186a0000000000000"
>>> (part,) = parts_from_blocks(blocks_from_body(bytes.fromhex(table + timing)))
>>> part.command, part.fields["units_iu"], part.fields["is_dose_consistent"]
('bolus', 0.5, True)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import cast

from medmon.protocols.omnipod.blocks import Block
from medmon.protocols.omnipod.delivery import CANCELS, HALF_HOUR_S, PULSES_PER_IU, SCHEDULES, Fields
from medmon.records import Command, FieldValue

_SET_SCHEDULE, _CANCEL = 0x1A, 0x1F
_KIND_AT = 6
_ALL_DELIVERIES = 3
_COMMANDS: Mapping[int, Command] = {
    0x17: "bolus",
    0x16: "temp-basal",
    0x13: "basal-schedule",
    0x1F: "cancel",
    0x1C: "deactivate",
    0x07: "pair",
    0x03: "pair",
    0x01: "pair",
    0x08: "settings",
    0x19: "settings",
    0x11: "settings",
    0x1E: "settings",
    0x06: "nack",
    0x02: "status",
    0x1D: "status",
    0x0E: "read",
}
_ORDERED_BY_HANDHELD = frozenset({0x08, 0x11, 0x13, 0x16, 0x17, 0x19, 0x1C, 0x1E, 0x1F})
_SCHEDULE_COMMANDS: Mapping[FieldValue, Command] = {
    "bolus": "bolus",
    "temp-basal": "temp-basal",
    "basal": "basal-schedule",
}
_INSULIN = frozenset(_SCHEDULE_COMMANDS.values())
_ORDERS: frozenset[Command] = frozenset(
    {*_INSULIN, "suspend", "cancel", "deactivate", "pair", "settings"}
)
_TOLD = (
    "blocks", "nonce_hex", "units_iu", "rate_iu_per_h", "rates_iu_per_h", "duration_s", "cancels",
    "is_checksum_ok", "is_dose_consistent",
)  # fmt: skip
"""What is told of each order where a message holds more than one part: what a policy weighs.

The last one compares two blocks, and so is known only where both were heard.
"""

_ROUNDING = 1e-6
_STARTED = 0.11
"""A begun tenth of a pulse may be counted besides those of an entry: times are rounded."""
_WHOLE_HALF_HOURS_S = 1.0
"""How far an entry's time may be from whole half hours: times are rounded to microseconds."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a message says.

    Attributes
    ----------
    command : str
        In the words of the contract.
    blocks : tuple of Block
        One block, or table and timing of an order for insulin.
    fields : mapping
        What the blocks say together.
    """

    command: Command
    blocks: tuple[Block, ...]
    fields: Fields


def parts_from_blocks(blocks: Sequence[Block]) -> tuple[Part, ...]:
    """Put together the blocks that belong together.

    Parameters
    ----------
    blocks : sequence of Block
        All of a message.

    Returns
    -------
    tuple of Part
        In their order; their blocks joined are the message's.
    """
    parts: list[Part] = []
    at = 0
    while at < len(blocks):
        pair = blocks[at : at + 2]
        size = 2 if _belong_together(pair) else 1
        parts.append(_part(tuple(pair[:size])))
        at += size
    return tuple(parts)


def command_from_start(start: bytes) -> Command | None:
    """Say what the first bytes of a block stand for.

    Parameters
    ----------
    start : bytes
        At least one byte of a block.

    Returns
    -------
    str or None
        The command; None while the byte that decides is missing.
    """
    if start[0] not in (_SET_SCHEDULE, _CANCEL):
        return _COMMANDS.get(start[0], "unknown")
    if len(start) <= _KIND_AT:
        return None
    kind = start[_KIND_AT]
    if start[0] == _SET_SCHEDULE:
        return _SCHEDULE_COMMANDS.get(SCHEDULES.get(kind), "unknown")
    return "suspend" if all(kind & bit for bit in CANCELS) else "cancel"


def orders_from_parts(parts: Sequence[Part], *, is_whole: bool = True) -> tuple[FieldValue, ...]:
    """Write down the orders of a message as a record can hold them.

    Parameters
    ----------
    parts : sequence of Part
        All of a message, or those in its first packet.
    is_whole : bool
        Whether it is all; an order that goes on in a missing packet contradicts nothing yet.

    Returns
    -------
    tuple
        For each order its command, then pairs of a field's name and value.
    """
    told = _TOLD if is_whole else _TOLD[:-1]
    return tuple(
        (part.command, *((name, part.fields[name]) for name in told if name in part.fields))
        for part in parts
        if part.command in _ORDERS
    )


def _belong_together(pair: Sequence[Block]) -> bool:
    """Say whether a table is followed by the timing for what it sets."""
    if len(pair) < 2 or pair[0].kind != _SET_SCHEDULE:
        return False
    command = _command(pair[0])
    return command in _INSULIN and _COMMANDS.get(pair[1].kind) == command


def _part(blocks: tuple[Block, ...]) -> Part:
    fields: Fields = {"blocks": tuple(block.name for block in blocks)}
    for block in blocks:
        fields |= {name: value for name, value in block.fields.items() if name not in fields}
    command = _command(blocks[0])
    if command in _INSULIN and any(block.fields for block in blocks):
        fields |= _insulin(command, blocks)
    return Part(command, blocks, fields)


def _command(block: Block) -> Command:
    """Return the command one block stands for."""
    if block.kind == _SET_SCHEDULE:
        kind = block.data[_KIND_AT] if len(block.data) > _KIND_AT else None
        return _SCHEDULE_COMMANDS.get(SCHEDULES.get(cast("int", kind)), "unknown")
    if not block.fields:
        return _COMMANDS[block.kind] if block.kind in _ORDERED_BY_HANDHELD else "unknown"
    if block.kind == _CANCEL and len(cast("Sequence[str]", block.fields["cancels"])) == (
        _ALL_DELIVERIES
    ):
        return "suspend"
    return _COMMANDS[block.kind]


def _insulin(command: Command, blocks: Sequence[Block]) -> Fields:
    """Compare what table and timing claim, and take the larger claim."""
    table: Mapping[str, FieldValue] = {}
    timing: Mapping[str, FieldValue] = {}
    for block in blocks:
        if block.kind == _SET_SCHEDULE:
            table = block.fields
        else:
            timing = block.fields
    if command == "bolus":
        return _bolus(table, timing)
    return _rates(command, table, timing)


def _bolus(table: Mapping[str, FieldValue], timing: Mapping[str, FieldValue]) -> Fields:
    claims = [
        _number(said, name)
        for said, name in ((table, "units_iu"), (table, "immediate_iu"), (timing, "units_iu"))
        if name in said
    ]
    agree = (
        bool(table and timing)
        and table["units_iu"] == timing["units_iu"]
        and table["immediate_iu"] == timing["immediate_iu"]
    )
    return {"units_iu": max(claims), "is_dose_consistent": agree}


def _rates(
    command: Command, table: Mapping[str, FieldValue], timing: Mapping[str, FieldValue]
) -> Fields:
    half_hours = _half_hours(table)
    if table and timing and _agree(command, table, timing, half_hours):
        return {"is_dose_consistent": True}
    fields: Fields = {"is_dose_consistent": False}
    rates = [pulses * 2 / PULSES_PER_IU for pulses in half_hours]
    rates += [_number(table, "first_segment_pulses") * 2 / PULSES_PER_IU]
    if timing:
        rates += [_number(timing, "rate_iu_per_h")]
    fields["rate_iu_per_h"] = max(rates)
    fields["duration_s"] = max(
        _number(table, "duration_s"), _number(timing, "duration_s"), len(half_hours) * HALF_HOUR_S
    )
    return fields


def _agree(
    command: Command,
    table: Mapping[str, FieldValue],
    timing: Mapping[str, FieldValue],
    half_hours: Sequence[int],
) -> bool:
    """Say whether header, table and timing of a rate ask for the same."""
    timed = _timed_half_hours(timing, len(half_hours))
    if timed is None or not _header_fits(command, table, half_hours):
        return False
    held = cast("Sequence[float]", timing["entry_pulses"])
    index = cast("int", timing["entry_index"])
    if index >= len(held) or _number(timing, "remaining_pulses") > held[index] + _STARTED:
        return False
    pairs = zip(accumulate(half_hours), accumulate(timed), strict=True)
    return all(abs(counted - due) <= len(held) + _ROUNDING for counted, due in pairs)


def _header_fits(
    command: Command, table: Mapping[str, FieldValue], half_hours: Sequence[int]
) -> bool:
    """Say whether the header of a table fits its entries."""
    if command == "temp-basal":
        return (
            table["duration_s"] == len(half_hours) * HALF_HOUR_S
            and table["first_segment_pulses"] == half_hours[0]
        )
    now = cast("int", table["half_hour"])
    # What is left of the current half hour is rounded, in one vector up.
    return now < len(half_hours) and _number(table, "left_pulses") <= half_hours[now] + 1


def _half_hours(table: Mapping[str, FieldValue]) -> list[int]:
    """Write out the pulses of each half hour of a table."""
    entries = cast("Sequence[tuple[int, bool, int]]", table.get("entries", ()))
    return [
        pulses + (extra and place % 2) for count, extra, pulses in entries for place in range(count)
    ]


def _timed_half_hours(timing: Mapping[str, FieldValue], count: int) -> list[float] | None:
    """Write out the pulses of each half hour of a timing; None if they are not `count`."""
    spread: list[float] = []
    for pulses, duration_s, nothing in zip(
        cast("Sequence[float]", timing["entry_pulses"]),
        cast("Sequence[float]", timing["durations_s"]),
        cast("Sequence[bool]", timing["delivers_nothing"]),
        strict=True,
    ):
        halves = round(duration_s / HALF_HOUR_S)
        is_whole = abs(duration_s - halves * HALF_HOUR_S) <= _WHOLE_HALF_HOURS_S
        if not is_whole or not 1 <= halves <= count - len(spread):
            return None
        spread += [0.0 if nothing else pulses / halves] * halves
    return spread if len(spread) == count else None


def _number(fields: Mapping[str, FieldValue], name: str) -> float:
    """Return a number that a reader of blocks wrote; 0 where it wrote none."""
    return cast("float | None", fields.get(name)) or 0.0
