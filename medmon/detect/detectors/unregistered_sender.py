"""Traffic of a device that is not registered comes in; a finding for each transmission goes out.

Score: higher is more anomalous; 1 for control commands, 0.5 for pairing, which is what a new pod
does first, 0.3 for mere presence.

Sees: commands with the address of a pump or pod that nobody registered for this bed; an attacker
who guesses addresses or mixes patients up. Cannot see: an attacker who uses the address of the
patient's own pump, which is on its label and in every packet it answers; for that there are
`unregistered-controller`, `replay` and the dose rules. Bursts nobody could decode carry no address.
Remotes are the business of `unregistered-controller`.

Known false positives: the pump of a neighbour or a visitor (name its address in `ignore_ids`, or
it is reported each time); a pod just replaced, whose address is new. While no device at all is
registered, every control command is foreign: that is deliberate, the monitor cannot know better.

References: CISA ICSMA-19-178-01 (no authentication of commands), ICSMA-20-079-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import control, heard, remark
from medmon.detect.history import Memoryless
from medmon.detect.roster import Roster
from medmon.records import Command, Finding, Setting, Transmission

_WATCHABLE = frozenset({"control", "presence"})
_PRESENCE: dict[Command, float] = {"pair": 0.5}


class UnregisteredSender(Memoryless):
    """Report devices of a known protocol that are not registered.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        What to look at.
    """

    name = "unregistered-sender"

    @dataclass(frozen=True, slots=True)
    class Options:
        """What to look at.

        Attributes
        ----------
        watch : tuple of str
            "control" for commands, "presence" for everything else.
        ignore_ids : tuple of str
            Addresses of known neighbours.
        """

        watch: tuple[str, ...] = ("control", "presence")
        ignore_ids: tuple[str, ...] = ()

        def __post_init__(self) -> None:
            unknown = sorted(set(self.watch) - _WATCHABLE)
            if unknown:
                raise ValueError(f"watch: expected any of {sorted(_WATCHABLE)}, found {unknown}")

    def __init__(self, setting: Setting, options: Options) -> None:
        self._roster = Roster(setting)
        self._watch = options.watch
        self._ignored = frozenset(identity.lower() for identity in options.ignore_ids)

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that report every stranger.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options()

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report the sender or addressee if it is a stranger.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        message = heard(transmission)
        if message is None or message.device in self._ignored or message.role == "remote":
            return ()
        if self._roster.holds(transmission.protocol, message.device):
            return ()
        is_command = control(transmission) is not None and message.command != "pair"
        if ("control" if is_command else "presence") not in self._watch:
            return ()
        what = f"{message.command} command" if is_command else f"{message.command} packet"
        finding = remark(
            self.name,
            transmission,
            seen=("device", message.device),
            expected="a device registered for this bed",
            text=f"A {what} with the address {message.device}, which is not registered here.",
            score=1.0 if is_command else _PRESENCE.get(message.command, 0.3),
        )
        return (finding,)


PLUGIN = UnregisteredSender
