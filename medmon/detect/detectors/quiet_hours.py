"""Control commands come in; a finding goes out for each in hours in which nobody programmes.

Score: higher is more anomalous; always 1.

The hours are those of the clock on the wall: "22:30-06:00" begins at 22:30 and ends before 06:00
local time on every date, also on those on which the clocks change. An hour that happens twice in
autumn is quiet twice, one that is left out in spring is not missed. Equal ends mean all day.

Sees: therapy changed while everybody sleeps. Cannot see: an attacker who waits for the morning.
Without hours in the row or under ``[patient]`` it is silent, and in a recording of which nobody
told when it was made.

Known false positives: a low or high treated at night; an automatic loop, which works all night
(leave its commands out with `commands`, for example ``["bolus", "settings"]``).

References: MedMon (IEEE TBCAS 7(6), 2013): behavioural policies; PIPAC (INFOCOM 2013): time of
day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from medmon.detect.commands import CONTROL, SECOND_NS, control, orders, remark
from medmon.detect.prompt import Prompt
from medmon.detect.roster import Roster
from medmon.records import Finding, Setting, Transmission

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_NOBODY_KNOWS_NS = 366 * 86_400 * SECOND_NS
"""A recording whose start nobody told counts from 1970; on it there is no night."""


class QuietHours(Prompt):
    """Compare the local time of a command with the quiet hours.

    Parameters
    ----------
    setting : Setting
        The patient's quiet hours and the zone of the bed's clock.
    options : Options
        Hours and commands of the policy row.

    Raises
    ------
    ValueError
        If the hours of the setting cannot be read.
    """

    name = "quiet-hours"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Hours and commands of the row.

        Attributes
        ----------
        hours : str or None
            Such as "22:30-06:00"; None for the patient's.
        commands : tuple of str
            Which control commands are unusual then; empty for all.
        """

        hours: str | None = None
        commands: tuple[str, ...] = ()

        def __post_init__(self) -> None:
            _minutes(self.hours or "00:00-00:00")
            unknown = sorted(set(self.commands) - CONTROL)
            if unknown:
                raise ValueError(f"commands: expected any of {sorted(CONTROL)}, found {unknown}")

    def __init__(self, setting: Setting, options: Options) -> None:
        self._roster = Roster(setting)
        self._hours = options.hours or setting.quiet_hours
        self._minutes = _minutes(self._hours) if self._hours else None
        self._timezone = setting.timezone
        self._commands = frozenset(options.commands) or CONTROL

    @classmethod
    def sample_options(cls) -> Options:
        """Return hours that last all day.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(hours="00:00-00:00")

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a command in quiet hours.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        message = control(transmission)
        if message is None or self._minutes is None or not self._roster.is_ours(transmission):
            return ()
        if transmission.time_ns < _NOBODY_KNOWS_NS:
            return ()
        given = [message.command, *(order.command for order in orders(transmission))]
        unusual = [command for command in given if command in self._commands]
        if not unusual:
            return ()
        local = _local(transmission.time_ns, self._timezone)
        start, end = self._minutes
        # Minutes since the quiet hours began, on a clock face: no date, so no change of clocks.
        if (local.hour * 60 + local.minute - start) % 1440 >= ((end - start) % 1440 or 1440):
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("local_time", f"{local:%H:%M}"),
            expected=f"no programming in {self._hours}",
            text=f"A {unusual[0]} command was sent to {self._roster.called(transmission)} "
            f"at {local:%H:%M}, in quiet hours.",
        )
        return (finding,)


def _local(time_ns: int, timezone: str) -> datetime:
    """Tell what the clock at the bed shows."""
    from zoneinfo import ZoneInfo

    return (_EPOCH + timedelta(microseconds=time_ns // 1000)).astimezone(ZoneInfo(timezone))


def _minutes(hours: str) -> tuple[int, int]:
    """Read both ends in minutes after midnight, or raise ValueError."""
    match = _HOURS.fullmatch(hours)
    if match is None:
        raise ValueError(f"hours: expected hours such as 22:30-06:00, found {hours!r}")
    start_h, start_min, end_h, end_min = (int(part) for part in match.groups())
    return start_h * 60 + start_min, end_h * 60 + end_min


PLUGIN = QuietHours
