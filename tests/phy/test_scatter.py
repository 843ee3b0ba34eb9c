"""How far chips lie from their levels: little in noise, much where somebody spoke into them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from medmon.phy import fsk, ook, packets
from medmon.phy.reception import Reception
from medmon.phy.scatter import GOES_ON, is_spoilt, is_touched, scatter
from signal_fixtures.channel import Emission

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
CHIPS_HZ = {"medtronic": 16_384.0, "omnipod": 40_625.0}


def _received(air: Air, name: str, *sent: Emission, density_dbfs: float) -> Reception:
    scene = air.scene(RATE_HZ, 0.08, *sent, density_dbfs=density_dbfs)
    demodulator = ook if name == "medtronic" else fsk
    found = demodulator.receive(air.tuner(scene), air.modem(name), air.place(scene))
    return packets._followed(found[0])[0]


def _sent(air: Air, name: str) -> Emission:
    return (air.pump if name == "medtronic" else air.pod)(0.02, rssi_dbfs=-30.0)


@pytest.mark.parametrize("name", CHIPS_HZ)
@pytest.mark.parametrize("chip_snr_db", [14.0, 20.0, 30.0, 50.0])
def test_noise_touches_nobody(air: Air, name: str, chip_snr_db: float) -> None:
    """A weak packet is no collision, and costs no second search."""
    density_dbfs = -30.0 - chip_snr_db - 10 * math.log10(CHIPS_HZ[name])
    scattered = scatter(_received(air, name, _sent(air, name), density_dbfs=density_dbfs))
    snr = 10 ** (chip_snr_db / 10)
    assert not is_touched(scattered, snr, is_keyed=name == "medtronic")
    assert not is_spoilt(scattered, snr)


@pytest.mark.parametrize("name", CHIPS_HZ)
@pytest.mark.parametrize(("weaker_db", "is_told"), [(18.0, False), (8.0, True)])
def test_who_speaks_into_a_packet_scatters_it(
    air: Air, name: str, weaker_db: float, *, is_told: bool
) -> None:
    """By the ratio of the amplitudes: 18 dB below are a sign, 8 dB are told."""
    start_s = 0.028
    other = replace(_sent(air, "medtronic"), time_s=start_s, rssi_dbfs=-30 - weaker_db,
                    offset_hz=900.0)  # fmt: skip
    received = _received(air, name, _sent(air, name), other, density_dbfs=-120.0)
    scattered = scatter(received)
    assert is_touched(scattered, 1e4, is_keyed=name == "medtronic")
    assert is_spoilt(scattered, 1e4) is is_told
    assert scattered < 1.3 * 2 * 10 ** (-weaker_db / 20)


def test_energy_that_goes_on_behind_the_last_chip(air: Air) -> None:
    """A packet whose chips break off while its carrier stays on was cut by somebody."""
    received = _received(air, "medtronic", _sent(air, "medtronic"), density_dbfs=-110.0)
    assert scatter(received) < GOES_ON
    cut = replace(received, chips=received.chips[:36])
    assert scatter(cut) == GOES_ON
