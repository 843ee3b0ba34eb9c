"""The URIs of outputs come in, checked addresses come out, or all mistakes at once.

    json:ward.jsonl?append=no
    |    |          |
    |    |          options, name=value, joined by &
    |    target: a file, - for standard output, or a host
    scheme: the name of a sink

The names of options are checked here against those the sink declares; what their values mean is
the sink's business. The option ``hash`` belongs to every output.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from medmon.errors import ConfigError
from medmon.plugins import load, names

_URI = re.compile(r"([a-z][a-z0-9+-]*):(.*)", re.DOTALL)
_OPTIONS = re.compile(r"[a-z_]+=[^&=]*(?:&[a-z_]+=[^&=]*)*")


@dataclass(frozen=True, slots=True)
class Address:
    """A URI taken apart.

    Attributes
    ----------
    uri : str
        As the user wrote it.
    scheme : str
        Name of the sink.
    target : str
        What stands between the scheme and the options.
    options : mapping
        The options.
    """

    uri: str
    scheme: str
    target: str
    options: Mapping[str, str]


def address_from_uri(uri: str) -> Address:
    """Take the URI of an output apart.

    Parameters
    ----------
    uri : str
        ``SCHEME:TARGET`` with options behind a question mark.

    Returns
    -------
    Address
        Its parts.

    Raises
    ------
    ValueError
        If it has another form.

    Examples
    --------
    >>> address_from_uri("csv:ward.csv?append=no").options
    {'append': 'no'}
    >>> address_from_uri("json:why?.jsonl").target
    'why?.jsonl'
    """
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError("expected SCHEME:TARGET such as json:ward.jsonl or json:-")
    target, mark, tail = match[2].rpartition("?")
    # A file name may hold a question mark; only name=value behind it makes options.
    if not mark or not _OPTIONS.fullmatch(tail):
        target, tail = match[2], ""
    return Address(uri, match[1], target, dict(parse_qsl(tail, keep_blank_values=True)))


def addresses_from_uris(uris: Sequence[str]) -> list[Address]:
    """Take the URIs of all outputs apart, and check that their sinks would understand them.

    Parameters
    ----------
    uris : sequence of str
        The outputs of one run.

    Returns
    -------
    list of Address
        One for each, in their order.

    Raises
    ------
    ConfigError
        With every mistake: another form, an unknown sink or option, two outputs into one place.
    """
    addresses: list[Address] = []
    mistakes: list[str] = []
    for number, uri in enumerate(uris, start=1):
        try:
            address = address_from_uri(uri)
            _check(address, addresses)
            addresses.append(address)
        except ValueError as error:
            mistakes.append(f"output {number}: {uri}: {error}")
    if mistakes:
        raise ConfigError("outputs", mistakes)
    return addresses


def _check(address: Address, others: Sequence[Address]) -> None:
    known = names("sinks")
    if address.scheme not in known:
        raise ValueError(f"no output named {address.scheme!r}; there are {', '.join(known)}")
    if address.options.get("hash", "no") not in {"yes", "no"}:
        raise ValueError("hash: expected yes or no")
    understood = (*load("sinks", address.scheme).options, "hash")
    for name in address.options:
        if name not in understood:
            raise ValueError(f"{name}: no such option; there are {', '.join(understood)}")
    for other in others:
        if address.target and address.target == other.target:
            raise ValueError(f"writes to the same place as {other.uri}")
