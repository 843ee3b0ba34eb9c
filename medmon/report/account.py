"""Lines of records come in, an `Account` comes out: one stretch of listening, ready to be told.

An account is made of the mappings of JSON lines (`medmon.wire`), because they are what a live run,
a store and a file of records have in common. Whoever tells it (a page, a terminal) adds no facts.

Where the truth is known, because the air was synthetic, an account carries `Hindsight`: what was
really sent, and which alarms told of it. An account of a real bed has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from medmon.records import Registered

Line: TypeAlias = Mapping[str, Any]
"""The mapping of a JSON line, as `medmon.wire.line_from_record` makes it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One alarm with all that was said about it.

    Attributes
    ----------
    number : int
        Counts the alarms of the account from 1, in order of their first line.
    lines : tuple of mapping
        Its lines, oldest first; at least one.
    """

    number: int
    lines: tuple[Line, ...]

    @property
    def start(self) -> Line:
        """The line that raised it."""
        return self.lines[0]

    @property
    def last(self) -> Line:
        """The line that says how it stands."""
        return self.lines[-1]

    @property
    def who(self) -> str:
        """The device it is about, as people call it."""
        return name_of(self.start["device"] or {}, self.start["subject"])


@dataclass(frozen=True, slots=True)
class Catch:
    """An alarm that told of an attack.

    Attributes
    ----------
    alarm : str
        Identifier of the alarm.
    delay_s : float
        From the attack's beginning to the line that told.
    is_renewal : bool
        Whether the alarm stood already, for another reason, and was only said again.
    """

    alarm: str
    delay_s: float
    is_renewal: bool = False


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack that really happened, and what became of it.

    Attributes
    ----------
    name : str
        What kind of attack it is.
    device : str
        The device it was aimed at, as the scenario calls it.
    start_ns, end_ns : int
        First and last moment, UTC.
    text : str
        What was said, in one line.
    sent, heard : int
        Packets on the air that belong to it, answers included, and those that were understood.
    catches : tuple of Catch
        The alarms that told of it, in order of time; empty when it was missed.
    """

    name: str
    device: str
    start_ns: int
    end_ns: int
    text: str
    sent: int
    heard: int
    catches: tuple[Catch, ...] = ()

    @property
    def is_only_renewed(self) -> bool:
        """Whether all that told of it were alarms that stood already."""
        return bool(self.catches) and all(catch.is_renewal for catch in self.catches)


@dataclass(frozen=True, slots=True)
class Sender:
    """What one transmitter really sent, and how much of it was understood.

    Attributes
    ----------
    name : str
        The transmitter.
    protocol : str
        Device family it spoke in.
    is_stranger : bool
        Whether it belongs to nobody at this bed.
    sent, heard : int
        Packets on the air, and those that were understood.
    transmissions : int
        Records they became: repeats are folded and packets of one message joined.
    """

    name: str
    protocol: str
    is_stranger: bool
    sent: int
    heard: int
    transmissions: int


@dataclass(frozen=True, slots=True)
class Hindsight:
    """The truth about an account.

    Attributes
    ----------
    attacks : tuple of Attack
        All attacks, missed ones included, in order of time.
    senders : tuple of Sender
        All transmitters, one entry for each protocol they spoke.
    attack_of : mapping
        Identifier of a transmission to the index of the attack it belongs to.
    by_strangers : frozenset of str
        Identifiers of transmissions that came from a radio of nobody at this bed.
    needless : tuple of str
        Identifiers of alarms that were raised when there was no attack.
    invented : int
        Transmissions that were reported as understood, and that nobody sent.
    """

    attacks: tuple[Attack, ...] = ()
    senders: tuple[Sender, ...] = ()
    attack_of: Mapping[str, int] = field(default_factory=dict)
    by_strangers: frozenset[str] = frozenset()
    needless: tuple[str, ...] = ()
    invented: int = 0

    @property
    def missed(self) -> tuple[Attack, ...]:
        """Attacks that no alarm told of."""
        return tuple(attack for attack in self.attacks if not attack.catches)


@dataclass(frozen=True, slots=True)
class Account:
    """One stretch of listening.

    Attributes
    ----------
    title : str
        What it is about.
    intro : str
        One paragraph for a reader who knows nothing of it.
    start_ns, end_ns : int
        First and last moment, UTC.
    transmissions : tuple of mapping
        What was heard, in order of time.
    alarms : tuple of Told
        The alarms, in order of time.
    gaps : tuple of mapping
        Where samples were lost.
    devices : tuple of Registered
        The patient's own devices.
    configuration : str
        The configuration in force, as TOML.
    facts : mapping
        Further facts for the head of a report: what, and its value in words.
    hindsight : Hindsight or None
        The truth, where it is known.
    """

    title: str
    intro: str
    start_ns: int
    end_ns: int
    transmissions: tuple[Line, ...] = ()
    alarms: tuple[Told, ...] = ()
    gaps: tuple[Line, ...] = ()
    devices: tuple[Registered, ...] = ()
    configuration: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    hindsight: Hindsight | None = None

    @property
    def duration_s(self) -> float:
        """How long was listened."""
        return (self.end_ns - self.start_ns) / 1e9

    def alarm(self, alarm_id: str) -> Told:
        """Find an alarm.

        Parameters
        ----------
        alarm_id : str
            Its identifier.

        Returns
        -------
        Told
            The alarm.

        Raises
        ------
        KeyError
            If this account has none of that name.
        """
        for told in self.alarms:
            if told.start["id"] == alarm_id:
                return told
        raise KeyError(alarm_id)


def account_from_lines(lines: Iterable[Line], *, title: str, intro: str) -> Account:
    """Sort lines into an account.

    Parameters
    ----------
    lines : iterable of mapping
        Lines of any type; findings and heartbeats are left out.
    title : str
        What it is about.
    intro : str
        One paragraph for a reader.

    Returns
    -------
    Account
        From the first line to the last; `dataclasses.replace` adds what lines do not say.
    """
    kept = sorted(lines, key=lambda line: int(line["time_ns"]))
    by_type: dict[str, list[Line]] = {"transmission": [], "alarm": [], "gap": []}
    for line in kept:
        by_type.setdefault(line["type"], []).append(line)
    by_alarm: dict[str, list[Line]] = {}
    for line in by_type["alarm"]:
        by_alarm.setdefault(line["id"], []).append(line)
    told = tuple(Told(n, tuple(said)) for n, said in enumerate(by_alarm.values(), start=1))
    return Account(
        title=title,
        intro=intro,
        start_ns=kept[0]["time_ns"] if kept else 0,
        end_ns=kept[-1]["time_ns"] if kept else 0,
        transmissions=tuple(by_type["transmission"]),
        alarms=told,
        gaps=tuple(by_type["gap"]),
    )


def name_of(device: Line, device_id: str | None) -> str:
    """Call a device by its name and its address.

    Parameters
    ----------
    device : mapping
        The key ``device`` of a line; may be empty.
    device_id : str or None
        Its address; None where nothing was understood.

    Returns
    -------
    str
        For example ``pump (554321)``.

    Examples
    --------
    >>> name_of({"name": "pump"}, "554321")
    'pump (554321)'
    >>> name_of({}, None)
    'not understood'
    """
    name = device.get("name") or device.get("asset") or device.get("role")
    if device_id is None:
        return "not understood"
    if name is None or name == device_id:
        return device_id
    return f"{name} ({device_id})"
