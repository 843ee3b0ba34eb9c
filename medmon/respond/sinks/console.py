"""Lines of records go in and sentences for a person come out, on a terminal.

``console:`` writes to standard error, where messages belong, ``console:-`` to standard output.
Alarms look as on a patient monitor: ``***`` is high, ``**`` medium and ``*`` low priority. Gaps
and the summary are told too; transmissions, findings and heartbeats only with ``verbose=yes``.

    2026-11-23 11:15:03.00 *** Bolus above the limit: Bed 3 pump, INV-7, 350535. Check the pump.
                               why: A bolus of 12.5 IU is above the limit of 10 IU.

Later phases of an alarm are one line, and a second one where the worst reason has become another.
What was told early says how sure it is: not yet checked, not yet confirmed, confirmed, withdrawn.

Whatever was heard is printed with control characters as escapes, so that nobody on the air can
steer the terminal of the person who watches.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from medmon.errors import ConfigError

_STARS: Mapping[str, str] = {"high": "***", "medium": "**", "low": "*", "info": ""}
_ALWAYS = frozenset({"alarm", "gap", "summary"})
_DOUBTS: Mapping[str, str] = MappingProxyType(
    {
        "heading": "not yet checked: the packet is still on the air",
        "checked": "its check holds; not yet confirmed by the whole transmission",
    }
)
_TURNS: Mapping[str, str] = MappingProxyType(
    {
        "checked": "its check holds, ",
        "confirmed": "confirmed by the whole transmission, ",
        "withdrawn": "withdrawn, no whole transmission confirmed it",
    }
)
_TIME_LETTERS = len("2026-11-23T11:15:03.00")
_INDENT = " " * 27


class Console:
    """Sentences for a person.

    Parameters
    ----------
    target : str
        Empty for standard error, ``-`` for standard output.
    options : mapping
        ``verbose``: "yes" or "no".

    Attributes
    ----------
    options : tuple of str
        Names of the options.
    leaves_machine : bool
        False.

    Raises
    ------
    ConfigError
        If the target or an option is something else.
    """

    options: ClassVar[tuple[str, ...]] = ("verbose",)
    leaves_machine: ClassVar[bool] = False

    def __init__(self, target: str, options: Mapping[str, str]) -> None:
        verbose = options.get("verbose", "no")
        if target not in {"", "-"} or verbose not in {"yes", "no"}:
            raise ConfigError(
                f"console:{target}",
                ["expected console: (messages) or console:- (data), verbose=yes or no"],
            )
        self._is_data = target == "-"
        self._is_verbose = verbose == "yes"
        # Worst reason and stage as told, by open alarm, of which the board bounds the number.
        self._told: dict[str, tuple[str, str]] = {}

    def emit(self, line: Mapping[str, Any]) -> None:
        """Tell about one record.

        Parameters
        ----------
        line : mapping
            The mapping of its JSON line.

        Raises
        ------
        BrokenPipeError
            If whoever read has gone.
        """
        if line["type"] not in (_WRITERS if self._is_verbose else _ALWAYS):
            return
        # Looked up at each record: test runners and progress bars exchange the streams.
        stream = sys.stdout if self._is_data else sys.stderr
        when = line["time"][:_TIME_LETTERS].replace("T", " ")
        first, *rest = (_visible(text) for text in self._sentences(line))
        stream.write("".join([f"{when} {first}\n", *(f"{_INDENT}{text}\n" for text in rest)]))
        stream.flush()

    def close(self) -> None:
        """Do nothing; the streams belong to the program."""

    def _sentences(self, line: Mapping[str, Any]) -> Iterator[str]:
        if line["type"] != "alarm":
            yield from _WRITERS[line["type"]](line)
            return
        why = line["reasons"][0]["text"] if line["reasons"] else ""
        stage = line.get("stage", "whole")
        told_why, told_stage = self._told.pop(line["id"], (why, stage))
        if line["phase"] != "end":
            self._told[line["id"]] = why, stage
        yield from _alarm(line, turn="" if stage == told_stage else _TURNS.get(stage, ""))
        if line["phase"] == "update" and why != told_why:
            yield f"why: {why}"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _alarm(line: Mapping[str, Any], *, turn: str = "") -> Iterator[str]:
    """Tell about an alarm; `turn` says how sure it has become since it was told last."""
    device = line["device"] or {}
    names = [device.get("name"), device.get("asset"), line["subject"]]
    who = ", ".join(dict.fromkeys(name for name in names if name))
    stars = f"{_STARS[line['priority']]:<3}"
    if line["phase"] == "start":
        yield f"{stars} {line['title']}: {who}. {line['action']}"
        for reason in line["reasons"][:3]:
            yield f"why: {reason['text']}"
        if line.get("stage") in _DOUBTS:
            yield _DOUBTS[line["stage"]]
        yield f"alarm {line['id']}"
        return
    verb = "ended" if line["phase"] == "end" else line["state"]
    state = turn if line.get("stage") == "withdrawn" else f"{turn}{verb}"
    times = "once" if line["count"] == 1 else f"{line['count']} times"
    yield f"{stars} {line['title']}: {who}: {state}, seen {times}, alarm {line['id']}"


def _transmission(line: Mapping[str, Any]) -> Iterator[str]:
    device, radio = line["device"], line["radio"]
    fields = " ".join(f"{key}={value}" for key, value in line["fields"].items())
    freq_mhz = _number(radio["freq_hz"], 1e-6, ".3f")
    level = f"{_number(radio['rssi_dbfs'])} dBFS, SNR {_number(radio['snr_db'])} dB"
    repeats = f" x{line['repeats']}" if line["repeats"] > 1 else ""
    said = f"{line['protocol'] or 'unknown'} {device['id'] or '-'} {line['command']}{repeats}"
    check = "" if line["integrity"] == "ok" else f" (integrity {line['integrity']})"
    yield f"    {said}{check} {fields}".rstrip() + f"  [{freq_mhz} MHz, {level}]"


def _heading(line: Mapping[str, Any]) -> Iterator[str]:
    said = f"{line['protocol']} {line['device']['id']} {line['command']}"
    level = f"{_number(line['radio']['rssi_dbfs'])} dBFS"
    freq_mhz = _number(line["radio"]["freq_hz"], 1e-6, ".3f")
    where = "just ended" if line.get("checked") else "still on the air"
    yield f"    {where}: {said}  [{freq_mhz} MHz, {level}]"


def _number(value: float | None, factor: float = 1.0, form: str = ".1f") -> str:
    return "?" if value is None else format(value * factor, form)


def _finding(line: Mapping[str, Any]) -> Iterator[str]:
    yield f"    {line['detector']}: {line['text']} (score {_number(line['score'], form='.2f')})"


def _gap(line: Mapping[str, Any]) -> Iterator[str]:
    yield f"    {line['samples_lost']} samples lost: {line['reason']}"


def _status(line: Mapping[str, Any]) -> Iterator[str]:
    noise = _number(line["noise_dbfs"])
    yield f"    listening: {line['samples']} samples, {line['drops']} lost, noise {noise} dBFS"


def _urgency(priority: str) -> int:
    """Give the place among the priorities; one of a later version comes last."""
    return list(_STARS).index(priority) if priority in _STARS else len(_STARS)


def _summary(line: Mapping[str, Any]) -> Iterator[str]:
    heard = sum(sum(counts.values()) for counts in line["transmissions"].values())
    factor = line["real_time_factor"]
    speed = "" if factor is None else f", {factor:.1f} times real time"
    told = "1 transmission" if heard == 1 else f"{heard} transmissions"
    yield f"    {_number(line['seconds'])} s heard{speed}: {told}"
    for protocol, counts in line["transmissions"].items():
        yield f"{protocol}: " + ", ".join(f"{count} {word}" for word, count in counts.items())
    for priority in sorted(line["alarms"], key=_urgency):
        for policy, count in line["alarms"][priority].items():
            yield f"{_STARS.get(priority, ''):<3} {policy}: {count}"
    if not line["alarms"]:
        yield "no alarms"


_WRITERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[str]]] = MappingProxyType(
    {
        "alarm": _alarm,
        "transmission": _transmission,
        "heading": _heading,
        "finding": _finding,
        "gap": _gap,
        "status": _status,
        "summary": _summary,
    }
)

PLUGIN = Console
