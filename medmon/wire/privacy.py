"""A line goes in, the same line without what identifies a patient comes out.

A radio address names one device and so one patient; an inventory number or a name does so more
directly. `hashed` replaces each by ``h:`` and 12 hexadecimal digits of a keyed BLAKE2b, and takes
``raw_hex`` out, which holds the address in clear. The key is the site's salt: addresses have only
24 to 32 bits, so an unkeyed hash could be undone by trying them all.

The same identifier always becomes the same pseudonym under one salt. So hashed records still show
that two transmissions came from one device, and they can be replayed against a configuration that
names its devices by their pseudonyms (``id = "h:0123456789ab"``).

Not touched: names of recordings, which are the user's own choice; the address of a foreign device
where it appears only in the sentence of a finding about another one; and words of fewer than three
letters inside sentences, where the cure would be worse ("5" is a dose more often than a serial).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, get_args

from medmon.records import Role

_DEVICE_KEYS = frozenset({"id", "asset", "name"})
_FIELD_NAMES = re.compile(r"(?:^|_)(?:address|serial|serial_number|lot|tid|id)$")
"""Names of protocol fields that hold an identifier."""
_SHORTEST_WORD = 3
_ORDINARY = frozenset(get_args(Role))
"""A device that is called "pump" is no secret, and sentences must stay readable."""


def hashed(line: Mapping[str, Any], *, salt: bytes, known: Iterable[str] = ()) -> dict[str, Any]:
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
    search = _search_for({*known, *named.values()})
    clean = {key: _without(value, salt, search) for key, value in line.items()}
    if "subject" in named:
        clean["subject"] = pseudonym(named["subject"], salt=salt)
    if clean.get("device") is not None:
        for key in _DEVICE_KEYS & named.keys() - _ordinary_in(named):
            clean["device"][key] = pseudonym(named[key], salt=salt)
    for key, value in clean.get("fields", {}).items():
        if _FIELD_NAMES.search(key) and value is not None:
            clean["fields"][key] = pseudonym(str(line["fields"][key]), salt=salt)
    if "raw_hex" in clean:
        clean["raw_hex"] = None
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
    digest = blake2b(identifier.lower().encode(errors="replace"), digest_size=6, key=salt)
    return f"h:{digest.hexdigest()}"


def _named_in(line: Mapping[str, Any]) -> dict[str, Any]:
    """Map the keys under which the line names its device to what they hold."""
    device = line.get("device") or {}
    named = {key: device.get(key) for key in _DEVICE_KEYS}
    # A technical alarm is about the monitor or a receiver, which are no patient's.
    if line.get("kind") != "technical":
        named["subject"] = line.get("subject")
    return named


def _ordinary_in(named: Mapping[str, str]) -> set[str]:
    return {key for key, word in named.items() if word.lower() in _ORDINARY}


def _search_for(words: set[str]) -> re.Pattern[str] | None:
    wanted = [w for w in words if len(w) >= _SHORTEST_WORD and w.lower() not in _ORDINARY]
    # The longest first, so that a name which contains another one is replaced as a whole.
    wanted.sort(key=lambda word: (-len(word), word))
    pattern = "|".join(re.escape(word) for word in wanted)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) if wanted else None


def _without(value: Any, salt: bytes, search: re.Pattern[str] | None) -> Any:
    """Copy a value, with the searched words in its texts replaced."""
    if isinstance(value, Mapping):
        return {key: _without(item, salt, search) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, salt, search) for item in value]
    if isinstance(value, str) and search is not None:
        return search.sub(lambda match: pseudonym(match[0], salt=salt), value)
    return value
