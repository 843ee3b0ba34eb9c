"""A way to open a sink comes in; `BrokenPromiseError` comes out if it breaks a promise.

A sink takes records as the mappings of their JSON lines. What is promised: it takes every type of
record, and keys it has never heard of; it does not change what it is given; nothing it took is
lost when it is closed; closing twice does no harm; it declares its options and whether records
leave the machine.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from signal_fixtures.checks.promise import hold, is_word

Line: TypeAlias = Mapping[str, Any]

_HEAD: dict[str, Any] = {
    "schema": "medmon/1",
    "time": "2026-11-23T11:15:03.000001Z",
    "time_ns": 1_795_432_503_000_001_000,
}
_RADIO: Line = {"freq_hz": 916.5e6, "cfo_hz": -812.5, "bandwidth_hz": 50e3, "rssi_dbfs": -40.25,
    "rssi_dbm": None, "snr_db": 21.0, "noise_dbfs": -61.25, "duration_us": 8_000.0,
    "modulation": "ook", "symbol_rate_hz": 16_384.0, "deviation_hz": None,
    "rise_us": None, "tdoa_ns": None, "tdoa_std_ns": None, "aoa_deg": None,
    "aoa_std_deg": None, "aoa_ambiguous": None,
    "collided": False}  # fmt: skip
LINES: tuple[Line, ...] = (
    {
        **_HEAD,
        "type": "transmission",
        "id": "00a1",
        "source": {"file": "a.cu8", "receiver": "0", "sample_start": 7, "sample_count": 900},
        "radio": _RADIO,
        "protocol": "medtronic",
        "integrity": "ok",
        "raw_hex": "a7128986060015",
        "device": {"id": "128986", "asset": None, "name": None, "role": None, "registered": False},
        "direction": "to-device",
        "command": "bolus",
        "fields": {"units_iu": 2.5, "note": "a, \"quoted\" word\nand a line", "states": ["a", "b"]},
        "sequence": None,
        "repeats": 1,
    },
    {
        **_HEAD,
        "type": "alarm",
        "id": "al-1",
        "phase": "start",
        "priority": "high",
        "kind": "security",
        "state": "active",
        "policy": "unregistered-controller",
        "title": "Somebody else programmes the pump",
        "action": "Look at the patient and at the pump.",
        "protocol": "medtronic",
        "subject": "128986",
        "device": {"id": "128986", "asset": "A-0042", "name": "bed 7", "role": "pump",
                   "registered": True},
        "score": 1.0,
        "p_value": None,
        "reasons": [{"detector": "d", "feature": "device", "value": "ff", "expected": "known",
                     "text": "Nobody registered it.", "score": 1.0,
                     "early": False}],
        "transmissions": ["00a1"],
        "first": _HEAD["time"],
        "last": _HEAD["time"],
        "count": 1,
        "evidence": [{"file": "a.cu8", "sample_start": 7, "sample_count": 900, "sha512": None}],
        "jamming": None,
        "early": False,
        "stage": "whole",
    },
    {
        **_HEAD,
        "type": "finding",
        "protocol": "medtronic",
        "subject": "128986",
        "command": "bolus",
        "detector": "rssi-band",
        "feature": "rssi_dbfs",
        "value": -20.0,
        "expected": "-45.0 to -35.0 dBFS",
        "text": "The signal came with another strength than usual.",
        "score": 0.6,
        "p_value": None,
        "transmissions": ["00a1"],
        "evidence": [{"file": "a.cu8", "sample_start": 7, "sample_count": 900, "sha512": None}],
        "early": False,
    },
    {
        **_HEAD,
        "type": "heading",
        "id": "00a0",
        "source": {"file": "a.cu8", "receiver": "0", "sample_start": 7, "sample_count": 900},
        "radio": _RADIO,
        "protocol": "medtronic",
        "device": {"id": "128986", "asset": None, "name": None, "role": None, "registered": False},
        "direction": "to-device",
        "command": "bolus",
        "checked": False,
    },
    {
        **_HEAD,
        "type": "gap",
        "source": {"file": "a.cu8", "receiver": "0", "sample_start": 7, "sample_count": 250},
        "rate_hz": 250e3,
        "samples_lost": 250,
        "reason": "the receiver could not keep up",
    },
    {
        **_HEAD,
        "type": "status",
        "rate": 250e3,
        "rate_hz": 250e3,
        "noise_dbfs": -61.0,
        "samples": 2_500_000,
        "drops": 0,
        "latency_ms": None,
        "rejections": {"medtronic": {"check": 2}},
    },
    {
        **_HEAD,
        "type": "summary",
        "samples": 2_500_000,
        "samples_lost": 0,
        "seconds": 10.0,
        "real_time_factor": None,
        "transmissions": {"medtronic": {"ok": 1}},
        "alarms": {"high": {"unregistered-controller": 1}},
        "peak_rss_mb": None,
    },
    {**_HEAD, "type": "something-of-a-later-version", "novelty": {"nested": [1, None, True]}},
)  # fmt: skip
"""One record of each type, and one that nobody knows yet."""


class Emits(Protocol):
    """The shape of a sink; see `medmon.respond.Sink`."""

    @property
    def options(self) -> Sequence[str]:
        """Names of the options it understands."""

    @property
    def leaves_machine(self) -> bool:
        """Whether records go to another machine."""

    def emit(self, line: Line) -> None:
        """Take one record as the mapping of its JSON line."""

    def close(self) -> None:
        """Write what is left and let go."""


Opener: TypeAlias = Callable[[], Emits]
Reader: TypeAlias = Callable[[], Iterable[object]]
SinkCheck: TypeAlias = Callable[[Opener, Reader], None]


def declares_itself(opener: Opener, read: Reader) -> None:
    """Hold that its options have names, and that it says whether records leave the machine.

    Parameters
    ----------
    opener : callable
        Opens it anew, empty.
    read : callable
        Returns what has arrived, one item a record it keeps.
    """
    del read
    sink = opener()
    hold(all(is_word(name.replace("-", "_")) for name in sink.options), f"options: {sink.options}")
    hold(sink.leaves_machine in (True, False), f"leaves_machine: {sink.leaves_machine!r}")
    sink.close()


def takes_every_record(opener: Opener, read: Reader) -> None:
    """Hold that no type of record upsets it, unknown ones included, and something arrives.

    Parameters
    ----------
    opener : callable
        Opens it anew, empty.
    read : callable
        Returns what has arrived, one item a record it keeps.
    """
    sink = opener()
    for line in LINES:
        sink.emit(copy.deepcopy(line))
    sink.close()
    hold(len(list(read())) >= 1, "of one record of each type, nothing arrived")


def changes_nothing_it_is_given(opener: Opener, read: Reader) -> None:
    """Hold that the next sink gets the same record.

    Parameters
    ----------
    opener : callable
        Opens it anew, empty.
    read : callable
        Returns what has arrived, one item a record it keeps.
    """
    del read
    sink = opener()
    for line in LINES:
        given = copy.deepcopy(dict(line))
        sink.emit(given)
        hold(given == line, f"a {line['type']} record was changed")
    sink.close()


def loses_nothing(opener: Opener, read: Reader) -> None:
    """Hold that twice as many records leave twice as much.

    Parameters
    ----------
    opener : callable
        Opens it anew, empty.
    read : callable
        Returns what has arrived, one item a record it keeps.
    """
    counts = []
    for rounds in (100, 200):
        sink = opener()
        for index in range(rounds):
            for line in LINES[:2]:
                sink.emit({**copy.deepcopy(line), "id": f"{line['id']}-{index}"})
        sink.close()
        counts.append(len(list(read())))
    hold(counts[0] >= 100, f"of 100 alarms and 100 transmissions {counts[0]} records are left")
    hold(counts[1] == 2 * counts[0], f"{counts[0]} records, then {counts[1]} of twice as many")


def closes_twice(opener: Opener, read: Reader) -> None:
    """Hold that an end of a program that closes everything once more does no harm.

    Parameters
    ----------
    opener : callable
        Opens it anew, empty.
    read : callable
        Returns what has arrived, one item a record it keeps.
    """
    del read
    sink = opener()
    sink.emit(copy.deepcopy(LINES[0]))
    sink.close()
    sink.close()


SINK_CHECKS: tuple[SinkCheck, ...] = (
    declares_itself,
    takes_every_record,
    changes_nothing_it_is_given,
    loses_nothing,
    closes_twice,
)


def check_sink(opener: Opener, read: Reader) -> None:
    """Run all checks of a sink.

    Parameters
    ----------
    opener : callable
        Opens it anew; what an earlier one left is gone.
    read : callable
        Returns what has arrived since, one item a record that it keeps.
    """
    for check in SINK_CHECKS:
        check(opener, read)
