"""Nothing comes in: what the bench has to know of a kind of packet, as one record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from medmon.bench.bounds import PacketsRight
from medmon.records import Modem
from signal_fixtures.waveform import ChipArray, Keying

CLOCK_PPM = 500.0
"""Largest error of a sender's clock, where nobody promises less."""
FSK_OPTIONS = ((), ("minmax", "filter=10"))
"""Settings with which rtl_433 reads what is sent in two frequencies."""


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
        Draws from a random generator how a sender of it keys, the error of its clock included.
    width_hz : float
        Bandwidth of its main lobe.
    right : callable
        The bound: from Ec/N0 in dB to the share of packets that can be read.
    flex : str
        What makes rtl_433 read its chips.
    flex_options : tuple of tuple of str
        Settings with which rtl_433 is tried; none at all where it can read nothing.
    rates_hz : tuple of float
        Sample rates at which it is measured; a quick run takes the first.
    modem : Modem or None
        How it sounds, where no decoder says so: then what stands behind its sync word is compared.
    knows_phase : bool
        Whether the receiver of the bound knows the carrier's phase.
    """

    name: str
    title: str
    draw: Callable[[np.random.Generator], bytes]
    on_air: Callable[[bytes], ChipArray]
    coded: Callable[[bytes], ChipArray]
    keying: Callable[[np.random.Generator], Keying]
    width_hz: float
    right: PacketsRight
    flex: str
    flex_options: tuple[tuple[str, ...], ...]
    rates_hz: tuple[float, ...]
    modem: Modem | None = None
    knows_phase: bool = False

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


def clock(generator: np.random.Generator) -> float:
    """Draw how fast a sender's clock goes.

    Parameters
    ----------
    generator : Generator
        Draws it.

    Returns
    -------
    float
        Its rate over the nominal one.
    """
    return 1 + generator.uniform(-CLOCK_PPM, CLOCK_PPM) * 1e-6
