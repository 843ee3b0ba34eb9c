"""Priorities and commands go in, the marks that stand for them in every report come out.

A priority is always shown three ways, as a word, a shape and a colour, so that nobody needs to
tell colours apart; stars are those of patient monitors. Colours of kinds of commands are those of
Okabe and Ito, which people with any kind of colour vision can tell apart.

References
----------
.. [1] M. Okabe, K. Ito, "Color Universal Design", 2008: eight colours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Mark:
    """How a priority is shown.

    Attributes
    ----------
    stars : str
        On a terminal.
    shape : str
        One character of text.
    marker : str
        The same shape in a picture, in matplotlib's code.
    colour : str
        Dark enough for white paper and for white text on it.
    size : float
        Of the marker, in points, so that all shapes look equally large.
    """

    stars: str
    shape: str
    marker: str
    colour: str
    size: float


MARKS: Mapping[str, Mark] = MappingProxyType(
    {
        "high": Mark("***", "▲", "^", "#b3132b", 9.0),
        "medium": Mark("**", "◆", "D", "#9a6200", 6.5),
        "low": Mark("*", "●", "o", "#1b6078", 7.0),
        "info": Mark("", "■", "s", "#555f6b", 6.5),
    }
)
"""Each priority's mark, the worst first."""

KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "insulin orders": ("bolus", "temp-basal", "basal-schedule", "cancel", "suspend", "resume"),
        "settings, pairing, buttons": ("settings", "pair", "deactivate", "button"),
        "calls and questions": ("wakeup", "read", "connect"),
        "answers and status": ("response", "ack", "nack", "status", "alert", "advertising"),
        "glucose": ("glucose", "sensor", "meter"),
        "not understood": ("unknown",),
    }
)
"""The kinds of things that are said, and the commands of each."""

COLOURS: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            KINDS,
            ("#d55e00", "#cc79a7", "#0072b2", "#56b4e9", "#009e73", "#8a929c"),
            strict=True,
        )
    )
)
"""The colour of each kind."""

ATTACK_COLOUR = "#b3132b"
"""What really was an attack, in pictures."""

_KIND_OF = {command: kind for kind, commands in KINDS.items() for command in commands}


def kind_of(command: str) -> str:
    """Say what kind of thing a command is.

    Parameters
    ----------
    command : str
        A command in the words of the records.

    Returns
    -------
    str
        A key of `KINDS`; what a later version may add counts as not understood.

    Examples
    --------
    >>> kind_of("suspend")
    'insulin orders'
    """
    return _KIND_OF.get(command, "not understood")
