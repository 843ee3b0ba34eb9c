"""Traffic of a device that is not registered comes in; a finding for each transmission goes out.

Score: higher is more anomalous; 1 for control commands, 0.5 for pairing, which is what a new pod
does first, and for a registered address that another kind of device uses, 0.3 for mere presence.

Sees, by the words in `watch`:

- "control": a command with the address of a pump or pod that nobody registered for this bed; an
  attacker who guesses addresses or mixes patients up.
- "pairing": a device that is not registered and is being paired.
- "role": a packet with a registered address from another kind of device, such as a meter's value
  under the pump's number. A command under the number of a meter counts as control.
- "presence": everything else that a stranger says. Wake-ups and reads of a stranger's pump are
  here too: on a ward with loops they come every five minutes from each bed.

Cannot see: an attacker who uses the address of the patient's own pump, which is on its label and in
every packet it answers; for that there are `unregistered-controller`, `replay` and the dose rules;
what is sent under the address of a neighbour, who was named to be ignored. Bursts nobody could
decode carry no address. Remotes are the business of `unregistered-controller`.

Known false positives: the pump of a neighbour or a visitor (name it once under ``[[neighbour]]``;
`ignore_ids` does the same for one row only); a pod just replaced, whose address is new. While no
device at all is registered, every control command is foreign: that is deliberate, the monitor
cannot know better.

References: CISA ICSMA-19-178-01 (no authentication of commands), ICSMA-20-079-01, ICSMA-22-263-01
(pairing that somebody else started).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import control, foretold, heard, remark
from medmon.detect.history import Memoryless
from medmon.detect.roster import Roster
from medmon.records import Finding, Heading, Message, Setting, Transmission

_SCORES = {"control": 1.0, "pairing": 0.5, "role": 0.5, "presence": 0.3}
"""What can be watched, and how far out of the ordinary it is."""


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
            Any of "control", "pairing", "role", "presence".
        ignore_ids : tuple of str
            Addresses that this row ignores, whatever their protocol.
        """

        watch: tuple[str, ...] = ("control", "pairing", "role", "presence")
        ignore_ids: tuple[str, ...] = ()

        def __post_init__(self) -> None:
            unknown = sorted(set(self.watch) - set(_SCORES))
            if unknown:
                raise ValueError(f"watch: expected any of {sorted(_SCORES)}, found {unknown}")

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
        if message is None or message.role == "remote" or self._is_known(transmission, message):
            return ()
        kind = self._kind(transmission, message)
        if kind not in self._watch:
            return ()
        what = f"{message.command} {'command' if kind == 'control' else 'packet'}"
        article = "An" if what[0] in "aeiou" else "A"
        whose = "which is not registered here"
        if self._roster.is_out_of_role(transmission):
            whose = f"which is registered here and is no {message.role}"
        finding = remark(
            self.name,
            transmission,
            seen=("device", message.device),
            expected="a device registered for this bed",
            text=f"{article} {what} with the address {message.device}, {whose}.",
            score=_SCORES[kind],
        )
        return (finding,)

    def foretell(self, heading: Heading) -> Sequence[Finding]:
        """Report the same before the packet is over, from its heading.

        Parameters
        ----------
        heading : Heading
            What was heard so far.

        Returns
        -------
        sequence of Finding
            At most one; none where it is not known yet who speaks to whom.
        """
        beginning = foretold(heading)
        return () if beginning is None else self.score(beginning)

    def _is_known(self, transmission: Transmission, message: Message) -> bool:
        """Say whether a device is the patient's, or is to be ignored."""
        if self._roster.holds(transmission.protocol, message.device):
            return not self._roster.is_out_of_role(transmission)
        return message.device in self._ignored or self._roster.is_neighbour(transmission)

    def _kind(self, transmission: Transmission, message: Message) -> str:
        """Return the word of `watch` for what a stranger said."""
        if message.command == "pair":
            return "pairing"
        if control(transmission) is not None:
            return "control"
        return "role" if self._roster.is_out_of_role(transmission) else "presence"


PLUGIN = UnregisteredSender
