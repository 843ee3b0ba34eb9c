"""An A8, AA or AB packet comes in, the sensor currents of a glucose transmitter go out.

Layout, a byte each (34 bytes):

- 0: A8 under test, AA warming up, AB normal. Confirmed for A8 and AB; AA reported (mmcommander).
- 1: 0F, type of transmitter. Guessed.
- 2-4: id. Note that it stands one byte later than in every other type. Confirmed.
- 5: version, 0D is 1.3. Reported.
- 6: unknown (19, 0E, 1D seen).
- 7: ISIG adjustment, unit unknown. Reported.
- 8: high nibble slot 0 to 7 in the cycle of 40 minutes; low nibble 0 first copy, 1 repeat.
  Confirmed by the order of 21 logged packets; the repeat reported.
- 9-10: ISIG now, 11-12: ISIG five minutes ago, 17-30: seven older ones, newest first; all 16 bits
  big-endian, raw counts of the converter. Confirmed by the same log: values move down the list.
- 13: 02 asks for a new sensor. Guessed (mmcommander).
- 14-15: unknown, 16: battery, scale unknown (CE and 99 seen).
- 31: 00. 32-33: CRC-16.

There is no glucose value on the air, only raw current. A repeat follows after 11 to 17 s.

A real packet (ecc1/medtronic packet/packet_test.go at 721237c):

>>> message_from_sensor(bytes.fromhex(
...     "a80f25c1230d191c50008f009000343499000000000000000000000000000000dee7")).fields["isig"]
143
"""

from __future__ import annotations

from medmon.protocols.medtronic.checks import has_crc16
from medmon.protocols.medtronic.family import Family, no_doubt
from medmon.records import FieldValue, Message

_LENGTH_BYTES = 34
_STATES = {0xA8: "test", 0xAA: "warm-up", 0xAB: "normal"}
_CHANGE_SENSOR = 0x02


def _lengths(_data: bytes) -> tuple[int, ...]:
    return (_LENGTH_BYTES,)


def _key(data: bytes) -> bytes:
    """Leave out the repeat nibble and the check, which covers it."""
    return data[:8] + bytes([data[8] & 0xF0]) + data[9:-2]


def sensor_id(data: bytes) -> str:
    """Read the transmitter's id.

    Parameters
    ----------
    data : bytes
        A packet of at least five bytes.

    Returns
    -------
    str
        Six hexadecimal digits in lower case.
    """
    return data[2:5].hex()


def message_from_sensor(data: bytes) -> Message:
    """Say what a sensor packet means.

    Parameters
    ----------
    data : bytes, length 34
        The packet.

    Returns
    -------
    Message
        Raw sensor currents of the last 40 minutes.
    """
    fields: dict[str, FieldValue] = {
        "sensor_state": _STATES.get(data[0], "unknown"),
        "version": f"{data[5] // 10}.{data[5] % 10}",
        "isig": _counts(data, 9),
        "isig_previous": _counts(data, 11),
        "isig_older": tuple(_counts(data, place) for place in range(17, 31, 2)),
        "isig_adjust": data[7],
        "battery_raw": data[16],
        "slot": data[8] >> 4,
        "is_repeat": data[8] & 0x0F != 0,
        "wants_new_sensor": data[13] == _CHANGE_SENSOR,
    }
    return Message(
        device=sensor_id(data),
        command="sensor",
        direction="from-device",
        role="sensor",
        fields=fields,
        sequence=data[8] >> 4,
    )


def _counts(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 2], "big")


def heading_from_sensor(data: bytes) -> Message:
    """Say what the beginning of a sensor packet tells: which transmitter.

    Parameters
    ----------
    data : bytes
        Its first five bytes.

    Returns
    -------
    Message
        Without the currents.
    """
    return Message(sensor_id(data), "sensor", "from-device", "sensor")


FAMILY = Family(
    lengths=_lengths,
    is_intact=has_crc16,
    doubt=no_doubt,
    key=_key,
    device=sensor_id,
    message=message_from_sensor,
    heading=heading_from_sensor,
)
