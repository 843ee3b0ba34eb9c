"""Senders around several antennas come in, the samples of all channels go out.

Each antenna hears every sender with a delay of its own, made exactly by turning the phases of the
spectrum; the carrier's phase turns with the delay, as it does on the air. Then come the faults of
each channel (gain, phase, cable) and noise, independent in every channel.

A plane wave from the bearing b reaches the antenna at (x, y) earlier than the origin by
``(x sin b + y cos b) / c``; bearings count from the direction of y, positive towards x.

A scene is rendered as a whole, so it should be short: seconds.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from medmon.records import Block, ComplexArray, Span
from signal_fixtures.adc import bytes_from_iq
from signal_fixtures.emission import Emission

LIGHT_M_PER_S = 299_792_458.0


@dataclass(frozen=True, slots=True)
class Antenna:
    """One antenna and the channel behind it.

    Attributes
    ----------
    x_m, y_m : float
        Where it stands.
    gain_db : float
        Gain of its channel.
    phase_deg : float
        Phase of its channel.
    cable_ns : float
        Delay of its channel; the carrier's phase is not turned by it, that is `phase_deg`.
    """

    x_m: float = 0.0
    y_m: float = 0.0
    gain_db: float = 0.0
    phase_deg: float = 0.0
    cable_ns: float = 0.0

    def lateness_s(self, bearing_deg: float) -> float:
        """Tell how much later than at the origin a plane wave arrives.

        Parameters
        ----------
        bearing_deg : float
            Where the sender is.

        Returns
        -------
        float
            The delay in the air; negative where the antenna is nearer to the sender.
        """
        angle = math.radians(bearing_deg)
        return -(self.x_m * math.sin(angle) + self.y_m * math.cos(angle)) / LIGHT_M_PER_S


@dataclass(frozen=True, slots=True, eq=False)
class Sender:
    """A burst and where it comes from.

    Attributes
    ----------
    emission : Emission
        The burst, as it arrives at the origin.
    bearing_deg : float
        Direction of the sender, far away.
    """

    emission: Emission
    bearing_deg: float


@dataclass(frozen=True, slots=True, eq=False)
class ArrayScene:
    """All that one receiver with several antennas hears.

    Attributes
    ----------
    rate_hz : float
        Samples a second.
    sample_count : int
        Length.
    freq_hz : float
        Frequency the receiver is tuned to.
    antennas : sequence of Antenna
        In the order of the channels.
    senders : sequence of Sender
        Who speaks.
    noise_dbfs : float or None
        Power of the noise over the whole band in each channel; None for none.
    seed : int
        Seed of the noise.
    """

    rate_hz: float
    sample_count: int
    freq_hz: float
    antennas: Sequence[Antenna]
    senders: Sequence[Sender]
    noise_dbfs: float | None = None
    seed: int = 0

    def samples(self) -> ComplexArray:
        """Render the scene.

        Returns
        -------
        ndarray of complex64, shape (n_antennas, sample_count)
            The samples of all channels.
        """
        total = np.zeros((len(self.antennas), self.sample_count), np.complex128)
        for sender in self.senders:
            total += self._heard(sender)
        if self.noise_dbfs is not None:
            rng = np.random.default_rng(self.seed)
            parts = rng.standard_normal((*total.shape, 2))
            total += 10 ** (self.noise_dbfs / 20) * (parts @ np.array([1, 1j])) / math.sqrt(2)
        return total.astype(np.complex64)

    def blocks(self, source: str = "array", block_samples: int = 65_536) -> Iterator[Block]:
        """Render the scene as the records that a source of samples hands out.

        Parameters
        ----------
        source : str
            Name of the source in the records.
        block_samples : int
            Longest block.

        Yields
        ------
        Block
            In order of time.
        """
        iq = self.samples()
        iq.setflags(write=False)
        for start in range(0, self.sample_count, block_samples):
            piece = iq[:, start : start + block_samples]
            span = Span(source, start, piece.shape[1])
            time_ns = round(start * 1e9 / self.rate_hz)
            yield Block(span, time_ns, self.rate_hz, self.freq_hz, piece)

    def _heard(self, sender: Sender) -> npt.NDArray[np.complex128]:
        """Give one burst on all channels, without noise."""
        time_s = np.arange(self.sample_count) / self.rate_hz
        spectrum = np.fft.fft(sender.emission.at(time_s))
        offsets_hz = np.fft.fftfreq(self.sample_count, 1 / self.rate_hz)
        rows = []
        for antenna in self.antennas:
            late_s = antenna.lateness_s(sender.bearing_deg)
            turned = np.exp(-2j * np.pi * offsets_hz * (late_s + antenna.cable_ns * 1e-9))
            factor = 10 ** (antenna.gain_db / 20) * np.exp(1j * math.radians(antenna.phase_deg))
            carrier = np.exp(-2j * np.pi * self.freq_hz * late_s)
            rows.append(factor * carrier * np.fft.ifft(spectrum * turned))
        return np.array(rows)


def write_array_sigmf(scene: ArrayScene, stem: Path) -> Path:
    """Write a scene as a SigMF pair of 32-bit floats, its channels taking turns.

    Parameters
    ----------
    scene : ArrayScene
        What to write.
    stem : Path
        Name of the pair without its endings.

    Returns
    -------
    Path
        The metadata file.

    Raises
    ------
    OSError
        If a file cannot be written.
    """
    turns = np.ascontiguousarray(scene.samples().T).reshape(-1)
    stem.with_name(f"{stem.name}.sigmf-data").write_bytes(bytes_from_iq(turns, "cf32"))
    described = {
        "global": {
            "core:datatype": "cf32_le",
            "core:sample_rate": scene.rate_hz,
            "core:version": "1.2.0",
            "core:num_channels": len(scene.antennas),
            "core:recorder": "medmon signal_fixtures",
        },
        "captures": [
            {
                "core:sample_start": 0,
                "core:frequency": scene.freq_hz,
                "core:datetime": "2026-11-23T09:00:00Z",
            }
        ],
        "annotations": [],
    }
    meta = stem.with_name(f"{stem.name}.sigmf-meta")
    meta.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    return meta
