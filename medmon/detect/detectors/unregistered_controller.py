"""Traffic of remotes and programmers comes in; a finding for each that is not registered goes out.

Score: higher is more anomalous; 1 for a stranger's remote or control command, 0.5 for mere contact
and for a registered remote.

Sees, by the words in `watch`:

- "remote": a packet of a MiniMed remote control (type A6) whose id is not registered as a remote.
- "registered-remote": a packet of a remote that is registered. Its id is all an attacker needs to
  pretend to be it, and since 2021 users are told to stop using these remotes, so any press is an
  event.
- "control": a control command by radio to a registered pump of a protocol whose pump is
  normally worked by its own buttons, while no programmer is registered for that protocol. Pairing
  is control, since it changes whom the pump obeys; so is an opcode that nobody knows, where the
  protocol gives its number to commands that change something (below 70 in a Medtronic session).
- "contact": the same for a wake-up, a read, a connection or any other unknown opcode: somebody
  opens a session.

Cannot see: a stranger while a programmer is registered, because a programmer's packets carry the
pump's address and not its own; whether a registered remote's packet is genuine (see `replay`). A
forged press of a registered remote's bolus button, with a counter that goes on, is told as
"registered-remote" like any press: how much it delivers is set in the pump and not on the air, so
it counts neither in a sum of doses nor as a bolus too soon. Omnipod controllers look the same from
any PDM. Commands to pumps that are not registered are the business of `unregistered-sender`, and
those to the pumps and from the remotes of known neighbours are nobody's.

Known false positives: a clinic's CareLink download; an open-source loop that is not registered
(register it as a programmer).

References: CISA ICSMA-18-219-02 (remotes, update A 2021-10-05), FDA class I recall of MMT-500 and
MMT-503 remotes (2018, expanded 2021), CISA ICSMA-19-178-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import control, foretold, heard, remark
from medmon.detect.history import Memoryless
from medmon.detect.roster import Roster
from medmon.records import Command, Finding, Heading, Message, Setting, Transmission

_CONTACT: frozenset[Command] = frozenset({"wakeup", "read", "connect"})
_READ_FROM = 0x70
"""Opcodes of a session below this one change something in the pump, those from here on read.

As in ecc1/medtronic command.go at 721237c, and in the decoder's own account of opcodes.
"""
_WATCHABLE = frozenset({"remote", "registered-remote", "control", "contact"})


class UnregisteredController(Memoryless):
    """Report remotes and sessions that nobody registered.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        What to watch.
    """

    name = "unregistered-controller"

    @dataclass(frozen=True, slots=True)
    class Options:
        """What to watch.

        Attributes
        ----------
        watch : tuple of str
            Any of "remote", "registered-remote", "control", "contact".
        protocols : tuple of str
            Protocols whose pumps are normally worked by their own buttons.
        """

        watch: tuple[str, ...] = ("remote", "registered-remote", "control", "contact")
        protocols: tuple[str, ...] = ("medtronic",)

        def __post_init__(self) -> None:
            unknown = sorted(set(self.watch) - _WATCHABLE)
            if unknown:
                raise ValueError(f"watch: expected any of {sorted(_WATCHABLE)}, found {unknown}")

    def __init__(self, setting: Setting, options: Options) -> None:
        self._roster = Roster(setting)
        self._options = options

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that watch everything.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options()

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a remote or a session that nobody registered.

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
        if message is None or self._roster.is_neighbour(transmission):
            return ()
        if message.role == "remote":
            return self._remote(transmission, message)
        return self._session(transmission, message)

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

    def _remote(self, transmission: Transmission, message: Message) -> Sequence[Finding]:
        is_known = self._roster.holds(transmission.protocol, message.device, "remote")
        if ("registered-remote" if is_known else "remote") not in self._options.watch:
            return ()
        text = f"A remote control ({message.device}) that is not registered here was used."
        known = f"A remote control was used: {self._roster.called(transmission)}."
        finding = remark(
            self.name,
            transmission,
            seen=("remote", message.device),
            expected="no remote control" if is_known else "no remote control, or a registered one",
            text=known if is_known else text,
            score=0.5 if is_known else 1.0,
        )
        return (finding,)

    def _session(self, transmission: Transmission, message: Message) -> Sequence[Finding]:
        if (
            transmission.protocol not in self._options.protocols
            or message.direction == "from-device"
            or not self._roster.holds(transmission.protocol, message.device, "pump")
            or self._roster.has_role(transmission.protocol, "programmer")
        ):
            return ()
        called = self._roster.called(transmission)
        code = _unknown_opcode(message)
        what = f"a {message.command}" if code is None else f"an unknown ({code:02x})"
        is_control = control(transmission) is not None or (code is not None and code < _READ_FROM)
        if is_control:
            text = f"Somebody sent {what} command by radio to {called}."
            return self._stranger(transmission, message, ("control", text, 1.0))
        if message.command in _CONTACT or code is not None:
            text = f"Somebody opened a radio session with {called} ({message.command})."
            return self._stranger(transmission, message, ("contact", text, 0.5))
        return ()

    def _stranger(
        self, transmission: Transmission, message: Message, told: tuple[str, str, float]
    ) -> Sequence[Finding]:
        """Report a session, if its kind is watched; `told` is the kind, the text, the score."""
        kind, text, score = told
        if kind not in self._options.watch:
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("controller", message.command),
            expected="no programmer is registered for this bed",
            text=text,
            score=score,
        )
        return (finding,)


def _unknown_opcode(message: Message) -> int | None:
    """Return the opcode of a session's packet that nobody could name, None for any other."""
    code = message.fields.get("opcode")
    if message.command != "unknown" or not isinstance(code, str):
        return None
    try:
        return int(code, 16)
    except ValueError:
        return None


PLUGIN = UnregisteredController
