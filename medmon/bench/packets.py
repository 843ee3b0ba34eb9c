"""A kind of packet is named, and what the bench has to know of it comes out: a row of a table.

Packets are such as a decoder believes, and otherwise drawn at random: device ids are, so no two
of a stretch are equal, and the content is where the format leaves it open. A further device
family is a further row of `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medmon.bench.bounds import SymbolError, manchester_joint, ook_soft
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.linecode import four_to_six, manchester_802_3
from signal_fixtures.waveform import ChipArray, Keying, fsk, ook


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of packet.

    Attributes
    ----------
    name : str
        "medtronic-71": the family and the length in bytes.
    title : str
        The same for people.
    draw : callable
        Gives a packet, check included, from a random generator.
    on_air : callable
        From a packet to all chips on the air.
    coded : callable
        From a packet to its own chips, which stand somewhere in those on the air.
    keying : callable
        From the error of the sender's clock in ppm to how it keys.
    width_hz : float
        Bandwidth of its main lobe.
    symbol_error : callable
        The bound for one symbol: from Ec/N0 in dB to a probability.
    symbols : int
        Symbols of a packet.
    flex : str
        What makes rtl_433 read its chips.
    flex_options : tuple of tuple of str
        Settings with which rtl_433 is tried; the first is none.
    """

    name: str
    title: str
    draw: Callable[[np.random.Generator], bytes]
    on_air: Callable[[bytes], ChipArray]
    coded: Callable[[bytes], ChipArray]
    keying: Callable[[float], Keying]
    width_hz: float
    symbol_error: SymbolError
    symbols: int
    flex: str
    flex_options: tuple[tuple[str, ...], ...]

    def chips_until(self, packet: bytes, bits: int) -> int:
        """Count the chips on the air up to the end of a bit.

        Parameters
        ----------
        packet : bytes
            The packet.
        bits : int
            How many of its bits, a multiple of four.

        Returns
        -------
        int
            Chips from the beginning of the preamble.
        """
        text, own = self.on_air(packet).tobytes(), self.coded(packet)
        return text.index(own.tobytes()) + own.size * bits // (8 * len(packet))


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


def _pump_keying(clock_ppm: float) -> Keying:
    return ook(medtronic.SYMBOL_RATE_HZ * (1 + clock_ppm * 1e-6))


def _pod_keying(clock_ppm: float) -> Keying:
    return fsk(omnipod.SYMBOL_RATE_HZ * (1 + clock_ppm * 1e-6), omnipod.DEVIATION_HZ)


_OOK_FLEX = "n=x,m=OOK_PCM,s=61,l=61,r=4000"
_FSK_FLEX = "n=x,m=FSK_PCM,s=24.6,l=24.6,r=1000"
_OOK_OPTIONS = ((), ("magest", "autolevel", "minsnr=6"))
_FSK_OPTIONS = ((), ("minmax", "filter=10"))
_PUMP_HZ = 2 * medtronic.SYMBOL_RATE_HZ
_POD_HZ = 2 * (omnipod.SYMBOL_RATE_HZ + omnipod.DEVIATION_HZ)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "medtronic-71", "Medtronic, 71 bytes: OOK, 4b6b, 16.384 kchip/s",
            _page_frame, medtronic.on_air_chips, _pump_chips, _pump_keying, _PUMP_HZ,
            ook_soft, 2 * 71, _OOK_FLEX, _OOK_OPTIONS,
        ),
        Kind(
            "medtronic-7", "Medtronic, 7 bytes: OOK, 4b6b, 16.384 kchip/s",
            _question, medtronic.on_air_chips, _pump_chips, _pump_keying, _PUMP_HZ,
            ook_soft, 2 * 7, _OOK_FLEX, _OOK_OPTIONS,
        ),
        Kind(
            "omnipod-37", "Omnipod, 37 bytes: FSK, Manchester, 40.625 kchip/s",
            _version_answer, omnipod.on_air_chips, manchester_802_3, _pod_keying, _POD_HZ,
            manchester_joint, 8 * 37, _FSK_FLEX, _FSK_OPTIONS,
        ),
    )
}  # fmt: skip
"""Every kind of packet, by its name."""
