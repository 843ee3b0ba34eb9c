"""Nothing but the effort comes in, how often two are read who speak at once goes out.

Three things are asked for, and counted pair by pair:

* "near-far": a pump 40 dB below a neighbour 100 kHz away is read;
* "side by side": of two 50 kHz apart that overlap in time both are read;
* "same channel": of two on one channel both are read, or the collision is told. Silence would be:
  one is not read, and the other one alone is told, as if nobody else had been there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from medmon.bench.job import Job
from medmon.bench.pairs import Both, Pair, both
from medmon.bench.results import Asked, Collisions, CollisionsRow, Effort
from medmon.monitor import all_decoders
from medmon.phy import Receiver
from medmon.protocols import Reader


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one pair.

    Attributes
    ----------
    weak_read, strong_read : bool
        Whose check held.
    is_told : bool
        Whether there is a trace of a second sender: a collision was marked, or a burst beside.
    """

    weak_read: bool
    strong_read: bool
    is_told: bool

    @property
    def both_read(self) -> bool:
        """Whether nothing was lost."""
        return self.weak_read and self.strong_read

    @property
    def is_silent(self) -> bool:
        """Whether one was lost without a trace."""
        return not self.both_read and not self.is_told


@dataclass(frozen=True, slots=True)
class _Case:
    """What is asked for, of whom, and what of an outcome meets it."""

    name: Asked
    pairs: tuple[tuple[str, str], ...]
    apart_hz: float
    ratios_db: Mapping[Effort, tuple[float, ...]]
    is_met: Callable[[Outcome], bool]


_ALL = (("pump", "pump"), ("pod", "pump"), ("pump", "pod"), ("pod", "pod"))
_LEVELS: Mapping[Effort, tuple[float, ...]] = {
    "quick": (0.0, 10.0),
    "full": (0.0, 3.0, 6.0, 10.0, 20.0),
}
_CASES = (
    _Case(
        "near-far", _ALL[:2], 100e3, {"quick": (40.0,), "full": (30.0, 40.0)},
        lambda outcome: outcome.weak_read,
    ),
    _Case("side by side", _ALL, 50e3, _LEVELS, lambda outcome: outcome.both_read),
    _Case("same channel", _ALL, 0.0, _LEVELS, lambda outcome: not outcome.is_silent),
)  # fmt: skip
_RATES_HZ: Mapping[Effort, tuple[float, ...]] = {"quick": (1.024e6,), "full": (1.024e6, 2.048e6)}
_COUNTS: Mapping[Effort, int] = {"quick": 6, "full": 45}


def measure(job: Job) -> Collisions:
    """Let two speak at once, again and again.

    Parameters
    ----------
    job : Job
        How much is to be done.

    Returns
    -------
    Collisions
        A row for each thing asked for, pair of devices, ratio and rate.
    """
    run = job.run()
    work = [
        (case, Pair(strong, weak, case.apart_hz, ratio_db, rate_hz))
        for case in _CASES
        for rate_hz in _RATES_HZ[job.effort]
        for strong, weak in case.pairs
        for ratio_db in case.ratios_db[job.effort]
    ]
    rows = tuple(_row(case, pair, job) for case, pair in job.each(work))
    return Collisions(run=run, rows=rows)


def _row(case: _Case, pair: Pair, job: Job) -> CollisionsRow:
    # A multiple of three seeds apart, because each third seed begins alike.
    first = 3 * 1_000 * job.seed
    made = [both(pair, first + number) for number in range(_COUNTS[job.effort])]
    outcomes = [outcome_of(one) for one in made]
    return CollisionsRow(
        case=case.name,
        strong=pair.strong,
        weak=pair.weak,
        rate_hz=pair.rate_hz,
        apart_hz=pair.apart_hz,
        ratio_db=pair.ratio_db,
        clear_db=round(float(np.median([one.clear_db for one in made])), 1),
        sent=len(made),
        weak_read=sum(outcome.weak_read for outcome in outcomes),
        strong_read=sum(outcome.strong_read for outcome in outcomes),
        both_read=sum(outcome.both_read for outcome in outcomes),
        silent=sum(outcome.is_silent for outcome in outcomes),
        met=sum(case.is_met(outcome) for outcome in outcomes),
    )


def outcome_of(made: Both) -> Outcome:
    """Listen to a pair with every decoder.

    Parameters
    ----------
    made : Both
        The pair.

    Returns
    -------
    Outcome
        What was read of it, and told.
    """
    reader = Reader(all_decoders())
    receiver = Receiver(reader.modems)
    bursts = receiver.feed(made.block) + receiver.flush()
    said = [one for burst in bursts for one in reader.feed(burst)] + reader.flush()
    good = {one.raw for one in said if one.integrity == "ok"}
    is_told = len(bursts) > 1 or any(one.radio.collided for one in said)
    return Outcome(made.weak in good, made.strong in good, is_told)
