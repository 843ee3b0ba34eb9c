"""Bytes of a pump's clock come in, an ISO 8601 text goes out.

A pump has no time zone; its clock is whatever the patient set. So the text carries none either.
"""

from __future__ import annotations

from datetime import UTC, datetime


def clock_from_parts(date: tuple[int, int, int], time: tuple[int, int, int]) -> str | None:
    """Write a date and a time of day.

    Parameters
    ----------
    date : tuple of int
        Year, month, day.
    time : tuple of int
        Hour, minute, second.

    Returns
    -------
    str or None
        For example ``2014-08-11T18:14:27``; None where there is no such time.

    Examples
    --------
    >>> clock_from_parts((2014, 8, 11), (18, 14, 27))
    '2014-08-11T18:14:27'
    >>> clock_from_parts((2000, 0, 0), (0, 0, 0)) is None
    True
    """
    try:
        moment = datetime(*date, *time, tzinfo=UTC)  # any zone: only the calendar is used
    except ValueError:
        return None
    return moment.replace(tzinfo=None).isoformat()


def clock_from_six(data: bytes) -> str | None:
    """Read the six-byte clock of A2 packets.

    Parameters
    ----------
    data : bytes, length 6
        Hour (bits 4 to 0), minute and second (bits 5 to 0), year since 2000 (bits 6 to 0), month
        (bits 3 to 0), day (bits 4 to 0). The bits above belong to flags.

    Returns
    -------
    str or None
        The time; None where it is all zero or impossible.

    Examples
    --------
    >>> clock_from_six(bytes.fromhex("120e1b0e080b"))  # ps2/minimed_rf spec/packet_spec.rb
    '2014-08-11T18:14:27'
    """
    hour, minute, second, year, month, day = data
    return clock_from_parts(
        (2000 + (year & 0x7F), month & 0x0F, day & 0x1F),
        (hour & 0x1F, minute & 0x3F, second & 0x3F),
    )
