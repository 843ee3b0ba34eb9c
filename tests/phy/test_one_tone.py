"""Packets read from one tone, because somebody else speaks on the other one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import fsk
from medmon.phy.one_tone import read_from
from medmon.phy.preamble import Tone
from medmon.phy.reception import Reception
from medmon.phy.scatter import SPOILT, scatter
from signal_fixtures.channel import Emission
from signal_fixtures.devices import omnipod

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
SHARED_HZ = 2 * omnipod.DEVIATION_HZ
"""Two pods so far apart have a tone in common."""
(PACKET,) = omnipod.packets_of(omnipod.message("1f014828", 3, bytes.fromhex("0e0100")), "PDM", 22)
(OTHER,) = omnipod.packets_of(omnipod.message("1f0a77e2", 5, bytes.fromhex("0e0100")), "PDM", 9)
CHIPS = omnipod.on_air_chips(PACKET) == 1


def _received(air: Air, *others: Emission, density_dbfs: float = -115.0) -> Reception:
    """The packet where it stands when nobody else speaks, in samples in which others do."""
    mine = air.pod(0.02, packet=PACKET)
    alone = air.scene(RATE_HZ, 0.08, mine, density_dbfs=-115.0)
    (known,) = fsk.receive(air.tuner(alone), air.modem("omnipod"), air.place(alone))
    scene = air.scene(RATE_HZ, 0.08, mine, *others, density_dbfs=density_dbfs)
    return fsk.read_on(air.tuner(scene), known, air.modem("omnipod"))


def _is_all_there(packet: Reception) -> bool:
    known = packet.known_chips
    return bool(np.array_equal(known, CHIPS[CHIPS.size - known.size :]))


@pytest.mark.parametrize("tone", [1, -1])
def test_tone_that_nobody_shares_tells_every_chip(air: Air, tone: Tone) -> None:
    """Each of two pods side by side has one; the tone that both use tells nothing."""
    other = air.pod(0.0285, packet=OTHER, offset_hz=-tone * SHARED_HZ + 800.0)
    both = _received(air, other)
    own, shared = read_from(both, tone), read_from(both, 1 if tone < 0 else -1)
    assert _is_all_there(own)
    assert own.tone == tone
    assert scatter(own) < scatter(both) / 1.5
    assert not _is_all_there(shared)
    assert scatter(shared) > scatter(both) > SPOILT


@pytest.mark.parametrize("tone", [1, -1])
def test_packet_of_a_lone_sender_is_whole_in_each_tone(air: Air, tone: Tone) -> None:
    """Start, end and bits do not depend on which tone is listened to."""
    read = read_from(_received(air, density_dbfs=-100.0), tone)
    assert _is_all_there(read)
    # The period of the preamble begins with a space, which an upper tone alone does not see.
    assert CHIPS.size - read.known_chips.size in ({0, 1} if tone > 0 else {0})


@pytest.mark.parametrize("tone", [1, 0, -1])
def test_silence_is_no_carrier(air: Air, tone: Tone) -> None:
    """Filling behind a packet is followed to its end, and no farther."""
    packet = _received(air)
    read = read_from(packet, tone) if tone else packet
    behind = np.round(read.clock.at(read.chips.size + 20 + np.arange(100.0))).astype(np.intp)
    inside = np.round(read.clock.at(np.arange(float(read.chips.size)))).astype(np.intp)
    assert not read.is_loud(read.soft[behind]).any()
    assert read.is_loud(read.soft[inside]).mean() > 0.4


def test_chips_of_one_tone_are_judged_like_any(air: Air) -> None:
    """Who reads the record need not know how it was read."""
    packet = read_from(_received(air), -1)
    assert packet.frame() == replace(_received(air).frame(), confidence=packet.frame().confidence)
