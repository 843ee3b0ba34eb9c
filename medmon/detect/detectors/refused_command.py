"""Answers of a pod come in; a finding goes out for each that refuses a command's nonce.

Score: higher is more anomalous; 0.5 for the first refusal within `window_s`, 1 from the second.

A pod obeys a command only if it carries the nonce that comes next in its row; to any other it
answers with an error (block 06, code 14). Who forges a command by hand, or guesses, is answered so.
Nothing is worked out here: that the pod refused is all that is looked at.

`watch` chooses between the first refusal ("first") and those after it ("again"). Copies of one
answer nearer than `copy_s` to the first of them are one refusal, for a pod that hears no
acknowledgement sends its answer again.

Sees: commands of somebody who does not know the pod's row of nonces, where the pod's answer is
heard. Cannot see: a forged command with the right nonce; a replayed one, which the pod may take for
a copy (see `replay`); a refusal that the monitor did not hear, or that another error stands for.

Known false positives: a handheld that was restarted has lost its place in the row, is refused
once and finds it again; so a single refusal is of low priority.

References: CISA ICSMA-20-079-01 (CVE-2020-10627); OmniKit ErrorResponse.swift at 1446be8, for the
answer; openomni corpus, for copies 80 to 330 ms apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, digest, heard, remark
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_WATCHABLE = frozenset({"first", "again"})
_REFUSAL = "bad-nonce"
"""What the decoder calls an answer that refuses a nonce."""


class RefusedCommand(Remembering):
    """Count how often the patient's pod refuses a command's nonce.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        What to watch, and for how long refusals belong together.
    """

    name = "refused-command"

    @dataclass(frozen=True, slots=True)
    class Options:
        """What to watch, and for how long refusals belong together.

        Attributes
        ----------
        watch : tuple of str
            "first", "again" or both.
        window_s : float
            Refusals nearer than this to each other are a row of them.
        copy_s : float
            Copies of an answer nearer than this to the first are that answer.
        """

        watch: tuple[str, ...] = ("first", "again")
        window_s: float = 600.0
        copy_s: float = 5.0

        def __post_init__(self) -> None:
            unknown = sorted(set(self.watch) - _WATCHABLE)
            if unknown:
                raise ValueError(f"watch: expected any of {sorted(_WATCHABLE)}, found {unknown}")

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._window_ns = int(options.window_s * SECOND_NS)
        super().__init__(Ledger(keep_ns=self._window_ns, max_entries=64, pinned=self._roster.keys))

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that report every refusal.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options()

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a refusal.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        message = self._refusal(transmission)
        if message is None or self._is_copy(transmission, message):
            return ()
        key = self._roster.key(transmission)
        count = len(self._ledger.around(key, transmission.time_ns, self._window_ns)) + 1
        if ("first" if count == 1 else "again") not in self._options.watch:
            return ()
        called = self._roster.called(transmission)
        minutes = self._options.window_s / 60
        once = f"A command was refused by {called}: its number was wrong."
        again = f"Within {minutes:g} min {count} commands were refused by {called}."
        finding = remark(
            self.name,
            transmission,
            seen=("refusals_count", count),
            expected="no refused command, or one after a restart of the handheld",
            text=once if count == 1 else again,
            score=0.5 if count == 1 else 1.0,
        )
        return (finding,)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember a refusal: a fact, trusted or not.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Not looked at.
        """
        del trusted
        message = self._refusal(transmission)
        if message is not None and not self._is_copy(transmission, message):
            note = digest(transmission, message)
            entry = Entry(transmission.time_ns, 1.0, note)
            self._ledger.add(self._roster.key(transmission), entry)

    def _refusal(self, transmission: Transmission) -> Message | None:
        """Return the message of an answer of ours that refuses a nonce."""
        message = heard(transmission)
        if message is None or message.direction == "to-device":
            return None
        is_refusal = message.fields.get("error") == _REFUSAL
        return message if is_refusal and self._roster.is_ours(transmission) else None

    def _is_copy(self, transmission: Transmission, message: Message) -> bool:
        """Say whether an answer is one that was counted, sent again."""
        copy_ns = int(self._options.copy_s * SECOND_NS)
        near = self._ledger.around(self._roster.key(transmission), transmission.time_ns, copy_ns)
        said = digest(transmission, message)
        return any(entry.note == said for entry in near)


PLUGIN = RefusedCommand
