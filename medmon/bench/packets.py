"""A kind of packet is named, and what the bench has to know of it comes out: a row of a table.

Packets are such as a decoder believes, and otherwise drawn at random: device ids are, so no two
of a stretch are equal, and the content is where the format leaves it open. A further device
family is a further row of `KINDS`.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from medmon.bench.bounds import manchester_joint, ook_soft, packets_right
from medmon.bench.kind import FSK_OPTIONS, Kind, clock
from medmon.bench.phase_packets import PHASE_KINDS
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.linecode import four_to_six, manchester_802_3
from signal_fixtures.waveform import ChipArray, Keying, fsk, ook


def _page_frame(generator: np.random.Generator) -> bytes:
    """Draw a frame of a pump's history: the long packet whose content may be anything."""
    number = int(generator.integers(1, 16))
    return _from_pump(generator, bytes([0x80, number]) + generator.bytes(64))


def _question(generator: np.random.Generator) -> bytes:
    """Draw a short packet: a wake-up, a yes, or one of the questions."""
    opcode = int(generator.choice([0x5D, 0x06, 0x70, 0x72, 0x73, 0x8D]))
    return _from_pump(generator, bytes([opcode, 0]))


def _from_pump(generator: np.random.Generator, body: bytes) -> bytes:
    return medtronic.with_crc8(0xA7, generator.bytes(3).hex(), body)


def _version_answer(generator: np.random.Generator) -> bytes:
    """Draw a pod's answer about its versions: a whole message that fills a packet."""
    address, sequence = "1f" + generator.bytes(3).hex(), int(generator.integers(16))
    message = omnipod.message(address, sequence, bytes([0x01, 21]) + generator.bytes(21))
    (packet,) = omnipod.packets_of(message, "POD", 2 * sequence)
    return packet


def _pump_chips(packet: bytes) -> ChipArray:
    """Give the chips of a pump's packet without those that fill up the last byte."""
    return four_to_six(packet)[: 12 * len(packet)]


def _pump_keying(generator: np.random.Generator) -> Keying:
    return ook(medtronic.SYMBOL_RATE_HZ * clock(generator))


def _pod_keying(generator: np.random.Generator) -> Keying:
    return fsk(omnipod.SYMBOL_RATE_HZ * clock(generator), omnipod.DEVIATION_HZ)


_OOK_FLEX = "n=x,m=OOK_PCM,s=61,l=61,r=4000"
_FSK_FLEX = "n=x,m=FSK_PCM,s=24.6,l=24.6,r=1000"
_OOK_OPTIONS = ((), ("magest", "autolevel", "minsnr=6"))
_RATES_HZ = (1.024e6, 250e3, 2.048e6)
_PUMP_HZ = 2 * medtronic.SYMBOL_RATE_HZ
_POD_HZ = 2 * (omnipod.SYMBOL_RATE_HZ + omnipod.DEVIATION_HZ)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "medtronic-71", "Medtronic, 71 bytes: OOK, 4b6b, 16.384 kchip/s",
            _page_frame, medtronic.on_air_chips, _pump_chips, _pump_keying, _PUMP_HZ,
            partial(packets_right, ook_soft, 2 * 71), _OOK_FLEX, _OOK_OPTIONS, _RATES_HZ,
        ),
        Kind(
            "medtronic-7", "Medtronic, 7 bytes: OOK, 4b6b, 16.384 kchip/s",
            _question, medtronic.on_air_chips, _pump_chips, _pump_keying, _PUMP_HZ,
            partial(packets_right, ook_soft, 2 * 7), _OOK_FLEX, _OOK_OPTIONS, _RATES_HZ,
        ),
        Kind(
            "omnipod-37", "Omnipod, 37 bytes: FSK, Manchester, 40.625 kchip/s",
            _version_answer, omnipod.on_air_chips, manchester_802_3, _pod_keying, _POD_HZ,
            partial(packets_right, manchester_joint, 8 * 37), _FSK_FLEX, FSK_OPTIONS, _RATES_HZ,
        ),
        *PHASE_KINDS,
    )
}  # fmt: skip
"""Every kind of packet, by its name."""
