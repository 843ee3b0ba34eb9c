r"""Blocks that move insulin come in, their fields go out: 13, 16, 17, 1A and 1F.

A pulse is 0.05 IU. Two blocks say the same thing twice: 1A is the table of pulses for each half
hour, the block behind it (13 basal, 16 temporary basal, 17 bolus) the exact timing in tenths of a
pulse. **All 32-bit times are microseconds per tenth of a pulse**, so ``rate = 18e6 / us`` IU/h.
In 13 and 16 bit 31 marks an entry that delivers nothing; in 17 it is part of the number, since a
pulse drawn out over six hours and more needs it (derived, no vector).

Layout (a character is four bits)::

    1A LL NNNNNNNN KK CCCC HH FFFF PPPP EEEE ...      set insulin schedule
    13 LL BB EE RRRR TTTTTTTT (RRRR UUUUUUUU) ...     basal schedule, timing
    16 LL BB EE RRRR TTTTTTTT (RRRR UUUUUUUU) ...     temporary basal, timing
    17 0D BB RRRR UUUUUUUU XXXX VVVVVVVV              bolus, timing
    1F 05 NNNNNNNN BM                                 cancel

=====  ==========================================================================================
field  meaning
=====  ==========================================================================================
N      nonce; displayed, never predicted
K      what is set: 0 basal, 1 temporary basal, 2 bolus
C      sum of the five bytes H, F, P and of the pulses of each half hour, byte by byte
H      half hours of the table; for a basal schedule the half hour of the day now (0 to 47)
F      basal, temporary basal: seconds left in the half hour, times 8; bolus: pulses times 8 times
       the seconds between two of them
P      pulses left in this half hour; for a bolus all immediate pulses
E      bits 15 to 12 half hours - 1, bit 11 one pulse more in every second of them, bits 9 to 0
       pulses
BB     bit 7 beep on acceptance, bit 6 beep at the end, bits 5 to 0 minutes between reminders
EE     entry of the schedule that runs now
R T    tenths of a pulse left, microseconds to the next
R U    of an entry: tenths of a pulse, microseconds for each
X V    extended part of a bolus: tenths of a pulse, microseconds for each
B M    beep type; what to cancel: bit 0 basal, bit 1 temporary basal, bit 2 bolus
=====  ==========================================================================================

How sure: confirmed by vectors and by arithmetic between the blocks (all 956 tables of the corpus
pass their checksum; the times of 13 and 1A agree to the microsecond). Beep types: reported by the
openomni wiki. Sources: OmniKit ``MessageBlocks/`` at 1446be8; openomni wiki, commands 13, 16, 17,
1A, 1F.

Half a unit for the cannula, a pulse each second (OmniKit, ``BolusTests.swift``):

>>> fields = schedule_fields(bytes.fromhex("7e30bf16020065010050000a000a"))
>>> fields["schedule"], fields["units_iu"], fields["pulse_interval_s"], fields["is_checksum_ok"]
('bolus', 0.5, 1.0, True)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from medmon.records import FieldValue

Fields: TypeAlias = dict[str, FieldValue]
Reader: TypeAlias = Callable[[bytes], Fields | None]
"""The payload of a block (type and length taken off) to its fields; None if it does not fit."""

PULSES_PER_IU = 20
TENTHS_PER_IU = 200
HALF_HOUR_S = 1800.0
SCHEDULES = {0: "basal", 1: "temp-basal", 2: "bolus"}
CANCELS = {1: "basal", 2: "temp-basal", 4: "bolus"}

_RATE_NUMERATOR = 18e6
"""IU/h times microseconds per tenth pulse: 3600e6 us an hour over 200 tenths in a unit."""
_NOTHING_DELIVERED = 1 << 31
_RATE_DIGITS = 3
"""The devices set rates in steps of 0.05 IU/h; whole microseconds blur the fifth digit."""


def number(data: bytes) -> int:
    """Read a number, most significant byte first.

    Parameters
    ----------
    data : bytes
        Its bytes.

    Returns
    -------
    int
        The number.
    """
    return int.from_bytes(data, "big")


def beep_fields(options: int) -> Fields:
    """Read the beep byte that blocks 13, 16 and 17 begin with.

    Parameters
    ----------
    options : int
        The byte.

    Returns
    -------
    dict
        Keys has_accept_beep, has_end_beep, reminder_s.
    """
    return {
        "has_accept_beep": bool(options & 0x80),
        "has_end_beep": bool(options & 0x40),
        "reminder_s": (options & 0x3F) * 60,
    }


def schedule_fields(data: bytes) -> Fields | None:
    """Read block 1A: the table of pulses for each half hour.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None unless it is a header of 12 bytes and whole entries.
    """
    if len(data) < 14 or len(data) % 2:
        return None
    entries = [number(data[at : at + 2]) for at in range(12, len(data), 2)]
    table = [(1 + (entry >> 12), bool(entry & 0x800), entry & 0x3FF) for entry in entries]
    total = sum(count * pulses + (count // 2) * extra for count, extra, pulses in table)
    fields: Fields = {
        "schedule": SCHEDULES.get(data[4], f"unknown-{data[4]:02x}"),
        "nonce_hex": data[:4].hex(),
        "is_checksum_ok": number(data[5:7]) == _checksum(data[7:12], table),
    }
    detail = _DETAILS.get(data[4])
    fields.update(detail(data[7], number(data[8:10]), number(data[10:12]), total) if detail else {})
    fields["total_iu"] = total / PULSES_PER_IU
    fields["entries"] = tuple(table)
    return fields


def _checksum(header: bytes, table: list[tuple[int, bool, int]]) -> int:
    """Sum the header's bytes and those of the pulses of each half hour."""
    sums = [((pulses & 0xFF) + (pulses >> 8)) * count + (count // 2) * extra
            for count, extra, pulses in table]  # fmt: skip
    return (sum(header) + sum(sums)) & 0xFFFF


def _basal_detail(half_hour: int, eighths: int, pulses: int, _total: int) -> Fields:
    return {"half_hour": half_hour, "left_s": eighths / 8, "left_pulses": pulses}


def _temp_basal_detail(half_hours: int, eighths: int, pulses: int, _total: int) -> Fields:
    return {
        "duration_s": half_hours * HALF_HOUR_S,
        "first_segment_s": eighths / 8,
        "first_segment_pulses": pulses,
    }


def _bolus_detail(half_hours: int, product: int, pulses: int, total: int) -> Fields:
    return {
        "units_iu": total / PULSES_PER_IU,
        "immediate_iu": pulses / PULSES_PER_IU,
        "pulse_interval_s": product / 8 / pulses if pulses else None,
        "table_duration_s": half_hours * HALF_HOUR_S,
    }


_DETAILS: Mapping[int, Callable[[int, int, int, int], Fields]] = {
    0: _basal_detail,
    1: _temp_basal_detail,
    2: _bolus_detail,
}


def rates_fields(data: bytes) -> Fields | None:
    """Read block 13 or 16: the exact timing of a basal schedule or of a temporary basal.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None unless it is a header of 8 bytes and whole entries. `rate_iu_per_h` is the highest
        rate among the entries.
    """
    if len(data) < 14 or (len(data) - 8) % 6:
        return None
    tenths = [number(data[at : at + 2]) for at in range(8, len(data), 6)]
    times = [number(data[at + 2 : at + 6]) for at in range(8, len(data), 6)]
    rates = [_rate(count, word) for count, word in zip(tenths, times, strict=True)]
    intervals_us = [word & ~_NOTHING_DELIVERED for word in times]
    known = [rate for rate in rates if rate is not None]
    durations_s = [max(count, 1) * us / 1e6 for count, us in zip(tenths, intervals_us, strict=True)]
    return {
        "rate_iu_per_h": max(known, default=None),
        "duration_s": sum(durations_s),
        "rates_iu_per_h": tuple(rates),
        "durations_s": tuple(durations_s),
        "entry_pulses": tuple(count / 10 for count in tenths),
        "tenth_pulses_us": tuple(intervals_us),
        "delivers_nothing": tuple(bool(word & _NOTHING_DELIVERED) for word in times),
        "entry_index": data[1],
        "remaining_pulses": number(data[2:4]) / 10,
        "next_tenth_pulse_us": number(data[4:8]) & ~_NOTHING_DELIVERED,
        **beep_fields(data[0]),
    }


def _rate(tenths: int, word: int) -> float | None:
    """Return IU/h of an entry; None where no time stands between two tenths of a pulse."""
    if tenths == 0 or word & _NOTHING_DELIVERED:
        return 0.0
    return round(_RATE_NUMERATOR / word, _RATE_DIGITS) if word else None


def bolus_fields(data: bytes) -> Fields | None:
    """Read block 17: the exact timing of a bolus.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None unless it has 13 bytes. `units_iu` is the immediate and the extended part.
    """
    if len(data) != 13:
        return None
    immediate, extended = number(data[1:3]), number(data[7:9])
    extended_us = number(data[9:13])
    return {
        "units_iu": (immediate + extended) / TENTHS_PER_IU,
        "immediate_iu": immediate / TENTHS_PER_IU,
        "extended_iu": extended / TENTHS_PER_IU,
        "tenth_pulse_us": number(data[3:7]),
        "extended_tenth_pulse_us": extended_us,
        "extended_duration_s": extended * extended_us / 1e6,
        **beep_fields(data[0]),
    }


def cancel_fields(data: bytes) -> Fields | None:
    """Read block 1F: what to stop.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None unless it has 5 bytes.
    """
    if len(data) != 5:
        return None
    return {
        "nonce_hex": data[:4].hex(),
        "cancels": tuple(name for bit, name in CANCELS.items() if data[4] & bit),
        "beep_type": data[4] >> 4,
    }


READERS: Mapping[int, tuple[str, Reader]] = {
    0x13: ("basal-schedule-timing", rates_fields),
    0x16: ("temp-basal-timing", rates_fields),
    0x17: ("bolus-timing", bolus_fields),
    0x1A: ("insulin-schedule", schedule_fields),
    0x1F: ("cancel-delivery", cancel_fields),
}
"""Block type to its name and reader."""
