"""How much is to be done, and with whom, comes in; a part of the bench works from it."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from medmon import __version__
from medmon.bench.peer import Peer
from medmon.bench.results import Effort, Run, Spread

T = TypeVar("T")


def _tell_nobody(share: float) -> None:
    """Let progress go."""
    del share


@dataclass(frozen=True, slots=True)
class Job:
    """What a part of the bench has to know.

    Attributes
    ----------
    folder : Path
        For files that are not kept.
    effort : str
        "quick" or "full".
    seed : int
        Seed of everything random.
    peer : Peer or None
        rtl_433, where it is.
    told : callable
        Takes how much of the part is done, 0 to 1.
    """

    folder: Path
    effort: Effort = "quick"
    seed: int = 1
    peer: Peer | None = None
    told: Callable[[float], None] = _tell_nobody

    def each(self, items: Sequence[T]) -> Iterator[T]:
        """Go through the work, and tell how far it is.

        Parameters
        ----------
        items : sequence
            Pieces of work of about equal size.

        Yields
        ------
        object
            Each of them.
        """
        for index, item in enumerate(items):
            self.told(index / len(items))
            yield item
        self.told(1.0)

    def run(self) -> Run:
        """Say how and on what a part is run, now.

        Returns
        -------
        Run
            The description.
        """
        return Run(
            time=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            effort=self.effort,
            seed=self.seed,
            medmon=__version__,
            python=platform.python_version(),
            numpy=np.__version__,
            processor=processor(),
            cores=os.cpu_count() or 1,
            load=round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
            peer=None if self.peer is None else self.peer.version,
        )


def processor() -> str:
    """Name the processor.

    Returns
    -------
    str
        As the system calls it.
    """
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def spread(values: Sequence[float]) -> Spread:
    """Sum up a figure that was taken several times.

    Parameters
    ----------
    values : sequence of float
        At least one.

    Returns
    -------
    Spread
        Median and range, to four digits.
    """
    low, middle, high = (float(f"{value:.4g}") for value in np.quantile(values, (0, 0.5, 1)))
    return Spread(median=middle, low=low, high=high)
