"""A record goes in, the mapping of its JSON line comes out.

The encoder is written out key by key: `dataclasses.asdict` copies recursively and is many times
slower, and the line is nested otherwise than the records are.

Layout of a line: ``schema``, ``type``, ``time``, ``time_ns``, then the keys of the contract. Added
to the contract: ``device.name``, ``device.registered``, ``device.role_heard`` (what the packet
says, where ``role`` prefers the configuration), ``radio.tdoa_std_ns``, ``radio.aoa_std_deg`` and
``radio.aoa_ambiguous``, ``protocol``, ``subject`` and ``device`` of an
alarm, ``detector`` and ``score`` of a reason, and ``rate_hz`` of a heartbeat, which is the
contract's ``rate`` with its unit. Counts by two words ("medtronic/ok") become nested objects.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from medmon.quantities import iso_from_ns
from medmon.records import (
    Alarm,
    Evidence,
    FieldValue,
    Finding,
    Gap,
    Heading,
    Message,
    Radio,
    Record,
    Registered,
    Span,
    Status,
    Summary,
    Transmission,
)

SCHEMA = "medmon/1"
"""Value of the key ``schema`` in every line."""

Line: TypeAlias = dict[str, Any]
"""What `json.dumps` turns into one line: text, numbers, booleans, None, lists and mappings."""

Devices: TypeAlias = Mapping[tuple[str, str], Registered]
"""The patient's own devices by protocol and id."""

_NOBODY: Devices = MappingProxyType({})


def line_from_record(record: Record, *, devices: Devices = _NOBODY) -> Line:
    """Write one record as the mapping of its JSON line.

    Parameters
    ----------
    record : Transmission, Heading, Finding, Gap, Alarm, Status or Summary
        What the monitor handed out.
    devices : mapping
        The patient's own devices by protocol and id; they lend their asset, name and role to
        the line.

    Returns
    -------
    dict
        The line, identifiers in clear.
    """
    match record:
        case Transmission():
            name, body = "transmission", _transmission(record, devices)
        case Heading():
            name, body = "heading", _heading(record, devices)
        case Alarm():
            name, body = "alarm", _alarm(record, devices)
        case Finding():
            name, body = "finding", _finding(record)
        case Gap():
            name, body = "gap", _gap(record)
        case Status():
            name, body = "status", _status(record)
        case Summary():
            name, body = "summary", _summary(record)
    return _head(name, record.time_ns) | body


def text_from_line(line: Mapping[str, Any]) -> str:
    """Print a line as JSON on one line of ASCII.

    Parameters
    ----------
    line : mapping
        What `line_from_record` made.

    Returns
    -------
    str
        JSON without a line break. ASCII, so that nothing heard on the air can steer a terminal.
    """
    return json.dumps(line, allow_nan=False)


def _head(record_type: str, time_ns: int) -> Line:
    return {
        "schema": SCHEMA,
        "type": record_type,
        "time": iso_from_ns(time_ns),
        "time_ns": time_ns,
    }


def _transmission(record: Transmission, devices: Devices) -> Line:
    message = record.message
    return {
        "id": record.id,
        "source": _source(record.span),
        "radio": _radio(record.radio),
        "protocol": record.protocol,
        "integrity": record.integrity,
        "raw_hex": None if record.raw is None else record.raw.hex(),
        "device": _device_heard(record.protocol, message, devices),
        "direction": "unknown" if message is None else message.direction,
        "command": "unknown" if message is None else message.command,
        "fields": {} if message is None else {k: _plain(v) for k, v in message.fields.items()},
        "sequence": None if message is None else message.sequence,
        "repeats": record.repeats,
    }


def _heading(record: Heading, devices: Devices) -> Line:
    return {
        "id": record.id,
        "source": _source(record.span),
        "radio": _radio(record.radio),
        "protocol": record.protocol,
        "device": _device_heard(record.protocol, record.message, devices),
        "direction": record.message.direction,
        "command": record.message.command,
        "checked": record.is_checked,
    }


def _source(span: Span) -> Line:
    kind = "uri" if "://" in span.source else "file"
    return {
        kind: span.source,
        "receiver": span.receiver,
        "sample_start": span.sample_start,
        "sample_count": span.sample_count,
    }


def _radio(radio: Radio) -> Line:
    return {
        "freq_hz": _finite(radio.freq_hz),
        "cfo_hz": _finite(radio.cfo_hz),
        "bandwidth_hz": _finite(radio.bandwidth_hz),
        "rssi_dbfs": _finite(radio.rssi_dbfs),
        "rssi_dbm": _finite(radio.rssi_dbm),
        "snr_db": _finite(radio.snr_db),
        "noise_dbfs": _finite(radio.noise_dbfs),
        "duration_us": _finite(radio.duration_us),
        "modulation": radio.modulation,
        "symbol_rate_hz": _finite(radio.symbol_rate_hz),
        "deviation_hz": _finite(radio.deviation_hz),
        "rise_us": _finite(radio.rise_us),
        "tdoa_ns": _finite(radio.tdoa_ns),
        "tdoa_std_ns": _finite(radio.tdoa_std_ns),
        "aoa_deg": _finite(radio.aoa_deg),
        "aoa_std_deg": _finite(radio.aoa_std_deg),
        "aoa_ambiguous": radio.aoa_ambiguous,
        "collided": radio.collided,
    }


def _device_heard(protocol: str | None, message: Message | None, devices: Devices) -> Line:
    if message is None:
        return _device(None, None) | {"role_heard": None}
    # The same digits on another radio system are another device.
    known = devices.get((protocol or "", message.device))
    device = _device(message.device, known)
    return device | {"role": device["role"] or message.role, "role_heard": message.role}


def _device(device_id: str | None, known: Registered | None) -> Line:
    return {
        "id": device_id,
        "asset": None if known is None else known.asset,
        "name": None if known is None else known.name,
        "role": None if known is None else known.role,
        "registered": known is not None,
    }


def _alarm(record: Alarm, devices: Devices) -> Line:
    known = _device_meant(record, devices)
    return {
        "id": record.id,
        "phase": record.phase,
        "priority": record.priority,
        "kind": record.kind,
        "state": record.state,
        "policy": record.policy,
        "title": record.title,
        "action": record.action,
        "protocol": record.protocol,
        "subject": record.subject,
        "device": None if known is None else _device(record.subject, known),
        "score": _finite(record.score),
        "p_value": _finite(record.p_value),
        "reasons": [_reason(reason) for reason in record.reasons],
        "transmissions": list(record.transmissions),
        "first": iso_from_ns(record.first_ns),
        "last": iso_from_ns(record.last_ns),
        "count": record.count,
        "early": record.early,
        "stage": record.stage,
        "evidence": [_evidence(evidence) for evidence in record.evidence],
        "jamming": None,
    }


def _device_meant(record: Alarm, devices: Devices) -> Registered | None:
    if record.protocol is not None:
        return devices.get((record.protocol, record.subject))
    # It does not say on which radio system: two devices with these digits, and it is neither.
    named = [device for (_, address), device in devices.items() if address == record.subject]
    return named[0] if len(named) == 1 else None


def _reason(finding: Finding) -> Line:
    return {
        "detector": finding.detector,
        "feature": finding.feature,
        "value": _plain(finding.value),
        "expected": finding.expected,
        "text": finding.text,
        "score": _finite(finding.score),
        "early": finding.early,
    }


def _evidence(evidence: Evidence) -> Line:
    return {
        "file": evidence.file,
        "sample_start": evidence.sample_start,
        "sample_count": evidence.sample_count,
        "sha512": evidence.sha512,
    }


def _finding(record: Finding) -> Line:
    return {
        **_reason(record),
        "protocol": record.protocol,
        "subject": record.subject,
        "command": record.command,
        "p_value": _finite(record.p_value),
        "transmissions": list(record.transmissions),
        "evidence": [
            _evidence(Evidence(span.source, span.sample_start, span.sample_count))
            for span in record.spans
        ],
    }


def _gap(record: Gap) -> Line:
    return {
        "source": _source(record.span),
        "rate_hz": _finite(record.rate_hz),
        "samples_lost": record.samples_lost,
        "reason": record.reason,
    }


def _status(record: Status) -> Line:
    return {
        "rate": _finite(record.rate_hz),
        "rate_hz": _finite(record.rate_hz),
        "noise_dbfs": _finite(record.noise_dbfs),
        "samples": record.samples,
        "drops": record.samples_lost,
        "latency_ms": None,
        "rejections": _nested(record.rejections),
    }


def _summary(record: Summary) -> Line:
    return {
        "samples": record.samples,
        "samples_lost": record.samples_lost,
        "seconds": _finite(record.seconds),
        "real_time_factor": _finite(record.real_time_factor),
        "transmissions": _nested(record.transmissions),
        "alarms": _nested(record.alarms),
        "peak_rss_mb": _finite(record.peak_rss_mb),
    }


def _nested(counts: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Turn ``{"a/b": 1}`` into ``{"a": {"b": 1}}``."""
    nested: dict[str, dict[str, int]] = {}
    for name, count in sorted(counts.items()):
        outer, _, inner = name.partition("/")
        nested.setdefault(outer, {})[inner] = count
    return nested


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None


def _plain(value: FieldValue) -> Any:
    """Give a value as JSON knows it."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, int) else _finite(value)
