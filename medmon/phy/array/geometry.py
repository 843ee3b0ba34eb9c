"""Where the antennas stand comes in, the phase of a plane wave at each of them goes out.

A wave from the direction of the unit vector u reaches an antenna at r earlier than the origin by
``r . u / c``; at the frequency f its phase is ahead by ``2 pi f (r . u) / c``. A burst is narrow
against its carrier over distances of metres, so one phase holds for all of it.

Directions lie in the plane of the antennas, and senders too: one that is higher is seen nearer to
the normal of a line. Antennas on a line cannot tell front from back; their angle is counted from
the normal of the line, from -90 to 90 degrees, positive towards the antenna of the last channel.
Others give a bearing: from the direction of y, positive towards x, from -180 to 180 degrees. With x
to the east and y to the north it is that of a compass, and for a line along x both are the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from medmon.phy.array.bins import Reals

LIGHT_M_PER_S = 299_792_458.0
FLAT = 1e-3
"""Antennas that leave a line by less than this part of its length stand on it."""


class Geometry:
    """Antennas of one receiver.

    Parameters
    ----------
    positions_m : sequence of (float, float)
        Where each stands, x and y, in the order of the channels; at least two different places.

    Attributes
    ----------
    count : int
        How many there are.
    is_line : bool
        Whether they stand on one line.
    extent_m : float
        Longest distance of two.
    """

    def __init__(self, positions_m: Sequence[tuple[float, float]]) -> None:
        places: Reals = np.asarray(positions_m, dtype=np.float64)
        self.count = len(places)
        self._places = places - places.mean(axis=0)
        apart = places[:, None, :] - places[None, :, :]
        self.extent_m = float(np.sqrt((apart**2).sum(axis=-1)).max())
        _, lengths, axes = np.linalg.svd(self._places, full_matrices=False)
        self.is_line = bool(self.count == 2 or lengths[1] < FLAT * lengths[0])
        along = self._places @ axes[0]
        self._along: Reals = along if along[-1] >= along[0] else -along

    def parameter(self, angle_deg: float) -> float:
        """Turn an angle into what the estimator works in.

        Parameters
        ----------
        angle_deg : float
            The angle.

        Returns
        -------
        float
            Its sine for a line, in which phases are linear; otherwise the angle in radians.
        """
        angle_rad = np.radians(angle_deg)
        return float(np.sin(angle_rad) if self.is_line else angle_rad)

    def angle_deg(self, parameter: float) -> float:
        """Turn a parameter into an angle.

        Parameters
        ----------
        parameter : float
            The parameter; of a line it is limited to -1 and 1.

        Returns
        -------
        float
            From -90 to 90 for a line, from -180 to 180 otherwise.
        """
        if self.is_line:
            return float(np.degrees(np.arcsin(np.clip(parameter, -1.0, 1.0))))
        return float((np.degrees(parameter) + 180.0) % 360.0 - 180.0)

    def ahead_m(self, parameter: Reals) -> tuple[Reals, Reals, Reals]:
        """Give how much nearer the sender is to each antenna than to their middle.

        Parameters
        ----------
        parameter : ndarray of float64, shape (n,)
            Directions.

        Returns
        -------
        tuple of ndarray of float64, each of shape (n_antennas, n)
            The distance in metres, its first and its second derivative by the parameter.
        """
        if self.is_line:
            along = self._along[:, None]
            flat = np.zeros((self.count, parameter.size))
            return along * parameter, along + flat, flat
        sine, cosine = np.sin(parameter), np.cos(parameter)
        x, y = self._places[:, :1], self._places[:, 1:]
        ahead = x * sine + y * cosine
        return ahead, x * cosine - y * sine, -ahead

    def grid(self, freq_hz: float) -> Reals:
        """Give directions so close to each other that no peak of a beam falls between two.

        Parameters
        ----------
        freq_hz : float
            Carrier frequency.

        Returns
        -------
        ndarray of float64, shape (n,)
            Parameters, in order; for a line from end to end, otherwise once around.
        """
        count = 64 + 32 * int(np.ceil(self.extent_m * freq_hz / LIGHT_M_PER_S))
        if self.is_line:
            return np.linspace(-1.0, 1.0, 2 * count + 1)
        return np.linspace(-np.pi, np.pi, 4 * count, endpoint=False)
