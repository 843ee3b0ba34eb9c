"""SigMF metadata comes in as text, a checked `Recording` comes out: the few fields medmon uses.

SigMF describes a file of samples in a JSON object: ``global`` (datatype, rate, channels) and
``captures``, segments of samples with frequency, time and, where samples were lost before one, its
``core:global_index``. Sample indices of the file exclude lost samples, global indices include them.

The metadata may come from anybody, so nothing in it is believed unchecked, and only fields that
are used are looked at: a recording with a mistake in its author's name is still a recording. The
sigmf package validates against the whole schema, which refuses such files and yet lets pass a rate
of 1e-300, unordered or negative segments, and a dataset in another folder; it costs 85 ms to
import and reads whole archives into memory. It stands on the other side instead: the tests
write with it.

A segment without a global index but with a time later than its samples account for was paused:
that too is lost time and becomes a gap, when it exceeds what clocks and rounded times explain.

Source: SigMF specification 1.2.6, sections "Global Object", "Captures Array", "Non-Conforming
Datasets".
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any, NoReturn

from medmon.capture.facts import MAX_FREQ_HZ, MAX_RATE_HZ, MIN_RATE_HZ, Facts
from medmon.capture.formats import FORMATS_BY_DATATYPE
from medmon.capture.timeline import LAST_NS
from medmon.errors import InputError
from medmon.quantities import ns_from_iso

MAX_METADATA_BYTES = 16 * 1024 * 1024
"""Longer metadata is refused unread; a day of labelled transmissions is below 2 MiB."""
_LAST_INDEX = 2**63 - 1
_FRACTION = re.compile(r"[.,]([0-9]+)")


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of samples recorded in one go.

    Attributes
    ----------
    sample_start : int
        Its first sample, counted in the file.
    header_bytes : int
        Bytes to skip before it.
    freq_hz : float or None
        Frequency the receiver was tuned to; None where it does not say.
    time_ns : int or None
        UTC time of its first sample.
    global_index : int or None
        Its first sample, counted with the lost ones.
    reason : str
        Why samples before it are missing.
    """

    sample_start: int
    header_bytes: int = 0
    freq_hz: float | None = None
    time_ns: int | None = None
    global_index: int | None = None
    reason: str = "the recording says so (core:global_index)"


@dataclass(frozen=True, slots=True)
class Recording:
    """What the metadata of a recording says.

    Attributes
    ----------
    facts : Facts
        Format, rate, antennas, and the frequency of the first segment.
    segments : tuple of Segment
        In order; the first begins at sample 0 of the file.
    trailing_bytes : int
        Bytes at the end that are not samples.
    dataset : str or None
        Name of the file of samples, where it does not have the usual one.
    last_label : int
        Where the last annotation begins, in samples since the first segment; 0 without any. It
        tells of samples that must be there.
    """

    facts: Facts
    segments: tuple[Segment, ...]
    trailing_bytes: int = 0
    dataset: str | None = None
    last_label: int = 0


def recording_from_text(text: bytes, *, file: str) -> Recording:
    """Read and check metadata.

    Parameters
    ----------
    text : bytes
        The JSON text.
    file : str
        What it is called, for messages.

    Returns
    -------
    Recording
        What it says.

    Raises
    ------
    InputError
        At the first thing that is not as the specification has it.
    """
    top = _Fields(file, "", _parsed(text, file))
    head = top.table("global")
    if head.value("core:metadata_only", bool, default=False):
        raise InputError(
            file, expected="a recording", found="core:metadata_only: it has no samples"
        )
    datatype = head.value("core:datatype", str)
    # The schema lets the byte order away; everybody who does so writes little-endian.
    form = FORMATS_BY_DATATYPE.get(datatype) or FORMATS_BY_DATATYPE.get(f"{datatype}_le")
    if form is None:
        head.fail("core:datatype", f"one of {', '.join(FORMATS_BY_DATATYPE)}", datatype)
    offset = head.count("core:offset")
    segments = _segments(top, offset)
    facts = Facts(
        freq_hz=segments[0].freq_hz,
        rate_hz=head.number("core:sample_rate", MIN_RATE_HZ, MAX_RATE_HZ),
        sample_format=form.name,
        antenna_count=head.value("core:num_channels", int, default=1),
    )
    trailing = head.count("core:trailing_bytes")
    return Recording(facts, segments, trailing, _dataset(head), _last_label(top, offset))


def _parsed(text: bytes, file: str) -> dict[str, Any]:
    if len(text) > MAX_METADATA_BYTES:
        raise InputError(
            file,
            expected=f"metadata of at most {MAX_METADATA_BYTES} bytes",
            found="more than that",
        )
    try:
        value = json.loads(
            text.decode("utf-8-sig"), parse_constant=_refuse, object_pairs_hook=_unique
        )
    except json.JSONDecodeError as error:
        offset = len(error.doc[: error.pos].encode())
        found = repr(error.doc[error.pos :][:20]) if error.doc[error.pos :].strip() else "the end"
        raise InputError(
            file, offset=offset, expected="JSON metadata", found=f"{found} ({error.msg})"
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(
            file, offset=error.start, expected="JSON in UTF-8", found=error.reason
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(file, expected="plain JSON metadata", found=str(error)) from error
    if not isinstance(value, dict):
        raise InputError(file, offset=0, expected="a JSON object", found=type(value).__name__)
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant}, which is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:60]!r} twice in one object")
    return table


@dataclass(frozen=True, slots=True)
class _Fields:
    """One JSON object, read field by field with messages that name the place."""

    file: str
    place: str
    values: dict[str, Any] = field(repr=False)

    def fail(self, key: str, expected: str, found: object) -> NoReturn:
        """Raise `InputError` about one key.

        Raises
        ------
        InputError
            Always.
        """
        raise InputError(
            self.file, expected=f"{expected} in {self.place}{key}", found=repr(found)[:80]
        )

    def table(self, key: str) -> _Fields:
        """Step into an object within this one."""
        return _Fields(self.file, f"{key}.", self.value(key, dict))

    def value(self, key: str, kind: type, *, default: Any = ...) -> Any:
        """Read a value of one JSON type; an integer is a number, a boolean is not."""
        found = self.values.get(key, default)
        if found is ...:
            self.fail(key, "a value", None)
        kinds = (int, float) if kind is float else kind
        is_wrong_bool = isinstance(found, bool) and kind is not bool
        if found is not default and (is_wrong_bool or not isinstance(found, kinds)):
            self.fail(key, _WORDS[kind], found)
        return found

    def number(self, key: str, least: float, most: float) -> float | None:
        """Read a number within bounds; None where there is none."""
        found = self.value(key, float, default=None)
        if found is None:
            return None
        if not least <= found <= most:
            self.fail(key, f"a number from {least:g} to {most:g}", found)
        return float(found)

    def count(self, key: str, *, default: Any = 0) -> Any:
        """Read an integer that is not negative and fits 64 bits."""
        found = self.value(key, int, default=default)
        if found is not default and not 0 <= found <= _LAST_INDEX:
            self.fail(key, "an integer from 0 to 2^63-1", found)
        return found


_WORDS: dict[type, str] = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a text",
    dict: "an object",
    list: "a list",
}


def _dataset(head: _Fields) -> str | None:
    """Read the name of the file of samples: a plain name, nothing that leaves the folder."""
    name = head.value("core:dataset", str, default=None)
    if name is None:
        return None
    is_plain = all(kind(name).name == name for kind in (PurePosixPath, PureWindowsPath))
    if not is_plain or name in ("", ".", "..") or "\0" in name or not name.isprintable():
        head.fail("core:dataset", "the name of a file in the same folder", name)
    return str(name)


def _last_label(top: _Fields, offset: int) -> int:
    """Find where the last annotation begins; those that make no sense are somebody else's."""
    rows = top.values.get("annotations")
    starts = [row.get("core:sample_start") for row in rows or () if isinstance(row, dict)]
    known = [start - offset for start in starts if type(start) is int and start <= _LAST_INDEX]
    return max(known, default=0)


def _segments(top: _Fields, offset: int) -> tuple[Segment, ...]:
    rows = top.value("captures", list, default=[])
    segments: list[Segment] = []
    for number, row in enumerate(rows):
        if not isinstance(row, dict):
            top.fail(f"captures[{number}]", "an object", row)
        segment = _segment(_Fields(top.file, f"captures[{number}].", row), offset)
        if segments and segment.sample_start < segments[-1].sample_start:
            top.fail(f"captures[{number}]", "a later core:sample_start", row)
        segments.append(segment)
    if not segments or segments[0].sample_start > 0:
        segments.insert(0, Segment(sample_start=0))
    return tuple(segments)


def _segment(fields: _Fields, offset: int) -> Segment:
    start = fields.count("core:sample_start", default=...)
    if start < offset:
        fields.fail("core:sample_start", f"at least core:offset {offset}", start)
    text = fields.value("core:datetime", str, default=None)
    reason = fields.values.get("medmon:gap_reason")
    segment = Segment(
        sample_start=start - offset,
        header_bytes=fields.count("core:header_bytes"),
        freq_hz=fields.number("core:frequency", -MAX_FREQ_HZ, MAX_FREQ_HZ),
        time_ns=None if text is None else _time_ns(text, fields.fail),
        global_index=fields.count("core:global_index", default=None),
    )
    if isinstance(reason, str) and reason.isprintable() and 0 < len(reason) <= 200:
        return replace(segment, reason=reason)
    return segment


def _time_ns(text: str, fail: Callable[[str, str, object], NoReturn]) -> int:
    """Read a time to the nanosecond; the standard library stops at microseconds."""
    fraction = _FRACTION.search(text)
    digits = f"{fraction[1]:0<9}"[:9] if fraction else "0"
    try:
        time_ns = ns_from_iso(_FRACTION.sub("", text, count=1)) + int(digits)
    except (ValueError, OverflowError):
        fail("core:datetime", "an ISO 8601 time in UTC", text)
    if abs(time_ns) > LAST_NS:
        fail("core:datetime", "a time between the years 1678 and 2262", text)
    return time_ns
