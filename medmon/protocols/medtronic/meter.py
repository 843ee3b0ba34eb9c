"""An A5 packet comes in, what a Contour link glucose meter measured goes out.

Layout, one character a bit::

    10100101 iiiiiiii iiiiiiii iiiiiiii 00000mmg gggggggg cccccccc
    type A5  id of the meter            mark     glucose  CRC-8

- glucose: 9 bits, mg/dL. Confirmed by 142 and 398 (minimed_rf meter_spec.rb). The lower bit of
  the mark stands for 512 (mmcommander MMsimulator.c puts a 10-bit value there): guessed, so it is
  believed only up to the 600 mg/dL that these meters can show.
- mark: 3 acknowledges a measurement. Reported (minimed_rf meter.rb, ecc1/medtronic fakemeter);
  whether pump or meter sends it differs between sources, so the direction stays open.

A meter repeats its packet about 255 times (mmcommander), byte for byte the same.

A real packet (ps2/minimed_rf spec/meter_spec.rb at 3a2dc81):

>>> message_from_meter(bytes.fromhex("a5c527ad018e77")).fields
{'glucose_mg_dl': 398}
"""

from __future__ import annotations

from medmon.protocols.medtronic.checks import has_crc8
from medmon.protocols.medtronic.family import Family, device_id, whole
from medmon.records import Message

_LENGTH_BYTES = 7
_ACK_MARKS = (0x06, 0x07)
_LARGEST_MG_DL = 600


def _lengths(_data: bytes) -> tuple[int, ...]:
    return (_LENGTH_BYTES,)


def _doubt(data: bytes) -> str:
    glucose_mg_dl = int.from_bytes(data[4:6], "big")
    if data[4] in _ACK_MARKS or glucose_mg_dl <= _LARGEST_MG_DL:
        return ""
    return f"a meter cannot say {data[4:6].hex()}"


def message_from_meter(data: bytes) -> Message:
    """Say what an A5 packet means.

    Parameters
    ----------
    data : bytes, length 7
        The packet.

    Returns
    -------
    Message
        A measurement, or the acknowledgement of one.
    """
    if data[4] in _ACK_MARKS:
        return Message(device=device_id(data), command="ack", role="meter")
    return Message(
        device=device_id(data),
        command="meter",
        direction="from-device",
        role="meter",
        fields={"glucose_mg_dl": int.from_bytes(data[4:6], "big")},
    )


def heading_from_meter(data: bytes) -> Message | None:
    """Say what the beginning of an A5 packet tells: which meter.

    Parameters
    ----------
    data : bytes
        Its first five bytes.

    Returns
    -------
    Message or None
        None where the glucose would be beyond what a meter can show.
    """
    if data[4] in _ACK_MARKS:
        return Message(device_id(data), "ack", role="meter")
    if data[4] > _LARGEST_MG_DL >> 8:
        return None
    return Message(device_id(data), "meter", "from-device", "meter")


FAMILY = Family(
    lengths=_lengths,
    is_intact=has_crc8,
    doubt=_doubt,
    key=whole,
    device=device_id,
    message=message_from_meter,
    heading=heading_from_meter,
)
