"""An opcode of an A7 packet comes in, its name and the kind of thing it says go out.

Opcodes below 70 change something in the pump (control), those from 70 up ask for something
(read); 06 and 15 are the answers yes and no. The older 508 family gave other meanings to the same
numbers; the model (opcode 8D) tells.

Sources, as collected in the protocol sheet, section A.5: ecc1/medtronic command.go at 721237c,
MinimedKit MessageType.swift at 106467e, and bewest/decoding-carelink decocare/commands.py for the
rest. Names in `_REPORTED` were seen only there, or are marked doubtful in the sheet.
"""

from __future__ import annotations

from dataclasses import dataclass

from medmon.records import Command

ACK = 0x06
NAK = 0x15
SUSPEND_RESUME = 0x4D
ABSOLUTE_TEMP_BASAL = 0x4C
PERCENT_TEMP_BASAL = 0x69

READ_FROM = 0x70
"""Opcodes from here on ask the pump for something."""


@dataclass(frozen=True, slots=True)
class Opcode:
    """What one opcode stands for.

    Attributes
    ----------
    name : str
        Its name in records.
    command : str
        The kind of thing it says, in the words of the contract; for a read, of the request.
    """

    name: str
    command: Command


_CONTROL: dict[int, tuple[str, Command]] = {
    ACK: ("ack", "ack"),
    NAK: ("nak", "nack"),
    0x28: ("write-cgm-timestamp", "settings"),
    0x30: ("set-basal-pattern-a", "basal-schedule"),
    0x31: ("set-basal-pattern-b", "basal-schedule"),
    0x40: ("set-clock", "settings"),
    0x41: ("set-max-bolus", "settings"),
    0x42: ("bolus", "bolus"),
    0x4A: ("select-basal-pattern", "basal-schedule"),
    ABSOLUTE_TEMP_BASAL: ("set-absolute-temp-basal", "temp-basal"),
    SUSPEND_RESUME: ("suspend-resume", "suspend"),
    0x4E: ("set-auto-off", "settings"),
    0x4F: ("set-easy-bolus", "settings"),
    0x51: ("set-remote-id", "pair"),
    0x57: ("enable-remote", "settings"),
    0x5B: ("button", "button"),
    0x5D: ("wakeup", "wakeup"),
    0x67: ("set-alarm-clock", "settings"),
    0x68: ("set-temp-basal-type", "settings"),
    PERCENT_TEMP_BASAL: ("set-percent-temp-basal", "temp-basal"),
    0x6E: ("set-max-basal", "settings"),
    0x6F: ("set-basal-rates", "basal-schedule"),
}

_READ = {
    0x70: "clock",
    0x71: "pump-id",
    0x72: "battery",
    0x73: "reservoir",
    0x74: "firmware",
    0x75: "error-status",
    0x76: "remote-ids",
    0x80: "history-page",
    0x83: "pump-state",
    0x88: "carb-units",
    0x89: "glucose-units",
    0x8A: "carb-ratios",
    0x8B: "insulin-sensitivities",
    0x8C: "glucose-targets-512",
    0x8D: "model",
    0x91: "settings-512",
    0x92: "basal-rates",
    0x93: "basal-pattern-a",
    0x94: "basal-pattern-b",
    0x98: "temp-basal",
    0x9A: "glucose-page",
    0x9B: "isig-page",
    0x9C: "calibration-factor",
    0x9D: "last-history-page",
    0x9F: "glucose-targets",
    0xC0: "settings",
    0xCD: "current-glucose-page",
    0xCE: "status",
    0xD5: "vcntr-page",
    0xF0: "other-device-ids",
    0xF3: "other-devices-status",
}

_REPORTED = {
    0x79: "daily-totals",
    0x86: "language",
    0x87: "bolus-wizard-state",
    0x95: "meter-ids",
    0x99: "sensor-settings",
    **{code: f"trace-register-{code - 0xA0}" for code in range(0xA0, 0xA8)},
    0xA8: "filter-glucose-history",
    0xA9: "filter-history",
    **{code: f"settings-{code:02x}" for code in (0xC1, 0xC3, 0xC5, 0xC6, 0xC7)},
    **{code: f"guardian-settings-{code:02x}" for code in range(0xCF, 0xD5)},
    **{code: f"counter-{code:02x}" for code in (0xE2, 0xE6, 0xEC)},
    0xF1: "read-capture-event",
    0xF2: "write-capture-event",
}

_KNOWN: dict[int, Opcode] = {
    **{code: Opcode(name, command) for code, (name, command) in _CONTROL.items()},
    **{code: Opcode(name, "read") for code, name in (_READ | _REPORTED).items()},
}


def opcode(code: int) -> Opcode:
    """Look an opcode up.

    Parameters
    ----------
    code : int
        0 to 255.

    Returns
    -------
    Opcode
        What it stands for; named "unknown" where no source names it.

    Examples
    --------
    >>> opcode(0x42)
    Opcode(name='bolus', command='bolus')
    """
    return _KNOWN.get(code, _UNKNOWN)


_UNKNOWN = Opcode("unknown", "unknown")
