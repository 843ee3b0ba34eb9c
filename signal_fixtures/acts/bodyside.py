"""What a Medtronic patient wears and carries: a moment comes in, a reading or a press goes out.

The sensor sends eight slots in 2,397 s, each twice, 11 to 17 s apart; the spacing of the slots
depends on the transmitter's id, `SLOT_SPACING_S` is what one was logged with. Every packet
carries the last nine readings, so the readings are taken on a grid of five minutes and are the
same in each packet. The meter sends its packet some 255 times, the remote control 16 times (128
for ACT). Sources: the project's protocol sheet, sections A.6 to A.9.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from signal_fixtures.acts.medtronic import signal_from_packet
from signal_fixtures.bed import Device, Kind, Meaning
from signal_fixtures.devices import medtronic_bodyside as packets
from signal_fixtures.devices.medtronic_pump import Paradigm
from signal_fixtures.stage import Stage

SLOT_SPACING_S = (309.0, 387.0, 256.0, 250.0, 345.0, 277.0, 250.0, 323.0)
ISIG_PER_MG_DL = 25
Button = Literal["suspend", "act", "bolus"]
_GRID_NS = 300 * 1_000_000_000


@dataclass(frozen=True, slots=True)
class SensorReport:
    """A sensor transmitter sends its latest reading, and the same again as a repeat.

    Attributes
    ----------
    device : str
        The sensor.
    repeat : bool
        Whether it sends twice.
    """

    name: ClassVar[str] = "sensor-report"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("sensor",)}
    device: str
    repeat: bool = True

    def play(self, stage: Stage) -> None:
        """Send once or twice."""
        sensor = stage.device(self.device)
        isig, slot = isig_history(stage, stage.turn), stage.turn % 8
        send_sensor(stage, sensor, sensor, isig, slot=slot)
        if self.repeat:
            stage.pause(float(stage.rng.uniform(11.0, 17.0)))
            send_sensor(stage, sensor, sensor, isig, slot=slot, is_repeat=True)


def isig_history(stage: Stage, reading: int, shift_mg_dl: float = 0.0) -> tuple[int, ...]:
    """Give the nine readings that a sensor packet carries.

    Parameters
    ----------
    stage : Stage
        The stage.
    reading : int
        Which reading is the latest, counted from the start of the scenario.
    shift_mg_dl : float
        Added to the latest reading only.

    Returns
    -------
    tuple of int
        Raw currents, latest first.
    """
    latest_ns = stage.world.origin_ns + reading * _GRID_NS
    levels = [stage.world.patient.glucose_mg_dl(latest_ns - age * _GRID_NS) for age in range(9)]
    levels[0] = min(max(levels[0] + shift_mg_dl, 0.0), 400.0)
    return tuple(round(level * ISIG_PER_MG_DL) for level in levels)


def send_sensor(
    stage: Stage,
    sender: Device,
    sensor: Device,
    isig: tuple[int, ...],
    *,
    slot: int,
    is_repeat: bool = False,
) -> None:
    """Send a sensor packet, from the sensor or from whoever pretends to be it.

    Parameters
    ----------
    stage : Stage
        Where.
    sender, sensor : Device
        Whose radio sends, and whose id the packet carries.
    isig : tuple of int
        Nine raw currents, latest first.
    slot : int
        0 to 7.
    is_repeat : bool
        Whether it is the second sending.
    """
    now, before, *older = isig
    one, two, three, four, five, six, seven = older
    values = (now, before, one, two, three, four, five, six, seven)
    reading = packets.SensorReading(sensor.id, values, slot, is_repeat)
    meaning = Meaning(sensor.id, "sensor", f"sensor current {now}", "from-device", {"isig": now})
    stage.say(sender, signal_from_packet(reading.packet()), meaning, on=sensor)


@dataclass(frozen=True, slots=True)
class MeterReading:
    """A finger prick: the meter sends the value many times, and the pump acknowledges.

    Attributes
    ----------
    device : str
        The meter.
    pump : str
        The pump that listens.
    glucose_mg_dl : int or None
        The value; None is the patient's own.
    copies : int
        How often the packet is sent.
    """

    name: ClassVar[str] = "meter-reading"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("meter",), "pump": ("pump",)}
    device: str
    pump: str = "pump"
    glucose_mg_dl: int | None = None
    copies: int = 255

    def play(self, stage: Stage) -> None:
        """Send the reading and the pump's acknowledgement."""
        device, pump = stage.device(self.device), stage.device(self.pump)
        level = self.glucose_mg_dl
        if level is None:
            level = round(stage.world.patient.glucose_mg_dl(stage.now_ns))
        send_meter(stage, device, device, level, self.copies)
        ack = Meaning(pump.id, "ack", "takes the reading", "from-device")
        stage.say(pump, signal_from_packet(Paradigm(pump.id).ack()), ack)


def send_meter(
    stage: Stage, sender: Device, device: Device, glucose_mg_dl: int, copies: int
) -> None:
    """Send a meter's value, from the meter or from whoever pretends to be it.

    Parameters
    ----------
    stage : Stage
        Where.
    sender, device : Device
        Whose radio sends, and whose id the packet carries.
    glucose_mg_dl : int
        The value.
    copies : int
        How often.
    """
    signal = signal_from_packet(packets.meter(device.id, glucose_mg_dl))
    text = f"meter reads {glucose_mg_dl} mg/dL"
    fields = {"glucose_mg_dl": glucose_mg_dl}
    for _ in range(copies):
        meaning = Meaning(device.id, "meter", text, "from-device", fields)
        stage.say(sender, signal, meaning, on=device)
        stage.pause(0.010)


@dataclass(frozen=True, slots=True)
class PumpStatus:
    """A pump tells its MySentry monitor how it is; sometimes twice, when nobody acknowledged.

    Attributes
    ----------
    device : str
        The pump.
    repeat_probability : float
        Chance that it has to say it again.
    """

    name: ClassVar[str] = "pump-status"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("pump",)}
    device: str
    repeat_probability: float = 0.1

    def play(self, stage: Stage) -> None:
        """Send the status once or twice."""
        pump = stage.device(self.device)
        patient = stage.world.patient
        level = round(patient.glucose_mg_dl(stage.now_ns))
        left_iu = round(max(0.0, 180.0 - stage.add(f"{self.device}.delivered_iu", 0.0)), 1)
        before = round(patient.glucose_mg_dl(stage.now_ns - _GRID_NS))
        status = packets.PumpStatus(stage.utc, level, before, left_iu, sensor_time=stage.utc)
        sequence = stage.step(f"{self.device}.mysentry", modulo=128)
        text = f"pump status: glucose {level} mg/dL, {left_iu:g} U left"
        fields = {"glucose_mg_dl": level, "reservoir_iu": left_iu}
        for is_repeat in (False, True)[: 1 + (stage.rng.random() < self.repeat_probability)]:
            data = packets.MySentry(pump.id).status(sequence, status, is_repeat=is_repeat)
            meaning = Meaning(pump.id, "status", text, "from-device", fields)
            stage.say(pump, signal_from_packet(data), meaning)
            stage.pause(1.0)


@dataclass(frozen=True, slots=True)
class RemotePress:
    """Somebody presses a button of the remote control.

    Attributes
    ----------
    device : str
        The remote control.
    button : str
        "suspend", "act" or "bolus".
    """

    name: ClassVar[str] = "remote-press"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = {"device": ("remote",)}
    device: str
    button: Button = "act"

    def play(self, stage: Stage) -> None:
        """Send the press as often as the remote does."""
        remote = stage.device(self.device)
        send_remote(stage, remote, remote, self.button)


def send_remote(stage: Stage, sender: Device, remote: Device, button: Button) -> None:
    """Send a press of a remote control, from it or from whoever pretends to be it.

    Parameters
    ----------
    stage : Stage
        Where.
    sender, remote : Device
        Whose radio sends, and whose id the packet carries.
    button : str
        "suspend", "act" or "bolus".
    """
    counter = stage.step(f"{remote.name}.presses", modulo=256)
    signal = signal_from_packet(packets.remote(remote.id, button, counter))
    # Packet type A6 names the remote control, not the pump: it comes from that device.
    text, fields = f"remote control: {button}", {"button": button}
    meaning = Meaning(remote.id, "button", text, "from-device", fields)
    for _ in range(128 if button == "act" else 16):
        stage.say(sender, signal, meaning, on=remote)
        stage.pause(0.010)
