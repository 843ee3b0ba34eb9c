r"""The body of a message comes in, its blocks with their fields go out; nothing is lost.

Layout (a character is four bits)::

    TT LL PP...PP TT LL PP...PP ...
    |  |  |
    |  |  payload
    |  its length in bytes; block 1D has none and is ten bytes in all
    type

====  =======================  ========================================
type  name                     read in
====  =======================  ========================================
01    version                  `medmon.protocols.omnipod.answers`
02    pod-information          answers
03    set-up-pod               `medmon.protocols.omnipod.settings`
06    error                    answers
07    assign-address           settings
08    fault-handling           settings
0E    get-status               settings
11    acknowledge-alerts       settings
13    basal-schedule-timing    `medmon.protocols.omnipod.delivery`
16    temp-basal-timing        delivery
17    bolus-timing             delivery
19    configure-alerts         settings
1A    insulin-schedule         delivery
1C    deactivate-pod           settings
1D    status                   answers
1E    configure-beeps          settings
1F    cancel-delivery          delivery
====  =======================  ========================================

A block of another type, of a length its type never has, or cut off by the end of the body keeps
its bytes and gets the name ``unknown``; the blocks before it are read all the same. How sure:
confirmed by every message of the vectors. Source: OmniKit ``MessageBlock.swift`` at 1446be8.

A temporary basal of 0.05 IU/h for half an hour (openomni corpus, ``all.txt`` line 2357):

>>> body = bytes.fromhex("1a0e5be59deb01007901384000000000160e7c00000515752a00000515752a00")
>>> [(block.name, block.fields["duration_s"]) for block in blocks_from_body(body)]
[('insulin-schedule', 1800.0), ('temp-basal-timing', 1800.0)]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from medmon.protocols.omnipod import answers, delivery, settings
from medmon.protocols.omnipod.delivery import Reader
from medmon.records import FieldValue

READERS: Mapping[int, tuple[str, Reader]] = {
    **answers.READERS,
    **delivery.READERS,
    **settings.READERS,
}
UNKNOWN = "unknown"

_STATUS = 0x1D
_STATUS_BYTES = 10


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a message.

    Attributes
    ----------
    kind : int
        Its type.
    name : str
        What it is called here; ``unknown`` if its bytes mean nothing to us.
    data : bytes
        All of it, type and length included.
    fields : mapping
        What it says; empty if unknown.
    """

    kind: int
    name: str
    data: bytes
    fields: Mapping[str, FieldValue]


def blocks_from_body(body: bytes) -> tuple[Block, ...]:
    """Split a body into blocks and read each.

    Parameters
    ----------
    body : bytes
        Body of a message.

    Returns
    -------
    tuple of Block
        In their order; their data joined are the body.
    """
    blocks, at = [], 0
    while at < len(body):
        end = at + _length(body[at:])
        blocks.append(_block(body[at:end]))
        at = end
    return tuple(blocks)


def _length(data: bytes) -> int:
    """Return how many bytes the first block claims to have; at least one."""
    if data[0] == _STATUS:
        return _STATUS_BYTES
    return 2 + data[1] if len(data) > 1 else 1


def _block(data: bytes) -> Block:
    """Read one block."""
    name, read = READERS.get(data[0], (UNKNOWN, None))
    is_whole = len(data) == _length(data)
    payload = data[1:] if data[0] == _STATUS else data[2:]
    fields = read(payload) if read and is_whole else None
    return Block(data[0], UNKNOWN if fields is None else name, data, fields or {})
