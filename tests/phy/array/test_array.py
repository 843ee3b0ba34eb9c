"""A recording of several channels: every burst has its delay and its angle, whatever the blocks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medmon.config import config_from_text
from medmon.errors import ConfigError
from medmon.monitor import all_decoders
from medmon.phy import Receiver
from medmon.phy.array import Array, Reference, array_from_config, check_channels
from medmon.records import Burst, Radio
from signal_fixtures.antennas import LIGHT_M_PER_S, Antenna, ArrayScene, Sender
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.emission import Emission
from signal_fixtures.waveform import fsk, ook

TUNED_HZ = 868.3e6
HALF_M = LIGHT_M_PER_S / TUNED_HZ / 2
LINE = [
    Antenna(0.0),
    Antenna(HALF_M, 0.0, 1.0, 50.0, 2_000.0),
    Antenna(2 * HALF_M, 0.0, -1.0, -120.0),
    Antenna(3 * HALF_M, 0.0, 0.5, 10.0),
]
TABLE = f"""
[array]
positions_m = [[0, 0], [{HALF_M}, 0], [{2 * HALF_M}, 0], [{3 * HALF_M}, 0]]
[array.calibration]
freq_hz = "868.3M"
gains_db = [0, 1, -1, 0.5]
phases_deg = [0, 50, -120, 10]
delays_ns = [0, 2000, 0, 0]
"""


def _scene(antennas: list[Antenna]) -> ArrayScene:
    pump = Emission(
        medtronic.on_air_chips(medtronic.sample_packets()[0]), ook(16_384.0), 0.61, -30.0, 40e3
    )
    pod = Emission(
        omnipod.on_air_chips(omnipod.sample_packets()[0]),
        fsk(omnipod.SYMBOL_RATE_HZ, omnipod.DEVIATION_HZ), 0.75, -30.0, -30e3,
    )  # fmt: skip
    senders = [Sender(pump, 25.0), Sender(pod, -40.0)]
    return ArrayScene(250e3, 225_000, TUNED_HZ, antennas, senders, -50.0, seed=4)


def _heard(
    scene: ArrayScene,
    array: Array | None,
    block_samples: int = 65_536,
    references: list[Reference] | None = None,
) -> list[Burst]:
    modems = [modem for decoder in all_decoders() for modem in decoder.modems]
    receiver = Receiver(modems, array, references=references)
    blocks = scene.blocks(block_samples=block_samples)
    return [burst for block in blocks for burst in receiver.feed(block)] + receiver.flush()


def _array() -> Array:
    table = config_from_text(TABLE).array
    assert table is not None
    return array_from_config(table)


def test_four_antennas_for_blocks_of_any_size() -> None:
    """A pump at 25 degrees and a pod at -40: replay equals live, to the last bit."""
    scene = _scene(LINE)
    whole = _heard(scene, _array(), 225_000)
    assert whole == _heard(scene, _array(), 4_099)
    for burst, angle_deg in zip(whole, (25.0, -40.0), strict=True):
        radio = burst.radio
        assert radio.aoa_deg is not None
        assert radio.aoa_std_deg is not None
        assert radio.tdoa_ns is not None
        assert radio.tdoa_std_ns is not None
        assert abs(radio.aoa_deg - angle_deg) < 4 * radio.aoa_std_deg < 1.0
        assert radio.aoa_ambiguous is False
        assert abs(radio.tdoa_ns) < 4 * radio.tdoa_std_ns < 1_000


def test_two_antennas_of_which_nothing_is_known() -> None:
    """The delay needs no configuration; channel 1 is 2 us late, and later is positive."""
    bursts = _heard(_scene(LINE[:2]), None)
    for burst in bursts:
        assert burst.radio.tdoa_ns == pytest.approx(2_000.0, abs=250)
        assert burst.radio.aoa_deg is None


def test_one_channel_hears_what_the_first_of_four_hears() -> None:
    """Bursts are found on channel 0; the others only add to them."""
    scene = _scene(LINE)
    four = _heard(scene, _array())
    blocks = [replace(block, samples=block.iq[:1]) for block in scene.blocks()]
    modems = [modem for decoder in all_decoders() for modem in decoder.modems]
    receiver = Receiver(modems, _array())
    one = [burst for block in blocks for burst in receiver.feed(block)] + receiver.flush()
    bare = [replace(burst, radio=_alone(burst.radio)) for burst in four]
    assert one == bare


def _alone(radio: Radio) -> Radio:
    return replace(
        radio,
        tdoa_ns=None,
        tdoa_std_ns=None,
        aoa_deg=None,
        aoa_std_deg=None,
        aoa_ambiguous=None,
    )


def test_packets_are_kept_as_references_where_somebody_asks() -> None:
    """A calibration is made of what a modem fits, at the carrier it came on."""
    references: list[Reference] = []
    _heard(_scene(LINE[:2]), None, references=references)
    assert [round(one.freq_hz / 1e3) for one in references] == [868_340, 868_270]
    assert all(len(one.delays) == 1 for one in references)


def test_wrong_number_of_channels_is_said() -> None:
    """A configuration of four antennas cannot be of a recording of two; one has no array."""
    with pytest.raises(ConfigError) as caught:
        _heard(_scene(LINE[:2]), _array())
    assert "array.positions_m: expected a position for each of the 2 channels" in str(caught.value)
    assert "found 4" in str(caught.value)
    check_channels(_array(), 1, "mono.cu8")
    check_channels(None, 3, "three.cu8")


def test_configuration_without_antennas_or_calibration() -> None:
    """Positions alone are an array that tells no angle yet."""
    assert config_from_text("").array is None
    table = config_from_text("[array]\npositions_m = [[0, 0], [0.2, 0]]\n").array
    assert table is not None
    array = array_from_config(table)
    assert (array.geometry.count, array.calibration) == (2, None)
    assert np.array_equal(_array().geometry.grid(868e6)[[0, -1]], [-1.0, 1.0])
