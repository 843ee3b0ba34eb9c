"""Doses and rates come in, insulin blocks go out: what a manager tells an Eros pod to deliver.

Each order is two blocks: 1A with the pulses of each half hour, and 13, 16 or 17 with the time
between tenths of a pulse, both of them derived here from one dose, rate or schedule.

Block 1A: ``nonce, kind, checksum, segments, field A, pulses, entries``. An entry packs up to 16
half hours: bits 15..12 their number less one, bit 11 "every second one a pulse more", bits 9..0
pulses. The pulses of a half hour are ``floor(b) - floor(a)`` of what is due at its end and start.
Field A is 8 times the seconds left in the current half hour, for a bolus 8 times the seconds that
it takes. Times in 13, 16 and 17 are microseconds for a tenth of a pulse (0.005 units).

Sources: LoopKit/OmniKit MessageBlocks at 1446be8, openomni wiki and corpus, as collected in the
project's protocol sheet, section B.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from signal_fixtures.devices.omnipod_blocks import block, pulses_from_iu, with_nonce

CANCEL_MASKS = {"basal": 1, "temp-basal": 2, "bolus": 4, "all": 7}
_HALF_HOUR_S = 1_800
_HALF_HOUR_US = 1_800_000_000
_MOST_TENTHS = 0xFFFF
_BOLUS_US_PER_TENTH = 200_000  # 2 s a pulse
_BASAL, _TEMP_BASAL, _BOLUS = 0, 1, 2


def spread_pulses(pulses: int, half_hours: int) -> list[int]:
    """Spread pulses over half hours as evenly as whole pulses allow.

    Parameters
    ----------
    pulses : int
        Pulses in all.
    half_hours : int
        How many half hours.

    Returns
    -------
    list of int
        Pulses of each half hour.

    Examples
    --------
    >>> spread_pulses(80, 6)
    [13, 13, 14, 13, 13, 14]
    """
    ends = [pulses * index // half_hours for index in range(half_hours + 1)]
    return [after - before for before, after in pairwise(ends)]


def pulses_from_rates(hourly_pulses: Sequence[int]) -> list[int]:
    """Give each half hour its whole pulses; half a pulse is carried over, also into another rate.

    Parameters
    ----------
    hourly_pulses : sequence of int
        The rate of each half hour, in pulses an hour.

    Returns
    -------
    list of int
        Pulses of each half hour.

    Examples
    --------
    >>> pulses_from_rates([1, 1, 1, 17])
    [0, 1, 0, 9]
    """
    ends = [0, *(total // 2 for total in accumulate(hourly_pulses))]
    return [after - before for before, after in pairwise(ends)]


def schedule_entries(pulses: Sequence[int]) -> list[int]:
    """Pack the pulses of each half hour into entries, from the left, as long as they go.

    Parameters
    ----------
    pulses : sequence of int
        Pulses of each half hour.

    Returns
    -------
    list of int
        Entries of 16 bits.
    """
    entries, at = [], 0
    while at < len(pulses):
        first = pulses[at]
        steps = 1 if pulses[at + 1 : at + 2] == [first + 1] else 0
        length = 1
        while (
            length < 16
            and at + length < len(pulses)
            and pulses[at + length] == first + steps * (length % 2)
        ):
            length += 1
        entries.append((length - 1) << 12 | steps << 11 | first)
        at += length
    return entries


def insulin_schedule(
    nonce: int, kind: int, header: tuple[int, int, int], entries: Sequence[int]
) -> bytes:
    """Build block 1A with its checksum.

    Parameters
    ----------
    nonce : int
        Any 32-bit number; the caller chooses it.
    kind : int
        0 basal, 1 temporary basal, 2 bolus.
    header : tuple of int
        Segments, field A, pulses.
    entries : sequence of int
        Packed half hours.

    Returns
    -------
    bytes
        The block.
    """
    segments, field_a, pulses = header
    head = bytes([segments]) + field_a.to_bytes(2, "big") + pulses.to_bytes(2, "big")
    total = sum(head)
    for entry in entries:
        length, amount = (entry >> 12) + 1, entry & 0x3FF
        total += (amount % 256 + amount // 256) * length
        total += length // 2 if entry & 0x800 else 0
    words = b"".join(entry.to_bytes(2, "big") for entry in entries)
    return with_nonce(0x1A, nonce, bytes([kind]) + total.to_bytes(2, "big") + head + words)


def bolus(
    nonce: int,
    units_iu: float,
    *,
    extended_iu: float = 0.0,
    extended_s: int = 0,
    beep: int = 0,
    us_per_tenth: int = _BOLUS_US_PER_TENTH,
) -> tuple[bytes, bytes]:
    """Build the order for a bolus.

    Parameters
    ----------
    nonce : int
        Any 32-bit number; the caller chooses it.
    units_iu : float
        What is given at once, in steps of 0.05.
    extended_iu : float
        What is given slowly afterwards.
    extended_s : int
        Over how long, a multiple of half an hour.
    beep : int
        Bit 7 beep now, bit 6 beep at the end, bits 5..0 minutes between reminders.
    us_per_tenth : int
        Microseconds for a tenth of a pulse: 200,000, or 100,000 when a pod is primed.

    Returns
    -------
    tuple of bytes
        Blocks 1A and 17.
    """
    now, later = pulses_from_iu(units_iu), pulses_from_iu(extended_iu)
    half_hours = extended_s // _HALF_HOUR_S
    slow = schedule_entries(spread_pulses(later, half_hours)) if half_hours else []
    field_a = now * 8 * us_per_tenth * 10 // 1_000_000
    order = insulin_schedule(nonce, _BOLUS, (half_hours + 1, field_a, now), [now, *slow])
    slow_us = extended_s * 1_000_000 // (later * 10) if later else 0
    times = _tenths_and_time(now * 10, us_per_tenth) + _tenths_and_time(later * 10, slow_us)
    return order, block(0x17, bytes([beep]) + times)


def temp_basal(
    nonce: int, rate_iu_per_h: float, duration_s: int, *, beep: int = 0
) -> tuple[bytes, bytes]:
    """Build the order for a temporary basal rate.

    Parameters
    ----------
    nonce : int
        Any 32-bit number; the caller chooses it.
    rate_iu_per_h : float
        Rate, in steps of 0.05.
    duration_s : int
        A multiple of half an hour.
    beep : int
        As for a bolus.

    Returns
    -------
    tuple of bytes
        Blocks 1A and 16.
    """
    half_hours = duration_s // _HALF_HOUR_S
    hourly = pulses_from_iu(rate_iu_per_h)
    pulses = pulses_from_rates([hourly] * half_hours)
    header = (half_hours, _HALF_HOUR_S * 8, pulses[0])
    order = insulin_schedule(nonce, _TEMP_BASAL, header, schedule_entries(pulses))
    rates = _rate_entries(hourly, half_hours)
    words = [_tenths_and_time(tenths, us) for tenths, us, _ in rates]
    return order, block(0x16, bytes([beep, 0]) + words[0] + b"".join(words))


def basal_schedule(
    nonce: int, rates_iu_per_h: Sequence[tuple[float, int]], second_of_day: int, *, beep: int = 0
) -> tuple[bytes, bytes]:
    """Build the order for a day's basal rates.

    Parameters
    ----------
    nonce : int
        Any 32-bit number; the caller chooses it.
    rates_iu_per_h : sequence of (float, int)
        Rate, in steps of 0.05 and above zero, and for how many half hours; 48 in all.
    second_of_day : int
        The pod's time of day.
    beep : int
        As for a bolus.

    Returns
    -------
    tuple of bytes
        Blocks 1A and 13.

    Raises
    ------
    ValueError
        If the schedule does not fill a day.
    """
    if sum(count for _, count in rates_iu_per_h) != 48:
        raise ValueError(f"expected 48 half hours in all, found {rates_iu_per_h}")
    runs = [(pulses_from_iu(rate), count) for rate, count in rates_iu_per_h]
    pulses = pulses_from_rates([hourly for hourly, count in runs for _ in range(count)])
    now, into_s = divmod(second_of_day, _HALF_HOUR_S)
    left_s = _HALF_HOUR_S - into_s
    header = (now, left_s * 8, pulses[now] * left_s // _HALF_HOUR_S)
    order = insulin_schedule(nonce, _BASAL, header, schedule_entries(pulses))
    rates = [entry for hourly, count in runs for entry in _rate_entries(hourly, count)]
    index, ends = 0, rates[0][2]
    while ends <= now:
        index += 1
        ends += rates[index][2]
    # The order runs until its entry ends; a started tenth of a pulse counts as one to come.
    remaining_us = (ends * _HALF_HOUR_S - second_of_day) * 1_000_000
    us = rates[index][1]
    tenths = -(-remaining_us // us)
    position = bytes([beep, index]) + _tenths_and_time(tenths, remaining_us - (tenths - 1) * us)
    words = b"".join(_tenths_and_time(amount, each_us) for amount, each_us, _ in rates)
    return order, block(0x13, position + words)


def cancel(nonce: int, what: str, *, beep: int = 0) -> bytes:
    """Build the order that stops delivery (1F); "all" suspends the pod.

    Parameters
    ----------
    nonce : int
        Any 32-bit number; the caller chooses it.
    what : str
        A key of `CANCEL_MASKS`.
    beep : int
        Kind of beep, 0 to 15.

    Returns
    -------
    bytes
        The block.
    """
    return with_nonce(0x1F, nonce, bytes([beep << 4 | CANCEL_MASKS[what]]))


def _rate_entries(hourly_pulses: int, half_hours: int) -> list[tuple[int, int, int]]:
    """Tenths of a pulse, microseconds for each, and half hours; as few entries as 16 bits allow."""
    if hourly_pulses == 0:
        return [(0, _HALF_HOUR_US, 1)] * half_hours
    tenths, us = hourly_pulses * 5, _HALF_HOUR_US // (hourly_pulses * 5)
    most = _MOST_TENTHS // tenths
    lengths = [min(most, half_hours - start) for start in range(0, half_hours, most)]
    return [(tenths * length, us, length) for length in lengths]


def _tenths_and_time(tenths: int, microseconds: int) -> bytes:
    """Tenths of a pulse in 16 bits, microseconds in 32."""
    return tenths.to_bytes(2, "big") + microseconds.to_bytes(4, "big")
