"""A pod's conversations: a moment comes in, its manager asks or orders and the pod answers.

Each exchange is one message of the manager and one of the pod. A message longer than one packet
goes on in CON packets, each acknowledged; the pod's answer acknowledges the last one, and the
manager closes with an ACK. Packet sequences rise by one for every packet of either side, message
sequences by one for every message. A packet that nobody answers is sent again unchanged 80 to
330 ms later.

The nonce in orders is an arbitrary number: a real one is the business of the manager alone, and
nothing here knows how it is made.

Source: openaps/openomni packet corpus at 8eda783, as collected in the project's protocol sheet,
sections B.3 to B.6.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from medmon.records import Command, FieldValue
from signal_fixtures.bed import Device, Kind, Meaning, Signal
from signal_fixtures.devices import omnipod_blocks as blocks
from signal_fixtures.devices import omnipod_insulin as insulin
from signal_fixtures.devices.omnipod import KEYING, ack, message, on_air_chips, packets_of
from signal_fixtures.stage import Stage

_CAST: Mapping[str, tuple[Kind, ...]] = {"device": ("pod",), "by": ("pdm", "attacker")}
_BOLUS_S_PER_IU = 40.0
_AGE_MIN = 600
_FULL_IU = 160.0


def signal_from_packet(packet: bytes) -> Signal:
    """Put an Omnipod packet on the air.

    Parameters
    ----------
    packet : bytes
        The packet, check included.

    Returns
    -------
    Signal
        What its radio sends.
    """
    return Signal("omnipod", packet, on_air_chips(packet).tobytes(), KEYING)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A manager and a pod on a stage.

    Attributes
    ----------
    stage : Stage
        Where they talk.
    pod, manager : Device
        Who talks; the manager may be an attacker's.
    loss : float
        Chance that a packet is not answered and is sent again.
    """

    stage: Stage
    pod: Device
    manager: Device
    loss: float = 0.15

    @property
    def nonce(self) -> int:
        """An arbitrary number where the nonce stands."""
        return int(self.stage.rng.integers(1 << 32))

    def ask(
        self, command: Command, text: str, fields: Mapping[str, FieldValue], *body: bytes
    ) -> None:
        """Send the manager's message, packet by packet, each acknowledged but the last."""
        data = message(self.pod.id, self._message_sequence(), *body)
        first = self.stage.world.counters.get(f"{self.pod.name}.packets", 0)
        packets = packets_of(data, "PDM", first)
        for index, packet in enumerate(packets):
            self.stage.step(f"{self.pod.name}.packets", modulo=32)
            meaning = Meaning(self.pod.id, command, text, "to-device", fields)
            self._say(self.manager, packet, meaning)
            if index < len(packets) - 1:
                self._acknowledge(self.pod, "from-device")

    def answer(self, command: Command, text: str, *body: bytes) -> None:
        """Send the pod's message and the manager's acknowledgement."""
        data = message(self.pod.id, self._message_sequence(), *body)
        sequence = self.stage.step(f"{self.pod.name}.packets", modulo=32)
        (packet,) = packets_of(data, "POD", sequence)
        self._say(self.pod, packet, Meaning(self.pod.id, command, text, "from-device"))
        self._acknowledge(self.manager, "to-device")

    def answer_status(self) -> None:
        """Send the status that the pod has now."""
        status = self.status()
        text = f"pod status: {status.delivery}, {status.delivered_iu:g} U delivered"
        self.answer("status", text, status.response())

    def status(self) -> blocks.PodStatus:
        """How the pod is now."""
        amounts = self.stage.world.amounts
        now_s = self._now_s()
        pod = self.pod.name
        pending_iu = max(0.0, (amounts.get(f"{pod}.bolus_until_s", 0.0) - now_s) / _BOLUS_S_PER_IU)
        delivered_iu = 12.0 + now_s / 3_600 + amounts.get(f"{pod}.ordered_iu", 0.0) - pending_iu
        delivered_iu = round(round(delivered_iu / blocks.PULSE_IU) * blocks.PULSE_IU, 2)
        left_iu = _FULL_IU - delivered_iu
        is_temp = amounts.get(f"{pod}.temp_until_s", 0.0) > now_s
        delivery = "temp-basal" if is_temp else "scheduled-basal"
        if pending_iu > 0:
            delivery = "bolus-and-temp-basal" if is_temp else "bolus-and-basal"
        if amounts.get(f"{pod}.suspended", 0.0):
            delivery = "suspended"
        return blocks.PodStatus(
            delivery=delivery,
            progress=8 if left_iu > 50 else 9,
            delivered_iu=delivered_iu,
            not_delivered_iu=pending_iu,
            active_min=min(_AGE_MIN + int(now_s // 60), 8_191),
            reservoir_iu=None if left_iu > 50 else max(left_iu, 0.0),
        )

    def note_bolus(self, units_iu: float) -> None:
        """Remember that a bolus runs."""
        self.stage.add(f"{self.pod.name}.ordered_iu", units_iu)
        until_s = self._now_s() + units_iu * _BOLUS_S_PER_IU
        self.stage.world.amounts[f"{self.pod.name}.bolus_until_s"] = until_s

    def note(self, key: str, value: float) -> None:
        """Remember an amount of this pod."""
        self.stage.world.amounts[f"{self.pod.name}.{key}"] = value

    def _now_s(self) -> float:
        return (self.stage.now_ns - self.stage.world.origin_ns) / 1e9

    def until_s(self, duration_s: float) -> float:
        """Moment some time from now, in seconds after the scenario's start."""
        return self._now_s() + duration_s

    def _message_sequence(self) -> int:
        return self.stage.step(f"{self.pod.name}.messages", modulo=16)

    def _acknowledge(self, sender: Device, direction: Literal["to-device", "from-device"]) -> None:
        sequence = self.stage.step(f"{self.pod.name}.packets", modulo=32)
        # Most pods and managers leave the second address empty.
        packet = ack(self.pod.id, sequence, "00000000")
        self._say(sender, packet, Meaning(self.pod.id, "ack", "heard", direction), once=True)

    def _say(self, sender: Device, packet: bytes, meaning: Meaning, *, once: bool = False) -> None:
        signal = signal_from_packet(packet)
        began_ns = self.stage.now_ns
        self.stage.say(sender, signal, meaning, on=self.pod)
        if not once and self.stage.rng.random() < self.loss:
            spacing_s = float(self.stage.rng.uniform(0.08, 0.33))
            self.stage.now_ns = max(began_ns + round(spacing_s * 1e9), self.stage.now_ns)
            self.stage.say(sender, signal, meaning, on=self.pod)
        self.stage.pause(float(self.stage.rng.uniform(0.012, 0.030)))


@dataclass(frozen=True, slots=True)
class PodStatusRequest:
    """The manager asks the pod how it is.

    Attributes
    ----------
    device, by : str
        The pod, and who asks.
    """

    name: ClassVar[str] = "pod-status"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    by: str = "pdm"

    def play(self, stage: Stage) -> None:
        """Ask and answer."""
        exchange = Exchange(stage, stage.device(self.device), stage.device(self.by))
        exchange.ask("read", "asks for the status", {}, blocks.get_status())
        exchange.answer_status()


@dataclass(frozen=True, slots=True)
class PodBolus:
    """The manager orders a bolus.

    Attributes
    ----------
    device : str
        The pod.
    units_iu : float
        The dose, in steps of 0.05.
    by : str
        Who orders.
    refused : bool
        Whether the pod finds the nonce wrong.
    """

    name: ClassVar[str] = "pod-bolus"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    units_iu: float
    by: str = "pdm"
    refused: bool = False

    def play(self, stage: Stage) -> None:
        """Order in two packets; the pod tells its status, or refuses."""
        exchange = Exchange(stage, stage.device(self.device), stage.device(self.by))
        order = insulin.bolus(exchange.nonce, self.units_iu)
        fields = {"units_iu": self.units_iu}
        exchange.ask("bolus", f"bolus of {self.units_iu:g} U", fields, *order)
        if self.refused:
            sync_word = int(stage.rng.integers(1 << 16))
            exchange.answer("nack", "refuses the nonce", blocks.bad_nonce(sync_word))
            return
        exchange.note_bolus(self.units_iu)
        exchange.answer_status()


@dataclass(frozen=True, slots=True)
class PodTempBasal:
    """The manager cancels what temporary rate there is and orders another.

    Attributes
    ----------
    device : str
        The pod.
    rate_iu_per_h : float
        The rate, in steps of 0.05.
    duration_s : int
        How long; a multiple of half an hour.
    by : str
        Who orders.
    """

    name: ClassVar[str] = "pod-temp-basal"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    rate_iu_per_h: float
    duration_s: int = 1_800
    by: str = "pdm"

    def play(self, stage: Stage) -> None:
        """Cancel, then order."""
        exchange = Exchange(stage, stage.device(self.device), stage.device(self.by))
        body = insulin.cancel(exchange.nonce, "temp-basal")
        exchange.ask("cancel", "cancel the temporary basal", {}, body)
        exchange.note("temp_until_s", 0.0)
        exchange.answer_status()
        stage.pause(0.1)
        order = insulin.temp_basal(exchange.nonce, self.rate_iu_per_h, self.duration_s)
        text = f"temporary basal of {self.rate_iu_per_h:g} U/h for {self.duration_s // 60} min"
        fields = {"rate_iu_per_h": self.rate_iu_per_h, "duration_s": self.duration_s}
        exchange.ask("temp-basal", text, fields, *order)
        exchange.note("temp_until_s", exchange.until_s(self.duration_s))
        exchange.answer_status()


@dataclass(frozen=True, slots=True)
class PodCancel:
    """The manager stops a bolus, a temporary rate, or everything.

    Attributes
    ----------
    device : str
        The pod.
    what : str
        "bolus", "temp-basal" or "all".
    by : str
        Who orders.
    """

    name: ClassVar[str] = "pod-cancel"
    kinds: ClassVar[Mapping[str, tuple[Kind, ...]]] = _CAST
    device: str
    what: Literal["bolus", "temp-basal", "all"] = "all"
    by: str = "pdm"

    def play(self, stage: Stage) -> None:
        """Cancel."""
        exchange = Exchange(stage, stage.device(self.device), stage.device(self.by))
        body = insulin.cancel(exchange.nonce, self.what)
        command: Command = "suspend" if self.what == "all" else "cancel"
        exchange.ask(command, f"cancel {self.what}", {}, body)
        exchange.note("suspended", float(self.what == "all"))
        exchange.answer_status()
