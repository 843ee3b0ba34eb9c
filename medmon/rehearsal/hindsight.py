"""Truths and records come in, `Hindsight` comes out: which attacks were told, which were missed.

An alarm tells of an attack when it rests on a transmission that reports a packet of that attack.
An attack that sends nothing (a sensor kept silent) is told when an alarm about its device is
raised while it lasts. Every alarm that tells of no attack with its first line was raised without
need, whatever happened to it later: if an attack renews it, both are said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from medmon.records import Alarm, Transmission
from medmon.report.account import Attack, Catch, Hindsight, Sender
from signal_fixtures.bed import Window
from signal_fixtures.scenario import Scenario
from signal_fixtures.truth import Truth, heard

_Pair: TypeAlias = tuple[Truth, Transmission | None]


def hindsight_from_truths(
    scenario: Scenario,
    truths: Sequence[Truth],
    transmissions: Sequence[Transmission],
    alarms: Sequence[tuple[int, Alarm]],
) -> Hindsight:
    """Set truth and records side by side.

    Parameters
    ----------
    scenario : Scenario
        The attacks, and who belongs to the patient.
    truths : sequence of Truth
        What was really on the air.
    transmissions : sequence of Transmission
        What was reported.
    alarms : sequence of (int, Alarm)
        What was told, in order, each with the moment at which the monitor said it: a packet has
        to end, and its repeats too, before it is judged.

    Returns
    -------
    Hindsight
        The truth, in the words of a report.
    """
    pairs = heard(truths, transmissions)
    strangers = {device.name for device in scenario.devices if not device.registered}
    windows = sorted(scenario.attacks(), key=lambda window: window.start_ns)
    parts = [_packets_of(index, windows, pairs) for index in range(len(windows))]
    attack_of = {
        report.id: index
        for index, packets in enumerate(parts)
        for _, report in packets
        if report is not None
    }
    ids = {device.name: device.id or device.name for device in scenario.devices}
    attacks = [_attack(window, part) for window, part in zip(windows, parts, strict=True)]
    catches, needless = _caught(windows, ids, attack_of, attacks, alarms)
    reported = {report.id for _, report in pairs if report is not None}
    return Hindsight(
        attacks=tuple(_with(attack, catches[n]) for n, attack in enumerate(attacks)),
        senders=_senders(strangers, pairs),
        attack_of=attack_of,
        by_strangers=frozenset(
            report.id for truth, report in pairs if report and truth.sender in strangers
        ),
        needless=needless,
        invented=sum(t.integrity == "ok" and t.id not in reported for t in transmissions),
    )


def _packets_of(index: int, windows: Sequence[Window], pairs: Iterable[_Pair]) -> list[_Pair]:
    """Give an attack its packets: those with its name from its start to its next start."""
    window = windows[index]
    later = [w.start_ns for w in windows[index + 1 :] if w.attack == window.attack]
    end_ns = min(later, default=None)
    return [
        (truth, report)
        for truth, report in pairs
        if truth.attack == window.attack
        and window.start_ns <= truth.time_ns
        and (end_ns is None or truth.time_ns < end_ns)
    ]


def _attack(window: Window, packets: Sequence[_Pair]) -> Attack:
    times = [truth.time_ns for truth, _ in packets]
    # An order says more about an attack than the calls and answers around it.
    texts = [truth.text for truth, _ in packets if truth.command not in {"wakeup", "ack", "read"}]
    return Attack(
        name=window.attack,
        device=window.device,
        start_ns=min(times, default=window.start_ns),
        end_ns=max([window.end_ns, *times]),
        text=texts[-1] if texts else window.text,
        sent=len(packets),
        heard=sum(report is not None for _, report in packets),
    )


def _with(attack: Attack, catches: Mapping[str, Catch]) -> Attack:
    in_time = sorted(catches.values(), key=lambda catch: (catch.delay_s, catch.alarm))
    return replace(attack, catches=tuple(in_time))


def _caught(
    windows: Sequence[Window],
    ids: Mapping[str, str],
    attack_of: Mapping[str, int],
    attacks: Sequence[Attack],
    alarms: Iterable[tuple[int, Alarm]],
) -> tuple[Mapping[int, dict[str, Catch]], tuple[str, ...]]:
    """Find for each attack the first line of each alarm that told of it, and the other alarms."""
    catches: dict[int, dict[str, Catch]] = defaultdict(dict)
    needless: list[str] = []
    seen: set[str] = set()
    for said_ns, alarm in alarms:
        if alarm.phase == "end":
            continue  # nobody is called to the bed by it
        told = {attack_of[name] for name in alarm.transmissions if name in attack_of}
        told |= {n for n, window in enumerate(windows) if _tells_of_silence(alarm, window, ids)}
        is_new = alarm.id not in seen
        seen.add(alarm.id)
        if is_new and not told:
            needless.append(alarm.id)
        for n in told:
            delay_s = (said_ns - attacks[n].start_ns) / 1e9
            catches[n].setdefault(alarm.id, Catch(alarm.id, delay_s, is_renewal=not is_new))
    return catches, tuple(needless)


def _tells_of_silence(alarm: Alarm, window: Window, ids: Mapping[str, str]) -> bool:
    return (
        window.end_ns > window.start_ns
        and alarm.phase == "start"
        and alarm.subject == ids.get(window.device)
        and window.start_ns <= alarm.time_ns <= window.end_ns
    )


def _senders(strangers: Collection[str], pairs: Iterable[_Pair]) -> tuple[Sender, ...]:
    grouped: dict[tuple[str, str], list[_Pair]] = defaultdict(list)
    for truth, report in pairs:
        grouped[truth.sender, truth.family].append((truth, report))
    return tuple(
        Sender(
            name=name,
            protocol=family,
            is_stranger=name in strangers,
            sent=len(own),
            heard=sum(report is not None for _, report in own),
            transmissions=len({report.id for _, report in own if report is not None}),
        )
        for (name, family), own in grouped.items()
    )
