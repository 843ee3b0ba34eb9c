"""Doses, rates and times come in, A7 packets go out: both sides of a Paradigm pump's conversation.

A short packet is ``A7 id op 00 crc`` (7 bytes): a request, an announcement, or an
acknowledgement. A long one is ``A7 id op length parameters crc``, the parameters filled up with
zeros to 64 bytes (71 bytes). Both sides carry the pump's id.

Insulin is counted in strokes: 40 a unit from model x23 on, 10 a unit before, and the fields of a
bolus, of the largest bolus and of the reservoir have another layout with each.

Source of layouts and scalings: ecc1/medtronic at 721237c (bolus.go, tempbasal.go, suspend.go,
button.go, status.go, settings.go), LoopKit/MinimedKit at 106467e (message bodies and their
tests), as collected in the project's protocol sheet, section A.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from signal_fixtures.devices.medtronic import with_crc8

BUTTONS = ("bolus", "esc", "act", "up", "down")
STATES = ("rewinding", "preparing", "priming", "normal")
_PARAMETER_BYTES = 64
_TEMP_BASAL_STEP_S = 1_800
_EMPTY_REMOTE_SLOT = b"------"


def whole_strokes(amount_iu: float, strokes_per_iu: int) -> int:
    """Count the whole strokes in an amount of insulin.

    Parameters
    ----------
    amount_iu : float
        Amount or hourly rate.
    strokes_per_iu : int
        Strokes in one unit.

    Returns
    -------
    int
        Strokes, rounded down; an amount that is short of a stroke by a rounding error of the
        machine counts as that stroke.
    """
    return int(amount_iu * strokes_per_iu + 1e-6)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a pump answers when it is asked for its settings (opcode C0).

    Attributes
    ----------
    max_bolus_iu : float
        Largest bolus it accepts.
    max_basal_iu_per_h : float
        Largest basal rate it accepts.
    auto_off_h : int
        Hours without a button press after which it stops; 0 is never.
    pattern : int
        Basal pattern in use: 0 standard, 1 A, 2 B.
    remote_enabled : bool
        Whether it listens to a remote control.
    percent_temp_basal : bool
        Whether temporary rates are given in percent.
    action_h : int
        Hours for which a bolus counts as active.
    """

    max_bolus_iu: float
    max_basal_iu_per_h: float
    auto_off_h: int = 0
    pattern: int = 0
    remote_enabled: bool = False
    percent_temp_basal: bool = False
    action_h: int = 4


@dataclass(frozen=True, slots=True)
class Paradigm:
    """A pump and those who talk to it; each method builds one packet.

    Attributes
    ----------
    device_id : str
        Six hexadecimal digits, as printed on the pump.
    strokes_per_iu : int
        40 from model x23 on, 10 before.
    """

    device_id: str
    strokes_per_iu: int = 40

    @property
    def is_x23(self) -> bool:
        """Whether bodies have the layout of model x23 and later."""
        return self.strokes_per_iu == 40

    def short(self, opcode: int, body: int = 0) -> bytes:
        """Build a short packet: a request, or the announcement of a command.

        Parameters
        ----------
        opcode : int
            What is asked for.
        body : int
            The one byte of body.

        Returns
        -------
        bytes
            7 bytes.
        """
        return with_crc8(0xA7, self.device_id, bytes([opcode, body]))

    def long(self, opcode: int, parameters: bytes, *, first: int | None = None) -> bytes:
        """Build a long packet.

        Parameters
        ----------
        opcode : int
            What it is.
        parameters : bytes
            At most 64 bytes.
        first : int or None
            The byte before the parameters: a frame number in answers of several packets; None
            for the number of parameters.

        Returns
        -------
        bytes
            71 bytes.

        Raises
        ------
        ValueError
            If there are too many parameters.
        """
        if len(parameters) > _PARAMETER_BYTES:
            raise ValueError(f"expected at most 64 parameter bytes, found {len(parameters)}")
        head = bytes([opcode, len(parameters) if first is None else first])
        return with_crc8(0xA7, self.device_id, head + parameters.ljust(_PARAMETER_BYTES, b"\0"))

    def wakeup(self) -> bytes:
        """Build the packet that is repeated until the pump's receiver is awake."""
        return self.short(0x5D)

    def stay_awake(self, minutes: int) -> bytes:
        """Build the packet that keeps the receiver on for some minutes."""
        return self.long(0x5D, bytes([1, minutes]))

    def ack(self) -> bytes:
        """Build an acknowledgement."""
        return self.short(0x06)

    def nak(self, error: int) -> bytes:
        """Build a refusal: 08 refused, 09 out of range, 0C bolus in progress, 0D no such page."""
        return self.short(0x15, error)

    def programmable_iu(self, units_iu: float) -> float:
        """Round a dose down to what the pump can be told: 0.025 below 1, 0.05 below 10, then 0.1.

        Parameters
        ----------
        units_iu : float
            Wanted dose.

        Returns
        -------
        float
            The dose that a bolus packet will carry.
        """
        step = 1
        if self.is_x23 and units_iu >= 1:
            step = 2 if units_iu < 10 else 4
        strokes = whole_strokes(units_iu, self.strokes_per_iu)
        return strokes // step * step / self.strokes_per_iu

    def bolus(self, units_iu: float) -> bytes:
        """Build the command for a bolus.

        Parameters
        ----------
        units_iu : float
            Dose; what cannot be programmed is rounded down.

        Returns
        -------
        bytes
            71 bytes.
        """
        strokes = whole_strokes(self.programmable_iu(units_iu), self.strokes_per_iu)
        return self.long(0x42, strokes.to_bytes(2 if self.is_x23 else 1, "big"))

    def temp_basal(self, rate_iu_per_h: float, duration_s: int) -> bytes:
        """Build the command for a temporary basal rate in units an hour.

        Parameters
        ----------
        rate_iu_per_h : float
            Rate, in steps of 0.025.
        duration_s : int
            A multiple of half an hour; 0 ends a temporary rate.

        Returns
        -------
        bytes
            71 bytes.
        """
        rate = whole_strokes(rate_iu_per_h, 40).to_bytes(2, "big")
        return self.long(0x4C, rate + bytes([duration_s // _TEMP_BASAL_STEP_S]))

    def temp_basal_percent(self, percent: int, duration_s: int) -> bytes:
        """Build the command for a temporary basal rate in percent of the usual one.

        Parameters
        ----------
        percent : int
            0 to 200.
        duration_s : int
            A multiple of half an hour.

        Returns
        -------
        bytes
            71 bytes.
        """
        return self.long(0x69, bytes([percent, duration_s // _TEMP_BASAL_STEP_S]))

    def temp_basal_answer(
        self, *, rate_iu_per_h: float = 0.0, percent: int | None = None, left_s: int
    ) -> bytes:
        """Build the answer to "which temporary rate is running?".

        Parameters
        ----------
        rate_iu_per_h : float
            Rate in units an hour; unused when a percentage runs.
        percent : int or None
            Percentage, None for an absolute rate.
        left_s : int
            Time left, in whole minutes.

        Returns
        -------
        bytes
            71 bytes.
        """
        rate = whole_strokes(rate_iu_per_h, 40).to_bytes(2, "big")
        kind = bytes([0, 0]) if percent is None else bytes([1, percent])
        return self.long(0x98, kind + rate + (left_s // 60).to_bytes(2, "big"))

    def suspend(self) -> bytes:
        """Build the command that stops all delivery."""
        return self.long(0x4D, b"\x01")

    def resume(self) -> bytes:
        """Build the command that takes delivery up again."""
        return self.long(0x4D, b"\x00")

    def button(self, name: str) -> bytes:
        """Build the command that presses one of the pump's own buttons (see `BUTTONS`)."""
        return self.long(0x5B, bytes([BUTTONS.index(name)]))

    def clock(self, time: datetime, *, opcode: int = 0x70) -> bytes:
        """Build the answer to "what time is it?", or with opcode 40 the command that sets it.

        Parameters
        ----------
        time : datetime
            Local time of the pump.
        opcode : int
            70 for the answer, 40 for the command.

        Returns
        -------
        bytes
            71 bytes.
        """
        hms = bytes([time.hour, time.minute, time.second])
        return self.long(opcode, hms + time.year.to_bytes(2, "big") + bytes([time.month, time.day]))

    def set_remote(self, slot: int, remote_id: str | None) -> bytes:
        """Build the command that makes the pump obey a remote control; None clears the slot.

        Parameters
        ----------
        slot : int
            0 to 2.
        remote_id : str or None
            Six digits.

        Returns
        -------
        bytes
            71 bytes.
        """
        return self.long(0x51, bytes([slot]) + _remote_slot(remote_id))

    def remotes(self, remote_ids: tuple[str | None, str | None, str | None]) -> bytes:
        """Build the answer to "whom do you obey?": three slots, None is empty."""
        return self.long(0x76, b"".join(map(_remote_slot, remote_ids)))

    def battery(self, voltage_v: float, *, is_low: bool = False) -> bytes:
        """Build the answer about the battery, in steps of 10 mV."""
        return self.long(0x72, bytes([is_low]) + round(voltage_v * 100).to_bytes(2, "big"))

    def reservoir(self, amount_iu: float) -> bytes:
        """Build the answer about the insulin left."""
        strokes = whole_strokes(amount_iu, self.strokes_per_iu).to_bytes(2, "big")
        return self.long(0x73, bytes(2) + strokes if self.is_x23 else strokes)

    def model(self, number: str) -> bytes:
        """Build the answer to "which model are you?": three digits."""
        return self.long(0x8D, bytes([3]) + number.encode("ascii").ljust(8, b"\0"))

    def status(self, state: str, *, is_bolusing: bool, is_suspended: bool) -> bytes:
        """Build the answer to "what are you doing?" (see `STATES`)."""
        return self.long(0xCE, bytes([STATES.index(state), is_bolusing, is_suspended]))

    def glucose_page(self, page: int, glucose_mg_dl: int, isig: int) -> bytes:
        """Build the answer to "where does your sensor's history end?" (CD)."""
        words = (page.to_bytes(4, "big"), glucose_mg_dl.to_bytes(2, "big"), isig.to_bytes(2, "big"))
        return self.long(0xCD, b"".join(words) + bytes(4))

    def linked_devices(self, devices: tuple[str, ...]) -> bytes:
        """Build the answer to "whom are you linked to?" (F0): type and id, eight digits each."""
        ids = b"".join(bytes.fromhex(device) + b"\0" for device in devices)
        return self.long(0xF0, bytes([len(devices), 1]) + ids.ljust(29, b"\0"))

    def set_max_basal(self, rate_iu_per_h: float) -> bytes:
        """Build the command that sets the largest basal rate."""
        return self.long(0x6E, whole_strokes(rate_iu_per_h, 40).to_bytes(2, "big"))

    def set_max_bolus(self, units_iu: float) -> bytes:
        """Build the command that sets the largest bolus, in steps of 0.1."""
        tenths = bytes([whole_strokes(units_iu, 10)])
        return self.long(0x41, b"\0" + tenths if self.is_x23 else tenths)

    def settings(self, settings: Settings) -> bytes:
        """Build the answer to "what are your settings?".

        Parameters
        ----------
        settings : Settings
            The settings.

        Returns
        -------
        bytes
            71 bytes.
        """
        # Position 0 is the length byte; from model x23 on the limits stand one byte later.
        body = bytearray(26 if self.is_x23 else 22)
        limits = 7 if self.is_x23 else 6
        body[1] = settings.auto_off_h
        body[limits] = whole_strokes(settings.max_bolus_iu, 10)
        rate = whole_strokes(settings.max_basal_iu_per_h, 40)
        body[limits + 1 : limits + 3] = rate.to_bytes(2, "big")
        body[12] = settings.pattern
        body[13] = settings.remote_enabled
        body[14] = settings.percent_temp_basal
        body[18] = settings.action_h
        return self.long(0xC0, bytes(body[1:]))


def _remote_slot(remote_id: str | None) -> bytes:
    """Six ASCII digits, or six dashes for an empty slot."""
    return _EMPTY_REMOTE_SLOT if remote_id is None else remote_id.encode("ascii")
