"""The account on a terminal: all that matters, and nothing that steers."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

from rich.console import Console

from medmon.records import SEVERAL_DEVICES
from medmon.report.account import Account, Hindsight, Line, account_from_lines
from medmon.report.terminal import show_account


def _shown(account: Account) -> str:
    stream = io.StringIO()
    show_account(account, Console(file=stream, width=100))
    return stream.getvalue()


def test_an_alarm_is_told_with_its_reasons_and_what_to_do(evening: Account) -> None:
    """Time, priority as stars and as a word, what, who, why, and the next step."""
    text = _shown(evening)
    assert "09:00:06.50  *** high    Order above the limit: Anna's pump (123456)" in text
    assert "why: A bolus of 18 IU; the limit is 10 IU." in text
    assert "do:  Go to the patient." in text
    assert "not a medical device" in text
    assert "never transmits" in text


def test_attacks_missed_and_alarms_without_need_are_said(known_evening: Account) -> None:
    """A demonstration that hides its mistakes is an advertisement."""
    hindsight = known_evening.hindsight or Hindsight()
    flawed = replace(hindsight, needless=("a1",), invented=2)
    text = _shown(replace(known_evening, hindsight=flawed))
    assert "A1  09:00:06.00  bolus-injection against pump" in text
    assert "A2  09:00:08.00  suspend against pump" in text
    assert "MISSED" in text
    assert "high alarm 1 was raised without an attack" in text
    assert "2 transmissions reported that nobody sent" in text
    assert "1 missed" in text


def test_what_was_sent_stands_beside_what_was_understood(known_evening: Account) -> None:
    """Mallory sent four packets, two were understood."""
    (row,) = [line.split() for line in _shown(known_evening).splitlines() if "mallory" in line]
    assert row == ["mallory", "medtronic", "stranger", "4", "2", "1"]


def test_nobody_on_the_air_steers_the_terminal(
    evening: Account, alarm: Callable[..., Line]
) -> None:
    """Escape sequences come out as text, and square brackets are no markup."""
    hostile = alarm(6.5, text="\x1b[2J[red]all is well[/red]")
    account = account_from_lines([hostile], title="\x1b[31mt", intro="i")
    text = _shown(replace(account, devices=evening.devices))
    assert "\x1b" not in text
    assert r"\x1b[2J[red]all is well[/red]" in text


def test_a_repeated_alarm_says_how_often(evening: Account, alarm: Callable[..., Line]) -> None:
    """Fifteen small doses are one alarm."""
    lines = [alarm(6.5), alarm(9.0, count=15)]
    told = account_from_lines(lines, title="t", intro="i").alarms
    assert "seen 15 times, last at 09:00:09.00" in _shown(replace(evening, alarms=told))


def test_a_crowd_of_strangers_is_called_several_devices(alarm: Callable[..., Line]) -> None:
    """Who reads the alarm of invented addresses is not sent to look for one of them."""
    line = {**alarm(6.5), "subject": SEVERAL_DEVICES, "device": None}
    several = account_from_lines([line], title="t", intro="i")
    assert "Order above the limit: several devices" in _shown(several)


def test_a_bed_without_devices_and_without_alarms() -> None:
    """The first minute of every installation."""
    text = _shown(account_from_lines([], title="t", intro="i"))
    assert "none is registered" in text
    assert "0 alarms in 0 s." in text
