"""Names of recordings and receivers come in, `Block` and `Gap` go out: what the antenna heard.

This module holds the door: `Source`, the shape of everything samples come from, and `open_source`,
which finds the plugin for a name. Behind it: `formats` (bytes to samples, the only place), `facts`
(what a file's name tells), `cutter` (bytes to blocks), `recorder` (blocks to a SigMF recording) and
`sources`, one file a kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

from medmon import plugins
from medmon.capture.facts import ENDINGS, NOTHING_KNOWN, Facts, ending_of
from medmon.capture.files import opened
from medmon.capture.layout import DEFAULT_BLOCK_SAMPLES
from medmon.records import Block, Gap, Summary, Transmission

__all__ = ["Facts", "Source", "open_source"]

_FALLBACK = "iq-file"
_HEAD_BYTES = 512


class Source(Protocol):
    """A recording or a receiver, open; iterate over it once.

    What it holds comes in order, every sample in exactly one block or gap. Where it breaks off, a
    `medmon.errors.MedmonError` is raised after all that came before.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def __iter__(self) -> Iterator[Block | Gap | Transmission | Summary]: ...

    def close(self) -> None:
        """Release what it holds open; may be called twice."""


def open_source(
    uri: str, *, facts: Facts = NOTHING_KNOWN, block_samples: int = DEFAULT_BLOCK_SAMPLES
) -> Source:
    """Open whatever samples, or records of transmissions, come from.

    Parameters
    ----------
    uri : str
        A path, ``file:`` URI, ``-`` for standard input, a format in front of either
        (``cu8:dump.bin``, ``cs16:-``), or a receiver such as ``rtl_tcp://127.0.0.1:1234``.
    facts : Facts
        What the user's flags say; they win over metadata, and metadata over the file's name.
    block_samples : int
        Samples a block, at least 1. It does not change what is in them.

    Returns
    -------
    Source
        Open; close it, or use it in a ``with``.

    Raises
    ------
    InputError
        If a file is missing, not a recording, or its rate or format is unknown.
    AccessError
        If it may not be read.
    StorageError
        If the disk refuses.
    SourceError
        If a receiver does not answer.
    PluginError
        If there is no source of that scheme.
    """
    scheme, colon, rest = uri.partition(":")
    if colon and scheme.lower() in ENDINGS and rest:
        facts = facts.over(Facts(sample_format=ENDINGS[scheme.lower()]))
        uri = rest
    elif "://" in uri and scheme.lower() != "file":
        name = scheme.lower().replace("_", "-")
        return _built(name, uri, facts, block_samples)
    elif scheme.lower() == "file" and rest.startswith("/"):
        uri = unquote(urlsplit(uri).path)
    if uri == "-":
        return _built("stdin", uri, facts, block_samples)
    return _built(_file_plugin(uri, facts), uri, facts, block_samples)


def _built(name: str, uri: str, facts: Facts, block_samples: int) -> Source:
    source: Source = plugins.load("sources", name)(uri, facts, block_samples)
    return source


def _file_plugin(path: str, facts: Facts) -> str:
    """Choose the reader of a file: by its ending, else by its first bytes, else by the flags."""
    readers = [name for name in plugins.names("sources") if name.endswith("-file")]
    ending = ending_of(path)
    for name in readers:
        # A foreign reader may have neither endings nor magic; it is then named by its scheme only.
        if ending in getattr(plugins.load("sources", name), "endings", ()):
            return name
    if facts.sample_format is None:
        with opened(path) as stream:
            head = stream.read(_HEAD_BYTES)
        for name in readers:
            magic = getattr(plugins.load("sources", name), "magic", None)
            if magic is not None and head[magic[0] :].startswith(magic[1]):
                return name
    return _FALLBACK
