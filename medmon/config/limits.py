"""What the value of a key must satisfy, beside its type: marks for ``typing.Annotated``.

::

    Positive = Annotated[float, Limited(gt=0)]
    Seconds = Annotated[float, Limited(ge=0), Read(seconds_from_text)]

pydantic asks each mark for its part of the check, by the method that it documents for types that
are not its own. It has marks of the same meaning (``Field``, ``BeforeValidator``,
``AfterValidator``), but they cannot be named without importing it, and that takes 0.19 s of CPU
time with its tables, half of what a short replay may cost; without a configuration file there is
nothing to check (decision 0027).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Read:
    """A function that is given what stands in the file, before its type is looked at.

    Parameters
    ----------
    read : callable
        Takes any value and gives another one, or the same; ValueError says what was expected.
    """

    def __init__(self, read: Callable[[object], object]) -> None:
        self._read = read

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Answer pydantic: first the function, then what stands before this mark."""
        from pydantic_core.core_schema import no_info_before_validator_function

        return no_info_before_validator_function(self._read, handler(source))


class Checked:
    """A function that is given a value of the right type.

    Parameters
    ----------
    check : callable
        Gives the value back, perhaps in another spelling; ValueError says what was expected.
    """

    def __init__(self, check: Callable[[Any], Any]) -> None:
        self._check = check

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Answer pydantic: first what stands before this mark, then the function."""
        from pydantic_core.core_schema import no_info_after_validator_function

        return no_info_after_validator_function(self._check, handler(source))


class Limited:
    """Limits in the words of pydantic; stands directly behind the type.

    Parameters
    ----------
    **limits : float or str
        ``gt``, ``ge``, ``le`` of a number, ``pattern`` of a text.
    """

    def __init__(self, **limits: float | str) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Answer pydantic: the type, with its limits."""
        return {**handler(source), **self._limits}
