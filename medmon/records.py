"""The nouns of medmon: what one room hands to the next, and what leaves the house.

capture makes `Block` and `Gap`, phy makes `Burst`, protocols makes `Transmission`, detect makes
`Verdict`, respond makes `Alarm`. Records are frozen and know no behaviour beyond simple
properties; a field has one name from here to JSON, CSV and SQL, with its unit as the last word.

Times are `time_ns`: integer nanoseconds of UTC since 1970-01-01, computed as capture epoch plus
sample index over rate, never read from a clock. Levels are in dB relative to full scale (dBFS),
where full scale is a complex sample of magnitude 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

ComplexArray: TypeAlias = npt.NDArray[np.complex64]
FloatArray: TypeAlias = npt.NDArray[np.float32]
FieldValue: TypeAlias = bool | int | float | str | tuple["FieldValue", ...] | None

Modulation: TypeAlias = Literal["ook", "fsk", "msk", "gfsk", "unknown"]
LineCode: TypeAlias = Literal["nrz", "4b6b", "manchester-802.3", "manchester-thomas"]
Integrity: TypeAlias = Literal["ok", "failed", "none"]
Direction: TypeAlias = Literal["to-device", "from-device", "unknown"]
Role: TypeAlias = Literal["pump", "pdm", "remote", "meter", "sensor", "programmer"]
Command: TypeAlias = Literal[
    "bolus", "temp-basal", "cancel", "suspend", "resume", "basal-schedule", "settings", "wakeup",
    "button", "pair", "deactivate", "read", "response", "ack", "nack", "status", "glucose",
    "sensor", "meter", "alert", "advertising", "connect", "unknown",
]  # fmt: skip
Priority: TypeAlias = Literal["high", "medium", "low", "info"]
AlarmKind: TypeAlias = Literal["security", "technical"]
AlarmPhase: TypeAlias = Literal["start", "update", "end"]
AlarmState: TypeAlias = Literal["active", "latched", "acknowledged", "cleared"]
RejectionReason: TypeAlias = Literal["length", "sync", "code", "check", "sanity", "incomplete"]


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
    iq : ndarray of complex64, shape (n_antennas, n_samples)
        The samples, full scale 1.0, read-only.
    """

    span: Span
    time_ns: int
    rate_hz: float
    freq_hz: float
    iq: ComplexArray


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
        "ook", "fsk", "msk" or "gfsk".
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
        Width that holds 99 % of the burst's power.
    rssi_dbfs : float
        Mean power while the carrier is on, noise taken off.
    rssi_dbm : float or None
        The same in dBm, where the receiver is calibrated.
    snr_db : float
        `rssi_dbfs` over the noise in the burst's own bandwidth.
    noise_dbfs : float
        Noise power in the burst's own bandwidth.
    duration_us : float
        From the first to the last half-power crossing.
    modulation : str
        What it is, as far as phy can tell.
    symbol_rate_hz : float or None
        Chips a second, estimated from the burst.
    deviation_hz : float or None
        Peak deviation, estimated from the burst; None for OOK.
    rise_us : float or None
        Time from 10 % to 90 % of the on-amplitude at the start.
    tdoa_ns : float or None
        Time difference of arrival between two antennas.
    aoa_deg : float or None
        Angle of arrival.
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
class Packet:
    """One link-layer unit whose check passed.

    Attributes
    ----------
    protocol : str
        Name of the decoder.
    data : bytes
        Link-layer bytes after line decoding, check included.
    link : str
        Conversation it belongs to (the device's address); packets of one message share it.
    part : str
        "whole" is complete by itself, "first" opens a message of several packets, "rest"
        carries on.
    key : bytes
        Two copies of one packet have the same key; it leaves out what a repeat may change.
    """

    protocol: str
    data: bytes
    link: str
    part: Literal["whole", "first", "rest"] = "whole"
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a frame or a packet was not accepted; a value, never an exception.

    Attributes
    ----------
    protocol : str
        Name of the decoder.
    reason : str
        One of a few words, so that they can be counted.
    detail : str
        What was seen, for a person.
    """

    protocol: str
    reason: RejectionReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What a packet, or several, say.

    Attributes
    ----------
    device : str
        Address of the pump, pod, sensor, meter or remote, in lower-case hexadecimal.
    command : str
        The kind of thing said, in the words of the contract.
    direction : str
        To or from the device, where the packet tells.
    role : str or None
        What kind of device the packet's type says the sender or addressee is.
    fields : mapping
        The protocol's own names with the unit last; values are numbers, text, booleans, None, or
        tuples of these.
    sequence : int or None
        The protocol's sequence number.
    """

    device: str
    command: Command
    direction: Direction = "unknown"
    role: Role | None = None
    fields: Mapping[str, FieldValue] = field(default_factory=dict)
    sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Transmission:
    """What one device said once, repeats folded: the contract's record.

    Attributes
    ----------
    id : str
        Hash of the span, so that a replay and a live run give the same one.
    span : Span
        From the first sample of the first packet to the last of the last.
    time_ns : int
        UTC arrival of the first packet.
    radio : Radio
        How the first copy arrived.
    protocol : str or None
        Name of the decoder; None for a burst nobody understands.
    integrity : str
        "ok" only when every check passed.
    raw : bytes or None
        Link-layer bytes after line decoding, check included; packets of one message joined.
    message : Message or None
        What it says; None when nothing was decoded.
    repeats : int
        Identical copies heard, this one included.
    """

    id: str
    span: Span
    time_ns: int
    radio: Radio
    protocol: str | None = None
    integrity: Integrity = "none"
    raw: bytes | None = None
    message: Message | None = None
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Registered:
    """One of the patient's own devices, as the configuration names it.

    Attributes
    ----------
    id : str
        Its address in lower-case hexadecimal, as its decoder prints it.
    protocol : str
        Name of its decoder.
    role : str
        What it is.
    asset, name : str or None
        The hospital's inventory number, and what people call it.
    rssi_min_dbfs, rssi_max_dbfs : float or None
        Band its signal strength stays in, where somebody measured it.
    """

    id: str
    protocol: str
    role: Role
    asset: str | None = None
    name: str | None = None
    rssi_min_dbfs: float | None = None
    rssi_max_dbfs: float | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the monitor was told about the bed: devices, limits, local time.

    Attributes
    ----------
    devices : tuple of Registered
        The patient's own devices.
    timezone : str
        Name of the zone of the bed's clock.
    max_bolus_iu, max_basal_iu_per_h, max_daily_iu : float or None
        Limits of a clinician; None is not limited.
    min_bolus_interval_s : float or None
        Shortest time between two boluses.
    quiet_hours : str or None
        Local hours in which nobody programmes the pump: "22:30-06:00".
    """

    devices: tuple[Registered, ...] = ()
    timezone: str = "UTC"
    max_bolus_iu: float | None = None
    max_basal_iu_per_h: float | None = None
    max_daily_iu: float | None = None
    min_bolus_interval_s: float | None = None
    quiet_hours: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One detector's remark about one thing it saw; it explains itself.

    Attributes
    ----------
    detector : str
        Which detector speaks.
    subject : str
        The device the remark is about; alarms are grouped by it.
    feature : str
        The quantity that stood out.
    value : float, int, str or None
        What was seen.
    expected : str
        What would have been ordinary.
    text : str
        One sentence for a person at the bedside.
    score : float
        How far out of the ordinary, 0 to 1; 1 is certain.
    p_value : float or None
        Chance of the same in ordinary traffic, where it is calibrated.
    time_ns : int
        When.
    transmissions : tuple of str
        Identifiers of the transmissions it rests on.
    spans : tuple of Span
        Where they stand in the recording.
    """

    detector: str
    subject: str
    feature: str
    value: float | int | str | None
    expected: str
    text: str
    time_ns: int
    score: float = 1.0
    p_value: float | None = None
    transmissions: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """A policy's decision about findings: this deserves that response.

    Attributes
    ----------
    policy : str
        Identifier of the policy's row.
    priority : str
        How urgent the policy says it is.
    kind : str
        "security", or "technical" when the monitor itself is in trouble.
    title, action : str
        What happened, and what a person should do.
    subject : str
        The device it is about.
    time_ns : int
        When.
    findings : tuple of Finding
        What it rests on.
    latching : bool
        Whether the alarm stays until a person resets it.
    """

    policy: str
    priority: Priority
    kind: AlarmKind
    title: str
    action: str
    subject: str
    time_ns: int
    findings: tuple[Finding, ...]
    latching: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where the samples behind an alarm are kept.

    Attributes
    ----------
    file : str
        Recording that holds them.
    sample_start, sample_count : int
        Which of its samples.
    sha512 : str or None
        Digest of the file, where it was computed.
    """

    file: str
    sample_start: int
    sample_count: int
    sha512: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """The contract's alarm record: one line for each phase of an alarm's life.

    Attributes
    ----------
    id : str
        Stays the same from start to end.
    time_ns : int
        When this phase happened.
    phase, state, priority, kind : str
        In the words of the contract.
    policy : str
        Identifier of the policy's row.
    title, action : str
        What happened, and what a person should do.
    subject : str
        The device it is about.
    reasons : tuple of Finding
        The findings behind it, worst first, at most a handful.
    transmissions : tuple of str
        Identifiers of the latest transmissions it rests on, bounded.
    evidence : tuple of Evidence
        Where their samples are.
    first_ns, last_ns : int
        First and latest occurrence.
    count : int
        Occurrences so far.
    """

    id: str
    time_ns: int
    phase: AlarmPhase
    state: AlarmState
    priority: Priority
    kind: AlarmKind
    policy: str
    title: str
    action: str
    subject: str
    reasons: tuple[Finding, ...]
    transmissions: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    first_ns: int
    last_ns: int
    count: int

    @property
    def score(self) -> float:
        """Highest score among the reasons."""
        return max((reason.score for reason in self.reasons), default=0.0)

    @property
    def p_value(self) -> float | None:
        """Smallest calibrated p-value among the reasons, None when none is calibrated."""
        known = [reason.p_value for reason in self.reasons if reason.p_value is not None]
        return min(known, default=None)


@dataclass(frozen=True, slots=True)
class Status:
    """The monitor's own heartbeat.

    Attributes
    ----------
    time_ns : int
        Stream time.
    rate_hz : float
        Samples a second of the source.
    noise_dbfs : float or None
        Median noise floor over the band, in one channel.
    samples, samples_lost : int
        Samples seen and lost so far.
    rejections : mapping
        Count for each "protocol/reason".
    """

    time_ns: int
    rate_hz: float
    noise_dbfs: float | None
    samples: int
    samples_lost: int
    rejections: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """The last line of a replay.

    Attributes
    ----------
    time_ns : int
        Stream time at the end.
    samples, samples_lost : int
        Samples seen and lost.
    seconds : float
        Length of what was heard.
    real_time_factor : float or None
        Seconds heard for each second of work; None in a deterministic comparison.
    transmissions : mapping
        Count for each "protocol/integrity".
    alarms : mapping
        Count of alarms for each "priority/policy".
    peak_rss_mb : float or None
        Largest memory of the process.
    """

    time_ns: int
    samples: int
    samples_lost: int
    seconds: float
    transmissions: Mapping[str, int]
    alarms: Mapping[str, int]
    real_time_factor: float | None = None
    peak_rss_mb: float | None = None


Record: TypeAlias = Transmission | Finding | Gap | Alarm | Status | Summary
"""What the monitor hands out; each becomes one JSON line of the same type name."""
