"""A line goes in, the same line without what identifies a patient comes out.

A radio address names one device and so one patient; an inventory number or a name does so more
directly. `hashed` replaces each by ``h:`` and 12 hexadecimal digits of a keyed BLAKE2b. The key is
the site's salt: addresses have only 24 to 32 bits, so an unkeyed hash could be undone by trying
them all. For the same reason the ids of transmissions and alarms are replaced wherever they stand:
they are unkeyed hashes of what was heard, and everything else that went into them is in the line.
(Their pseudonyms have 16 digits, since there are more of them.)

The same identifier always becomes the same pseudonym under one salt. So hashed records still show
that two transmissions came from one device, lines still refer to each other, and they can be
replayed against a configuration that names its devices by their pseudonyms
(``id = "h:0123456789ab"``).

Of the fields of a protocol only those stay that its decoder vouches for (`Vouched`): a field that
nobody thought about is hidden. ``raw_hex`` holds the address in clear and is taken out. In
sentences every word that has the form of an address is replaced, whosever it is.

Not touched: names of recordings, which are the user's own choice, but for the words in them that
are identifiers; and other words of fewer than three letters inside sentences, where the cure would
be worse ("5" is a dose more often than a serial).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, get_args

from medmon.records import SEVERAL_DEVICES, Command, Role

PSEUDONYM = "h:[0-9a-f]{12}"
"""Regular expression of a pseudonym."""

_DEVICE_KEYS = frozenset({"id", "asset", "name"})
_SENTENCES = frozenset({"title", "action", "value", "expected", "text"})
"""Keys under which a line speaks to a person."""
_ORDERS = "orders"
"""The field that holds fields: a list of orders, each a command and pairs of name and value."""
_SHORTEST_WORD = 3
_COMMANDS = [[command] for command in get_args(Command)]
_ORDINARY = frozenset(get_args(Role))
"""A device that is called "pump" is no secret, and sentences must stay readable."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """What decoders say about the identifiers in their messages; without arguments nothing.

    Attributes
    ----------
    open_fields : mapping
        Names of fields that identify nobody, by the name of the protocol.
    id_patterns : tuple of str
        Regular expressions of the ids of devices.
    """

    open_fields: Mapping[str, Collection[str]] = field(default_factory=dict)
    id_patterns: tuple[str, ...] = ()


NOTHING_VOUCHED = Vouched()
"""Every field is hidden."""


@dataclass(frozen=True, slots=True)
class _Veil:
    """The salt, and the words to look for in one line."""

    salt: bytes
    words: re.Pattern[str]
    sentences: re.Pattern[str]

    def over(self, value: Any, key: str = "") -> Any:
        """Copy a value, with the searched words in its texts replaced."""
        if isinstance(value, Mapping):
            return {inner: self.over(item, inner) for inner, item in value.items()}
        if isinstance(value, list):
            return [self.over(item, key) for item in value]
        if isinstance(value, str):
            search = self.sentences if key in _SENTENCES else self.words
            return search.sub(lambda match: pseudonym(match[0], salt=self.salt), value)
        return value

    def hidden(self, value: Any) -> Any:
        """Replace a value, in a list each of its items; a truth value or nothing names nobody."""
        if isinstance(value, list):
            return [self.hidden(item) for item in value]
        if value is None or isinstance(value, bool):
            return value
        text = value if isinstance(value, str) else json.dumps(value)
        return pseudonym(text, salt=self.salt)


def hashed(
    line: Mapping[str, Any],
    *,
    salt: bytes,
    known: Iterable[str] = (),
    vouched: Vouched = NOTHING_VOUCHED,
) -> dict[str, Any]:
    """Replace the identifiers in a line by pseudonyms.

    Parameters
    ----------
    line : mapping
        A line of any type.
    salt : bytes
        The site's secret, 16 to 64 bytes.
    known : iterable of str
        Identifiers to look for in every text: ids, inventory numbers and names of the patient's
        devices. What the line itself names is looked for without being told.
    vouched : Vouched
        Which fields of a protocol may stay as they are, and how its ids look.

    Returns
    -------
    dict
        A new line; the given one is not changed.

    Raises
    ------
    ValueError
        If the salt has not 16 to 64 bytes.
    """
    if not 16 <= len(salt) <= 64:
        raise ValueError(f"expected a salt of 16 to 64 bytes, found {len(salt)}")
    named = {key: str(value) for key, value in _named_in(line).items() if value is not None}
    words = _patterns_of({*known, *named.values()})
    veil = _Veil(salt, _search_for(words), _search_for([*words, *vouched.id_patterns]))
    clean: dict[str, Any] = veil.over(line)
    if "subject" in clean:
        clean["subject"] = _subject(line, named, veil)
    if clean.get("device") is not None:
        for key in _DEVICE_KEYS & named.keys() - _ordinary_in(named):
            clean["device"][key] = veil.hidden(named[key])
    if "fields" in clean:
        open_fields = vouched.open_fields.get(line.get("protocol") or "", ())
        for key in clean["fields"].keys() - set(open_fields):
            clean["fields"][key] = veil.hidden(line["fields"][key])
        orders = line["fields"].get(_ORDERS)
        if isinstance(orders, list):
            clean["fields"][_ORDERS] = [_order(one, open_fields, veil) for one in orders]
    _hide_ids(clean, line, salt)
    return clean


def pseudonym(identifier: str, *, salt: bytes) -> str:
    """Give the pseudonym of one identifier.

    Parameters
    ----------
    identifier : str
        Address, inventory number or name; upper and lower case are the same.
    salt : bytes
        The site's secret, at most 64 bytes.

    Returns
    -------
    str
        ``h:`` and 12 hexadecimal digits.
    """
    return f"h:{_digest(identifier.lower(), 6, salt)}"


def _order(one: Any, open_fields: Collection[str], veil: _Veil) -> Any:
    """Hide in one order of a message what would be hidden in the message; all, if it is none."""
    if not isinstance(one, list) or one[:1] not in _COMMANDS:
        return veil.hidden(one)
    shown = [one[0]]
    for pair in one[1:]:
        match pair:
            case [str(name), value] if name in open_fields:
                shown.append([name, veil.over(value)])
            case [str(name), value]:
                shown.append([name, veil.hidden(value)])
            case _:
                shown.append(veil.hidden(pair))
    return shown


def _hide_ids(clean: dict[str, Any], line: Mapping[str, Any], salt: bytes) -> None:
    """Replace what an address could be found from by trying: unkeyed hashes, and the bytes."""
    if "id" in line:
        clean["id"] = _reference(line["id"], salt)
    # In a summary these are counts, which name nobody.
    if isinstance(line.get("transmissions"), list):
        clean["transmissions"] = [_reference(item, salt) for item in line["transmissions"]]
    if "raw_hex" in line:
        clean["raw_hex"] = None


def _reference(identity: object, salt: bytes) -> str:
    """Give the pseudonym of a record; there are more records than devices, so it is longer."""
    return f"h:{_digest(str(identity), 8, salt)}"


def _digest(text: str, size: int, salt: bytes) -> str:
    return blake2b(text.encode(errors="replace"), digest_size=size, key=salt).hexdigest()


def _subject(line: Mapping[str, Any], named: Mapping[str, str], veil: _Veil) -> str | None:
    """Hide a device; the monitor and its receivers, which technical alarms are about, may stay."""
    if "subject" in named:
        return pseudonym(named["subject"], salt=veil.salt)
    # The form decides, as in sentences: a technical alarm may be about a device after all.
    subject: str | None = veil.over(line["subject"], "text")
    return subject


def _named_in(line: Mapping[str, Any]) -> dict[str, Any]:
    """Map the keys under which the line names its device to what they hold."""
    device = line.get("device") or {}
    named = {key: device.get(key) for key in _DEVICE_KEYS}
    # A technical alarm is about the monitor or a receiver, which are no patient's; and several
    # devices are nobody in particular.
    if line.get("kind") != "technical" and line.get("subject") != SEVERAL_DEVICES:
        named["subject"] = line.get("subject")
    return named


def _ordinary_in(named: Mapping[str, str]) -> set[str]:
    return {key for key, word in named.items() if word.lower() in _ORDINARY}


def _patterns_of(words: set[str]) -> list[str]:
    wanted = [w for w in words if len(w) >= _SHORTEST_WORD and w.lower() not in _ORDINARY]
    # The longest first, so that a name which contains another one is replaced as a whole.
    return [re.escape(word) for word in sorted(wanted, key=lambda word: (-len(word), word))]


def _search_for(patterns: Collection[str]) -> re.Pattern[str]:
    """Compile a search for whole words; without any it finds nothing."""
    either = "|".join(f"(?:{pattern})" for pattern in patterns) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
