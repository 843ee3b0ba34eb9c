"""Words for figures come in, a table of them goes out, and how and on what they were measured."""

from __future__ import annotations

from dataclasses import dataclass

from medmon.bench.peer import ABSENT
from medmon.bench.results import Run
from medmon.quantities import text_from_hertz


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the bench, for people.

    Attributes
    ----------
    title : str
        What was measured.
    says : tuple of str
        What the figures mean, and what was hoped for: whole sentences.
    heading : tuple of str
        Names of the columns.
    rows : tuple of tuple of str
        As many words as the heading has.
    """

    title: str
    says: tuple[str, ...]
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def told(run: Run) -> str:
    """Say how and on what a part was run.

    Parameters
    ----------
    run : Run
        The description.

    Returns
    -------
    str
        A sentence.
    """
    load = "" if run.load is None else f", load {run.load:g}"
    return (
        f"{run.effort.capitalize()} run of {run.time[:10]}, medmon {run.medmon}, Python "
        f"{run.python}, numpy {run.numpy}, {run.cores} cores of {run.processor}{load}."
    )


def compared(run: Run) -> tuple[str, str]:
    """Say how a part was run, and with which rtl_433 beside it.

    Parameters
    ----------
    run : Run
        The description.

    Returns
    -------
    tuple of str
        Two sentences; the second one says how to get rtl_433 where it was not there.
    """
    peer = f"{ABSENT}." if run.peer is None else f"Beside it rtl_433 {run.peer}."
    return told(run), peer


def rate(rate_hz: float) -> str:
    """Name a sample rate.

    Parameters
    ----------
    rate_hz : float
        The rate.

    Returns
    -------
    str
        As people say it.

    Examples
    --------
    >>> rate(2.048e6)
    '2.048 MS/s'
    """
    return text_from_hertz(rate_hz).replace("Hz", "S/s")
