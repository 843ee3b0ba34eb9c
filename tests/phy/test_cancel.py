"""Packets drawn again and taken off: what is left is the noise, and whoever else is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.cancel import explained, without
from medmon.phy.packets import Sent
from medmon.records import ComplexArray
from signal_fixtures.channel import Echo, Emission, FrontEnd, Scene

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATES_HZ = (250e3, 1.024e6, 2.048e6)


def _sent(
    emission: Emission, rate_hz: float, *, late: float = 0.0, ppm: float = 0.0, off_hz: float = 0.0
) -> Sent:
    """What a receiver knows of an emission, with the errors it makes."""
    keying = emission.keying
    is_shifted = keying.modulation == "fsk"
    return Sent(
        chips=tuple(bool(chip) for chip in emission.chips),
        start=emission.time_s * rate_hz + late,
        step=rate_hz / keying.symbol_rate_hz * (1 + ppm * 1e-6),
        carrier_hz=emission.offset_hz + off_hz,
        deviation_hz=keying.deviation_hz * 1.002 if is_shifted else None,
        sync=0.0,
        scatter=0.0,
    )


def _iq(scene: Scene) -> ComplexArray:
    return scene.samples(0, scene.sample_count)


def _left_db(air: Air, emission: Emission, rate_hz: float, sent: Sent, **kinds: object) -> float:
    """Power left of a packet, over the power that was there; noise is 70 dB below."""
    front_end = kinds.get("front_end")
    assert front_end is None or isinstance(front_end, FrontEnd)
    scene = air.scene(rate_hz, 0.06, emission, density_dbfs=None, front_end=front_end)
    iq = _iq(scene)
    left = without(iq, 0, rate_hz, [sent])
    return float(10 * np.log10(np.vdot(left, left).real / np.vdot(iq, iq).real))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("kind", ["pump", "pod"])
def test_a_packet_is_taken_off_to_a_ten_thousandth(air: Air, kind: str, rate_hz: float) -> None:
    """Whoever is 40 dB weaker can be heard once the strong one is gone."""
    emission = (air.pump if kind == "pump" else air.pod)(0.012, offset_hz=40e3, rssi_dbfs=-3.0)
    sent = _sent(emission, rate_hz, late=0.1, ppm=3.0, off_hz=0.3)
    # At 250 kS/s an edge of 4 us lies between two samples, and its spectrum is folded.
    assert _left_db(air, emission, rate_hz, sent) < (-40 if rate_hz > 1e6 else -24)


@pytest.mark.parametrize("kind", ["pump", "pod"])
def test_a_carrier_that_a_neighbour_pulled_is_found_again(air: Air, kind: str) -> None:
    """A strong neighbour moves the carrier that was measured by some hundred hertz."""
    emission = (air.pump if kind == "pump" else air.pod)(0.012, offset_hz=40e3, rssi_dbfs=-3.0)
    assert _left_db(air, emission, 1.024e6, _sent(emission, 1.024e6, off_hz=700.0)) < -40


def test_paths_through_the_room_are_taken_off(air: Air) -> None:
    """Walls send a second copy a few microseconds later."""
    emission = replace(
        air.pump(0.012, offset_hz=40e3, rssi_dbfs=-3.0), echoes=(Echo(3e-6, -6.0, 1.0),)
    )
    assert _left_db(air, emission, 1.024e6, _sent(emission, 1.024e6)) < -40


def test_the_mirror_image_is_taken_off(air: Air) -> None:
    """A cheap receiver shows each packet again on the other side, 30 dB down: it goes as well."""
    emission = air.pump(0.012, offset_hz=90e3, rssi_dbfs=-3.0)
    faults = FrontEnd(iq_gain_db=0.4, iq_phase_deg=2.0)
    sent = _sent(emission, 1.024e6)
    assert _left_db(air, emission, 1.024e6, sent, front_end=faults) < -40


@pytest.mark.parametrize("apart_hz", [0.0, 60e3])
def test_who_speaks_at_the_same_time_is_left(air: Air, apart_hz: float) -> None:
    """The drawing has too few freedoms to follow another sender's chips."""
    strong = air.pump(0.012, offset_hz=40e3, rssi_dbfs=-3.0)
    weak = air.pump(0.019, offset_hz=40.7e3 + apart_hz, rssi_dbfs=-23.0)
    both = _iq(air.scene(1.024e6, 0.06, strong, weak, density_dbfs=None))
    alone = _iq(air.scene(1.024e6, 0.06, weak, density_dbfs=None))
    left = without(both, 0, 1.024e6, [_sent(strong, 1.024e6)])
    wrong = left - alone
    assert np.vdot(wrong, wrong).real < 10**-1.2 * np.vdot(alone, alone).real


def test_samples_stay_as_they_are(air: Air) -> None:
    """Evidence is cut from the same samples later."""
    emission = air.pump(0.012, rssi_dbfs=-3.0)
    iq = _iq(air.scene(250e3, 0.05, emission))
    before = iq.copy()
    without(iq, 0, 250e3, [_sent(emission, 250e3)])
    assert np.array_equal(iq, before)


def test_a_packet_that_is_not_in_the_samples_changes_nothing(air: Air) -> None:
    """A region may hold the very end of a packet only."""
    emission = air.pump(0.012, rssi_dbfs=-3.0)
    iq = _iq(air.scene(250e3, 0.05, emission))
    far = _sent(emission, 250e3, late=1e6)
    assert np.array_equal(without(iq, 0, 250e3, [far]), iq)
    assert np.array_equal(explained(np.zeros(500, np.complex64), _sent(emission, 250e3), 250e3),
                          np.zeros(500, np.complex64))  # fmt: skip
