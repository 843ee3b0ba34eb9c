"""The chip clock read off the edges of packets whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import edges, fsk, ook
from medmon.phy.reception import Reception
from medmon.phy.tuner import Tuner
from signal_fixtures.channel import Scene

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
START_S = 0.0300003


def _pump(air: Air, *, ppm: float = 0.0, rise_us: float = 4.0) -> tuple[Scene, Tuner, Reception]:
    scene = air.scene(RATE_HZ, 0.07, air.pump(START_S, ppm=ppm, rise_us=rise_us))
    tuner = air.tuner(scene)
    (packet,) = ook.receive(tuner, air.modem("medtronic"), air.place(scene))
    return scene, tuner, packet


def _pod(air: Air) -> Reception:
    scene = air.scene(RATE_HZ, 0.07, air.pod(START_S, ppm=-30.0))
    (packet,) = fsk.receive(air.tuner(scene), air.modem("omnipod"), air.place(scene))
    return packet


def _chip_hz(packet: Reception, step: float) -> float:
    return packet.band.rate_hz / step


def test_clock_of_a_keyed_packet(air: Air) -> None:
    """Arrival to a microsecond and clock to 100 ppm at 50 dB."""
    _, _, packet = _pump(air, ppm=70.0)
    fitted = edges.clocking(packet)
    arrival = packet.band.sample_at(fitted.first_edge) / RATE_HZ
    assert arrival == pytest.approx(START_S, abs=1e-6)
    assert _chip_hz(packet, fitted.step) == pytest.approx(16_384 * (1 + 70e-6), rel=100e-6)
    assert 0 < fitted.error < 0.1


def test_clock_of_a_shifted_packet(air: Air) -> None:
    """The frequency has edges as the magnitude of a keyed carrier has."""
    packet = _pod(air)
    fitted = edges.clocking(packet)
    # The preamble is followed to its beginning with this clock; here it may be a few chips short.
    chips = (packet.band.sample_at(fitted.first_edge) / RATE_HZ - START_S) * 40_625
    assert chips == pytest.approx(round(chips), abs=0.05)
    assert _chip_hz(packet, fitted.step) == pytest.approx(40_625 * (1 - 30e-6), rel=30e-6)


def test_wider_signal_sharpens_the_clock(air: Air) -> None:
    """With six chip rates to either side edges are four times as steep."""
    _, tuner, packet = _pump(air)
    rough = edges.clocking(packet)
    sharp = edges.sharpened(packet, rough, tuner)
    assert sharp.error < rough.error
    arrival = packet.band.sample_at(sharp.first_edge) / RATE_HZ
    assert arrival == pytest.approx(START_S, abs=0.2e-6)


def test_neighbour_in_the_wider_signal_is_noticed(air: Air) -> None:
    """A sender 60 kHz beside spoils the wide edges; the narrow clock stays."""
    scene = air.scene(
        RATE_HZ, 0.07, air.pump(START_S), air.pump(START_S + 3e-5, offset_hz=60e3, rssi_dbfs=-20.0)
    )
    tuner = air.tuner(scene)
    packets = ook.receive(tuner, air.modem("medtronic"), air.place(scene, 0.0, 15e3))
    packet = packets[0]
    rough = edges.clocking(packet)
    assert edges.sharpened(packet, rough, tuner) == rough


def test_too_few_edges_leave_the_clock_as_it_is(air: Air) -> None:
    """A signal that is cut to a few chips has no line to draw."""
    _, _, packet = _pump(air)
    stop = round(packet.first_chip + 6 * packet.clock.step)
    short = replace(packet, band=replace(packet.band, iq=packet.band.iq[:stop]))
    fitted = edges.clocking(short)
    assert fitted.error == np.inf
    assert fitted.step == packet.clock.step


def test_edges_that_scatter_are_no_clock(air: Air) -> None:
    """Edges anywhere between the middles of two chips are looked at, and say how little they know.

    They lie evenly over 0.4 chips to either side; the error of the beginning of a line through n of
    them is twice their deviation over the root of n.
    """
    _, _, packet = _pump(air)
    chips = packet.known_chips
    starts = packet.first_chip + packet.clock.step * (np.arange(chips.size) - 0.5)
    reach = 0.4 * packet.clock.step
    moved = starts + np.random.default_rng(1).uniform(-reach, reach, starts.size)
    at_sample = np.searchsorted(moved, np.arange(packet.band.iq.size)) - 1
    keyed = chips[at_sample.clip(0)] & (at_sample >= 0)
    fitted = edges.clocking(
        replace(packet, band=replace(packet.band, iq=keyed.astype(np.complex64)))
    )
    count = np.count_nonzero(chips[1:] != chips[:-1])
    assert fitted.error == pytest.approx(2 * reach / np.sqrt(3 * count), rel=0.1)


def test_marks_as_loud_as_spaces_have_no_edges(air: Air) -> None:
    """Where a stronger sender lies over a packet there is no half-way; its own clock stays."""
    _, _, packet = _pump(air)
    flat = Tuner(np.ones(80_000, np.complex64), 0, RATE_HZ)
    steady = replace(packet, band=replace(packet.band, iq=np.ones_like(packet.band.iq)))
    with np.errstate(all="raise"):
        fitted = edges.clocking(steady)
        assert fitted.step == packet.clock.step
        assert edges.sharpened(replace(steady, carrier_hz=0.0), fitted, flat) == fitted
