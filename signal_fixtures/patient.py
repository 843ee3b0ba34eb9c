"""A virtual patient: a seed and a moment go in, the glucose of that moment comes out.

The curve is a level that drifts over hours plus a rise and fall after each meal. It is made to
move as a sensor's readings move (a few mg/dL in five minutes, 20 to 30 after a meal), so that a
forged jump stands out; it makes no physiological claim and must not be used for one.

A pure function of seed and time: readings of the past are the same whenever they are asked for,
which a sensor needs that sends its last nine readings in every packet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_DAY_S = 86_400
_MEALS_H = (7.5, 12.5, 18.75)


@dataclass(frozen=True, slots=True)
class Patient:
    """Somebody whose glucose can be asked for.

    Attributes
    ----------
    seed : int
        Who it is.
    """

    seed: int

    def glucose_mg_dl(self, time_ns: int) -> float:
        """Glucose at a moment.

        Parameters
        ----------
        time_ns : int
            UTC time.

        Returns
        -------
        float
            Glucose in mg/dL, 45 to 395.
        """
        day, second = divmod(time_ns / 1e9, _DAY_S)
        level = 118.0 + 9.0 * math.sin(2 * math.pi * time_ns / 1e9 / 19_700 + self.seed % 7)
        # Yesterday's supper may still be felt at midnight.
        for which in (int(day) - 1, int(day)):
            for meal_s, size_mg_dl in self._meals(which):
                since_s = second + (int(day) - which) * _DAY_S - meal_s
                if since_s > 0:
                    level += size_mg_dl * _rise_and_fall(since_s)
        return float(np.clip(level, 45.0, 395.0))

    def _meals(self, day: int) -> list[tuple[float, float]]:
        """Seconds after midnight and height in mg/dL of each meal of a day since 1970."""
        # Days before 1970 are negative and a key must not be.
        rng = _generator(self.seed, 1, day % 2**32)
        return [
            (hour * 3_600 + float(rng.normal(0, 900)), float(rng.uniform(35, 75)))
            for hour in _MEALS_H
        ]


def _rise_and_fall(since_s: float, peak_s: float = 3_600.0) -> float:
    """Shape of a meal: 0 at its start, 1 after an hour, back near 0 after five."""
    ratio = since_s / peak_s
    return ratio * math.exp(1 - ratio)


def _generator(seed: int, *key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
