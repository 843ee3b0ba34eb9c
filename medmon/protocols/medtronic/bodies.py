"""The body of a long A7 packet comes in (length byte, then parameters), its fields go out.

Positions count from the length byte, which is 0. Amounts of insulin are in strokes: 40 a unit from
model x23 on, 10 a unit before; the number of parameters tells which. Numbers are big-endian.

- 42: ``02 hh ll`` / 40 or ``01 nn`` / 10, dose. Confirmed (MinimedKit BolusCarelinkMessageBody).
- 4C: ``03 hh ll dd``, rate / 40, dd half hours; 0 half hours ends it. Confirmed (MinimedKit).
- 69: ``02 pp dd``, percent, half hours. Reported (ecc1/medtronic tempbasal.go).
- 98: ``06 t pp hh ll mm mm``: t 0 absolute, 1 percent; rate / 40; minutes left. Confirmed.
- 4D: ``01 ss``: 01 suspend, 00 resume. 5B: ``01 bb``. 4A: ``01 pp``. Reported (ecc1/medtronic).
- 5D: ``02 01 mm``, minutes to stay awake. Reported (MinimedKit).
- 40, 70: ``07 hh mm ss yyyy mo dd``. Confirmed.
- 41: ``01 nn`` or ``02 00 nn``, / 10. 6E: ``02 hh ll`` / 40. Confirmed (MinimedKit).
- 51: ``07 slot`` and six ASCII digits, 76: ``12`` and three times six; six ``-`` are an empty slot.
  95 is laid out the same. Confirmed for 51 and 76; 95 reported (mmcommander).
- 72: ``03 flag hh ll`` / 100 V, flag not 0 is low. 73: ``04 00 00 hh ll`` / 40 or ``02 hh ll``
  / 10. 8D: ``09 03`` and three ASCII digits. CE: ``03 code bolusing suspended``. Confirmed.
- C0, 91: 1 hours to auto-off; largest bolus / 10 at 7 (length 19) or 6 (15, 12), largest basal
  / 40 in the two bytes after it; 12 pattern, 13 remote enabled, 14 type of temporary rate, 18
  hours of insulin action (length 12: 00 is 6 h, confirmed; 01 is 8 h, reported). Confirmed.
- CD: 1-4 page, 5-6 glucose, 7-8 ISIG. Confirmed for the low bytes; the high ones are guessed.
- 9C: ``02 hh ll``. 9D: ``04`` and a page number. Reported (ecc1/medtronic).
- F0: 1 count, then from 3 on five bytes each: packet type, id, unknown. Confirmed (MinimedKit).
- 30, 31, 6F, 92, 93, 94: three bytes an entry: rate / 40 (low byte first), half hours since
  midnight. Confirmed for the first frame (ecc1/medtronic basal_test.go). 64 bytes are no whole
  entries: of the 22nd the low byte stands at the end of the first frame and the rest in the second,
  where it is read as if the low byte were zero (up to 6.4 IU/h too little); of the 43rd the rate
  stands in the second frame and the time, which is then left out, in the third.

A real body (MinimedKit BolusCarelinkMessageBodyTests at 106467e):

>>> fields_from_body(0x42, bytes.fromhex("02002c"))
{'units_iu': 1.1}
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from medmon.protocols.medtronic import opcodes
from medmon.protocols.medtronic.clock import clock_from_parts
from medmon.records import Command, FieldValue

Fields: TypeAlias = dict[str, FieldValue]

_STROKES_PER_IU = 40
_OLD_STROKES_PER_IU = 10
_HALF_HOUR_S = 1_800
_SLOT_BYTES = 6
_ENTRY_BYTES = 3
_THIRD_FRAME = 3
_OLD_SETTINGS = 0x12

_SCHEDULES = (0x30, 0x31, 0x6F, 0x92, 0x93, 0x94)
_PATTERNS = ("standard", "a", "b")
_BUTTONS = ("bolus", "esc", "act", "up", "down")
_STATES = ("rewinding", "preparing", "priming", "normal")
_TEMP_BASAL_TYPES = ("absolute", "percent")


def fields_from_body(code: int, body: bytes) -> Fields:
    """Read the parameters that belong to an opcode.

    Parameters
    ----------
    code : int
        Opcode.
    body : bytes
        Length byte and as many parameters as it says.

    Returns
    -------
    dict
        Fields by name; the parameters as ``params_hex`` where their layout is not known.
    """
    reader = _READERS.get(code)
    if reader is None or len(body) - 1 not in BODY_BYTES.get(code, ()):
        return {"params_hex": body[1:].hex()}
    return reader(body)


def fields_from_frame(code: int, number: int, content: bytes) -> Fields:
    """Read the content of one frame of a long answer or of a schedule.

    Parameters
    ----------
    code : int
        Opcode.
    number : int
        Frame number, from 1.
    content : bytes
        64 bytes.

    Returns
    -------
    dict
        What a frame holds of a schedule; nothing for pages, whose records run across frames.
    """
    if code not in _SCHEDULES:
        return {}
    # Zeros for what the frame before holds of a straddling entry.
    content = bytes(len(content) * (number - 1) % _ENTRY_BYTES) + content
    entries = [content[at : at + _ENTRY_BYTES] for at in range(0, len(content) - 1, _ENTRY_BYTES)]
    if number == _THIRD_FRAME:
        entries = entries[1:]
    # The list ends at the first empty entry; the rate at midnight may itself be zero.
    first = 1 if number == 1 else 0
    count = next((i for i, entry in enumerate(entries) if i >= first and not any(entry)), None)
    return {
        "schedule_start_s": tuple(
            entry[2] * _HALF_HOUR_S for entry in entries[:count] if len(entry) == _ENTRY_BYTES
        ),
        "schedule_rate_iu_per_h": tuple(
            int.from_bytes(entry[:2], "little") / _STROKES_PER_IU for entry in entries[:count]
        ),
    }


def command_from_body(code: int, body: bytes, command: Command) -> Command:
    """Tell apart the commands that share an opcode.

    Parameters
    ----------
    code : int
        Opcode.
    body : bytes
        Length byte and parameters.
    command : str
        What the opcode stands for.

    Returns
    -------
    str
        "resume" for 4D with 00, "cancel" for a temporary rate of no duration, else `command`.
    """
    if code == opcodes.SUSPEND_RESUME and body[1:] == b"\x00":
        return "resume"
    is_temp_basal = code in (opcodes.ABSOLUTE_TEMP_BASAL, opcodes.PERCENT_TEMP_BASAL)
    if is_temp_basal and len(body) - 1 in BODY_BYTES[code] and body[-1] == 0:
        return "cancel"
    return command


def _u16(body: bytes, place: int) -> int:
    return int.from_bytes(body[place : place + 2], "big")


def _word(words: tuple[str, ...], index: int) -> str:
    return words[index] if index < len(words) else "unknown"


def _bolus(body: bytes) -> Fields:
    if len(body) == 2:
        return {"units_iu": body[1] / _OLD_STROKES_PER_IU}
    return {"units_iu": _u16(body, 1) / _STROKES_PER_IU}


def _absolute_temp_basal(body: bytes) -> Fields:
    return {
        "temp_basal_type": "absolute",
        "rate_iu_per_h": _u16(body, 1) / _STROKES_PER_IU,
        "duration_s": body[3] * _HALF_HOUR_S,
    }


def _percent_temp_basal(body: bytes) -> Fields:
    return {
        "temp_basal_type": "percent",
        "percent": body[1],
        "duration_s": body[2] * _HALF_HOUR_S,
    }


def _running_temp_basal(body: bytes) -> Fields:
    kind = _word(_TEMP_BASAL_TYPES, body[1])
    rate: Fields = {"rate_iu_per_h": _u16(body, 3) / _STROKES_PER_IU}
    return {
        "temp_basal_type": kind,
        **({"percent": body[2]} if kind == "percent" else rate),
        "remaining_s": _u16(body, 5) * 60,
    }


def _pattern(body: bytes) -> Fields:
    return {"pattern": _word(_PATTERNS, body[1])}


def _button(body: bytes) -> Fields:
    return {"button": _word(_BUTTONS, body[1]), "button_code": f"{body[1]:02x}"}


def _stay_awake(body: bytes) -> Fields:
    return {"awake_s": body[2] * 60}


def _clock(body: bytes) -> Fields:
    date = (_u16(body, 4), body[6], body[7])
    return {"pump_time": clock_from_parts(date, (body[1], body[2], body[3]))}


def _max_bolus(body: bytes) -> Fields:
    return {"max_bolus_iu": body[-1] / _OLD_STROKES_PER_IU}


def _max_basal(body: bytes) -> Fields:
    return {"max_basal_iu_per_h": _u16(body, 1) / _STROKES_PER_IU}


def _slot(text: bytes) -> str | None:
    """Read six ASCII digits; None is an empty slot."""
    return None if text == b"-" * _SLOT_BYTES else text.decode("ascii", "backslashreplace")


def _remote_id(body: bytes) -> Fields:
    return {"slot": body[1], "remote_id": _slot(body[2:8])}


def _remote_ids(body: bytes) -> Fields:
    return {"remote_ids": tuple(_slot(body[at : at + 6]) for at in (1, 7, 13))}


def _meter_ids(body: bytes) -> Fields:
    return {"meter_ids": tuple(_slot(body[at : at + 6]) for at in (1, 7, 13))}


def _battery(body: bytes) -> Fields:
    return {"battery_v": _u16(body, 2) / 100, "battery_low": body[1] != 0}


def _reservoir(body: bytes) -> Fields:
    if len(body) == 3:
        return {"reservoir_iu": _u16(body, 1) / _OLD_STROKES_PER_IU}
    return {"reservoir_iu": _u16(body, 3) / _STROKES_PER_IU}


def _model(body: bytes) -> Fields:
    return {"model": body[2 : 2 + min(body[1], 8)].decode("ascii", "backslashreplace")}


def _status(body: bytes) -> Fields:
    return {
        "status": _word(_STATES, body[1]),
        "is_bolusing": body[2] != 0,
        "is_suspended": body[3] != 0,
    }


def _settings(body: bytes) -> Fields:
    limits = 7 if body[0] == 0x19 else 6
    hours = (6 if body[18] == 0 else 8) if body[0] == _OLD_SETTINGS else body[18]
    return {
        "auto_off_s": body[1] * 3_600,
        "max_bolus_iu": body[limits] / _OLD_STROKES_PER_IU,
        "max_basal_iu_per_h": _u16(body, limits + 1) / _STROKES_PER_IU,
        "pattern": _word(_PATTERNS, body[12]),
        "remote_enabled": body[13] == 1,
        "temp_basal_type": _word(_TEMP_BASAL_TYPES, body[14]),
        "insulin_action_s": hours * 3_600,
    }


def _glucose_page(body: bytes) -> Fields:
    return {
        "page": int.from_bytes(body[1:5], "big"),
        "glucose_mg_dl": _u16(body, 5),
        "isig": _u16(body, 7),
    }


def _calibration(body: bytes) -> Fields:
    return {"calibration_factor": _u16(body, 1)}


def _last_page(body: bytes) -> Fields:
    return {"page": int.from_bytes(body[1:5], "big")}


def _other_devices(body: bytes) -> Fields:
    count = min(body[1], (len(body) - 2) // 5)
    return {"linked_devices": tuple(body[at : at + 4].hex() for at in range(3, 3 + 5 * count, 5))}


# opcode: (numbers of parameters a body can have, how it is read)
_BODIES: dict[int, tuple[tuple[int, ...], Callable[[bytes], Fields]]] = {
    0x40: ((7,), _clock),
    0x41: ((1, 2), _max_bolus),
    0x42: ((1, 2), _bolus),
    0x4A: ((1,), _pattern),
    opcodes.ABSOLUTE_TEMP_BASAL: ((3,), _absolute_temp_basal),
    0x51: ((7,), _remote_id),
    0x5B: ((1,), _button),
    0x5D: ((2,), _stay_awake),
    opcodes.PERCENT_TEMP_BASAL: ((2,), _percent_temp_basal),
    0x6E: ((2,), _max_basal),
    0x70: ((7,), _clock),
    0x72: ((3,), _battery),
    0x73: ((2, 4), _reservoir),
    0x76: ((18,), _remote_ids),
    0x8D: ((9,), _model),
    0x91: ((0x12,), _settings),
    0x95: ((18,), _meter_ids),
    0x98: ((6,), _running_temp_basal),
    0x9C: ((2,), _calibration),
    0x9D: ((4,), _last_page),
    0xC0: ((0x12, 0x15, 0x19), _settings),
    0xCD: ((12,), _glucose_page),
    0xCE: ((3,), _status),
    0xF0: ((0x1F,), _other_devices),
}
_READERS = {code: reader for code, (_, reader) in _BODIES.items()}
BODY_BYTES = {code: counts for code, (counts, _) in _BODIES.items()}
"""How many parameters each opcode with a known layout has."""
ANSWER_BYTES = {code: n for code, n in BODY_BYTES.items() if code >= opcodes.READ_FROM}
"""The same for answers of the pump, which need not be zero after their parameters."""
