"""What a demodulator hands on: one packet's chips, its clock, and the narrow signal they came from.

The demodulators (`ook`, `fsk`) make receptions, `measure` reads the physical features off them,
and the receiver turns both into a burst.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.phy import linecode, timing
from medmon.phy.baseband import Baseband
from medmon.phy.filters import phasor
from medmon.phy.linecode import Symbols
from medmon.phy.preamble import Tone, lead_chips, marks, pattern
from medmon.phy.sync import Sync
from medmon.phy.timing import Clock
from medmon.records import ComplexArray, FloatArray, Frame, Modem

LOUD = 0.5
"""Part of a full chip from which a shifted carrier counts as on the air."""
SOFT_LAG = 0.5
"""The window of `matched` has an even length, so its middle is half a sample early."""


@dataclass(frozen=True, slots=True, eq=False)
class Reception:
    """One packet as one modem heard it.

    Attributes
    ----------
    modem : Modem
        The modem that fitted.
    band : Baseband
        The narrow signal, tuned to the packet's own carrier.
    carrier_hz : float
        The exact carrier, relative to the tuned frequency of the receiver.
    sync : Sync
        Where the sync word ended, and its levels.
    clock : Clock
        When the chips after the sync word stand, in samples of `band`.
    chips : ndarray of float32, shape (n_chips,)
        Soft chips after the sync word, to the end of the signal.
    symbols : Symbols
        What the line code makes of them.
    soft : ndarray of float32, shape (n,)
        Soft waveform of the whole band, +1 for a full mark, -1 for a full space.
    tone : 1, 0 or -1
        Which tone was listened to; that of a keyed carrier is 1.
    lead : int
        Preamble chips heard before the sync word.
    deviation_hz : float or None
        Peak deviation, as heard or, where one of two tones was listened to, as declared; None for
        OOK.
    is_fitted : bool
        Whether clock, carrier, preamble and deviation were fitted to the whole packet already, so
        that nothing that looks at edges would better them.
    """

    modem: Modem
    band: Baseband
    carrier_hz: float
    sync: Sync
    clock: Clock
    chips: FloatArray
    symbols: Symbols
    soft: FloatArray
    tone: Tone
    lead: int = 0
    deviation_hz: float | None = None
    is_fitted: bool = False

    @property
    def enough(self) -> bool:
        """Whether it has the bits of the shortest packet."""
        return self.symbols.values.size * self.symbols.bits_each >= self.modem.min_bits

    @property
    def quality(self) -> float:
        """Mean quality of the symbols, 0 to 1."""
        quality = self.symbols.quality
        return min(max(float(quality.sum()) / quality.size, 0.0), 1.0) if quality.size else 0.0

    @property
    def heard_deviation_hz(self) -> float | None:
        """Peak deviation as far as it was heard: one tone alone does not tell it."""
        return None if self.tone else self.deviation_hz

    def frame(self) -> Frame:
        """Pack the decided bits for the decoder.

        Returns
        -------
        Frame
            Data bits and the places where they contradict the line code.
        """
        symbols = self.symbols
        faults = (symbols.contradicted.nonzero()[0] * symbols.bits_each).tolist()
        return Frame(
            modem=self.modem.name,
            data=symbols.data(symbols.values.size),
            bit_count=symbols.values.size * symbols.bits_each,
            faults=tuple(faults),
            confidence=round(self.quality, 4),
            sync_errors=self.sync.errors,
        )

    def is_loud(self, soft: FloatArray) -> npt.NDArray[np.bool_]:
        """Tell where a carrier is on the air that looks like this one.

        Parameters
        ----------
        soft : ndarray of float32
            Soft chips, as scaled as `soft` of the packet.

        Returns
        -------
        ndarray of bool
            Whether there is more of a tone than noise; without a carrier neither is.
        """
        return np.asarray(soft * self.tone > 0.0 if self.tone else np.abs(soft) > LOUD)

    @property
    def known_chips(self) -> npt.NDArray[np.bool_]:
        """Chips from the first of the preamble to the last decided one, True for a mark."""
        return np.concatenate(
            (pattern(self.modem, self.lead), marks(self.modem.sync), self.chips > 0)
        )

    @property
    def first_chip(self) -> float:
        """Place of the middle of the first of `known_chips`, in samples of the band."""
        clock = self.clock
        return clock.start - clock.step * (self.lead + len(self.modem.sync)) - SOFT_LAG


def read(
    band: Baseband,
    carrier_hz: float,
    soft: FloatArray,
    hit: Sync,
    modem: Modem,
    deviation_hz: float | None = None,
) -> Reception:
    """Read the packet behind a sync word.

    Parameters
    ----------
    band : Baseband
        The narrow signal.
    carrier_hz : float
        The exact carrier.
    soft : ndarray of float32, shape (n,)
        Waveform behind the matched filter.
    hit : Sync
        Where the sync word ended, and its levels in the waveform.
    modem : Modem
        Whose packet.
    deviation_hz : float or None
        Peak deviation; None for OOK.

    Returns
    -------
    Reception
        The packet; without chips where the signal ends with the sync word.
    """
    scaled = hit.scaled(soft)
    clock, chips = timing.chips_from_sync(scaled, hit, modem, rate_hz=band.rate_hz)
    symbols = linecode.decide(chips, modem.line_code)
    tone: Tone = 1 if deviation_hz is None else 0
    lead = lead_chips(scaled, clock, modem, tone)
    return Reception(
        modem,
        band,
        carrier_hz,
        hit,
        clock,
        chips,
        symbols,
        scaled,
        tone,
        lead,
        deviation_hz,
    )


def matched(iq: ComplexArray, length: int) -> ComplexArray:
    """Average over a sliding window, the matched filter of a chip of constant amplitude.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Narrow signal.
    length : int
        Samples a chip.

    Returns
    -------
    ndarray of complex64, shape (n,)
        Mean over the window around each sample; the window is shortened at the ends.
    """
    # Sums of 1, 2, 4, ... samples, those added up that make the length.
    run: ComplexArray = np.zeros(iq.size + length - 1, dtype=np.complex64)
    run[length // 2 : length // 2 + iq.size] = iq
    total: ComplexArray = np.zeros(iq.size, dtype=np.complex64)
    taken, width = 0, 1
    while width <= length:
        if length & width:
            total += run[taken : taken + iq.size]
            taken += width
        run = run[:-width] + run[width:]
        width *= 2
    total *= np.float32(1 / length)
    return total


def shifted(band: Baseband, offset_hz: float) -> ComplexArray:
    """Move a frequency of a narrow signal to zero.

    Parameters
    ----------
    band : Baseband
        The signal.
    offset_hz : float
        Frequency that becomes zero, relative to the band's own zero.

    Returns
    -------
    ndarray of complex64, shape (n,)
        The shifted samples.
    """
    return np.asarray(band.iq * phasor(band.iq.size, -offset_hz / band.rate_hz))
