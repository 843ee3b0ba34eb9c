"""JSON lines come in, what was heard comes out: transmissions, gaps and the end of a recording.

This is how `medmon replay` judges its own records without IQ. Alarms, findings and heartbeats are
conclusions of the run that wrote them, so they are passed over and drawn again. Unknown keys are
ignored; a key that is missing or of the wrong kind is a user's file that is not what it claims to
be, and the message names file, line and key.

Reading undoes `medmon.wire.lines` exactly, with one exception that cannot be kept: a level that
was not finite was written as null and comes back as NaN.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, cast, get_args

from medmon.records import (
    Command,
    Direction,
    FieldValue,
    Gap,
    Integrity,
    Message,
    Modulation,
    Radio,
    Role,
    Span,
    Summary,
    Transmission,
)
from medmon.wire.lines import SCHEMA
from medmon.wire.place import Place, place_from_text


def heard_from_lines(
    lines: Iterable[str], *, file: str = "-"
) -> Iterator[Transmission | Gap | Summary]:
    """Read what was heard from the lines of a ``.jsonl`` file.

    Parameters
    ----------
    lines : iterable of str
        Lines of JSON, an open text file for example; blank ones are passed over.
    file : str
        Name for messages.

    Yields
    ------
    Transmission, Gap or Summary
        In the order of the file. The summary says when the recording ended, so that alarms lapse
        as they did in the run that wrote the file.

    Raises
    ------
    InputError
        At the first line that is not a record of ``medmon/1``.
    """
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        place = place_from_text(text, file=file, number=number)
        place.choice("schema", (SCHEMA,))
        reader = _READERS.get(place.text("type"))
        if reader is not None:
            yield reader(place)


def transmission_from_line(
    line: Mapping[str, Any], *, file: str = "-", number: int = 1
) -> Transmission:
    """Read a transmission back from the mapping of its JSON line.

    Parameters
    ----------
    line : mapping
        A line of type ``transmission``.
    file : str
        Name of its file, for messages.
    number : int
        Number of the line, counted from 1.

    Returns
    -------
    Transmission
        Exactly what was written.

    Raises
    ------
    InputError
        If a key is missing or holds something else than it should.
    """
    return _transmission(Place(file, number, "", line))


def gap_from_line(line: Mapping[str, Any], *, file: str = "-", number: int = 1) -> Gap:
    """Read a gap back from the mapping of its JSON line.

    Parameters
    ----------
    line : mapping
        A line of type ``gap``.
    file : str
        Name of its file, for messages.
    number : int
        Number of the line, counted from 1.

    Returns
    -------
    Gap
        Exactly what was written.

    Raises
    ------
    InputError
        If a key is missing or holds something else than it should.
    """
    return _gap(Place(file, number, "", line))


def _transmission(place: Place) -> Transmission:
    return Transmission(
        id=place.text("id"),
        span=_span(place.child("source")),
        time_ns=place.time_ns(),
        radio=_radio(place.child("radio")),
        protocol=None if place.values.get("protocol") is None else place.text("protocol"),
        integrity=cast(Integrity, place.choice("integrity", get_args(Integrity))),
        raw=_raw(place),
        message=_message(place),
        repeats=place.whole("repeats", least=1),
    )


def _span(place: Place) -> Span:
    return Span(
        source=place.text("uri" if "uri" in place.values else "file"),
        sample_start=place.whole("sample_start"),
        sample_count=place.whole("sample_count"),
        receiver=place.text("receiver"),
    )


def _radio(place: Place) -> Radio:
    return Radio(
        freq_hz=place.number_of("freq_hz"),
        cfo_hz=place.number_of("cfo_hz"),
        bandwidth_hz=place.number_of("bandwidth_hz"),
        rssi_dbfs=place.number_of("rssi_dbfs"),
        snr_db=place.number_of("snr_db"),
        noise_dbfs=place.number_of("noise_dbfs"),
        duration_us=place.number_of("duration_us"),
        modulation=cast(Modulation, place.choice("modulation", get_args(Modulation))),
        symbol_rate_hz=place.optional("symbol_rate_hz"),
        deviation_hz=place.optional("deviation_hz"),
        rise_us=place.optional("rise_us"),
        rssi_dbm=place.optional("rssi_dbm"),
        tdoa_ns=place.optional("tdoa_ns"),
        aoa_deg=place.optional("aoa_deg"),
        tdoa_std_ns=place.optional("tdoa_std_ns"),
        aoa_std_deg=place.optional("aoa_std_deg"),
        aoa_ambiguous=place.decision("aoa_ambiguous"),
        collided=place.flag("collided"),
    )


def _raw(place: Place) -> bytes | None:
    if place.values.get("raw_hex") is None:
        return None
    try:
        return bytes.fromhex(place.text("raw_hex"))
    except ValueError as error:
        raise place.fault("raw_hex", "hexadecimal digits, two a byte") from error


def _message(place: Place) -> Message | None:
    device = place.child("device")
    if device.values.get("id") is None:
        return None
    return Message(
        device=device.text("id"),
        command=cast(Command, place.choice("command", get_args(Command))),
        direction=cast(Direction, place.choice("direction", get_args(Direction))),
        role=_role(device),
        fields={key: _field(value) for key, value in place.child("fields").values.items()},
        sequence=None if place.values.get("sequence") is None else place.whole("sequence"),
    )


def _role(device: Place) -> Role | None:
    key = "role_heard" if "role_heard" in device.values else "role"
    if device.values.get(key) is None:
        return None
    return cast(Role, device.choice(key, get_args(Role)))


def _field(value: Any) -> FieldValue:
    if isinstance(value, list):
        return tuple(_field(item) for item in value)
    # An object is nothing a decoder of ours writes; its text keeps it visible.
    return json.dumps(value) if isinstance(value, dict) else cast(FieldValue, value)


def _gap(place: Place) -> Gap:
    return Gap(
        span=_span(place.child("source")),
        time_ns=place.time_ns(),
        rate_hz=place.number_of("rate_hz"),
        reason=place.text("reason"),
    )


def _summary(place: Place) -> Summary:
    return Summary(
        time_ns=place.time_ns(),
        samples=place.whole("samples"),
        samples_lost=place.whole("samples_lost"),
        seconds=place.number_of("seconds"),
        transmissions=_counts(place.child("transmissions")),
        alarms=_counts(place.child("alarms")),
        real_time_factor=place.optional("real_time_factor"),
        peak_rss_mb=place.optional("peak_rss_mb"),
    )


def _counts(place: Place) -> dict[str, int]:
    return {
        f"{outer}/{inner}": place.child(outer).whole(inner)
        for outer in place.values
        for inner in place.child(outer).values
    }


_READERS: dict[str, Callable[[Place], Transmission | Gap | Summary]] = {
    "transmission": _transmission,
    "gap": _gap,
    "summary": _summary,
}
