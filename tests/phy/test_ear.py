"""When a modem is listened for, and what is heard of a packet that has not arrived whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.arrivals import Arrivals
from medmon.phy.baseband import Place
from medmon.phy.channelizer import Grid
from medmon.phy.ear import Ear, can_be_early, is_clear
from signal_fixtures.channel import Emission
from signal_fixtures.devices import medtronic, omnipod

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
GRID = Grid.for_rate(RATE_HZ)
PUMP_CHIP, POD_CHIP = RATE_HZ / medtronic.SYMBOL_RATE_HZ, RATE_HZ / omnipod.SYMBOL_RATE_HZ
START_S = 0.005
PUMP_SYNC = START_S * RATE_HZ + (16 * 8 + 32) * PUMP_CHIP
POD_SYNC = START_S * RATE_HZ + (50 * 16 + 16) * POD_CHIP
"""Where the sync words end."""


def _arrived(air: Air, sent: Emission, stop: float) -> Arrivals:
    """The samples of a packet up to a moment."""
    arrivals = Arrivals(GRID)
    arrivals.know(np.complex64(0), np.full(GRID.channels, 1e-6, dtype=np.float32))
    scene = air.scene(RATE_HZ, stop / RATE_HZ, sent, density_dbfs=-105.0)
    arrivals.put(scene.samples(0, int(stop)))
    return arrivals


def _place(ear: Ear, stop: float, offset_hz: float = 0.0) -> Place:
    return Place(offset_hz, 16e3, stop - ear.reach, int(stop))


@pytest.mark.parametrize(
    ("name", "chip", "heading", "word"),
    [("medtronic", PUMP_CHIP, 60, 32), ("omnipod", POD_CHIP, 192, 16)],
)
def test_searches_come_before_headings(
    air: Air, name: str, chip: float, heading: int, word: int
) -> None:
    """A search that comes later than the heading would tell it late, one that reaches less far
    back than the search before would miss it."""
    ear = Ear.of(air.modem(name), GRID)
    assert ear.chip == pytest.approx(chip)
    assert ear.period < heading * chip
    assert ear.reach >= ear.period + 48 * chip
    # A preamble may end just after a look; the next two find what is behind it.
    assert ear.wait >= word * chip
    assert ear.wait + ear.word - word * chip < heading * chip


def test_a_heading_is_due_when_it_is_in(air: Air) -> None:
    """60 chips behind the sync word, one for the flank, and the slowest clock's 0.04 more."""
    ear = Ear.of(air.modem("medtronic"), GRID)
    assert ear.due(1_000.0, 40) == pytest.approx(1_000 + 61.04 * PUMP_CHIP, abs=1)


def test_who_can_be_heard_early(air: Air) -> None:
    """Modems without headings, of other kinds, or too wide for the band are left to the end."""
    pump = air.modem("medtronic")
    assert can_be_early(pump, RATE_HZ)
    assert not can_be_early(replace(pump, heading_bits=()), RATE_HZ)
    assert not can_be_early(replace(pump, modulation="gfsk"), RATE_HZ)
    assert not can_be_early(pump, 20e3)


@pytest.mark.parametrize("name", ["medtronic", "omnipod"])
def test_a_preamble_is_known_until_it_ends(air: Air, name: str) -> None:
    """While it runs a search is in vain; behind it one is urgent."""
    ear = Ear.of(air.modem(name), GRID)
    sent, sync = (air.pump(START_S), PUMP_SYNC) if name == "medtronic" else (
        air.pod(START_S), POD_SYNC)  # fmt: skip
    before = sync - ear.word - 2 * ear.chip
    assert ear.is_preamble(_arrived(air, sent, before), _place(ear, before))
    after = sync + 16 * ear.chip
    assert not ear.is_preamble(_arrived(air, sent, after), _place(ear, after))


def test_a_sync_word_is_heard_when_it_is_over(air: Air) -> None:
    """A part of one looks like one at another place, where no heading stands."""
    ear = Ear.of(air.modem("medtronic"), GRID)
    sent = air.pump(START_S, offset_hz=3e3)
    for chips in range(-20, 0):
        stop = PUMP_SYNC + chips * PUMP_CHIP
        assert list(ear.sync_words(_arrived(air, sent, stop), _place(ear, stop))) == []
    stop = PUMP_SYNC + 4 * PUMP_CHIP
    ((sync, heard),) = ear.sync_words(_arrived(air, sent, stop), _place(ear, stop))
    assert sync == pytest.approx(PUMP_SYNC, abs=0.3 * PUMP_CHIP)
    assert heard.carrier_hz == pytest.approx(3e3, abs=300)


def test_bits_are_read_when_they_are_there(air: Air) -> None:
    """Not before the last one has arrived, and none that is doubtful."""
    ear = Ear.of(air.modem("omnipod"), GRID)
    packet = omnipod.sample_packets()[0]
    sent = air.pod(START_S, packet=packet)
    found = POD_SYNC + 30 * POD_CHIP
    ((_, known),) = ear.sync_words(_arrived(air, sent, found), _place(ear, found))
    due = ear.due(POD_SYNC, 96)
    heard = ear.read(_arrived(air, sent, due), known, 96, due)
    assert heard is not None
    assert is_clear(heard)
    assert heard.frame().data == packet[:12]
    assert ear.in_after(heard, 96) == pytest.approx(POD_SYNC + 192 * POD_CHIP, abs=3)
    early = due - int(8 * POD_CHIP)
    assert ear.read(_arrived(air, sent, early), known, 96, early) is None
    faint = replace(sent, rssi_dbfs=-105.0 + 46.0)  # as strong as the noise of a chip rate
    doubtful = ear.read(_arrived(air, faint, due), known, 96, due)
    assert doubtful is None or not is_clear(doubtful)


@pytest.mark.parametrize("rate_hz", [0.25e6, 1.024e6, 1.2e6, 2.4e6, 2.56e6, 2.88e6])
def test_the_longest_packet_is_kept_until_it_is_over(air: Air, rate_hz: float) -> None:
    """71 bytes and the two behind them that a pump may send; a pod's 37 are far less."""
    grid = Grid.for_rate(rate_hz)
    assert Ear.of(air.modem("medtronic"), grid).most_bits >= 8 * 73
    assert Ear.of(air.modem("omnipod"), grid).most_bits >= 8 * 37
