"""The nouns of the air: samples, how a device sounds, and what was measured of a burst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from medmon.kernels import Codes, Samples, converted

ComplexArray: TypeAlias = npt.NDArray[np.complex64]
FloatArray: TypeAlias = npt.NDArray[np.float32]
Modulation: TypeAlias = Literal["ook", "fsk", "msk", "gfsk", "unknown"]
LineCode: TypeAlias = Literal["nrz", "4b6b", "manchester-802.3", "manchester-thomas"]


@dataclass(frozen=True, slots=True)
class Span:
    """The address of a stretch of samples; every later record carries one.

    Attributes
    ----------
    source : str
        File name or URI the samples came from, as the user named it.
    sample_start : int
        Index of the first sample, counted from the start of the recording.
    sample_count : int
        Number of samples.
    receiver : str
        Which receiver of that source heard them.
    """

    source: str
    sample_start: int
    sample_count: int
    receiver: str = "0"


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A run of consecutive samples.

    Attributes
    ----------
    span : Span
        Where the samples stand in the recording.
    time_ns : int
        UTC time of the first sample.
    rate_hz : float
        Samples a second.
    freq_hz : float
        Frequency the receiver was tuned to; 0.0 where nobody knows it.
    samples : ndarray of complex64, shape (n_antennas, n_samples), or Codes
        The samples, full scale 1.0, read-only; bytes of one antenna as they came.
    """

    span: Span
    time_ns: int
    rate_hz: float
    freq_hz: float
    samples: ComplexArray | Codes

    @property
    def iq(self) -> ComplexArray:
        """The samples as numbers, shape (n_antennas, n_samples); bytes are converted each time."""
        if not isinstance(self.samples, Codes):
            return self.samples
        iq = converted(self.samples)[None]
        iq.flags.writeable = False
        return iq

    @property
    def antenna_count(self) -> int:
        """How many antennas."""
        return 1 if isinstance(self.samples, Codes) else self.samples.shape[0]

    @property
    def first_antenna(self) -> Samples:
        """The samples of the first antenna, as they came."""
        return self.samples if isinstance(self.samples, Codes) else self.samples[0]


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples that a source lost; it travels like a `Block`.

    Attributes
    ----------
    span : Span
        Place of the gap; `sample_count` is the number of samples lost.
    time_ns : int
        UTC time of the first lost sample.
    rate_hz : float
        Samples a second.
    reason : str
        Why they are missing, in plain words.
    """

    span: Span
    time_ns: int
    rate_hz: float
    reason: str

    @property
    def samples_lost(self) -> int:
        """Number of samples that are missing."""
        return self.span.sample_count


@dataclass(frozen=True, slots=True)
class Modem:
    """How a device sounds: all that phy needs to find it and make soft decisions.

    A decoder declares it; phy never learns what the bits mean.

    Attributes
    ----------
    name : str
        Name of the modem, unique among all protocols.
    freqs_hz : tuple of float
        Nominal carrier frequencies. They give the carrier offset its zero; a burst is looked for
        everywhere in the band.
    modulation : str
        "ook", "fsk", "msk" or "gfsk". The last two are for modulation indices near one half, and
        "gfsk" is filtered with BT = 0.5; two tones farther apart are "fsk".
    symbol_rate_hz : float
        On-air symbols (chips) a second, after line coding.
    deviation_hz : float or None
        Peak frequency deviation; None for OOK.
    preamble : str
        Chips that repeat before the sync word, one period, first on the air first: "10".
    sync : str
        Chips of the sync word. Chip 1 is carrier on, or the higher frequency.
    line_code : str
        How data bits became chips after the sync word.
    min_bits, max_bits : int
        Fewest and most data bits of a packet, after line decoding.
    heading_bits : tuple of int
        After how many data bits it is worth looking at a packet that is still on the air, in
        rising order; empty where nothing is known before its end.
    """

    name: str
    freqs_hz: tuple[float, ...]
    modulation: Modulation
    symbol_rate_hz: float
    deviation_hz: float | None
    preamble: str
    sync: str
    line_code: LineCode
    min_bits: int
    max_bits: int
    heading_bits: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Radio:
    """How a burst arrived: the physical features, None where they could not be measured.

    The numerical definition and the expected accuracy of each are in docs/reference/features.md.

    Attributes
    ----------
    freq_hz : float
        Carrier frequency as measured.
    cfo_hz : float
        Carrier minus the nearest nominal frequency of its modem if one lies within 1 MHz,
        else carrier minus the tuned frequency.
    bandwidth_hz : float
        Width that holds 95 % of the burst's power.
    rssi_dbfs : float
        Mean power while the carrier is on, noise taken off.
    rssi_dbm : float or None
        The same in dBm, where the receiver is calibrated.
    snr_db : float
        `rssi_dbfs` over the noise in the burst's own bandwidth.
    noise_dbfs : float
        Noise power in the burst's own bandwidth.
    duration_us : float
        From the first to the last half-amplitude crossing.
    modulation : str
        What it is, as far as phy can tell.
    symbol_rate_hz : float or None
        Chips a second, estimated from the burst.
    deviation_hz : float or None
        Peak deviation, estimated from the burst; None for OOK, and where somebody spoke on one of
        the two tones: `freq_hz` then rests on the deviation that the protocol declares.
    rise_us : float or None
        Time from 10 % to 90 % of the on-amplitude at the start.
    tdoa_ns : float or None
        How much later the burst arrived at the antenna of channel 1 than at that of channel 0.
    aoa_deg : float or None
        Angle of arrival: from the normal of antennas on a line, else a bearing.
    tdoa_std_ns : float or None
        Standard deviation of the error of `tdoa_ns`.
    aoa_std_deg : float or None
        Standard deviation of the error of `aoa_deg`.
    aoa_ambiguous : bool or None
        Whether the antennas cannot tell this angle from another one.
    collided : bool
        Whether somebody else spoke into it: at the same time, on the same channel.
    """

    freq_hz: float
    cfo_hz: float
    bandwidth_hz: float
    rssi_dbfs: float
    snr_db: float
    noise_dbfs: float
    duration_us: float
    modulation: Modulation = "unknown"
    symbol_rate_hz: float | None = None
    deviation_hz: float | None = None
    rise_us: float | None = None
    rssi_dbm: float | None = None
    tdoa_ns: float | None = None
    aoa_deg: float | None = None
    tdoa_std_ns: float | None = None
    aoa_std_deg: float | None = None
    aoa_ambiguous: bool | None = None
    collided: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """The bits of one burst as one modem understood them, line code already undone.

    Attributes
    ----------
    modem : str
        Name of the modem that fitted.
    data : bytes
        Data bits, most significant first, from the first bit after the sync word to where the
        signal or the line code ended; incomplete last bytes are padded with zero bits.
    bit_count : int
        How many bits of `data` were heard.
    faults : tuple of int
        Indices of data bits whose chips contradict the line code with confidence: not noise, but
        something that this device would not send. A packet must not reach past one.
    confidence : float
        Mean reliability of the decided bits: 0 is a coin toss, 1 a chip of full strength.
    sync_errors : int
        Chips of the sync word that were decided wrongly.
    """

    modem: str
    data: bytes
    bit_count: int
    faults: tuple[int, ...] = ()
    confidence: float = 1.0
    sync_errors: int = 0


@dataclass(frozen=True, slots=True)
class Burst:
    """One emission: energy in one channel from its first to its last half-power point.

    Attributes
    ----------
    span : Span
        Samples it covers.
    time_ns : int
        UTC time of arrival, interpolated below one sample.
    radio : Radio
        How it arrived.
    frames : tuple of Frame
        What each modem that fitted made of it; empty when none did.
    """

    span: Span
    time_ns: int
    radio: Radio
    frames: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Beginning:
    """What is heard of a packet so far: its first bits, or all of them when it may be over.

    Attributes
    ----------
    span : Span
        From the beginning of the sync word to the end of the last of these bits.
    time_ns : int
        UTC time at which the last of these bits had arrived.
    radio : Radio
        How it arrived so far.
    frame : Frame
        The bits; no check was done on them.
    is_packet : bool
        Whether the packet may be over with them.
    """

    span: Span
    time_ns: int
    radio: Radio
    frame: Frame
    is_packet: bool = False
