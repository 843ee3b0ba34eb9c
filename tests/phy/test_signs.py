"""Signs of somebody beneath a burst: none of a lone sender, one of each kind of hidden one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import signs
from medmon.phy.activity import Region
from medmon.phy.channelizer import Channelizer, Grid
from medmon.phy.emitters import Emitter
from medmon.phy.packets import Heard
from medmon.phy.regions import Scene as Place
from medmon.phy.regions import heard_in
from medmon.phy.signs import Ground, is_sign
from medmon.phy.tuner import Tuner
from signal_fixtures.channel import Emission
from signal_fixtures.devices.medtronic_pump import Paradigm

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
GRID = Grid.for_rate(RATE_HZ)
ROWS = 200
LONG = Paradigm("350535").bolus(2.5)


def _seen(
    air: Air, *sent: Emission, density_dbfs: float = -110.0
) -> tuple[list[Heard], Ground, Place]:
    """What is heard of the first sender, and the ground it was heard on."""
    scene = air.scene(RATE_HZ, ROWS * GRID.slot_s, *sent, density_dbfs=density_dbfs)
    iq = scene.samples(0, scene.sample_count)
    floor = np.full(GRID.channels, 10 ** (density_dbfs / 10) * GRID.channel_hz, np.float32)
    region = Region(0, ROWS, 0, GRID.channels - 1, 0, ROWS)
    place = Place(Tuner(iq, 0, RATE_HZ), floor, GRID)
    channel = sent[0].offset_hz / GRID.channel_hz + GRID.channels // 2
    emitter = Emitter(0, ROWS, round(channel) - 1, round(channel) + 1, channel)
    heard = [one for one in heard_in(place, [emitter], air.modems, ()) if one.frames]
    return heard[:1], Ground(iq, 0, Channelizer(GRID).feed(iq), region), place


@pytest.mark.parametrize("kind", ["pump", "pod"])
@pytest.mark.parametrize("chip_snr_db", [15, 25, 35, 40])
def test_a_lone_packet_gives_no_sign(air: Air, kind: str, chip_snr_db: int) -> None:
    """A second search costs as much as the first one: an ordinary packet does without."""
    chips_db = 42 if kind == "pump" else 46
    sent = (air.pump if kind == "pump" else air.pod)(0.02, offset_hz=103e3, rssi_dbfs=-20.0)
    assert not is_sign(*_seen(air, sent, density_dbfs=-20.0 - chip_snr_db - chips_db))


@pytest.mark.parametrize(
    ("offset_hz", "weaker_db"),
    [(103e3, 20.0), (140e3, 30.0), (200e3, 40.0), (20e3, 40.0), (320e3, 45.0)],
    ids=["same channel", "beside it", "in its skirt", "in the other skirt", "far away"],
)
def test_a_hidden_packet_gives_one(air: Air, offset_hz: float, weaker_db: float) -> None:
    """Whoever can be read once the strong one is gone must be looked for."""
    strong = air.pump(0.02, packet=LONG, offset_hz=103e3, rssi_dbfs=-10.0)
    weak = air.pump(0.03, offset_hz=offset_hz + 300, rssi_dbfs=-10.0 - weaker_db)
    assert is_sign(*_seen(air, strong, weak, density_dbfs=-115.0))


def test_a_packet_that_outlasts_the_strong_one(air: Air) -> None:
    """The end of a weak packet on the same channel stands out of nothing else."""
    strong = air.pump(0.02, offset_hz=103e3, rssi_dbfs=-10.0)
    weak = air.pump(0.027, packet=LONG, offset_hz=103.4e3, rssi_dbfs=-40.0)
    bursts, ground, place = _seen(air, strong, weak, density_dbfs=-115.0)
    assert signs._is_more(bursts, ground, place)


def test_no_packet_no_sign(air: Air) -> None:
    """Where nothing was read there is nothing to take off."""
    _, ground, place = _seen(air, air.pump(0.02, offset_hz=103e3))
    assert not is_sign([], ground, place)
