"""What is keyed and what is steady, where that is plain; nothing is said where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.baseband import Baseband
from medmon.phy.bursts import stretches
from medmon.phy.envelope import Envelope, envelope
from signal_fixtures.channel import Emission

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ, DENSITY_DBFS = 1.024e6, -100.0
HALF_WIDTH_HZ = 64e3


def _told(air: Air, *sent: Emission) -> Envelope:
    """What is said of everything around the middle of the band."""
    tuner = air.tuner(air.scene(RATE_HZ, 0.2, *sent, density_dbfs=DENSITY_DBFS))
    band: Baseband = tuner.tune(0.0, half_width_hz=HALF_WIDTH_HZ, rate_hz=4 * HALF_WIDTH_HZ)
    noise = 10 ** (DENSITY_DBFS / 10) * band.noise_width_hz
    return envelope(band, stretches(band, noise), noise)


@pytest.mark.parametrize("rssi_dbfs", [-38.0, -30.0, -10.0])
def test_a_pump_is_keyed_and_a_pod_is_steady(air: Air, rssi_dbfs: float) -> None:
    """From 12 dB over the noise on, so that a packet costs the search of one modem."""
    assert _told(air, air.pump(0.05, rssi_dbfs=rssi_dbfs)) == "keyed"
    assert _told(air, air.pod(0.05, rssi_dbfs=rssi_dbfs)) == "steady"


def test_weak_signals_are_unclear(air: Air) -> None:
    """Noise makes gaps, and every packet at the limit must be searched for by all modems."""
    assert _told(air, air.pump(0.05, rssi_dbfs=-48.0)) == "unclear"
    assert _told(air, air.pod(0.05, rssi_dbfs=-48.0)) == "unclear"
    assert _told(air) == "unclear"


@pytest.mark.parametrize("weaker_db", [0.0, 3.0])
def test_a_pod_that_speaks_into_a_pump_is_no_pause(air: Air, weaker_db: float) -> None:
    """Neither may be left out where both may be read."""
    pump = air.pump(0.05, rssi_dbfs=-20.0)
    pod = air.pod(0.052, offset_hz=20e3, rssi_dbfs=-20.0 - weaker_db)
    assert _told(air, pump, pod) == "unclear"


def test_one_after_the_other_is_unclear(air: Air) -> None:
    """A stretch of each: both modems have something to find."""
    both = air.pump(0.03, rssi_dbfs=-20.0), air.pod(0.1, rssi_dbfs=-20.0)
    assert _told(air, *both) == "unclear"


def test_a_bare_carrier_is_steady() -> None:
    """By hand: a constant, and noise of its own power's thousandth."""
    rng = np.random.default_rng(2)
    noise = (rng.standard_normal(4_000) + 1j * rng.standard_normal(4_000)) * np.sqrt(0.5e-3)
    iq = (1.0 + noise).astype(np.complex64)
    band = Baseband(iq, 100e3, 0.0, 0.0, 1.0, 100e3)
    assert envelope(band, stretches(band, 1e-3), 1e-3) == "steady"
