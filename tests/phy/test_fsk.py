"""FSK packets out of samples of the other side of the air."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import fsk
from medmon.phy.baseband import Place
from medmon.phy.tuner import Tuner
from signal_fixtures.devices import omnipod

if TYPE_CHECKING:
    from tests.phy.conftest import Air

PACKET = omnipod.sample_packets()[0]


@pytest.mark.parametrize("rate_hz", [250e3, 1.024e6])
@pytest.mark.parametrize("deviation_hz", [20e3, 26_370.0, 31e3, 35e3])
@pytest.mark.parametrize("offset_hz", [-12.5e3, 0.0, 5e3])
def test_packet_with_any_shift_of_these_devices(
    air: Air, rate_hz: float, deviation_hz: float, offset_hz: float
) -> None:
    """Sources differ between 20 and 35 kHz; a wrong first carrier must not lose the packet."""
    scene = air.scene(rate_hz, 0.12, air.pod(0.05, offset_hz=offset_hz, deviation_hz=deviation_hz))
    place = air.place(scene, offset_hz + 7e3, 45e3)
    (packet,) = fsk.receive(air.tuner(scene), air.modem("omnipod"), place)
    assert packet.frame().data[: len(PACKET)] == PACKET
    assert packet.carrier_hz == pytest.approx(offset_hz, abs=200)
    assert packet.deviation_hz == pytest.approx(deviation_hz, rel=0.1)


def test_one_tone_is_enough_of_a_place(air: Air) -> None:
    """The stronger tone may be all that was seen of a weak packet."""
    scene = air.scene(250e3, 0.12, air.pod(0.05))
    place = air.place(scene, omnipod.DEVIATION_HZ, 16e3)
    (packet,) = fsk.receive(air.tuner(scene), air.modem("omnipod"), place)
    assert packet.frame().data[: len(PACKET)] == PACKET


def test_cut_packet_is_none(air: Air) -> None:
    """The recording ends behind the sync word."""
    sent = air.pod(0.05)
    scene = air.scene(250e3, 0.05 + 830 / omnipod.SYMBOL_RATE_HZ, sent)
    assert fsk.receive(air.tuner(scene), air.modem("omnipod"), air.place(scene)) == []


def test_other_shift_is_nobody_of_ours(air: Air) -> None:
    """The same sync word with a third of the shift is another device."""
    scene = air.scene(250e3, 0.12, air.pod(0.05, deviation_hz=8e3))
    assert fsk.receive(air.tuner(scene), air.modem("omnipod"), air.place(scene)) == []


def test_noise_and_short_stretches_have_no_packet(air: Air) -> None:
    """Neither a millisecond nor noise gives anything."""
    scene = air.scene(250e3, 0.1, density_dbfs=-80.0)
    assert fsk.receive(air.tuner(scene), air.modem("omnipod"), air.place(scene)) == []
    short = Tuner(np.ones(200, np.complex64), 0, 250e3)
    assert fsk.receive(short, air.modem("omnipod"), Place(0.0, 20e3, 0, 200)) == []
