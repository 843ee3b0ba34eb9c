"""Control commands come in; a finding goes out for each that was heard before, word for word.

Score: higher is more anomalous; 1 for a copy of something that cannot lawfully come twice, 0.8 for
the same order given twice in short time (less the longer it takes, 0.3 at the end of the window),
0.6 for a remote whose counter runs backwards.

What can be judged depends on what the protocol puts into a packet to make it unlike the last:

- a nonce (Omnipod control messages) or a remote's press counter: the same bytes again, days later
  even, are a replay;
- a short sequence number only (other Omnipod messages, 4 and 5 bits): the same bytes soon repeat
  lawfully, so they are judged for `sequence_s` only;
- nothing (Medtronic A7): two equal boluses look equal, so only the same order within `repeat_s`
  is remarked on, as a repeated command.

`watch` chooses between copies ("copy", the first two, and counters) and repeats ("repeat").

Each kind of command of a device has a memory of its own, so that a flood of cancels cannot push out
boluses, and a bolus of nothing counts as a kind of its own. A device of the patient's has room for
`max_commands_count` of each kind: a loop that sets a temporary rate every five minutes for three
days sends 864. What a row does not watch it does not remember.

A controller that hears no answer sends again. Copies within `retry_s` of each other are taken for
that, for `max_retrying_s` after the first; protocols folds the quickest ones before they come
here. Reads, wake-ups, sensors and meters repeat themselves by nature and are not judged.

Sees: a recorded command sent again; repeated dosage commands. Cannot see: the replay of what the
monitor did not hear the first time; a replay within the retry time; a forged new command; a replay
after thousands of other commands of its kind, which are an alarm of other rules; what is said to a
known neighbour's devices.

Known false positives: a person who gives the same bolus twice on purpose; a controller that
retries slowly.

References: CISA ICSMA-18-219-02 (CVE-2018-14781, capture and replay), ICSMA-16-279-01; MedMon
(IEEE TBCAS 7(6), 2013). Retransmissions of Omnipod: openomni corpus, 80 to 330 ms apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, digest, has_nonce, order, remark
from medmon.detect.history import Entry, Ledger, Remembering
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_WATCHABLE = frozenset({"copy", "repeat"})
_PRESSES = 256
"""Range of a MiniMed remote's press counter (one byte)."""


class Replay(Remembering):
    """Compare each control command with those before it.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        How long things are remembered.
    """

    name = "replay"

    @dataclass(frozen=True, slots=True)
    class Options:
        """What is watched, and how long things are remembered.

        Attributes
        ----------
        watch : tuple of str
            "copy", "repeat" or both.
        remember_s : float
            How long commands that never lawfully repeat are remembered.
        sequence_s : float
            How long a sequence number of a few bits sets two commands apart.
        repeat_s : float
            In which time nobody gives the same order twice.
        retry_s : float
            Copies nearer than this to each other are retries.
        max_retrying_s : float
            How long a controller goes on retrying.
        max_commands_count : int
            Commands of one kind that are remembered of each of the patient's devices.
        """

        watch: tuple[str, ...] = ("copy", "repeat")
        remember_s: float = 3 * 86_400.0
        sequence_s: float = 300.0
        repeat_s: float = 600.0
        retry_s: float = 5.0
        max_retrying_s: float = 20.0
        max_commands_count: int = 2048

        def __post_init__(self) -> None:
            unknown = sorted(set(self.watch) - _WATCHABLE)
            if unknown:
                raise ValueError(f"watch: expected any of {sorted(_WATCHABLE)}, found {unknown}")

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._watch = frozenset(options.watch)
        self._roster = Roster(setting)
        longest_s = max(options.remember_s, options.sequence_s, options.repeat_s)
        super().__init__(
            Ledger(
                keep_ns=int(longest_s * SECOND_NS),
                max_pinned_entries=max(1, options.max_commands_count),
                pinned=self._roster.keys,
            )
        )

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that take nothing for a retry, and a small memory.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(retry_s=0.0, max_commands_count=64)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a command that was heard before, or a counter that runs backwards.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        message = self._watched(transmission)
        if message is None:
            return ()
        said = digest(transmission, message)
        before = self._ledger.entries(self._key(transmission, message))
        copies = [entry for entry in before if entry.note == said]
        if copies:
            return self._copied(transmission, message, copies)
        return self._backwards(transmission, message, before)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Remember what was said: a fact, trusted or not.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Not looked at.
        """
        del trusted
        message = self._watched(transmission)
        if message is not None:
            counter = -1.0 if message.sequence is None else float(message.sequence)
            entry = Entry(transmission.time_ns, counter, digest(transmission, message))
            self._ledger.add(self._key(transmission, message), entry)

    def _watched(self, transmission: Transmission) -> Message | None:
        """Return the message of a command that this row looks at."""
        message = order(transmission)
        if message is None or self._roster.is_neighbour(transmission):
            return None
        return message if ("copy" if _is_numbered(message) else "repeat") in self._watch else None

    def _key(self, transmission: Transmission, message: Message) -> str:
        """Return under which name a command is remembered: its device and its kind."""
        is_nothing = message.command == "bolus" and message.fields.get("units_iu") == 0
        kind = "nothing" if is_nothing else message.command
        return f"{self._roster.key(transmission)}/{message.role}/{kind}"

    def _copied(
        self, transmission: Transmission, message: Message, copies: Sequence[Entry]
    ) -> Sequence[Finding]:
        ages_s = sorted(abs(transmission.time_ns - entry.time_ns) / SECOND_NS for entry in copies)
        window_s = self._window_s(message)
        if ages_s[0] >= window_s or self._is_retry(ages_s):
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("copy_age_s", round(ages_s[0], 3)),
            expected=f"no copy of a command within {window_s:g} s",
            text=f"The same {message.command} command to {self._roster.called(transmission)} "
            f"was heard {_ago(ages_s[0])} before.",
            score=1.0 if _is_numbered(message) else 0.8 - 0.5 * ages_s[0] / window_s,
        )
        return (finding,)

    def _window_s(self, message: Message) -> float:
        """Return for how long a copy is remarkable."""
        if has_nonce(message):
            return self._options.remember_s
        return self._options.sequence_s if _is_numbered(message) else self._options.repeat_s

    def _is_retry(self, ages_s: Sequence[float]) -> bool:
        """Say whether copies of these ages, youngest first, are one train of retries."""
        lately_s = [age_s for age_s in ages_s if age_s < 2 * self._options.max_retrying_s]
        is_near = ages_s[0] < self._options.retry_s
        return is_near and max(lately_s, default=0.0) < self._options.max_retrying_s

    def _backwards(
        self, transmission: Transmission, message: Message, before: Sequence[Entry]
    ) -> Sequence[Finding]:
        """Report a remote whose counter went back: its packets are numbered press by press."""
        counters = [entry.amount for entry in before if entry.amount >= 0]
        if message.role != "remote" or message.sequence is None or not counters:
            return ()
        ahead = (message.sequence - int(counters[-1])) % _PRESSES
        if ahead <= _PRESSES // 2:
            return ()
        finding = remark(
            self.name,
            transmission,
            seen=("sequence", message.sequence),
            expected=f"a press counter after {counters[-1]:.0f}",
            text=f"The press counter of {self._roster.called(transmission)} ran backwards, "
            "as in an old recording.",
            score=0.6,
        )
        return (finding,)


def _is_numbered(message: Message) -> bool:
    """Say whether something in a command sets it apart from the next one like it."""
    return has_nonce(message) or message.sequence is not None


def _ago(age_s: float) -> str:
    return f"{age_s:.0f} s" if age_s < 120 else f"{age_s / 60:.0f} min"


PLUGIN = Replay
