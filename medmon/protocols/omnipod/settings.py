r"""Blocks that set up or question a pod come in, their fields go out.

They are 03, 07, 08, 0E, 11, 19, 1C and 1E.

Layout (a character is four bits; the entry of 19 in bits)::

    03 13 AAAAAAAA ?? TT MM DD YY hh mm LLLLLLLL SSSSSSSS    set up the pod
    07 04 AAAAAAAA                                           give it an address
    08 06 NNNNNNNN FF GG                                     fault handling
    0E 01 SS                                                 ask for its status
    11 05 NNNNNNNN AA                                        acknowledge alerts
    19 LL NNNNNNNN (entry of 6 bytes) ...                    configure alerts
    1C 04 NNNNNNNN                                           deactivate the pod
    1E 04 BB 13 16 17                                        configure beeps

    entry of 19: 0sssaruo dddddddd vvvvvvvv vvvvvvvv RR BB   (r: see below)

=======  ========================================================================================
field    meaning
=======  ========================================================================================
A        03, 07: the pod's new address. 11: mask of the alerts, bit n is slot n
T        packet timeout, unit unknown
M D Y    month, day, year - 2000, then hour and minute, of the handheld's clock
L S      lot and sequential number of the pod
N        nonce; displayed, never predicted
F G      08: two flags of the pod's fault handling; reported by the openomni wiki, no vector
S        what to tell: 0 status, 1 alerts, 2 details, 3, 50 and 51 pulse log, 5 start time
s        alert slot: 0 auto-off, 2 shutdown, 3 expiry reminder, 4 low reservoir, 5 and 6 suspended,
         7 expired
a        whether the alert is active
r        bit 10 (0x0400): the trigger v is IU times 10, else minutes
u        bit 9 (0x0200): auto-off
o d      nine bits: duration in minutes
R B      how often and which beep
1E       beep type to sound now, then the beep bytes of running basal, temporary basal and bolus;
         reported by the openomni wiki, no vector
=======  ========================================================================================

How sure: confirmed by vectors except where the table says otherwise. Sources: OmniKit
``MessageBlocks/`` at 1446be8; openomni wiki, commands 03, 07, 08, 0E, 11, 19, 1C, 1E.

A warning at 20 units left (openomni corpus, ``temp_basals.txt`` line 8):

>>> fields = alerts_fields(bytes.fromhex("8d27868e4c0000c80102"))
>>> fields["alert_slots"], fields["alert_triggers_iu"], fields["are_active"]
((4,), (20.0,), (True,))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from medmon.protocols.omnipod.answers import slots_from_mask
from medmon.protocols.omnipod.delivery import Fields, Reader, number

_ALERT_BYTES = 6


def _of_length(length: int, read: Callable[[bytes], Fields]) -> Reader:
    """Return a reader that refuses every other length."""
    return lambda data: read(data) if len(data) == length else None


def setup_fields(data: bytes) -> Fields:
    """Read block 03: address, clock and identity for a new pod.

    Parameters
    ----------
    data : bytes
        Payload of 19 bytes.

    Returns
    -------
    dict
        `clock` is written as it was sent, also where no such day exists.
    """
    month, day, year, hour, minute = data[6:11]
    return {
        "assigned_address": data[:4].hex(),
        "clock": f"{2000 + year}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}",
        "lot": number(data[11:15]),
        "tid": number(data[15:19]),
        "packet_timeout": data[5],
        "unknown_hex": data[4:5].hex(),
    }


def alerts_fields(data: bytes) -> Fields | None:
    """Read block 19: which alerts a pod shall give.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None unless it is a nonce and whole entries. All tuples have one element an entry; of
        `alert_triggers_s` and `alert_triggers_iu` one is None.
    """
    if len(data) < 4 + _ALERT_BYTES or (len(data) - 4) % _ALERT_BYTES:
        return None
    entries = [data[at : at + _ALERT_BYTES] for at in range(4, len(data), _ALERT_BYTES)]
    words = [number(entry[:2]) for entry in entries]
    triggers = [number(entry[2:4]) for entry in entries]
    by_volume = [bool(word & 0x400) for word in words]
    pairs = list(zip(triggers, by_volume, strict=True))
    return {
        "nonce_hex": data[:4].hex(),
        "alert_slots": tuple(word >> 12 for word in words),
        "are_active": tuple(bool(word & 0x800) for word in words),
        "are_auto_off": tuple(bool(word & 0x200) for word in words),
        "alert_durations_s": tuple((word & 0x1FF) * 60 for word in words),
        "alert_triggers_s": tuple(None if volume else 60 * value for value, volume in pairs),
        "alert_triggers_iu": tuple(value / 10 if volume else None for value, volume in pairs),
        "beep_repeats": tuple(entry[4] for entry in entries),
        "beep_types": tuple(entry[5] for entry in entries),
    }


def _address_fields(data: bytes) -> Fields:
    return {"assigned_address": data.hex()}


def _fault_handling_fields(data: bytes) -> Fields:
    return {"nonce_hex": data[:4].hex(), "fault_flags": (data[4], data[5])}


def _question_fields(data: bytes) -> Fields:
    return {"status_type": data[0]}


def _acknowledge_fields(data: bytes) -> Fields:
    return {
        "nonce_hex": data[:4].hex(),
        "alerts_mask_hex": data[4:].hex(),
        "alert_slots": slots_from_mask(data[4]),
    }


def _nonce_fields(data: bytes) -> Fields:
    return {"nonce_hex": data.hex()}


def _beep_fields(data: bytes) -> Fields:
    return {"beep_type": data[0], "beep_options_hex": data[1:].hex()}


READERS: Mapping[int, tuple[str, Reader]] = {
    0x03: ("set-up-pod", _of_length(19, setup_fields)),
    0x07: ("assign-address", _of_length(4, _address_fields)),
    0x08: ("fault-handling", _of_length(6, _fault_handling_fields)),
    0x0E: ("get-status", _of_length(1, _question_fields)),
    0x11: ("acknowledge-alerts", _of_length(5, _acknowledge_fields)),
    0x19: ("configure-alerts", alerts_fields),
    0x1C: ("deactivate-pod", _of_length(4, _nonce_fields)),
    0x1E: ("configure-beeps", _of_length(4, _beep_fields)),
}
"""Block type to its name and reader."""
