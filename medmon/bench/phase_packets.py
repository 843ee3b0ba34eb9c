"""Nothing comes in: the kinds of packets that are read by their phase, MSK and GFSK.

They have no decoder yet. A packet of these stands for all that follows the sync word, the radio's
check included and whitened where the air is; it is read where each of these bits is right.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from medmon.bench.bounds import PacketsRight
from medmon.bench.coherent import coherent
from medmon.bench.kind import FSK_OPTIONS, Kind, clock
from signal_fixtures.devices import ble, dexcom_g4
from signal_fixtures.linecode import nrz
from signal_fixtures.waveform import ChipArray, Keying, msk

_BLE_PPM = 60.0
"""Bluetooth allows 50 ppm; what is not much more is sold."""
_BLE_CHANNEL = 37
_CHECK_BYTES, _BLE_CHECK_BYTES = 2, 3


def _g4_draw(generator: np.random.Generator) -> bytes:
    """Draw a transmitter's packet: to everybody, as the recorded ones are."""
    return dexcom_g4.on_air_bytes(b"\x12\xff\xff\xff\xff" + generator.bytes(14))


def _g4_chips(packet: bytes) -> ChipArray:
    return dexcom_g4.on_air_chips(packet[:-_CHECK_BYTES])


def _g4_keying(generator: np.random.Generator) -> Keying:
    return msk(dexcom_g4.SYMBOL_RATE_HZ * clock(generator))


def _ble_draw(generator: np.random.Generator) -> bytes:
    """Draw the longest advertisement."""
    return ble.on_air_bytes(bytes((0x40, 37)) + generator.bytes(37), _BLE_CHANNEL)


def _ble_chips(packet: bytes) -> ChipArray:
    plain = ble.whitened(packet, _BLE_CHANNEL)[:-_BLE_CHECK_BYTES]
    return ble.on_air_chips(plain, _BLE_CHANNEL)


def _ble_coded(packet: bytes) -> ChipArray:
    return np.unpackbits(np.frombuffer(packet, np.uint8), bitorder="little")


def _ble_keying(generator: np.random.Generator) -> Keying:
    ppm = generator.uniform(-_BLE_PPM, _BLE_PPM)
    return ble.keying(index=generator.uniform(0.45, 0.55), ppm=ppm)


def _bound(
    draw: Callable[[np.random.Generator], bytes],
    on_air: Callable[[bytes], ChipArray],
    keying: Callable[[np.random.Generator], Keying],
) -> PacketsRight:
    """Give the bound of packets of which nothing behind the sync word is known."""

    def sent(generator: np.random.Generator) -> tuple[ChipArray, Keying, int]:
        """Draw a packet and who sends it."""
        packet = draw(generator)
        chips = on_air(packet)
        return chips, keying(generator), chips.size - 8 * len(packet)

    return coherent(sent)


PHASE_KINDS = (
    Kind(
        "dexcom-g4-21", "Dexcom G4, 21 bytes: MSK, 49.988 kbit/s",
        _g4_draw, _g4_chips, nrz, _g4_keying, 1.2 * dexcom_g4.SYMBOL_RATE_HZ,
        _bound(_g4_draw, _g4_chips, _g4_keying), "n=x,m=FSK_PCM,s=20,l=20,r=1000", FSK_OPTIONS,
        (1.024e6, 250e3, 2.048e6), dexcom_g4.MODEM, knows_phase=True,
    ),
    Kind(
        "ble-42", "Bluetooth LE, 42 bytes: GFSK, 1 Mbit/s",
        _ble_draw, _ble_chips, _ble_coded, _ble_keying, 1.2 * ble.SYMBOL_RATE_HZ,
        # rtl_433 read none of 20 strong ones, whatever it was told.
        _bound(_ble_draw, _ble_chips, _ble_keying), "", (),
        (2.048e6, 2.4e6), ble.MODEM, knows_phase=True,
    ),
)  # fmt: skip
"""Widths hold 99 % of the power."""
