"""Traffic of remotes and programmers comes in; a finding for each that is not registered goes out.

Score: higher is more anomalous; 1 for a stranger's remote or control command, 0.5 for mere contact
and for a registered remote.

Sees, by the words in `watch`:

- "remote": a packet of a MiniMed remote control (type A6) whose id is not registered as a remote.
- "registered-remote": a packet of a remote that is registered. Its id is all an attacker needs to
  pretend to be it, and since 2021 users are told to stop using these remotes, so any press is an
  event.
- "control": a control command by radio to a registered pump of a protocol whose pump is
  normally worked by its own buttons, while no programmer is registered for that protocol.
- "contact": the same for a wake-up, a read or a pairing: somebody opens a session.

Cannot see: a stranger while a programmer is registered, because a programmer's packets carry the
pump's address and not its own; whether a registered remote's packet is genuine (see `replay`);
Omnipod controllers, whose packets look the same from any PDM. Commands to pumps that are not
registered are the business of `unregistered-sender`.

Known false positives: a clinic's CareLink download; an open-source loop that is not registered
(register it as a programmer).

References: CISA ICSMA-18-219-02 (remotes, update A 2021-10-05), FDA class I recall of MMT-500 and
MMT-503 remotes (2018, expanded 2021), CISA ICSMA-19-178-01.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import control, heard, remark
from medmon.detect.history import Memoryless
from medmon.detect.roster import Roster
from medmon.records import Command, Finding, Message, Setting, Transmission

_CONTACT: frozenset[Command] = frozenset({"wakeup", "read", "connect"})
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
        if message is None:
            return ()
        if message.role == "remote":
            return self._remote(transmission, message)
        return self._session(transmission, message)

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
        if control(transmission) is not None and "control" in self._options.watch:
            text = f"Somebody sent a {message.command} command by radio to {called}."
            return (self._stranger(transmission, message, text, 1.0),)
        if message.command in _CONTACT and "contact" in self._options.watch:
            text = f"Somebody opened a radio session with {called} ({message.command})."
            return (self._stranger(transmission, message, text, 0.5),)
        return ()

    def _stranger(
        self, transmission: Transmission, message: Message, text: str, score: float
    ) -> Finding:
        return remark(
            self.name,
            transmission,
            seen=("controller", message.command),
            expected="no programmer is registered for this bed",
            text=text,
            score=score,
        )


PLUGIN = UnregisteredController
