"""Every exception that leaves medmon, with the exit code of the command line beside it.

The tree::

    MedmonError            1    the root; never raised itself
      InputError          65    bad input data: file, place, what was expected, what was found
      ConfigError         78    all mistakes of a configuration, each with its key path
      SourceError         69    a source of samples is unavailable or stalled
      SinkError           69    an outlet for records is unavailable
      StorageError        74    input/output error, disk full
      AccessError         77    no permission
      IntegrityError      11    a signature, chain or bundle does not verify
      PluginError         78    a plugin is missing, broken, or its name is taken twice

What arrives on the air is never an exception: decoders return `medmon.records.Rejection`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar


class MedmonError(Exception):
    """Root of every exception medmon raises on purpose.

    Attributes
    ----------
    exit_code : int
        Exit status the command line ends with when this error reaches it.
    """

    exit_code: ClassVar[int] = 1


class InputError(MedmonError):
    """Input data that cannot be read as what it claims to be.

    Parameters
    ----------
    file : str
        File or URI as the user named it.
    expected : str
        What medmon expected at this place.
    found : str
        What stands there instead.
    offset : int or None
        Byte offset of the place, where one is known.
    help_text : str
        The next step for the user, if there is one.
    """

    exit_code = 65

    def __init__(
        self,
        file: str,
        *,
        expected: str,
        found: str,
        offset: int | None = None,
        help_text: str = "",
    ) -> None:
        self.file = file
        self.expected = expected
        self.found = found
        self.offset = offset
        place = file if offset is None else f"{file}: byte {offset}"
        tail = f" ({help_text})" if help_text else ""
        super().__init__(f"{place}: expected {expected}, found {found}{tail}")


class ConfigError(MedmonError):
    """A configuration with mistakes; all of them are listed at once.

    Parameters
    ----------
    file : str
        File the configuration came from.
    mistakes : sequence of str
        One line a mistake, each beginning with its key path.
    """

    exit_code = 78

    def __init__(self, file: str, mistakes: Sequence[str]) -> None:
        self.file = file
        self.mistakes = tuple(mistakes)
        count = f"{len(self.mistakes)} mistake{'s' if len(self.mistakes) != 1 else ''}"
        super().__init__("\n".join([f"{file}: {count}", *(f"  {m}" for m in self.mistakes)]))


class SourceError(MedmonError):
    """A source of samples is unavailable or has stalled.

    Parameters
    ----------
    uri : str
        The source as configured.
    tried : str
        What was tried.
    help_text : str
        What helps.
    """

    exit_code = 69

    def __init__(self, uri: str, *, tried: str, help_text: str = "") -> None:
        self.uri = uri
        tail = f" ({help_text})" if help_text else ""
        super().__init__(f"{uri}: {tried}{tail}")


class SinkError(MedmonError):
    """An outlet for records is unavailable.

    Parameters
    ----------
    uri : str
        The sink as configured.
    reason : str
        Why it does not take records.
    help_text : str
        What helps.
    """

    exit_code = 69

    def __init__(self, uri: str, *, reason: str, help_text: str = "") -> None:
        self.uri = uri
        tail = f" ({help_text})" if help_text else ""
        super().__init__(f"{uri}: {reason}{tail}")


class StorageError(MedmonError):
    """An input/output error or a full disk."""

    exit_code = 74


class AccessError(MedmonError):
    """Permission is missing; the message says how to get it."""

    exit_code = 77


class IntegrityError(MedmonError):
    """A signature, a chain or a bundle does not verify."""

    exit_code = 11


class PluginError(MedmonError):
    """A plugin is missing, broken, or shares its name with another one."""

    exit_code = 78
