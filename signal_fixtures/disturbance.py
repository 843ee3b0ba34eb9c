"""Ordinary emissions come in, altered ones go out, or none: attacks that change what others send.

They say nothing of their own. What they alter carries their name as its label; silence leaves no
emission to carry one and is known by its `signal_fixtures.bed.Window` alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from signal_fixtures.bed import Emission, Kind
from signal_fixtures.stage import Stage


@dataclass(frozen=True, slots=True)
class SensorSilence:
    """A device is silenced: nothing of it arrives while this lasts.

    Attributes
    ----------
    device : str
        Who is silenced.
    """

    name: ClassVar[str] = "sensor-silence"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("sensor", "meter", "pump", "pod")}
    device: str

    def play(self, stage: Stage) -> None:
        """Say nothing."""

    def alter(self, emission: Emission) -> Emission | None:
        """Take the device's emissions off the air."""
        return None if emission.sender == self.device else emission


@dataclass(frozen=True, slots=True)
class LevelShift:
    """What a device says comes from elsewhere: the same packets at another level.

    Attributes
    ----------
    device : str
        Whose packets.
    shift_db : float
        How much stronger they arrive.
    """

    name: ClassVar[str] = "rssi-out-of-band"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {
        "device": ("pump", "remote", "meter", "sensor", "programmer", "pod", "pdm")
    }
    device: str
    shift_db: float = 15.0

    def play(self, stage: Stage) -> None:
        """Say nothing of its own."""

    def alter(self, emission: Emission) -> Emission | None:
        """Change the level of the device's emissions."""
        if emission.sender != self.device:
            return emission
        return replace(emission, rssi_dbfs=round(emission.rssi_dbfs + self.shift_db, 2))
