"""Names of parts and a job come in, results go out: the list of everything that is benched.

A further part is a module with ``measure(job)``, a record in `results` under the part's name, a row
here and a table in `tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from medmon.bench import arrays, collisions, latency, memory, sensitivity, silence, throughput
from medmon.bench.job import Job
from medmon.bench.results import (
    Arrays,
    Collisions,
    Latency,
    Memory,
    Results,
    Sensitivity,
    Silence,
    Throughput,
)

Found: TypeAlias = Throughput | Sensitivity | Silence | Latency | Collisions | Arrays | Memory


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is measured.

    Attributes
    ----------
    measure : callable
        Measures it.
    weight : float
        How long it takes, compared with the others; for the progress bar alone.
    """

    measure: Callable[[Job], Found]
    weight: float


PARTS: dict[str, Part] = {
    "throughput": Part(throughput.measure, 1.0),
    "sensitivity": Part(sensitivity.measure, 8.0),
    "silence": Part(silence.measure, 1.0),
    "latency": Part(latency.measure, 10.0),
    "collisions": Part(collisions.measure, 3.0),
    "arrays": Part(arrays.measure, 1.0),
    "memory": Part(memory.measure, 1.0),
}
"""Every part, by the name that it has on the command line and in the results."""


Begun: TypeAlias = Callable[[str, int, int], None]
"""Takes the name of a part that begins, its number and how many there are."""


def _tell_nobody(name: str, number: int, total: int) -> None:
    """Let it begin in silence."""
    del name, number, total


def measured(
    names: Iterable[str], job: Job, before: Results | None = None, begun: Begun = _tell_nobody
) -> Iterator[Results]:
    """Run parts, one after the other.

    Parameters
    ----------
    names : iterable of str
        Keys of `PARTS`.
    job : Job
        How much is to be done, and with whom.
    before : Results or None
        What is known already; parts that are run take the place of theirs.
    begun : callable
        Is told of each part when it begins.

    Yields
    ------
    Results
        After each part, all that is known by then.

    Raises
    ------
    SourceError
        If one of the programs fails.
    """
    wanted = set(names)
    chosen = [name for name in PARTS if name in wanted]
    total = sum(PARTS[name].weight for name in chosen)
    done, known = 0.0, before
    for number, name in enumerate(chosen, 1):
        begun(name, number, len(chosen))
        part = PARTS[name]
        found = part.measure(replace(job, told=_scaled(job, done / total, part.weight / total)))
        known = known or Results(time=found.run.time)
        known = known.model_copy(update={name: found, "time": found.run.time})
        done += part.weight
        yield known


def _scaled(job: Job, begun: float, share: float) -> Callable[[float], None]:
    """Tell progress of one part as progress of the whole."""

    def told(done: float) -> None:
        """Take how much of the part is done."""
        job.told(begun + done * share)

    return told
