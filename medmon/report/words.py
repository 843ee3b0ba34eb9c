"""Times, fields and outcomes go in, the words that people read come out; page and terminal agree.

What was heard on the air is text of a stranger: `visible` takes from it what could steer a
terminal or turn a line of text around.
"""

from __future__ import annotations

from medmon.quantities import iso_from_ns
from medmon.report.account import Account, Attack, Catch, Line

DISCLAIMER = (
    "medmon is not a medical device: treat nobody by it. "
    "It only listens and never transmits. "
    "An alarm means: look at the patient and at the pump."
)

FIELDS_MAX_CHARS = 160
"""A longer list of fields is cut; the records hold all of it."""


def visible(text: str) -> str:
    r"""Show characters that are no letters as escapes.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The same where all is printable.

    Examples
    --------
    >>> print(visible("a\x1b[2Jb"))
    a\x1b[2Jb
    """
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def clock(time_ns: int) -> str:
    """Print the time of day.

    Parameters
    ----------
    time_ns : int
        UTC nanoseconds.

    Returns
    -------
    str
        To the nearest hundredth of a second.

    Examples
    --------
    >>> clock(1_795_424_418_251_940_452), clock(1_795_424_409_999_999_985)
    ('09:00:18.25', '09:00:10.00')
    """
    return iso_from_ns(time_ns + 5_000_000)[11:22]


def date(time_ns: int) -> str:
    """Print the day and the time.

    Parameters
    ----------
    time_ns : int
        UTC nanoseconds.

    Returns
    -------
    str
        To a second, with the zone.

    Examples
    --------
    >>> date(1_795_424_418_251_940_452)
    '2026-11-23 09:00:18 UTC'
    """
    iso = iso_from_ns(time_ns)
    return f"{iso[:10]} {iso[11:19]} UTC"


def lasting(seconds: float) -> str:
    """Print a length of time.

    Parameters
    ----------
    seconds : float
        Its length, not negative.

    Returns
    -------
    str
        The two largest units that say something.

    Examples
    --------
    >>> lasting(0.932), lasting(14.5), lasting(30), lasting(125), lasting(7_260)
    ('0.93 s', '14.5 s', '30 s', '2 min 5 s', '2 h 1 min')
    """
    if seconds < 60 and seconds != round(seconds):
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def counted(count: int, one: str, many: str = "") -> str:
    """Print a number of things.

    Parameters
    ----------
    count : int
        How many.
    one : str
        Their name when there is one.
    many : str
        Their name otherwise; by default with an s.

    Returns
    -------
    str
        For example ``1 attack``.

    Examples
    --------
    >>> counted(0, "attack"), counted(1, "attack")
    ('0 attacks', '1 attack')
    """
    return f"{count} {one if count == 1 else many or one + 's'}"


def fields_of(line: Line) -> str:
    """Print what a transmission carries.

    Parameters
    ----------
    line : mapping
        The transmission.

    Returns
    -------
    str
        ``name=value`` by ``name=value``, cut to `FIELDS_MAX_CHARS`.
    """
    fields = line["fields"].items()
    text = ", ".join(f"{name}={value}" for name, value in fields if value is not None)
    return text if len(text) <= FIELDS_MAX_CHARS else text[: FIELDS_MAX_CHARS - 3] + "..."


def outcome_of(account: Account, attack: Attack) -> str:
    """Say what became of an attack.

    Parameters
    ----------
    account : Account
        The account it stands in.
    attack : Attack
        The attack.

    Returns
    -------
    str
        Which alarms told of it and after what time, or that none did.
    """
    if not attack.catches:
        return "MISSED: no alarm told of it"
    return "; ".join(_catch(account, catch) for catch in attack.catches)


def headline(account: Account) -> str:
    """Say in one sentence how it went.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    str
        With the truth beside it: attacks told and missed, alarms without need; else a count.
    """
    alarms = counted(len(account.alarms), "alarm")
    hindsight = account.hindsight
    if hindsight is None:
        return f"{alarms} in {lasting(account.duration_s)}."
    attacks = counted(len(hindsight.attacks), "attack")
    missed = len(hindsight.missed)
    renewed = sum(attack.is_only_renewed for attack in hindsight.attacks)
    raised = len(hindsight.attacks) - missed - renewed
    parts = [f"{raised} raised an alarm", f"{missed} missed"]
    if renewed:
        parts.insert(1, f"{renewed} only renewed an alarm that stood already")
    needless = counted(len(hindsight.needless), "alarm")
    return f"{attacks}: {', '.join(parts)}. {needless} raised without an attack."


def _catch(account: Account, catch: Catch) -> str:
    told = account.alarm(catch.alarm)
    words = f"{told.start['priority']} alarm {told.number} after {lasting(catch.delay_s)}"
    if catch.is_renewal:
        return f"{words} (it stood already, raised for something else; the attack renewed it)"
    return words
