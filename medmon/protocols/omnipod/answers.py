r"""Blocks that a pod answers with come in, their fields go out: 01, 02, 06 and 1D.

Layout (a character is four bits; for 1D one bit)::

    01 15 MMMMMM IIIIII DD PP LLLLLLLL TTTTTTTT GG AAAAAAAA            version, first answer
    01 1B VVVV RR SS QQ CC HH MMMMMM IIIIII DD PP LLLLLLLL TTTTTTTT AAAAAAAA    second answer
    02 16 02 PP EE NNNN QQ UUUU FF WWWW RRRR MMMM AA XX YY GG ??????   detailed status
    02 13 01 ???? VVVV x 8                                             triggered alerts
    06 03 CC SSSS                                                      error
    1D eeeepppp 0000uuuu uuuuuuuu uqqqqxnn nnnnnnnn saaaaaaa ammmmmmm mmmmmmrr rrrrrrrr

======  =========================================================================================
field   meaning
======  =========================================================================================
M I     01: firmware of the pod and of its interface, three numbers each
D       product: 2 Eros, 4 DASH
P p     progress of the pod's life, see `PROGRESS`
L T     lot and sequential number printed on the pod
G       two bits gain, six bits RSSI of the pod's own receiver, in steps nobody published
A       01: address the pod was given. 02: mask of the alerts, bit n is slot n
V       01: volume of a pulse, scale unknown. 02: value of each alert slot
R S     01: rates of bolus and priming, scale unknown
Q C     01: pulses for priming and for the cannula
H       hours a pod lives
E e     what it delivers, see `DELIVERIES`
N n     pulses of a bolus not delivered
Q q     02, 1D: sequence of the last programming message
U u     pulses delivered in all
F W     fault code; minutes from start to fault, FFFF none
R r     02, 1D: pulses left, low 10 bits; 3FF is "more than 50 IU"
M m     02, 1D: minutes since the pod was started
a       mask of the alerts
s x ?   unknown
======  =========================================================================================

Block 1D has no length byte. How sure: all but the unknown are confirmed by vectors; of 02 only
subtypes 01 and 02 are read, the others are handed on in hexadecimal. Fault codes by name: OmniKit
``FaultEventCode.swift``; here only the code. Sources: OmniKit ``StatusResponse.swift``,
``DetailedStatus.swift``, ``VersionResponse.swift`` at 1446be8; openomni wiki, responses 01, 02,
06, 1D.

A pod with 46 units left (OmniKit, ``StatusTests.swift``):

>>> fields = status_fields(bytes.fromhex("19050ec82c08376f98"))
>>> fields["delivered_iu"], fields["reservoir_iu"], fields["time_active_s"], fields["alert_slots"]
(129.45, 46.0, 212820, (4,))
"""

from __future__ import annotations

from collections.abc import Mapping

from medmon.protocols.omnipod.delivery import PULSES_PER_IU, Fields, Reader, number

DELIVERIES = {
    0: "suspended",
    1: "scheduled-basal",
    2: "temp-basal",
    4: "priming",
    5: "bolus-and-basal",
    6: "bolus-and-temp-basal",
    8: "extended-bolus-while-suspended",
    9: "extended-bolus-and-basal",
    10: "extended-bolus-and-temp-basal",
}
PROGRESS = (
    "initialized", "memory-initialized", "reminder-initialized", "pairing-completed", "priming",
    "priming-completed", "basal-initialized", "inserting-cannula", "running-above-50u",
    "running-50u-or-less", "unused-10", "unused-11", "unused-12", "fault",
    "activation-time-exceeded", "inactive",
)  # fmt: skip
"""Names of the sixteen states; the first, and those not in a vector, as OmniKit has them."""
PRODUCTS = {2: "eros", 4: "dash"}

_ABOVE_GAUGE_PULSES = 0x3FF
_NO_FAULT_TIME_MIN = 0xFFFF
_BAD_NONCE = 0x14


def delivery_name(code: int) -> str:
    """Name what a pod delivers.

    Parameters
    ----------
    code : int
        Four bits of a status.

    Returns
    -------
    str
        For example ``temp-basal``; ``unknown-7`` for a code nobody has seen.
    """
    return DELIVERIES.get(code, f"unknown-{code}")


def slots_from_mask(mask: int) -> tuple[int, ...]:
    """List the alert slots of a mask.

    Parameters
    ----------
    mask : int
        Bit n stands for slot n.

    Returns
    -------
    tuple of int
        Rising slot numbers, 0 to 7.
    """
    return tuple(slot for slot in range(8) if mask >> slot & 1)


def _progress(code: int) -> str:
    return PROGRESS[code] if code < len(PROGRESS) else f"unknown-{code}"


def _reservoir(word: int) -> Fields:
    """Read what is left; a pod does not measure above 50 IU."""
    pulses = word & 0x3FF
    is_above = pulses == _ABOVE_GAUGE_PULSES
    return {
        "reservoir_iu": None if is_above else pulses / PULSES_PER_IU,
        "is_reservoir_above_50_iu": is_above,
    }


def _alerts(mask: int) -> Fields:
    return {"alerts_mask_hex": f"{mask:02x}", "alert_slots": slots_from_mask(mask)}


def _pod_radio(byte: int) -> Fields:
    return {"pod_gain": byte >> 6, "pod_rssi": byte & 0x3F}


def status_fields(data: bytes) -> Fields | None:
    """Read block 1D: how the pod is.

    Parameters
    ----------
    data : bytes
        What follows the type; there is no length byte.

    Returns
    -------
    dict or None
        None unless it has 9 bytes.
    """
    if len(data) != 9:
        return None
    bits = number(data)
    return {
        "delivery": delivery_name(data[0] >> 4),
        "progress": _progress(data[0] & 0x0F),
        "delivered_iu": (bits >> 47 & 0x1FFF) / PULSES_PER_IU,
        "last_programming_sequence": bits >> 43 & 0x0F,
        "not_delivered_iu": (bits >> 32 & 0x3FF) / PULSES_PER_IU,
        "time_active_s": (bits >> 10 & 0x1FFF) * 60,
        **_reservoir(bits),
        **_alerts(bits >> 23 & 0xFF),
    }


def information_fields(data: bytes) -> Fields | None:
    """Read block 02: what a pod tells when asked for more.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None if it is empty. A subtype or a length that is not known gives `unknown_hex`.
    """
    if not data:
        return None
    fields: Fields = {"subtype_hex": f"{data[0]:02x}"}
    if data[0] == 0x02 and len(data) == 22:
        return fields | _detailed_status(data)
    if data[0] == 0x01 and len(data) == 19:
        values = tuple(number(data[at : at + 2]) for at in range(3, 19, 2))
        return fields | {"alert_values": values, "unknown_hex": data[1:3].hex()}
    return fields | {"unknown_hex": data[1:].hex()}


def _detailed_status(data: bytes) -> Fields:
    fault_min = number(data[9:11])
    return {
        "progress": _progress(data[1]),
        "delivery": delivery_name(data[2]),
        "not_delivered_iu": (number(data[3:5]) & 0x3FF) / PULSES_PER_IU,
        "last_programming_sequence": data[5],
        "delivered_iu": number(data[6:8]) / PULSES_PER_IU,
        "fault_code_hex": f"{data[8]:02x}",
        "fault_time_s": None if fault_min == _NO_FAULT_TIME_MIN else fault_min * 60,
        **_reservoir(number(data[11:13])),
        "time_active_s": number(data[13:15]) * 60,
        **_alerts(data[15]),
        "has_table_fault": bool(data[16] & 0x02),
        "fault_info_hex": f"{data[17]:02x}",
        **_pod_radio(data[18]),
        "unknown_hex": data[19:].hex(),
    }


def version_fields(data: bytes) -> Fields | None:
    """Read block 01: what pod it is.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None unless it has 21 or 27 bytes.
    """
    if len(data) == 0x15:
        return _identity(data[:16]) | _pod_radio(data[16]) | {"assigned_address": data[17:].hex()}
    if len(data) != 0x1B:
        return None
    return {
        **_identity(data[7:23]),
        "assigned_address": data[23:].hex(),
        "prime_iu": data[4] / PULSES_PER_IU,
        "cannula_iu": data[5] / PULSES_PER_IU,
        "pod_life_s": data[6] * 3600,
        "unknown_hex": data[:4].hex(),
    }


def _identity(data: bytes) -> Fields:
    return {
        "firmware": "{}.{}.{}".format(*data[:3]),
        "interface_firmware": "{}.{}.{}".format(*data[3:6]),
        "product": PRODUCTS.get(data[6], f"unknown-{data[6]}"),
        "progress": _progress(data[7]),
        "lot": number(data[8:12]),
        "tid": number(data[12:16]),
    }


def error_fields(data: bytes) -> Fields | None:
    """Read block 06: why a pod refused.

    Parameters
    ----------
    data : bytes
        Payload.

    Returns
    -------
    dict or None
        None unless it has 3 bytes.
    """
    if len(data) != 3:
        return None
    if data[0] == _BAD_NONCE:
        return {"error": "bad-nonce", "nonce_sync_hex": data[1:].hex()}
    return {
        "error": f"code-{data[0]:02x}",
        "fault_code_hex": f"{data[1]:02x}",
        "progress": _progress(data[2]),
    }


READERS: Mapping[int, tuple[str, Reader]] = {
    0x01: ("version", version_fields),
    0x02: ("pod-information", information_fields),
    0x06: ("error", error_fields),
    0x1D: ("status", status_fields),
}
"""Block type to its name and reader."""
