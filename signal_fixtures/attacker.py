"""Attacks: a moment and a victim come in, labelled emissions go out, or altered ones.

Each class is one attack of the benchmark and its name is the label that the truth carries. Two
kinds: those that say something of their own (an act with a label), and those that alter what
others send while they last (`SensorSilence`, `LevelShift`).

How cunning an attacker is lies in its device: with a level, carrier offset, clock and rise time
of its own it is naive; with those of the victim's partner it is a mimic.

No attack computes anything an attacker would have to compute against a pod: pods are attacked by
recorded bytes, or with an arbitrary number where the nonce stands. Nothing here can be sent; it
ends in arrays and files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from signal_fixtures.acts.bodyside import (
    Button,
    isig_history,
    send_meter,
    send_remote,
    send_sensor,
)
from signal_fixtures.acts.medtronic import (
    TALKERS,
    PumpBolus,
    PumpMaxBolus,
    PumpSuspend,
    Session,
)
from signal_fixtures.acts.omnipod import Exchange, PodBolus
from signal_fixtures.bed import Kind
from signal_fixtures.devices import omnipod_blocks as blocks
from signal_fixtures.devices import omnipod_insulin as insulin
from signal_fixtures.disturbance import LevelShift, SensorSilence
from signal_fixtures.stage import Stage

_PUMP: Mapping[str, tuple[Kind, ...]] = {"device": ("pump",), "by": TALKERS}
_BY_ATTACKER: tuple[Kind, ...] = ("attacker",)


@dataclass(frozen=True, slots=True)
class UnregisteredSender:
    """Somebody commands a pump that is not this patient's: its id is in no register.

    Attributes
    ----------
    device, by : str
        The foreign pump, and who commands it.
    """

    name: ClassVar[str] = "unregistered-sender"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _PUMP
    device: str
    by: str = "mallory"

    def play(self, stage: Stage) -> None:
        """Stop the foreign pump's delivery; no pump answers."""
        session = Session(stage, stage.device(self.device), stage.device(self.by))
        for _ in range(3):
            session.order(session.packets.short(0x4D), "suspend", "announces: suspend", {})
            session.order(session.packets.suspend(), "suspend", "suspend delivery", {})


@dataclass(frozen=True, slots=True)
class RemoteSpoof:
    """An attacker pretends to be a remote control.

    Attributes
    ----------
    device, by : str
        The remote control whose id is used, and who uses it.
    button : str
        "suspend", "act" or "bolus".
    presses : int
        How many presses.
    """

    name: ClassVar[str] = "remote-spoof"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("remote",), "by": _BY_ATTACKER}
    device: str
    by: str = "mallory"
    button: Button = "bolus"
    presses: int = 2

    def play(self, stage: Stage) -> None:
        """Press, wait a second, press again."""
        for _ in range(self.presses):
            send_remote(stage, stage.device(self.by), stage.device(self.device), self.button)
            stage.pause(1.0)


@dataclass(frozen=True, slots=True)
class CommandInjection:
    """A foreign programmer orders a bolus from the patient's pump.

    Attributes
    ----------
    device, by : str
        The pump, and who orders.
    units_iu : float
        The dose.
    wakeups : int
        Copies of the wake-up packet.
    """

    name: ClassVar[str] = "bolus-injection"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("pump",), "by": _BY_ATTACKER}
    device: str
    units_iu: float
    by: str = "mallory"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and order the dose."""
        PumpBolus(self.device, self.units_iu, self.by, self.wakeups).play(stage)


@dataclass(frozen=True, slots=True)
class Overdose:
    """One dose that is too large, from a programmer or attacker.

    Attributes
    ----------
    device, by : str
        The pump, and who orders.
    units_iu : float
        The dose.
    wakeups : int
        Copies of the wake-up packet.
    """

    name: ClassVar[str] = "overdose"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _PUMP
    device: str
    units_iu: float = 25.0
    by: str = "carelink"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and order the dose."""
        PumpBolus(self.device, self.units_iu, self.by, self.wakeups).play(stage)


@dataclass(frozen=True, slots=True)
class ManySmallDoses:
    """Doses that are each allowed and together too much.

    Attributes
    ----------
    device, by : str
        The pump, and who orders.
    units_iu : float
        Each dose.
    doses : int
        How many.
    gap_s : float
        From the end of one to the beginning of the next.
    wakeups : int
        Copies of the wake-up packet before the first one.
    """

    name: ClassVar[str] = "many-small-doses"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _PUMP
    device: str
    units_iu: float = 1.0
    doses: int = 12
    gap_s: float = 20.0
    by: str = "mallory"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Order one dose after the other while the pump is awake."""
        for count in range(self.doses):
            wakeups = self.wakeups if count == 0 else 0
            PumpBolus(self.device, self.units_iu, self.by, wakeups).play(stage)
            stage.pause(self.gap_s)


@dataclass(frozen=True, slots=True)
class SuspendDelivery:
    """An attacker stops the pump.

    Attributes
    ----------
    device, by : str
        The pump, and who stops it.
    wakeups : int
        Copies of the wake-up packet.
    """

    name: ClassVar[str] = "suspend"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _PUMP
    device: str
    by: str = "mallory"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and stop it."""
        PumpSuspend(self.device, self.by, wakeups=self.wakeups).play(stage)


@dataclass(frozen=True, slots=True)
class SettingsChange:
    """An attacker raises the largest bolus the pump accepts.

    Attributes
    ----------
    device, by : str
        The pump, and who changes it.
    max_bolus_iu : float
        The new limit.
    wakeups : int
        Copies of the wake-up packet.
    """

    name: ClassVar[str] = "settings-change"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _PUMP
    device: str
    max_bolus_iu: float = 25.0
    by: str = "mallory"
    wakeups: int = 100

    def play(self, stage: Stage) -> None:
        """Wake the pump and set the limit."""
        PumpMaxBolus(self.device, self.max_bolus_iu, self.by, self.wakeups).play(stage)


@dataclass(frozen=True, slots=True)
class ForgedGlucose:
    """An attacker sends readings in the name of the sensor or the meter.

    Attributes
    ----------
    device, by : str
        The sensor or meter whose id is used, and who uses it.
    shift_mg_dl : float
        How far the reading is from the truth.
    copies : int
        How often a meter's packet is sent.
    """

    name: ClassVar[str] = "forged-glucose"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {
        "device": ("sensor", "meter"),
        "by": _BY_ATTACKER,
    }
    device: str
    by: str = "mallory"
    shift_mg_dl: float = 180.0
    copies: int = 60

    def play(self, stage: Stage) -> None:
        """Send what the device would send, but for the value."""
        device, sender = stage.device(self.device), stage.device(self.by)
        if device.kind == "sensor":
            turn = (stage.now_ns - stage.world.origin_ns) // 300_000_000_000
            isig = isig_history(stage, turn, self.shift_mg_dl)
            send_sensor(stage, sender, device, isig, slot=turn % 8)
            return
        level = stage.world.patient.glucose_mg_dl(stage.now_ns) + self.shift_mg_dl
        send_meter(stage, sender, device, round(min(max(level, 20.0), 500.0)), self.copies)


@dataclass(frozen=True, slots=True)
class WakeupFlood:
    """An attacker calls the pump without end, to empty its battery or to hide other packets.

    Attributes
    ----------
    device, by : str
        The pump, and who calls.
    copies : int
        How often.
    """

    name: ClassVar[str] = "wakeup-flood"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _PUMP
    device: str
    by: str = "mallory"
    copies: int = 1_000

    def play(self, stage: Stage) -> None:
        """Call and call again."""
        Session(stage, stage.device(self.device), stage.device(self.by)).call(self.copies)


@dataclass(frozen=True, slots=True)
class Replay:
    """An attacker sends what it recorded: the orders of the latest session of one kind.

    Attributes
    ----------
    device, by : str
        The device whose session was recorded, and who sends it again.
    of : str
        The act that was recorded: "pump-bolus", "pod-bolus", "remote-press" and so on. If it has
        not happened yet, there is nothing to send.
    """

    name: ClassVar[str] = "replay"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {
        "device": ("pump", "remote", "meter", "sensor", "pod"),
        "by": _BY_ATTACKER,
    }
    device: str
    of: str
    by: str = "mallory"

    def play(self, stage: Stage) -> None:
        """Send the recorded bytes with the recorded pauses; leave out the victim's answers."""
        sender, device = stage.device(self.by), stage.device(self.device)
        recorded = stage.world.tape.get((self.device, self.of), ())
        answers = device.name if device.kind in ("pump", "pod") else None
        begin_ns = stage.now_ns
        for emission in recorded:
            if emission.sender != answers:
                stage.now_ns = begin_ns + emission.time_ns - recorded[0].time_ns
                meaning = replace(emission.meaning, text=f"replayed: {emission.meaning.text}")
                stage.say(sender, emission.signal, meaning, on=device)


@dataclass(frozen=True, slots=True)
class PodInjection:
    """An attacker orders a bolus from the pod without knowing the nonce.

    Attributes
    ----------
    device, by : str
        The pod, and who orders.
    units_iu : float
        The dose.
    """

    name: ClassVar[str] = "pod-injection"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("pod",), "by": _BY_ATTACKER}
    device: str
    units_iu: float = 5.0
    by: str = "mallory"

    def play(self, stage: Stage) -> None:
        """Order with an arbitrary number as the nonce; the pod refuses."""
        PodBolus(self.device, self.units_iu, self.by, refused=True).play(stage)


@dataclass(frozen=True, slots=True)
class PodRider:
    """An attacker lets a second order ride on a harmless bolus, in one message to the pod.

    Attributes
    ----------
    device, by : str
        The pod, and who orders.
    rider : str
        "stop", "temp-basal" (30 IU/h), "alert-off" or "deactivate".
    """

    name: ClassVar[str] = "pod-rider"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("pod",), "by": _BY_ATTACKER}
    device: str
    rider: Literal["stop", "temp-basal", "alert-off", "deactivate"] = "stop"
    by: str = "mallory"

    def play(self, stage: Stage) -> None:
        """Order 0.05 IU and more with an arbitrary number as the nonce; the pod refuses."""
        exchange = Exchange(stage, stage.device(self.device), stage.device(self.by))
        nonce = exchange.nonce
        riders: Mapping[str, tuple[bytes, ...]] = {
            "stop": (insulin.cancel(nonce, "all"),),
            "temp-basal": insulin.temp_basal(nonce, 30.0, 1_800),
            "alert-off": (blocks.configure_alerts(nonce, [blocks.Alert(4, is_active=False)]),),
            "deactivate": (blocks.deactivate(nonce),),
        }
        order = (*insulin.bolus(nonce, 0.05), *riders[self.rider])
        exchange.ask("bolus", f"bolus of 0.05 U and {self.rider}", {"units_iu": 0.05}, *order)
        sync_word = int(stage.rng.integers(1 << 16))
        exchange.answer("nack", "refuses the nonce", blocks.bad_nonce(sync_word))


_CLASSES = (
    UnregisteredSender, RemoteSpoof, CommandInjection, Overdose, ManySmallDoses, SuspendDelivery,
    SettingsChange, ForgedGlucose, WakeupFlood, Replay, PodInjection, PodRider, SensorSilence,
    LevelShift,
)  # fmt: skip
ATTACKS: Mapping[str, type[Any]] = {attack.name: attack for attack in _CLASSES}
"""Every attack by its name."""
