"""Bits that were read come in, the beginning of a burst with its features so far goes out."""

from __future__ import annotations

from dataclasses import dataclass

from medmon.phy import measure
from medmon.phy.packets import decibel
from medmon.phy.reception import SOFT_LAG, Reception
from medmon.records import Frame, Radio


@dataclass(frozen=True, slots=True)
class Begun:
    """What is heard of a packet so far, in samples of the stream, tuned to 0 Hz.

    Attributes
    ----------
    start : float
        Where its sync word began.
    deciding : float
        Where the last chip of these bits ended.
    radio : Radio
        How it arrived so far; `freq_hz` and `cfo_hz` are relative to the tuned frequency.
    frame : Frame
        Its bits so far.
    is_packet : bool
        Whether the packet may be over with them.
    """

    start: float
    deciding: float
    radio: Radio
    frame: Frame
    is_packet: bool = False

    def is_copy(self, other: Begun, near: float) -> bool:
        """Tell whether this is the same, heard in another channel at the same time.

        Parameters
        ----------
        other : Begun
            One that was told.
        near : float
            Samples that their sync words may be apart.

        Returns
        -------
        bool
            Whether modem, time and bits are the same.
        """
        return (
            self.frame.modem == other.frame.modem
            and abs(self.start - other.start) < near
            and self.frame.data == other.frame.data
        )


def begun_from(
    reception: Reception, deciding: float, density: float, *, is_packet: bool = False
) -> Begun:
    """Measure how a packet arrived so far.

    Parameters
    ----------
    reception : Reception
        Its sync word and what was read behind it.
    deciding : float
        The sample at which the last chip of that ended.
    density : float
        Noise power in one hertz.
    is_packet : bool
        Whether the packet may be over.

    Returns
    -------
    Begun
        The beginning; its level and width are those from the sync word on.
    """
    band, clock = reception.band, reception.clock
    begin = clock.start - SOFT_LAG - (len(reception.modem.sync) + 0.5) * clock.step
    end = (deciding - band.first_sample) / band.step
    power = measure.on_power(reception, density * band.noise_width_hz)
    width_hz = measure.bandwidth_hz(band, begin, end, density)
    radio = Radio(
        freq_hz=reception.carrier_hz,
        cfo_hz=reception.carrier_hz,
        bandwidth_hz=width_hz,
        rssi_dbfs=decibel(power),
        snr_db=decibel(power / (density * width_hz)),
        noise_dbfs=decibel(density * width_hz),
        duration_us=(end - begin) / band.rate_hz * 1e6,
        modulation=reception.modem.modulation,
        symbol_rate_hz=band.rate_hz / clock.step,
        deviation_hz=reception.deviation_hz,
    )
    return Begun(band.sample_at(begin), deciding, radio, reception.frame(), is_packet)
