"""An account comes in, text for a terminal comes out: the same facts as on the page, shorter.

Everything that was heard is printed as text without markup and with control characters as
escapes, so that a stranger on the air cannot steer the terminal of whoever reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from medmon.report.account import Account, Attack, Told
from medmon.report.marks import MARKS
from medmon.report.words import (
    DISCLAIMER,
    clock,
    counted,
    headline,
    outcome_of,
    visible,
)

REASONS_MAX = 3
"""So many reasons of an alarm are printed; the page has all."""


def show_account(account: Account, console: Console) -> None:
    """Print an account.

    Parameters
    ----------
    account : Account
        What to print.
    console : Console
        Where to; its width is kept.
    """
    for part in _parts(account):
        console.print(part, highlight=False, markup=False)
        console.print()


def _parts(account: Account) -> Iterator[RenderableType]:
    yield Group(Text(visible(account.title), style="bold"), Text(visible(account.intro)))
    yield Text(DISCLAIMER, style="italic")
    yield _section("The patient's own devices", _devices(account))
    yield _section("What was heard", _heard(account))
    if account.alarms:
        yield _section("Alarms, as they were raised", *map(_alarm, account.alarms))
    if account.hindsight is not None:
        yield _section("The truth beside it", *_truth(account))
    yield Text(headline(account), style="bold")


def _section(title: str, *parts: RenderableType) -> RenderableType:
    return Group(Text(title, style="bold"), *(Padding(part, (0, 0, 0, 2)) for part in parts))


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]], *, right: str = "") -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in right.split() else "left")
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    return table


def _devices(account: Account) -> RenderableType:
    if not account.devices:
        return Text("none is registered: every device is a stranger")
    rows = (
        (device.role, device.name or "", device.id, device.protocol, device.asset or "")
        for device in account.devices
    )
    return _table(("role", "name", "address", "protocol", "asset"), rows)


def _heard(account: Account) -> RenderableType:
    unknown = sum(line["protocol"] is None for line in account.transmissions)
    count = counted(len(account.transmissions) - unknown, "transmission")
    sentence = Text(f"{count} understood; {counted(unknown, 'burst')} not understood.")
    if account.hindsight is None:
        return sentence
    rows = (
        (
            sender.name,
            sender.protocol,
            "stranger" if sender.is_stranger else "own",
            str(sender.sent),
            str(sender.heard),
            str(sender.transmissions),
        )
        for sender in account.hindsight.senders
    )
    columns = ("sender", "protocol", "whose", "sent", "understood", "records")
    return Group(_table(columns, rows, right="sent understood records"), sentence)


def _alarm(told: Told) -> RenderableType:
    start, last = told.start, told.last
    mark = MARKS[start["priority"]]
    head = Text(f"{told.number:>2}  {clock(start['time_ns'])}  ")
    head.append(f"{mark.stars:<3} {start['priority']:<6}", style=f"bold {mark.colour}")
    head.append(f"  {visible(start['title'])}: {visible(told.who)}", style="bold")
    reasons = [f"why: {reason['text']}" for reason in start["reasons"][:REASONS_MAX]]
    rest = [*reasons, f"do:  {start['action']}"]
    if last["count"] > 1:
        rest.append(f"seen {last['count']} times, last at {last['last'][11:22]}")
    return Group(head, *(Padding(Text(visible(text)), (0, 0, 0, 4)) for text in rest))


def _truth(account: Account) -> Iterator[RenderableType]:
    hindsight = account.hindsight
    assert hindsight is not None
    for number, attack in enumerate(hindsight.attacks, start=1):
        yield _attack(account, number, attack)
    for alarm_id in hindsight.needless:
        told = account.alarm(alarm_id)
        name = f"{told.start['priority']} alarm {told.number}"
        yield Text(visible(f"--  {name} was raised without an attack: {told.start['title']}"))
    if hindsight.invented:
        count = counted(hindsight.invented, "transmission")
        yield Text(f"--  {count} reported that nobody sent")


def _attack(account: Account, number: int, attack: Attack) -> RenderableType:
    span = f"{clock(attack.start_ns)}  {attack.name} against {attack.device}: {attack.text}"
    packets = f"{attack.heard} of {counted(attack.sent, 'packet')} understood"
    outcome = Text(visible(outcome_of(account, attack)), style="" if attack.catches else "bold red")
    return Group(
        Text(visible(f"A{number}  {span}")),
        Padding(Text(packets), (0, 0, 0, 4)),
        Padding(outcome, (0, 0, 0, 4)),
    )
