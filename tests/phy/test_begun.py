"""How a packet arrived so far is how it arrived."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from medmon.phy import ook
from medmon.phy.begun import begun_from
from signal_fixtures.devices import medtronic

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 256e3
CHIP = RATE_HZ / medtronic.SYMBOL_RATE_HZ


def test_features_of_a_heading(air: Air) -> None:
    """A person sees level and frequency with the heading, and where in the recording it stands."""
    sent = air.pump(0.01, offset_hz=20e3, rssi_dbfs=-35.0)
    scene = air.scene(RATE_HZ, 0.04, sent, density_dbfs=-110.0)
    modem = replace(air.modem("medtronic"), min_bits=40, max_bits=40)
    (heard,) = ook.receive(air.tuner(scene), modem, air.place(scene, 20e3))
    # 16 bytes of preamble, 32 chips of sync word, five bytes of 12 chips.
    sync, deciding = (0.01 * RATE_HZ + chips * CHIP for chips in (128, 220))
    begun = begun_from(heard, deciding, 10**-11.0)
    assert begun.start == pytest.approx(sync, abs=1)
    assert begun.deciding == deciding
    assert begun.frame.data == medtronic.sample_packets()[0][:5]
    assert begun.radio.rssi_dbfs == pytest.approx(-35.0, abs=0.5)
    assert begun.radio.freq_hz == pytest.approx(20e3, abs=200)
    # The noise in the measured width, from a density of -110 dBFS in one hertz.
    width_db = begun.radio.noise_dbfs + 110.0
    assert 10 ** (width_db / 10) == pytest.approx(begun.radio.bandwidth_hz, rel=1e-6)
    assert begun.radio.duration_us == pytest.approx(92e6 / medtronic.SYMBOL_RATE_HZ, rel=1e-3)


def test_copies_are_known(air: Air) -> None:
    """A mirror image says the same at the same time; another pump says something else."""
    scene = air.scene(RATE_HZ, 0.04, air.pump(0.01), density_dbfs=-110.0)
    modem = replace(air.modem("medtronic"), min_bits=40, max_bits=40)
    (heard,) = ook.receive(air.tuner(scene), modem, air.place(scene))
    begun = begun_from(heard, 6_000.0, 10**-11.0)
    assert begun.is_copy(replace(begun, start=begun.start + 5), 10)
    assert not begun.is_copy(replace(begun, start=begun.start + 15), 10)
    other = replace(begun.frame, data=b"other")
    assert not begun.is_copy(replace(begun, frame=other), 10)
