"""Lines of records come in, each outlet gets those that are meant for it.

For every line and outlet there is one `Decision`, so that "why did this not arrive" has an answer
that can be counted. What an outlet's URI may say is in `medmon.respond.addresses`.

An outlet that fails never holds up another one. Its error is kept, the record is counted as lost,
and the next record is tried again, because a disk can have space again. An outlet whose reader has
gone (``medmon replay ... | head``) is left alone without a word.

The option ``hash`` belongs to every output: ``hash=yes`` puts pseudonyms in the place of
identifiers (`medmon.wire.hashed`), ``hash=no`` leaves them. Without it, outputs that leave the
machine carry pseudonyms unless ``privacy.show_identifiers`` is set, and local ones do not.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from medmon import plugins
from medmon.config import Output, Privacy
from medmon.errors import AccessError, ConfigError, MedmonError, SinkError
from medmon.plugins import load
from medmon.records import Priority
from medmon.respond import Sink
from medmon.respond.addresses import Address, addresses_from_uris
from medmon.respond.standing import urgency
from medmon.wire import NOTHING_VOUCHED, Vouched, hashed

_SALT_HELP = "make one with `head -c 32 /dev/urandom > FILE` and name it here, or ask for hash=no"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Decision(StrEnum):
    """What became of a line at one outlet."""

    SENT = "sent"
    NOT_ASKED = "not-asked"
    """A finding without -v, or anything but an alarm where a least priority is set."""
    BELOW_PRIORITY = "below-priority"
    LOST = "lost"
    """The outlet failed; its error tells why."""
    DESERTED = "deserted"
    """Whoever read this outlet has gone."""


@dataclass(slots=True)
class Outlet:
    """An open sink and what is meant for it.

    Attributes
    ----------
    address : Address
        Where it leads.
    sink : Sink
        The sink.
    min_priority : str or None
        With one, it gets alarms of this priority or above, and nothing else.
    salt : bytes or None
        Secret of the pseudonyms; None leaves identifiers in clear.
    vouched : Vouched
        What may stay in clear beside pseudonyms.
    error : MedmonError or None
        The first failure.
    lost : int
        Records lost.
    is_deserted : bool
        Whether its reader has gone.
    """

    address: Address
    sink: Sink
    min_priority: Priority | None = None
    salt: bytes | None = None
    vouched: Vouched = NOTHING_VOUCHED
    error: MedmonError | None = None
    lost: int = 0
    is_deserted: bool = False


class Outlets:
    """All outlets of one run.

    Parameters
    ----------
    outlets : sequence of Outlet
        The open outlets.
    known : collection of str
        Identifiers of the patient's devices, to be found in texts where pseudonyms are wanted.
    findings : bool
        Whether findings are asked for.
    """

    def __init__(
        self, outlets: Sequence[Outlet], *, known: Collection[str] = (), findings: bool = False
    ) -> None:
        self._outlets = tuple(outlets)
        self._known = tuple(known)
        self._findings = findings

    @property
    def failures(self) -> tuple[MedmonError, ...]:
        """The first error of each outlet that failed, in the order of the outlets."""
        return tuple(outlet.error for outlet in self._outlets if outlet.error is not None)

    @property
    def is_deserted(self) -> bool:
        """Whether there were readers and all of them have gone, so that nobody listens."""
        return bool(self._outlets) and all(outlet.is_deserted for outlet in self._outlets)

    def deliver(self, line: Mapping[str, Any]) -> tuple[Decision, ...]:
        """Give a line to every outlet it is meant for.

        Parameters
        ----------
        line : mapping
            The mapping of a JSON line.

        Returns
        -------
        tuple of Decision
            One for each outlet, in their order.
        """
        return tuple(self._decide(outlet, line) for outlet in self._outlets)

    def close(self) -> None:
        """Close every outlet, and tell what failed.

        Raises
        ------
        MedmonError
            The failure, if one outlet failed.
        SinkError
            All failures, if several did.
        """
        for outlet in self._outlets:
            try:
                outlet.sink.close()
            except (MedmonError, OSError) as error:
                _note_failure(outlet, error)
        failed = [outlet for outlet in self._outlets if outlet.error is not None]
        if len(failed) == 1 and failed[0].error is not None:
            failed[0].error.add_note(_losses(failed[0]))
            raise failed[0].error
        if failed:
            told = "; ".join(f"{outlet.error} ({_losses(outlet)})" for outlet in failed)
            raise SinkError("outputs", reason=told)

    def _decide(self, outlet: Outlet, line: Mapping[str, Any]) -> Decision:
        if outlet.is_deserted:
            return Decision.DESERTED
        if line["type"] == "finding" and not self._findings:
            return Decision.NOT_ASKED
        if outlet.min_priority is not None:
            if line["type"] != "alarm":
                return Decision.NOT_ASKED
            if urgency(line["priority"]) < urgency(outlet.min_priority):
                return Decision.BELOW_PRIORITY
        return self._send(outlet, line)

    def _send(self, outlet: Outlet, line: Mapping[str, Any]) -> Decision:
        if outlet.salt is not None:
            line = hashed(line, salt=outlet.salt, known=self._known, vouched=outlet.vouched)
        try:
            outlet.sink.emit(line)
        except BrokenPipeError:
            outlet.is_deserted = True
            _abandon_stdout()
            return Decision.DESERTED
        except (MedmonError, OSError) as error:
            outlet.lost += 1
            _note_failure(outlet, error)
            return Decision.LOST
        return Decision.SENT


def open_outlets(
    outputs: Sequence[Output],
    *,
    privacy: Privacy | None = None,
    known: Collection[str] = (),
    defaults: Mapping[str, str] = _NOTHING,
    findings: bool = False,
) -> Outlets:
    """Open the sinks of all outputs.

    Parameters
    ----------
    outputs : sequence of Output
        The outputs, from the configuration and the command line.
    privacy : Privacy or None
        What the configuration says about identifiers; None is its default.
    known : collection of str
        Identifiers of the patient's devices: ids, inventory numbers, names.
    defaults : mapping
        Options for the sinks that understand them, where their URI says nothing.
    findings : bool
        Whether findings are asked for.

    Returns
    -------
    Outlets
        The open outlets.

    Raises
    ------
    ConfigError
        With every URI that means nothing, or if a secret for pseudonyms is needed and missing.
    MedmonError
        If a sink cannot be opened; those opened before are closed again.
    """
    rules = privacy or Privacy()
    addresses = addresses_from_uris([output.uri for output in outputs])
    outlets: list[Outlet] = []
    try:
        for output, address in zip(outputs, addresses, strict=True):
            plugin = load("sinks", address.scheme)
            salt = _salt(address, rules) if _is_hashed(address, plugin, rules) else None
            given = {name: value for name, value in defaults.items() if name in plugin.options}
            given |= {k: v for k, v in address.options.items() if k != "hash"}
            sink = plugin(address.target, given)
            vouched = NOTHING_VOUCHED if salt is None else _vouched_by_decoders()
            outlets.append(Outlet(address, sink, output.min_priority, salt, vouched))
    except MedmonError:
        with suppress(MedmonError):
            Outlets(outlets).close()
        raise
    return Outlets(outlets, known=known, findings=findings)


def _is_hashed(address: Address, plugin: type[Sink], rules: Privacy) -> bool:
    if "hash" in address.options:
        return address.options["hash"] == "yes"
    return plugin.leaves_machine and not rules.show_identifiers


def _vouched_by_decoders() -> Vouched:
    decoders = [plugins.load("protocols", name) for name in plugins.names("protocols")]
    return Vouched(
        {decoder.name: decoder.open_fields for decoder in decoders},
        tuple(decoder.id_pattern for decoder in decoders),
    )


def _salt(address: Address, rules: Privacy) -> bytes:
    if rules.salt_file is None:
        raise ConfigError(
            "privacy.salt_file",
            [f"{address.uri}: pseudonyms need a secret; {_SALT_HELP}"],
        )
    return _salt_from_file(rules.salt_file)


def _salt_from_file(path: Path) -> bytes:
    try:
        salt = path.read_bytes()
    except PermissionError as error:
        raise AccessError(f"{path}: no permission to read the secret of the pseudonyms") from error
    except OSError as error:
        raise ConfigError("privacy.salt_file", [f"{path}: {error.strerror}"]) from error
    if not 16 <= len(salt) <= 64:
        raise ConfigError(
            "privacy.salt_file", [f"{path}: expected 16 to 64 bytes, found {len(salt)}"]
        )
    return salt


def _note_failure(outlet: Outlet, error: MedmonError | OSError) -> None:
    if isinstance(error, OSError):
        error = SinkError(outlet.address.uri, reason=str(error))
    outlet.error = outlet.error or error


def _losses(outlet: Outlet) -> str:
    return f"{outlet.lost} record{'' if outlet.lost == 1 else 's'} lost"


def _abandon_stdout() -> None:
    """Let the interpreter flush into nothing at exit; else it complains about the pipe itself."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
