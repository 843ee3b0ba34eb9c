"""A packet that shares a tone with somebody else comes in, read from its other tone it goes out.

Two senders of shifted carriers that lie about twice their deviation apart share one tone: the
upper one of the lower sender is the lower one of the upper sender. Each still has a tone of its
own, and that one, on while the other is off, tells all chips; the square-law receiver of both
tones adds nothing but the neighbour where their powers are equal. Reading one tone of two loses
about 3 dB, so it is done only where a packet was found to be spoken into.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from medmon.phy import sync
from medmon.phy.preamble import Tone, lead_chips
from medmon.phy.reception import Reception, matched, read, shifted
from medmon.phy.sync import SAMPLES_A_CHIP


def read_from(packet: Reception, tone: Tone) -> Reception:
    """Read a packet of a shifted carrier again, from one of its tones.

    Parameters
    ----------
    packet : Reception
        The packet, with its deviation.
    tone : 1 or -1
        Which one: the upper or the lower.

    Returns
    -------
    Reception
        What that tone tells. The deviation is the declared one, because the other tone cannot be
        measured.
    """
    band, deviation_hz = packet.band, packet.modem.deviation_hz or 0.0
    own_hz = packet.carrier_hz + tone * (packet.deviation_hz or 0.0)
    heard = matched(shifted(band, own_hz - band.offset_hz), SAMPLES_A_CHIP)
    carrier_hz = own_hz - tone * deviation_hz
    soft = tone * np.abs(heard)
    hit = sync.levels(soft, packet.sync, packet.modem)
    alone = read(band, carrier_hz, soft, hit, packet.modem, deviation_hz)
    lead = lead_chips(alone.soft, alone.clock, packet.modem, tone)
    return replace(alone, tone=tone, lead=lead)
