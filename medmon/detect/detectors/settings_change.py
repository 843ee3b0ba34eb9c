"""Commands that change a device's settings come in; a finding goes out for each.

Score: higher is more anomalous; 1 where a limit is changed or a stranger is let in (largest bolus,
highest basal rate, ids of remotes), 0.8 for basal schedules and for a remote switched on, 0.6 for
clocks, 0.5 for alarms and the rest, 0.4 for pairing, 0.2 for beeps
and for alerts that are acknowledged.

Sees: the quiet preparation of an attack: a higher limit, another schedule, a wrong clock, an alarm
switched off, also where it rides on another order of the same message. Cannot see: the setting that
was in force before; changes at the pump's own buttons.

Known false positives: whoever looks after the pump changes settings with a registered programmer
or PDM; a new pod is paired and given its schedule every three days.

References: Barnaby Jack's demonstrations of 2011 (alarms disabled by radio); CISA
ICSMA-19-178-01 (change of settings).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import number, orders, remark
from medmon.detect.prompt import Prompt
from medmon.detect.roster import Roster
from medmon.records import Command, Finding, Message, Setting, Transmission

_COMMANDS: dict[Command, float] = {"settings": 0.5, "basal-schedule": 0.8, "pair": 0.4}
_NAMED = {
    "set-max-bolus": 1.0,
    "set-max-basal": 1.0,
    "set-remote-id": 1.0,
    "enable-remote": 0.8,
    "set-easy-bolus": 0.8,
    "set-clock": 0.6,
    "acknowledge-alerts": 0.2,
    "configure-beeps": 0.2,
}
"""Settings by the name their decoder gives them."""


class SettingsChange(Prompt):
    """Report every change of settings.

    Parameters
    ----------
    setting : Setting
        The registered devices and the patient's limits.
    options : Options
        What is ordinary here.
    """

    name = "settings-change"

    @dataclass(frozen=True, slots=True)
    class Options:
        """What is ordinary here.

        Attributes
        ----------
        ignore : tuple of str
            Names of settings that are changed all the time, as the decoder gives them.
        """

        ignore: tuple[str, ...] = ()

    def __init__(self, setting: Setting, options: Options) -> None:
        self._roster = Roster(setting)
        self._ignored = frozenset(options.ignore)
        self._limits = {
            "max_bolus_iu": setting.max_bolus_iu,
            "max_basal_iu_per_h": setting.max_basal_iu_per_h,
        }

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that ignore nothing.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options()

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a change of settings.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one for each order of the message.
        """
        if not self._roster.is_ours(transmission):
            return ()
        return [
            self._finding(transmission, message)
            for message in orders(transmission)
            if message.command in _COMMANDS and _setting_name(message) not in self._ignored
        ]

    def _finding(self, transmission: Transmission, message: Message) -> Finding:
        setting = _setting_name(message)
        return remark(
            self.name,
            transmission,
            seen=("setting", setting),
            expected=self._expected(message),
            text=f"A setting of {self._roster.called(transmission)} was changed by radio "
            f"({setting.replace('-', ' ')}{_values(message)}).",
            score=_NAMED.get(setting, _COMMANDS[message.command]),
        )

    def _expected(self, message: Message) -> str:
        for field, limit in self._limits.items():
            if field in message.fields and limit is not None:
                return f"the patient's limit of {limit:g}"
        return "no change of settings"


def _setting_name(message: Message) -> str:
    """Return what the decoder calls the setting: an opcode's name, or a block's."""
    blocks = message.fields.get("blocks")
    block = blocks[0] if isinstance(blocks, tuple) and blocks else None
    name = message.fields.get("opcode_name") or (block if message.command == "settings" else None)
    return name if isinstance(name, str) else message.command


def _values(message: Message) -> str:
    """Write the new limits, where the command carries any."""
    units = {"max_bolus_iu": "IU", "max_basal_iu_per_h": "IU/h"}
    values = {unit: number(message, field) for field, unit in units.items()}
    return "".join(f": {v:g} {unit}" for unit, v in values.items() if v is not None)


PLUGIN = SettingsChange
