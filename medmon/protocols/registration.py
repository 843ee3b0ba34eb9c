"""Devices of a configuration and the decoders come in, what is wrong with the devices goes out.

A device that is registered under an id which its decoder never prints is guarded by no limit: its
commands look like those of a stranger's pump. So the id must have the form its decoder declares.

Two forms pass for every protocol: the pseudonyms of hashed records, which are judged against a
configuration that names its devices by them; and any word for a programmer, which has no address
of its own: it speaks with the pump's, and is registered so that its sessions are expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Protocol

from medmon.config import Device, Neighbour
from medmon.wire import PSEUDONYM


class Kind(Protocol):
    """What registration needs of a decoder; see `medmon.protocols.Decoder`."""

    name: str
    id_pattern: str
    id_example: str


def registration_mistakes(
    rows: Iterable[tuple[str, Device | Neighbour]], kinds: Iterable[Kind]
) -> list[str]:
    """List what is wrong with the protocols and ids of devices, ours and the neighbours'.

    Parameters
    ----------
    rows : iterable of tuple of (str, Device or Neighbour)
        What a message about a device begins with ("device.0."), and the device.
    kinds : iterable of Kind
        The decoders there are.

    Returns
    -------
    list of str
        One line a mistake.
    """
    known = {kind.name: kind for kind in kinds}
    mistakes = []
    for place, device in rows:
        kind = known.get(device.protocol)
        if kind is None:
            names = ", ".join(sorted(known)) or "none, since no decoder is loaded"
            mistakes.append(f"{place}protocol: expected one of {names}, found {device.protocol!r}")
        elif not _is_programmer(device) and not _has_form(device.id, kind.id_pattern):
            mistakes.append(
                f"{place}id: expected an id of {kind.name} such as {kind.id_example}, "
                f"found {device.id!r}"
            )
    return mistakes


def _has_form(device_id: str, pattern: str) -> bool:
    return re.fullmatch(f"{PSEUDONYM}|{pattern}", device_id) is not None


def _is_programmer(device: Device | Neighbour) -> bool:
    return isinstance(device, Device) and device.role == "programmer"
