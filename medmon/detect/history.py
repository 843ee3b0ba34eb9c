"""Dated remarks about devices come in; what was noted around a moment goes out. Memory is bounded.

A `Ledger` keeps some hundred entries for each of a few hundred keys (a key is a device, or a
device and a direction). When a stranger's flood of invented addresses fills it, the keys that were
used longest ago are forgotten first, and the patient's own devices (`pinned`) never are.

The time of an entry is the stream's, and streams have been seen to step back. So "within a
window" means the distance in either direction: after a step back a dose still counts as recent,
which errs on the side of an alarm.

`Memoryless` and `Remembering` are the two shapes most detectors have; a detector is free to be
neither.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from medmon.records import Finding, Gap, Transmission

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
State: TypeAlias = dict[str, Json]


class Entry(NamedTuple):
    """One dated remark.

    Attributes
    ----------
    time_ns : int
        When.
    amount : float
        A quantity; its unit is the business of the detector that wrote it.
    note : str
        A word, an identifier, a digest.
    """

    time_ns: int
    amount: float
    note: str = ""


class Ledger:
    """Dated remarks by key, bounded in age, in entries a key and in keys.

    Parameters
    ----------
    keep_ns : int
        Entries older than this, compared with the newest of their key, are forgotten.
    max_entries : int
        Most entries of one key; the oldest goes first.
    max_pinned_entries : int or None
        The same for a pinned key; None for as many.
    max_keys : int
        Most keys that are not pinned; the one unused for longest goes first.
    pinned : collection of str
        Devices whose keys are never forgotten. A key is the device, or begins with it and "/".
    keeps_sum : bool
        Whether amounts are summed by their reader. Then the oldest entry of a full key is added to
        the next one instead of being forgotten: no flood of small amounts makes a sum too small.
    """

    def __init__(
        self,
        *,
        keep_ns: int,
        max_entries: int = 256,
        max_pinned_entries: int | None = None,
        max_keys: int = 256,
        pinned: Collection[str] = (),
        keeps_sum: bool = False,
    ) -> None:
        self._keep_ns = keep_ns
        self._max_entries = max_entries
        self._max_pinned_entries = max_pinned_entries or max_entries
        self._max_keys = max_keys
        self._pinned = frozenset(pinned)
        self._keeps_sum = keeps_sum
        # Order of the keys is order of use: the first one was unused for longest.
        self._own: dict[str, deque[Entry]] = {}
        self._others: dict[str, deque[Entry]] = {}

    def add(self, key: str, entry: Entry) -> None:
        """Note something about a key and forget what is too old or too much.

        Parameters
        ----------
        key : str
            The device, or the device, "/" and more.
        entry : Entry
            What to note.
        """
        page = self._page(key)
        most = self._max_pinned_entries if page is self._own else self._max_entries
        kept = page.pop(key, None) or deque(maxlen=most)
        while kept and abs(entry.time_ns - kept[0].time_ns) > self._keep_ns:
            kept.popleft()
        if self._keeps_sum and len(kept) == most:
            _fold(kept)
        kept.append(entry)
        page[key] = kept
        if len(self._others) > self._max_keys:
            del self._others[next(iter(self._others))]

    def amend(self, key: str, entry: Entry) -> None:
        """Put another entry in the place of the newest one of a key; nothing without one.

        Parameters
        ----------
        key : str
            The key.
        entry : Entry
            What stands there from now on.
        """
        kept = self._page(key).get(key)
        if kept:
            kept[-1] = entry

    def entries(self, key: str) -> Sequence[Entry]:
        """Return all entries of a key, oldest arrival first.

        Parameters
        ----------
        key : str
            The key.

        Returns
        -------
        sequence of Entry
            Empty for a key that is not known.
        """
        return tuple(self._page(key).get(key, ()))

    def around(self, key: str, time_ns: int, window_ns: int) -> list[Entry]:
        """Return the entries of a key that are nearer to a moment than a window.

        Parameters
        ----------
        key : str
            The key.
        time_ns : int
            The moment.
        window_ns : int
            Length of the window; an entry exactly that far away is outside.

        Returns
        -------
        list of Entry
            Oldest arrival first.
        """
        return [e for e in self.entries(key) if abs(time_ns - e.time_ns) < window_ns]

    def __len__(self) -> int:
        return sum(len(kept) for page in (self._own, self._others) for kept in page.values())

    def state(self) -> State:
        """Return everything that is remembered, as JSON can hold it.

        Returns
        -------
        dict
            For each key a list of ``[time_ns, amount, note]``.
        """
        return {
            key: [[entry.time_ns, entry.amount, entry.note] for entry in kept]
            for page in (self._own, self._others)
            for key, kept in page.items()
        }

    def restore(self, state: Mapping[str, object]) -> None:
        """Forget everything and remember what `state` says.

        Parameters
        ----------
        state : mapping
            What `state` returned.

        Raises
        ------
        ValueError
            If it has another shape; then nothing has changed.
        """
        read = [(key, entry) for key, rows in state.items() for entry in _entries(key, rows)]
        self._own.clear()
        self._others.clear()
        for key, entry in read:
            self.add(key, entry)

    def _page(self, key: str) -> dict[str, deque[Entry]]:
        return self._own if key.partition("/")[0] in self._pinned else self._others


def _fold(kept: deque[Entry]) -> None:
    """Make one entry of the two oldest; it has the later time, so that it counts long enough."""
    first, second = kept.popleft(), kept[0]
    kept[0] = Entry(
        max(first.time_ns, second.time_ns), math.fsum((first.amount, second.amount)), second.note
    )


def _entries(key: str, rows: object) -> list[Entry]:
    """Read the entries of one key, or raise ValueError."""
    found = []
    for row in rows if isinstance(rows, list) else [rows]:
        match row:
            case [int() as time_ns, int() | float() as amount, str() as note]:
                found.append(Entry(time_ns, float(amount), note))
            case _:
                raise ValueError(f"{key}: expected [time_ns, amount, note], found {row!r}")
    return found


class Memoryless:
    """A detector that judges each transmission by itself."""

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Learn nothing.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Whether it was free of alarms.
        """

    def missed(self, gap: Gap) -> None:
        """Take no note of what the monitor could not hear.

        Parameters
        ----------
        gap : Gap
            What was lost.
        """

    def overdue(self, time_ns: int) -> Sequence[Finding]:
        """Miss nothing.

        Parameters
        ----------
        time_ns : int
            Now.

        Returns
        -------
        sequence of Finding
            Always empty.
        """
        del time_ns
        return ()

    def state(self) -> State:
        """Return what is remembered: nothing.

        Returns
        -------
        dict
            Always empty.
        """
        return {}

    def restore(self, state: Mapping[str, object]) -> None:
        """Restore nothing.

        Parameters
        ----------
        state : mapping
            What `state` returned.
        """


class Remembering(Memoryless):
    """A detector whose memory is one `Ledger`.

    Parameters
    ----------
    ledger : Ledger
        Its memory.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def state(self) -> State:
        """Return what is remembered.

        Returns
        -------
        dict
            As JSON can hold it.
        """
        return self._ledger.state()

    def restore(self, state: Mapping[str, object]) -> None:
        """Remember what `state` says and nothing else.

        Parameters
        ----------
        state : mapping
            What `state` returned.

        Raises
        ------
        ValueError
            If it has another shape.
        """
        self._ledger.restore(state)
