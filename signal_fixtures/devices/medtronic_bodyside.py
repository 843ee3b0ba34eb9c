"""Readings and presses come in, packets go out: meter, remote control, sensor and MySentry.

====  ======================  ==============================================================
type  sender                  layout after the type
====  ======================  ==============================================================
A2    pump, MySentry          id 3, message type, body, CRC-8
A5    glucose meter           id 3, glucose as two bytes (9 bits used), CRC-8
A6    remote control MMT-503  id 3, button, counter, CRC-8
A8    sensor, test            0F, id 3, version, ..., slot, ISIG, battery, older ISIG, CRC-16
AA    sensor, warm-up         the same
AB    sensor, normal          the same
====  ======================  ==============================================================

Sources: ps2/minimed_rf messages/*.rb at 3a2dc81, jberian/mmcommander MMsimulator.c at 5ce9c29,
sarunia Enlite simulator log at 611f776, as collected in the project's protocol sheet, sections
A.6 to A.9. Bytes whose meaning nobody has published are sent as they stand in real packets.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from signal_fixtures.devices.medtronic import id_bytes, with_crc8, with_crc16

REMOTE_BUTTONS = {"suspend": 0x81, "act": 0x86, "bolus": 0x88}
TRENDS = ("flat", "up", "upup", "down", "downdown")
SENSOR_PHASES = {"test": 0xA8, "warm-up": 0xAA, "normal": 0xAB}
MISSING_GLUCOSE = {
    "off": 0, "meter-bg-now": 1, "weak-signal": 2, "calibration-error": 3, "warm-up": 4,
    "sensor-ended": 5, "high": 7, "lost": 10,
}  # fmt: skip


def meter(device_id: str, glucose_mg_dl: int, *, is_ack: bool = False) -> bytes:
    """Build a glucose meter's reading.

    Parameters
    ----------
    device_id : str
        The meter's id, six hexadecimal digits.
    glucose_mg_dl : int
        Blood glucose, 0 to 511.
    is_ack : bool
        Whether it acknowledges instead of reporting.

    Returns
    -------
    bytes
        7 bytes.

    Raises
    ------
    ValueError
        If the reading does not fit into nine bits.

    Examples
    --------
    >>> meter("c527ad", 398).hex()  # ps2/minimed_rf meter_spec.rb
    'a5c527ad018e77'
    """
    if not 0 <= glucose_mg_dl <= 511:
        raise ValueError(f"expected 0 to 511 mg/dL, found {glucose_mg_dl}")
    high = (glucose_mg_dl >> 8) | (0x06 if is_ack else 0)
    return with_crc8(0xA5, device_id, bytes([high, glucose_mg_dl & 0xFF]))


def remote(device_id: str, button: str, counter: int) -> bytes:
    """Build a press on the remote control.

    Parameters
    ----------
    device_id : str
        The remote control's id, six hexadecimal digits.
    button : str
        "suspend", "act" or "bolus".
    counter : int
        One more with each press; the low eight bits are sent.

    Returns
    -------
    bytes
        7 bytes.

    Examples
    --------
    >>> remote("411525", "bolus", 93).hex()  # MinimedKit/minimed_rf remote packet
    'a6411525885d46'
    """
    return with_crc8(0xA6, device_id, bytes([REMOTE_BUTTONS[button], counter & 0xFF]))


@dataclass(frozen=True, slots=True)
class SensorReading:
    """What a sensor transmitter says: raw currents only, no glucose.

    Attributes
    ----------
    device_id : str
        Six hexadecimal digits.
    isig : tuple of int
        Raw current, nine values of 16 bits: now, five minutes ago, then seven older ones.
    slot : int
        0 to 7, one more with each reading.
    is_repeat : bool
        Whether this is the second sending of the slot.
    phase : str
        "test", "warm-up" or "normal".
    version : int
        Version of the transmitter: 0D is 1.3.
    model : int
        Byte 6: 0E in packets of Enlite transmitters, 19 in those of MiniLink.
    adjust : int
        Adjustment of the current.
    battery : int
        Raw battery byte.
    filler : int
        Bytes 14 and 15, whose meaning is unknown.
    """

    device_id: str
    isig: tuple[int, int, int, int, int, int, int, int, int]
    slot: int
    is_repeat: bool = False
    phase: str = "normal"
    version: int = 0x0D
    model: int = 0x0E
    adjust: int = 0x1E
    battery: int = 0xCE
    filler: int = 0x5C5C

    def packet(self) -> bytes:
        """Build the packet.

        Returns
        -------
        bytes
            34 bytes.
        """
        words = [value.to_bytes(2, "big") for value in self.isig]
        return with_crc16(
            bytes([SENSOR_PHASES[self.phase], 0x0F])
            + id_bytes(self.device_id)
            + bytes([self.version, self.model, self.adjust, self.slot << 4 | self.is_repeat])
            + b"".join(words[:2])
            + bytes([0])
            + self.filler.to_bytes(2, "big")
            + bytes([self.battery])
            + b"".join(words[2:])
            + bytes([0])
        )


@dataclass(frozen=True, slots=True)
class PumpStatus:
    """What a pump tells a MySentry monitor every few minutes (message type 04).

    Attributes
    ----------
    time : datetime
        Local time of the pump.
    glucose_mg_dl, previous_glucose_mg_dl : int or str
        Sensor glucose now and before, or a key of `MISSING_GLUCOSE`.
    reservoir_iu : float
        Insulin left, in steps of 0.1.
    active_insulin_iu : float
        Insulin on board, in steps of 0.025.
    battery_percent : int
        0, 25, 50, 75 or 100.
    trend : str
        One of `TRENDS`.
    is_24h_clock : bool
        How the pump shows the time.
    reservoir_left_min : int
        Minutes the insulin will last.
    sensor_age_h, sensor_left_h : int
        Hours since the sensor was inserted, and until it ends.
    calibration : tuple of int or None
        Hour and minute of the next calibration, None for none.
    sensor_time : datetime or None
        When the glucose was measured.
    """

    time: datetime
    glucose_mg_dl: int | str
    previous_glucose_mg_dl: int | str
    reservoir_iu: float
    active_insulin_iu: float = 0.0
    battery_percent: int = 100
    trend: str = "flat"
    is_24h_clock: bool = False
    reservoir_left_min: int = 0
    sensor_age_h: int = 0
    sensor_left_h: int = 0
    calibration: tuple[int, int] | None = None
    sensor_time: datetime | None = None

    def body(self) -> bytes:
        """Build the body without its first byte (sequence).

        Returns
        -------
        bytes
            35 bytes.
        """
        glucose, previous = map(_nine_bits, (self.glucose_mg_dl, self.previous_glucose_mg_dl))
        reservoir = round(self.reservoir_iu * 10).to_bytes(2, "big")
        quarters = self.battery_percent // 25
        # Bit 6 of the trend byte and the three bytes before the sensor's time: as in real packets.
        return (
            bytes([0x40 | TRENDS.index(self.trend) << 1])
            + _clock_bytes(self.time, 0x80 if self.is_24h_clock else 0)
            + bytes([0, glucose >> 1, previous >> 1, 0])
            + reservoir
            + bytes([quarters, 1])
            + self.reservoir_left_min.to_bytes(2, "big")
            + bytes([self.sensor_age_h, self.sensor_left_h])
            + bytes(self.calibration or (0xFF, 0xFF))
            + round(self.active_insulin_iu * 40).to_bytes(2, "big")
            + bytes([previous % 2 << 1 | glucose % 2, 0, 0, 0])
            + (bytes(6) if self.sensor_time is None else _clock_bytes(self.sensor_time))
            + bytes(2)
        )


@dataclass(frozen=True, slots=True)
class MySentry:
    """The link of a pump and a MySentry monitor; each method builds one A2 packet.

    Attributes
    ----------
    device_id : str
        The pump's id, six hexadecimal digits.
    """

    device_id: str

    def message(self, kind: int, sequence: int, body: bytes, *, is_repeat: bool = False) -> bytes:
        """Build any message.

        Parameters
        ----------
        kind : int
            Message type, 01 to 0B.
        sequence : int
            The low seven bits are sent.
        body : bytes
            What follows the sequence byte.
        is_repeat : bool
            Whether it was sent before.

        Returns
        -------
        bytes
            The packet.
        """
        head = bytes([kind, (0x80 if is_repeat else 0) | sequence & 0x7F])
        return with_crc8(0xA2, self.device_id, head + body)

    def status(self, sequence: int, status: PumpStatus, *, is_repeat: bool = False) -> bytes:
        """Build a pump status (04)."""
        return self.message(0x04, sequence, status.body(), is_repeat=is_repeat)

    def alert(self, sequence: int, code: int, time: datetime, *, is_repeat: bool = False) -> bytes:
        """Build an alert (01); code 52 is a low reservoir, 66 low glucose."""
        # The clock of an alert has the order of the status' clock; two more bytes are unknown.
        body = bytes([code]) + _clock_bytes(time) + bytes(2)
        return self.message(0x01, sequence, body, is_repeat=is_repeat)

    def alert_cleared(self, sequence: int, code: int) -> bytes:
        """Build the end of an alert (02)."""
        return self.message(0x02, sequence, bytes([code]))

    def ack(self, sequence: int, monitor_id: str, kind: int) -> bytes:
        """Build the monitor's acknowledgement (06) of a message of type `kind`."""
        return self.message(0x06, sequence, id_bytes(monitor_id) + bytes([0, kind, 0, 0, 0]))

    def find_device(self, sequence: int, sought_id: str, *, is_repeat: bool = False) -> bytes:
        """Build a search for a device (09), as in pairing."""
        return self.message(0x09, sequence, id_bytes(sought_id) + b"\0", is_repeat=is_repeat)

    def device_link(self, sequence: int, monitor_id: str, *, is_repeat: bool = False) -> bytes:
        """Build an offer to pair (0A)."""
        return self.message(0x0A, sequence, id_bytes(monitor_id) + b"\0", is_repeat=is_repeat)


def _nine_bits(glucose: int | str) -> int:
    """Glucose, or the code that stands for a missing one, as it is spread over two bytes."""
    return MISSING_GLUCOSE[glucose] << 1 if isinstance(glucose, str) else glucose


def _clock_bytes(time: datetime, hour_flags: int = 0) -> bytes:
    """Hour, minute, second, year of the century, month, day."""
    date = (time.year - 2000, time.month, time.day)
    return bytes([time.hour | hour_flags, time.minute, time.second, *date])
