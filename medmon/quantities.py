"""Numbers as people write them: 916.5M, 250k, 1h23m, 22:30-06:00. Parse and print, nothing else.

SI suffixes follow the habit of SDR tools: k, M and G are powers of 1,000, in either case for the
first letter that is unambiguous (K, m stays milli and is refused for frequencies).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_SI = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9}
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*([kKMG]?)(?:Hz|S/s|Sps|sps)?")
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?"
                       r"(?:(\d+(?:\.\d+)?)s?)?")  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def hertz_from_text(text: str) -> float:
    """Read a frequency or a rate: ``916.5M``, ``250k``, ``2048000``.

    Parameters
    ----------
    text : str
        A number with an optional k, M or G, and an optional unit.

    Returns
    -------
    float
        The value in hertz (or samples a second).

    Raises
    ------
    ValueError
        If the text is not such a number.

    Examples
    --------
    >>> hertz_from_text("916.5M")
    916500000.0
    >>> hertz_from_text("250k")
    250000.0
    """
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected a number such as 916.5M or 250k, found {text!r}")
    # Through the decimal text, so that 433.92M is 433920000.0 and not 433920000.00000006.
    return round(float(match[1]) * _SI[match[2]], 6)


def text_from_hertz(hertz: float) -> str:
    """Print a frequency or rate with the suffix that keeps it short.

    Parameters
    ----------
    hertz : float
        Value in hertz.

    Returns
    -------
    str
        For example ``916.5 MHz``.

    Examples
    --------
    >>> text_from_hertz(433_920_000)
    '433.92 MHz'
    >>> text_from_hertz(-1500)
    '-1.5 kHz'
    """
    for factor, suffix in ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz")):
        if abs(hertz) >= factor:
            return f"{hertz / factor:.10g} {suffix}"
    return f"{hertz:.10g} Hz"


def seconds_from_text(text: str) -> float:
    """Read a duration: ``1h23m45s``, ``90s``, ``1.5h``, ``2d``; a bare number is seconds.

    Parameters
    ----------
    text : str
        The duration.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    ValueError
        If the text is not a duration.

    Examples
    --------
    >>> seconds_from_text("1h23m")
    4980.0
    """
    match = _DURATION.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        raise ValueError(f"expected a duration such as 1h23m45s or 90s, found {text!r}")
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86_400 + hours * 3_600 + minutes * 60 + seconds


def iso_from_ns(time_ns: int) -> str:
    """Print a UTC time as ISO 8601 with microseconds.

    Parameters
    ----------
    time_ns : int
        Nanoseconds since 1970-01-01 UTC.

    Returns
    -------
    str
        For example ``2026-11-23T11:15:03.000001Z``.

    Examples
    --------
    >>> iso_from_ns(1_000)
    '1970-01-01T00:00:00.000001Z'
    """
    moment = _EPOCH + timedelta(microseconds=time_ns // 1_000)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"


def ns_from_iso(text: str) -> int:
    """Read an ISO 8601 time; without a zone it is UTC.

    Parameters
    ----------
    text : str
        For example ``2026-11-23T11:15:03.000001Z``.

    Returns
    -------
    int
        Nanoseconds since 1970-01-01 UTC.

    Raises
    ------
    ValueError
        If the text is not such a time.

    Examples
    --------
    >>> ns_from_iso("1970-01-01T00:00:00.000001Z")
    1000
    """
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1_000
