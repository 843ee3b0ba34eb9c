"""Results come in, tables for people go out: figures beside their goals, in words.

The same tables are printed on a terminal and stand on the page of the documentation.
"""

from __future__ import annotations

from medmon.bench.results import Results
from medmon.bench.tables.antennas import arrays
from medmon.bench.tables.costs import memory, throughput
from medmon.bench.tables.crowds import collisions
from medmon.bench.tables.delays import latency
from medmon.bench.tables.levels import sensitivity, silence
from medmon.bench.tables.table import Table

__all__ = ["Table", "tables"]


def tables(results: Results) -> list[Table]:
    """Make a table of each part that was run.

    Parameters
    ----------
    results : Results
        What was found.

    Returns
    -------
    list of Table
        In the order of the parts.
    """
    made: list[Table] = []
    if results.throughput:
        made.append(throughput(results.throughput))
    if results.sensitivity:
        made.append(sensitivity(results.sensitivity))
    if results.silence:
        made.append(silence(results.silence))
    if results.latency:
        made.append(latency(results.latency))
    if results.collisions:
        made.append(collisions(results.collisions))
    if results.arrays:
        made.append(arrays(results.arrays))
    if results.memory:
        made.append(memory(results.memory))
    return made
