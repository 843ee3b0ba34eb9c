"""Accounts: lines of any order and type become what a report needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from medmon.report.account import (
    Account,
    Catch,
    Hindsight,
    Line,
    account_from_lines,
    name_of,
)

Maker = Callable[..., Line]


def test_lines_are_sorted_by_time_and_alarms_gathered_by_id(
    transmission: Maker, alarm: Maker
) -> None:
    """A store may give them in another order; an alarm's story is read from its first line on."""
    lines = [
        alarm(9, "late"), alarm(8, "early", count=2), transmission(4),
        alarm(3, "early"), transmission(2),
    ]  # fmt: skip
    account = account_from_lines(lines, title="t", intro="i")
    assert [line["id"] for line in account.transmissions] == ["t2", "t4"]
    assert [(told.number, told.start["id"], told.last["count"]) for told in account.alarms] == [
        (1, "early", 2),
        (2, "late", 1),
    ]
    assert account.duration_s == 7.0


def test_what_is_not_told_is_left_out(transmission: Maker) -> None:
    """Heartbeats and the summary are for machines; a line type of tomorrow is no error."""
    heartbeat = {"type": "status", "time_ns": transmission(1)["time_ns"]}
    account = account_from_lines([heartbeat], title="t", intro="i")
    assert (account.transmissions, account.alarms, account.gaps) == ((), (), ())


def test_an_account_of_nothing_can_be_told() -> None:
    """A quiet night is a report too."""
    assert account_from_lines([], title="t", intro="i").duration_s == 0.0


def test_an_alarm_is_found_by_its_id(evening: Account) -> None:
    """Tables refer to alarms by number; a wrong id must not be answered with some alarm."""
    assert evening.alarm("a1").number == 1
    assert evening.alarm("a1").who == "Anna's pump (123456)"
    with pytest.raises(KeyError):
        evening.alarm("a2")


def test_an_attack_without_a_catch_is_missed(known_evening: Account) -> None:
    """The honest half of a demonstration."""
    hindsight = known_evening.hindsight
    assert hindsight is not None
    assert [attack.name for attack in hindsight.missed] == ["suspend"]


def test_an_attack_that_only_renewed_an_alarm_is_known_as_such(known_evening: Account) -> None:
    """It called nobody to the bed who was not called before."""
    hindsight = known_evening.hindsight or Hindsight()
    told = hindsight.attacks[0]
    assert not told.is_only_renewed
    assert replace(told, catches=(Catch("a1", 1.0, is_renewal=True),)).is_only_renewed
    assert not hindsight.missed[0].is_only_renewed


@pytest.mark.parametrize(
    ("device", "device_id", "name"),
    [
        ({"name": "pump", "asset": "INV-7"}, "12", "pump (12)"),
        ({"name": None, "asset": "INV-7"}, "12", "INV-7 (12)"),
        ({"role": "sensor"}, "12", "sensor (12)"),
        ({"name": "12"}, "12", "12"),
        ({}, "12", "12"),
        ({"role": "pump"}, None, "not understood"),
    ],
)
def test_a_device_is_called_as_people_call_it(
    device: dict[str, str], device_id: str | None, name: str
) -> None:
    """Name before inventory number before role, and always the address."""
    assert name_of(device, device_id) == name
