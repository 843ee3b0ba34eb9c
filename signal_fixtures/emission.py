"""Chips and circumstances come in, what arrives goes out: one burst on its way to a receiver.

An `Emission` is a function of time like the waveform in it, with a level, a carrier, an instant of
arrival that need not fall on a sample, further paths, and fading. What arrives is the sum over
the paths of ``gain x waveform(t - delay) x carrier(t - delay)``, times the fading, times the level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from signal_fixtures.fading import Fading
from signal_fixtures.waveform import ChipArray, Keying, Seconds, Waveform


@dataclass(frozen=True, slots=True)
class Echo:
    """One further path from a sender to the receiver.

    Attributes
    ----------
    delay_s : float
        How much later it arrives than the first path.
    gain_db : float
        Its level relative to the first path.
    phase_rad : float
        Its phase relative to the first path, beyond that of the delay.
    """

    delay_s: float
    gain_db: float
    phase_rad: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Emission:
    """One burst on its way to the receiver.

    Attributes
    ----------
    chips : ndarray of uint8, shape (n,)
        Everything that is sent, preamble and sync word included.
    keying : Keying
        How it is sent.
    time_s : float
        When chip 0 begins to arrive, in seconds after sample 0 of the scene; need not fall on a
        sample. This is the true time of arrival.
    rssi_dbfs : float
        Mean power while the carrier is on.
    offset_hz : float
        Carrier minus the frequency the receiver is tuned to, the sender's own error included.
    phase_rad : float
        Carrier phase at `time_s`.
    echoes : tuple of Echo
        Further paths.
    fading : Fading or None
        Slow fading of all paths together.
    """

    chips: ChipArray
    keying: Keying
    time_s: float
    rssi_dbfs: float
    offset_hz: float = 0.0
    phase_rad: float = 0.0
    echoes: tuple[Echo, ...] = ()
    fading: Fading | None = None

    @property
    def stop_s(self) -> float:
        """When the last chip of the last path ends."""
        tail_s = max((echo.delay_s for echo in self.echoes), default=0.0)
        return self.time_s + self.chips.size / self.keying.symbol_rate_hz + tail_s

    @property
    def reach_s(self) -> tuple[float, float]:
        """From the foot of the first edge to that of the last one, in seconds."""
        margin_s = self.keying.edge_s / 2
        return self.time_s - margin_s, self.stop_s + margin_s

    def at(self, time_s: Seconds) -> npt.NDArray[np.complex128]:
        """Evaluate what arrives.

        Parameters
        ----------
        time_s : ndarray of float64, shape (n,)
            Instants, in seconds after sample 0 of the scene.

        Returns
        -------
        ndarray of complex128, shape (n,)
            The burst as the receiver gets it, without noise.
        """
        wave = Waveform(self.chips, self.keying)
        total = np.zeros(time_s.size, np.complex128)
        for path in (Echo(0.0, 0.0), *self.echoes):
            local_s = time_s - self.time_s - path.delay_s
            carrier = np.exp(1j * (2 * np.pi * self.offset_hz * local_s + path.phase_rad))
            total += 10 ** (path.gain_db / 20) * wave.at(local_s) * carrier
        if self.fading is not None:
            total *= self.fading.gain(time_s)
        total *= 10 ** (self.rssi_dbfs / 20) * np.exp(1j * self.phase_rad)
        return total
