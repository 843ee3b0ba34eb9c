"""A Paradigm pump's sessions: a moment comes in, a programmer and a pump talk to each other.

A session, as CareLink software and its open-source descendants hold it: the wake-up packet many
times, an acknowledgement when the pump's receiver comes on, the order to stay awake, then the
command. A command with parameters goes out short first (an announcement), is acknowledged, goes
out long, and is acknowledged again. Packets of both sides carry the pump's id.

Pauses between packets are of the order reported for these devices (some 10 ms from packet to
answer); the exact distribution is not published and is guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from medmon.records import Command, FieldValue
from signal_fixtures.bed import Device, Kind, Meaning, Signal
from signal_fixtures.devices.medtronic import KEYING, on_air_chips
from signal_fixtures.devices.medtronic_pump import Paradigm
from signal_fixtures.stage import Stage

TALKERS: tuple[Kind, ...] = ("programmer", "attacker")
_CAST: Mapping[str, tuple[Kind, ...]] = {"device": ("pump",), "by": TALKERS}
_OPCODES: dict[str, int] = {
    "clock": 0x70, "battery": 0x72, "reservoir": 0x73, "model": 0x8D, "status": 0xCE,
}  # fmt: skip


def signal_from_packet(packet: bytes) -> Signal:
    """Put a Medtronic packet on the air.

    Parameters
    ----------
    packet : bytes
        The packet, check included.

    Returns
    -------
    Signal
        What its radio sends.
    """
    return Signal("medtronic", packet, on_air_chips(packet).tobytes(), KEYING)


@dataclass(frozen=True, slots=True)
class Session:
    """A programmer and a pump on a stage.

    Attributes
    ----------
    stage : Stage
        Where they talk.
    pump, programmer : Device
        Who talks; the programmer may be an attacker's.
    """

    stage: Stage
    pump: Device
    programmer: Device

    @property
    def packets(self) -> Paradigm:
        """Builder of this pump's packets."""
        return Paradigm(self.pump.id)

    def order(
        self, packet: bytes, command: Command, text: str, fields: Mapping[str, FieldValue]
    ) -> None:
        """Let the programmer send something, on the pump's frequency."""
        meaning = Meaning(self.pump.id, command, text, "to-device", fields)
        self.stage.say(self.programmer, signal_from_packet(packet), meaning, on=self.pump)
        self.stage.pause(float(self.stage.rng.uniform(0.008, 0.014)))

    def answer(self, packet: bytes, command: Command, text: str) -> None:
        """Let the pump answer."""
        meaning = Meaning(self.pump.id, command, text, "from-device")
        self.stage.say(self.pump, signal_from_packet(packet), meaning)
        self.stage.pause(float(self.stage.rng.uniform(0.012, 0.025)))

    def wake(self, copies: int) -> None:
        """Wake the pump with so many copies of the packet; none if it is awake already."""
        if not copies:
            return
        self.call(copies)
        self.answer(self.packets.ack(), "ack", "is awake")
        self.order(self.packets.stay_awake(10), "wakeup", "stay awake", {"awake_s": 600})
        self.answer(self.packets.ack(), "ack", "stays awake")

    def call(self, copies: int) -> None:
        """Send the wake-up packet so many times."""
        signal = signal_from_packet(self.packets.wakeup())
        meaning = Meaning(self.pump.id, "wakeup", "calls the pump", "to-device")
        for _ in range(copies):
            self.stage.say(self.programmer, signal, meaning, on=self.pump)
            self.stage.pause(0.012)

    def command(
        self, packet: bytes, command: Command, text: str, fields: Mapping[str, FieldValue]
    ) -> None:
        """Announce a command, give it, and let the pump acknowledge both."""
        announcement = self.packets.short(packet[4])
        self.order(announcement, command, f"announces: {text}", {})
        self.answer(self.packets.ack(), "ack", "go on")
        self.order(packet, command, text, fields)
        self.answer(self.packets.ack(), "ack", "done")

    def reply(self, query: str) -> bytes:
        """Build the pump's answer to a question."""
        if query == "clock":
            return self.packets.clock(self.stage.utc)
        if query == "battery":
            return self.packets.battery(1.45)
        if query == "reservoir":
            used_iu = self.stage.add(f"{self.pump.name}.delivered_iu", 0.0)
            return self.packets.reservoir(max(0.0, 180.0 - used_iu))
        if query == "model":
            return self.packets.model("723")
        return self.packets.status("normal", is_bolusing=False, is_suspended=False)


@dataclass(frozen=True, slots=True)
class ReadPump:
    """A programmer reads the pump: model, clock, battery, reservoir, status.

    Attributes
    ----------
    device, by : str
        The pump, and who reads it.
    wakeups : int
        Copies of the wake-up packet; 0 when the pump is awake.
    """

    name: ClassVar[str] = "read-pump"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    by: str = "carelink"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Ask one thing after the other."""
        session = _session(stage, self.device, self.by)
        session.wake(self.wakeups)
        for query, opcode in _OPCODES.items():
            session.order(session.packets.short(opcode), "read", f"asks for the {query}", {})
            session.answer(session.reply(query), "response", f"tells the {query}")


@dataclass(frozen=True, slots=True)
class PumpBolus:
    """A programmer orders a bolus.

    Attributes
    ----------
    device, by : str
        The pump, and who orders.
    units_iu : float
        The dose; what cannot be programmed is rounded down.
    wakeups : int
        Copies of the wake-up packet; 0 when the pump is awake.
    """

    name: ClassVar[str] = "pump-bolus"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    units_iu: float
    by: str = "carelink"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and order the dose."""
        session = _session(stage, self.device, self.by)
        session.wake(self.wakeups)
        units_iu = session.packets.programmable_iu(self.units_iu)
        packet = session.packets.bolus(units_iu)
        session.command(packet, "bolus", f"bolus of {units_iu:g} U", {"units_iu": units_iu})
        stage.add(f"{self.device}.delivered_iu", units_iu)


@dataclass(frozen=True, slots=True)
class PumpTempBasal:
    """A programmer orders a temporary basal rate.

    Attributes
    ----------
    device, by : str
        The pump, and who orders.
    rate_iu_per_h : float
        The rate, in steps of 0.025.
    duration_s : int
        How long; a multiple of half an hour.
    wakeups : int
        Copies of the wake-up packet; 0 when the pump is awake.
    """

    name: ClassVar[str] = "pump-temp-basal"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    rate_iu_per_h: float
    duration_s: int = 1_800
    by: str = "carelink"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and order the rate."""
        session = _session(stage, self.device, self.by)
        session.wake(self.wakeups)
        packet = session.packets.temp_basal(self.rate_iu_per_h, self.duration_s)
        text = f"temporary basal of {self.rate_iu_per_h:g} U/h for {self.duration_s // 60} min"
        fields = {"rate_iu_per_h": self.rate_iu_per_h, "duration_s": self.duration_s}
        session.command(packet, "temp-basal", text, fields)


@dataclass(frozen=True, slots=True)
class PumpSuspend:
    """A programmer stops all delivery, or takes it up again.

    Attributes
    ----------
    device, by : str
        The pump, and who orders.
    resume : bool
        Whether delivery is taken up again.
    wakeups : int
        Copies of the wake-up packet; 0 when the pump is awake.
    """

    name: ClassVar[str] = "pump-suspend"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    by: str = "carelink"
    resume: bool = False
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and give the order."""
        session = _session(stage, self.device, self.by)
        session.wake(self.wakeups)
        if self.resume:
            session.command(session.packets.resume(), "resume", "resume delivery", {})
        else:
            session.command(session.packets.suspend(), "suspend", "suspend delivery", {})


@dataclass(frozen=True, slots=True)
class PumpMaxBolus:
    """A programmer sets the largest bolus the pump accepts.

    Attributes
    ----------
    device, by : str
        The pump, and who orders.
    max_bolus_iu : float
        The limit, in steps of 0.1.
    wakeups : int
        Copies of the wake-up packet; 0 when the pump is awake.
    """

    name: ClassVar[str] = "pump-max-bolus"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    max_bolus_iu: float
    by: str = "carelink"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and set the limit."""
        session = _session(stage, self.device, self.by)
        session.wake(self.wakeups)
        packet = session.packets.set_max_bolus(self.max_bolus_iu)
        text = f"set the largest bolus to {self.max_bolus_iu:g} U"
        session.command(packet, "settings", text, {"max_bolus_iu": self.max_bolus_iu})


def _session(stage: Stage, pump: str, programmer: str) -> Session:
    return Session(stage, stage.device(pump), stage.device(programmer))
