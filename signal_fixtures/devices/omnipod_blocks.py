"""Fields come in, message blocks go out: everything an Eros pod and its manager say but insulin.

A block is ``type, length, payload``; only the status response 1D has no length byte.

====  ====================  =========  ===================================================
type  name                  from       payload
====  ====================  =========  ===================================================
01    version response      pod        21 or 27 bytes: versions, progress, lot, tid, address
02    pod information       pod        subtype 02: detailed status, 22 bytes
03    set-up pod            manager    address, time, lot, tid
06    error response        pod        code 14: nonce refused, with a sync word
07    assign address        manager    the new address
08    configure faults      manager    nonce, two table bytes
0E    get status            manager    which status
11    acknowledge alerts    manager    nonce, mask
19    configure alerts      manager    nonce, entries of 6 bytes
1C    deactivate            manager    nonce
1D    status response       pod        9 bytes of packed bits
1E    configure beeps       manager    beep, and three reminders
====  ====================  =========  ===================================================

Sources: LoopKit/OmniKit MessageBlocks at 1446be8, openomni wiki, as collected in the project's
protocol sheet, section B.5. Insulin (13, 16, 17, 1A, 1F) is in `omnipod_insulin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signal_fixtures.devices.omnipod import address_bytes

PULSE_IU = 0.05
DELIVERIES = {
    "suspended": 0, "scheduled-basal": 1, "temp-basal": 2, "priming": 4,
    "bolus-and-basal": 5, "bolus-and-temp-basal": 6, "extended-bolus-while-suspended": 8,
    "extended-bolus-and-basal": 9, "extended-bolus-and-temp-basal": 10,
}  # fmt: skip
_MORE_THAN_50_IU = 0x3FF


def block(kind: int, payload: bytes) -> bytes:
    """Put type and length before a payload.

    Parameters
    ----------
    kind : int
        Block type.
    payload : bytes
        At most 255 bytes.

    Returns
    -------
    bytes
        The block.
    """
    return bytes([kind, len(payload)]) + payload


def with_nonce(kind: int, nonce: int, payload: bytes = b"") -> bytes:
    """Build a block of the manager that opens with a nonce.

    Parameters
    ----------
    kind : int
        Block type.
    nonce : int
        Any 32-bit number; the caller chooses it.
    payload : bytes
        What follows the nonce.

    Returns
    -------
    bytes
        The block.
    """
    return block(kind, nonce.to_bytes(4, "big") + payload)


def pulses_from_iu(amount_iu: float) -> int:
    """Count the pulses of 0.05 units in an amount, to the nearest."""
    return round(amount_iu / PULSE_IU)


@dataclass(frozen=True, slots=True)
class PodStatus:
    """What a pod answers to almost everything (block 1D), and in detail (block 02/02).

    Attributes
    ----------
    delivery : str
        A key of `DELIVERIES`.
    progress : int
        8 running with more than 50 units, 9 with less, 13 fault, 15 inactive.
    delivered_iu : float
        Insulin since activation, in steps of 0.05.
    not_delivered_iu : float
        What is left of a running bolus.
    programming_sequence : int
        Message sequence of the last insulin command, 0 to 15.
    alerts_mask : int
        Bit n is alert slot n.
    active_min : int
        Minutes since activation, at most 8,191.
    reservoir_iu : float or None
        Insulin left; None for more than 50 units.
    """

    delivery: str = "scheduled-basal"
    progress: int = 8
    delivered_iu: float = 0.0
    not_delivered_iu: float = 0.0
    programming_sequence: int = 0
    alerts_mask: int = 0
    active_min: int = 0
    reservoir_iu: float | None = None

    @property
    def _reservoir(self) -> int:
        return _MORE_THAN_50_IU if self.reservoir_iu is None else pulses_from_iu(self.reservoir_iu)

    def response(self) -> bytes:
        """Build the status response.

        Returns
        -------
        bytes
            10 bytes, block 1D.
        """
        # Packed from the most significant bit: widths of the fields in bits, then 72 in all.
        fields = (
            (DELIVERIES[self.delivery], 4),
            (self.progress, 4),
            (0, 4),
            (pulses_from_iu(self.delivered_iu), 13),
            (self.programming_sequence, 4),
            (0, 1),
            (pulses_from_iu(self.not_delivered_iu), 10),
            (0, 1),
            (self.alerts_mask, 8),
            (self.active_min, 13),
            (self._reservoir, 10),
        )
        value = 0
        for number, width in fields:
            value = value << width | number
        return b"\x1d" + value.to_bytes(9, "big")

    def detailed(self, *, fault_code: int = 0, fault_min: int | None = None) -> bytes:
        """Build the detailed status.

        Parameters
        ----------
        fault_code : int
            0 for none.
        fault_min : int or None
            Minutes after activation when the fault came; None for none.

        Returns
        -------
        bytes
            24 bytes, block 02.
        """
        # The last four bytes, level and unknown ones, are those of a real packet.
        payload = (
            bytes([2, self.progress, DELIVERIES[self.delivery]])
            + pulses_from_iu(self.not_delivered_iu).to_bytes(2, "big")
            + bytes([self.programming_sequence])
            + pulses_from_iu(self.delivered_iu).to_bytes(2, "big")
            + bytes([fault_code])
            + (0xFFFF if fault_min is None else fault_min).to_bytes(2, "big")
            + self._reservoir.to_bytes(2, "big")
            + self.active_min.to_bytes(2, "big")
            + bytes([self.alerts_mask, 0, 0, 0x95, 0xFF, 0, 0])
        )
        return block(0x02, payload)


@dataclass(frozen=True, slots=True)
class PodIdentity:
    """What is printed on a pod and in its firmware.

    Attributes
    ----------
    lot, tid : int
        Lot and number of the pod.
    address : str
        Eight hexadecimal digits; FFFFFFFF before one is assigned.
    firmware, interface : tuple of int
        Versions of the pod's two processors.
    """

    lot: int
    tid: int
    address: str = "ffffffff"
    firmware: tuple[int, int, int] = (2, 7, 0)
    interface: tuple[int, int, int] = (2, 7, 0)

    @property
    def _numbers(self) -> bytes:
        return self.lot.to_bytes(4, "big") + self.tid.to_bytes(4, "big")

    def assigned(self, *, progress: int = 2, gain: int = 2, rssi: int = 31) -> bytes:
        """Build the pod's answer to an assigned address (01, 21 bytes)."""
        versions = bytes([*self.firmware, *self.interface, 2, progress])
        level = bytes([gain << 6 | rssi])
        return block(0x01, versions + self._numbers + level + address_bytes(self.address))

    def set_up(self, *, progress: int = 3) -> bytes:
        """Build the pod's answer to its set-up (01, 27 bytes)."""
        # Pulse volume 5000, rates 16 and 8, prime 52 and cannula 10 pulses, life 80 hours.
        constants = bytes.fromhex("13881008340a50")
        versions = bytes([*self.firmware, *self.interface, 2, progress])
        return block(0x01, constants + versions + self._numbers + address_bytes(self.address))

    def setup_command(self, time: datetime) -> bytes:
        """Build the manager's command that binds a pod to its address and sets its clock (03)."""
        date = bytes([time.month, time.day, time.year - 2000, time.hour, time.minute])
        head = address_bytes(self.address) + bytes([0x14, 4])
        return block(0x03, head + date + self._numbers)

    def assign_command(self) -> bytes:
        """Build the manager's command that gives a pod its address (07)."""
        return block(0x07, address_bytes(self.address))


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert that a pod shall raise.

    Attributes
    ----------
    slot : int
        0 to 7: auto-off, unused, shutdown, reminder, low reservoir, suspended (2), expired.
    duration_min : int
        How long it lasts.
    trigger_min : int or None
        Minutes from now, or None for a level.
    trigger_iu : float
        Reservoir level, used when `trigger_min` is None.
    is_active : bool
        Whether it is set or cleared.
    is_auto_off : bool
        Whether it is the auto-off alarm.
    repeat, beep : int
        How often and how it beeps.
    """

    slot: int
    duration_min: int = 0
    trigger_min: int | None = None
    trigger_iu: float = 0.0
    is_active: bool = True
    is_auto_off: bool = False
    repeat: int = 1
    beep: int = 2

    def entry(self) -> bytes:
        """Build the entry.

        Returns
        -------
        bytes
            6 bytes.
        """
        by_level = self.trigger_min is None
        head = (
            self.slot << 12
            | self.is_active << 11
            | by_level << 10
            | self.is_auto_off << 9
            | self.duration_min
        )
        trigger = round(self.trigger_iu * 10) if self.trigger_min is None else self.trigger_min
        words = head.to_bytes(2, "big") + trigger.to_bytes(2, "big")
        return words + bytes([self.repeat, self.beep])


def get_status(kind: int = 0) -> bytes:
    """Build the manager's question for a status (0E); 2 asks for the detailed one."""
    return block(0x0E, bytes([kind]))


def configure_alerts(nonce: int, alerts: Sequence[Alert]) -> bytes:
    """Build the manager's command that sets alerts (19)."""
    return with_nonce(0x19, nonce, b"".join(alert.entry() for alert in alerts))


def acknowledge_alerts(nonce: int, mask: int) -> bytes:
    """Build the manager's command that silences the alert slots in `mask` (11)."""
    return with_nonce(0x11, nonce, bytes([mask]))


def configure_faults(nonce: int) -> bytes:
    """Build the manager's command that switches two checks of the pod off (08)."""
    return with_nonce(0x08, nonce, bytes(2))


def deactivate(nonce: int) -> bytes:
    """Build the manager's command that ends a pod's life (1C)."""
    return with_nonce(0x1C, nonce)


def configure_beeps(beep: int, reminders: tuple[int, int, int] = (0, 0, 0)) -> bytes:
    """Build the manager's command for beeps (1E): one now, and basal, temporary and bolus ones."""
    return block(0x1E, bytes([beep, *reminders]))


def bad_nonce(sync_word: int) -> bytes:
    """Build the pod's refusal of a nonce (06)."""
    return block(0x06, b"\x14" + sync_word.to_bytes(2, "big"))


def error(code: int, fault: int, progress: int) -> bytes:
    """Build the pod's refusal for another reason (06)."""
    return block(0x06, bytes([code, fault, progress]))
