"""Channels of several antennas come in, time differences and angles of arrival go out.

`bins` gives the spectrum of a burst on every antenna, `tdoa` reads the delay off it and `aoa` the
angle; `geometry` knows where antennas stand, `calibration` what the receiver does to a wave.
`tape` keeps the samples of all channels, `antennas` joins these for the receiver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from medmon.errors import ConfigError
from medmon.phy.array.antennas import Antennas, Array, arrival_of, with_arrival
from medmon.phy.array.calibration import Calibration, Reference, calibration_from_references
from medmon.phy.array.geometry import Geometry

if TYPE_CHECKING:
    from medmon.config import ArrayTable, CalibrationTable

__all__ = [
    "Antennas",
    "Array",
    "Calibration",
    "Geometry",
    "Reference",
    "arrival_of",
    "array_from_config",
    "calibration_from_references",
    "check_channels",
    "with_arrival",
]


def array_from_config(table: ArrayTable) -> Array:
    """Take the antennas of a configuration.

    Parameters
    ----------
    table : ArrayTable
        ``[array]``.

    Returns
    -------
    Array
        The same for the receiver.
    """
    known = table.calibration
    return Array(Geometry(table.positions_m), None if known is None else _calibration(known))


def _calibration(table: CalibrationTable) -> Calibration:
    return Calibration(
        freq_hz=table.freq_hz,
        gains_db=table.gains_db,
        phases_deg=table.phases_deg,
        delays_ns=table.delays_ns or (0.0,) * len(table.phases_deg),
        phase_std_deg=table.phase_std_deg,
        delay_std_ns=table.delay_std_ns,
    )


def check_channels(array: Array | None, channel_count: int, source: str) -> None:
    """Check that a recording has the channels that the configuration has antennas for.

    A recording of one channel goes with every configuration: it holds no delay and no angle.

    Parameters
    ----------
    array : Array or None
        The antennas.
    channel_count : int
        Channels of the recording.
    source : str
        The recording, for the message.

    Raises
    ------
    ConfigError
        If there are more or fewer.
    """
    if array is None or channel_count in {1, array.geometry.count}:
        return
    found = f"{array.geometry.count}; they stand in the order of the channels"
    expected = f"expected a position for each of the {channel_count} channels of {source}"
    raise ConfigError("medmon.toml", [f"array.positions_m: {expected}, found {found}"])
