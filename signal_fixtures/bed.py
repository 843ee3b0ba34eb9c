"""A bed and its air: devices with their radios go in, emissions with the truth about them come out.

Nothing here knows a protocol. A `Device` is a transmitter at the bedside (or in an attacker's
bag) with what makes its radio its own: level, carrier offset, clock error. A `Signal` is what an
air interface makes of a packet. An `Emission` is one carrier-on period: a signal, sent by a
device at a moment, with the label that says whether it is ordinary.

Times are integer nanoseconds of UTC, levels dBFS, as in `medmon.records`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from medmon.records import Command, Direction, FieldValue
from signal_fixtures.waveform import Keying

Kind: TypeAlias = Literal[
    "pump", "remote", "meter", "sensor", "programmer", "pod", "pdm", "foreign", "attacker"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
ORDINARY = "ordinary"
"""Label of everything that is not an attack."""

_FAMILIES: dict[Kind, str] = {
    "pump": "medtronic",
    "remote": "medtronic",
    "meter": "medtronic",
    "sensor": "medtronic",
    "programmer": "medtronic",
    "pod": "omnipod",
    "pdm": "omnipod",
    "foreign": "foreign",
    "attacker": "attacker",
}
_FREQS_HZ = {"medtronic": 916.5e6, "omnipod": 433.923e6, "foreign": 433.92e6, "attacker": 0.0}


class ScenarioError(ValueError):
    """A scenario with mistakes; all of them are listed at once.

    Parameters
    ----------
    name : str
        Scenario or file the mistakes are in.
    mistakes : sequence of str
        One line a mistake, each beginning with its key path.
    """

    def __init__(self, name: str, mistakes: list[str]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        count = f"{len(mistakes)} mistake{'s' if len(mistakes) != 1 else ''}"
        super().__init__("\n".join([f"{name}: {count}", *(f"  {line}" for line in mistakes)]))


@dataclass(frozen=True, slots=True)
class Device:
    """A transmitter.

    Attributes
    ----------
    name : str
        What the story calls it.
    kind : str
        One of `KINDS`.
    id : str
        Address in its packets, lower-case hexadecimal: six digits in the Medtronic family, eight
        in the Omnipod family; empty where the device has no address of its own.
    rssi_dbfs : float
        Level at the monitor, mean over time.
    rssi_sd_db : float
        Standard deviation of the level from one emission to the next.
    cfo_hz : float
        Carrier offset of its crystal.
    clock_ppm : float
        Error of its symbol clock.
    rise_us : float
        How fast its amplifier comes up, from 10 % to 90 % of the amplitude.
    freq_hz : float or None
        Carrier it means to use; None is the usual one of its family. An attacker uses the one of
        the device it attacks.
    registered : bool
        Whether it belongs to the patient.
    asset : str
        Inventory number of the hospital.
    """

    name: str
    kind: Kind
    id: str = ""
    rssi_dbfs: float = -30.0
    rssi_sd_db: float = 1.0
    cfo_hz: float = 0.0
    clock_ppm: float = 0.0
    rise_us: float = 4.0
    freq_hz: float | None = None
    registered: bool = True
    asset: str = ""

    @property
    def family(self) -> str:
        """Device family: "medtronic", "omnipod", "foreign" or "attacker"."""
        return _FAMILIES[self.kind]

    @property
    def carrier_hz(self) -> float:
        """Frequency it means to use."""
        return _FREQS_HZ[self.family] if self.freq_hz is None else self.freq_hz


@dataclass(frozen=True, slots=True)
class Limits:
    """What a clinician allows this patient; None is not limited.

    Attributes
    ----------
    max_bolus_iu, max_basal_iu_per_h, max_daily_iu : float or None
        Largest single dose, basal rate and sum of a day.
    min_bolus_interval_s : float or None
        Shortest time between two boluses.
    quiet_hours : str or None
        Hours in which nobody programmes the pump, as "22:30-06:00".
    """

    max_bolus_iu: float | None = None
    max_basal_iu_per_h: float | None = None
    max_daily_iu: float | None = None
    min_bolus_interval_s: float | None = None
    quiet_hours: str | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """What one receiver sees.

    Attributes
    ----------
    freq_hz : float
        Frequency it is tuned to.
    rate_hz : float
        Samples a second.
    noise_dbfs : float
        Noise power over the whole band.
    """

    freq_hz: float
    rate_hz: float
    noise_dbfs: float = -50.0


@dataclass(frozen=True, slots=True)
class Signal:
    """A packet as its air interface sends it.

    Attributes
    ----------
    family : str
        Device family it belongs to.
    packet : bytes
        Link-layer bytes before line coding, check included.
    chips : bytes
        On-air symbols from the first of the preamble to the last, one byte each, 0 or 1.
    keying : Keying
        How the chips are put on the carrier, by an exact clock.
    """

    family: str
    packet: bytes
    chips: bytes = field(repr=False)
    keying: Keying

    @property
    def duration_s(self) -> float:
        """Time on the air with an exact clock; silence at the end of OOK does not count."""
        chips = self.chips.rstrip(b"\0") if self.keying.modulation == "ook" else self.chips
        return len(chips) / self.keying.symbol_rate_hz


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a signal says, as the person who sent it would put it.

    Attributes
    ----------
    device : str
        Address the packet carries.
    command : str
        Kind of thing said, in the words of the contract.
    text : str
        One line for a person.
    direction : str
        To or from the device.
    fields : mapping
        Values that were put in, unit last.
    """

    device: str
    command: Command
    text: str
    direction: Direction = "unknown"
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Emission:
    """One carrier-on period, with the truth about it.

    Attributes
    ----------
    time_ns : int
        UTC time of the first chip's start.
    signal : Signal
        What is sent.
    meaning : Meaning
        What it says.
    sender : str
        Name of the device that sends.
    label : str
        `ORDINARY`, or the name of the attack it belongs to.
    freq_hz : float
        Carrier the sender means to use.
    cfo_hz : float
        Its offset from that.
    rssi_dbfs : float
        Power at the monitor while the carrier is on.
    clock_ppm : float
        Error of the symbol clock: positive is fast.
    rise_us : float
        Time from 10 % to 90 % of the amplitude.
    """

    time_ns: int
    signal: Signal
    meaning: Meaning
    sender: str
    label: str
    freq_hz: float
    cfo_hz: float
    rssi_dbfs: float
    clock_ppm: float = 0.0
    rise_us: float = 4.0

    @property
    def duration_ns(self) -> int:
        """Time on the air, rounded to a nanosecond."""
        return round(self.signal.duration_s * 1e9 / (1 + self.clock_ppm * 1e-6))

    @property
    def end_ns(self) -> int:
        """UTC time at which the carrier stops."""
        return self.time_ns + self.duration_ns


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in which an attack goes on, also one that sends nothing.

    Attributes
    ----------
    attack : str
        Name of the attack.
    device : str
        Name of the device it is aimed at.
    start_ns, end_ns : int
        First and last moment, UTC.
    text : str
        One line for a person.
    """

    attack: str
    device: str
    start_ns: int
    end_ns: int
    text: str
