"""Two tones that take turns are one sender; two carriers that do not are two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import tones
from medmon.phy.packets import Heard
from medmon.records import Radio
from signal_fixtures.channel import Emission
from signal_fixtures.linecode import chips_from_text
from signal_fixtures.waveform import fsk, ook

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATE_HZ = 1.024e6
START_S, STOP_S = 0.02, 0.06
BITS = np.random.default_rng(7).integers(0, 2, 80).astype(np.uint8)


def _tone(freq_hz: float, start_s: float = START_S, stop_s: float = STOP_S,
          rssi_dbfs: float = -25.0) -> Heard:  # fmt: skip
    radio = Radio(freq_hz, freq_hz, 8e3, rssi_dbfs, 40.0, rssi_dbfs - 40.0,
                  (stop_s - start_s) * 1e6, "ook")  # fmt: skip
    return Heard(start_s * RATE_HZ, stop_s * RATE_HZ, radio)


def _paired(air: Air, sent: list[Emission], found: list[Heard]) -> list[Heard]:
    return tones.paired(found, air.tuner(air.scene(RATE_HZ, 0.08, *sent)))


def test_tones_of_one_sender_are_joined(air: Air) -> None:
    """A shift of 60 kHz either way at 2,000 chips a second: carrier, shift and width."""
    sent = [Emission(BITS, fsk(2_000.0, 60e3), START_S, -25.0, 100e3)]
    (one,) = _paired(air, sent, [_tone(40e3), _tone(160e3, 0.0215, 0.059)])
    assert one.radio.modulation == "fsk"
    assert one.radio.freq_hz == pytest.approx(100e3)
    assert one.radio.deviation_hz == pytest.approx(60e3)
    assert one.radio.bandwidth_hz == pytest.approx(128e3)
    assert (one.start, one.stop) == (START_S * RATE_HZ, STOP_S * RATE_HZ)


def test_pieces_of_the_other_tone_go_with_it(air: Air) -> None:
    """A tone that was cut into two pieces by a long run is one tone."""
    sent = [Emission(BITS, fsk(2_000.0, 60e3), START_S, -25.0, 100e3)]
    pieces = [_tone(160e3, 0.021, 0.04), _tone(160e3, 0.041, 0.059)]
    assert len(_paired(air, sent, [_tone(40e3), *pieces])) == 1


def test_two_keyed_carriers_stay_two(air: Air) -> None:
    """Two remotes at once: often both are on, often neither is."""
    other = np.random.default_rng(8).integers(0, 2, 80).astype(np.uint8)
    sent = [
        Emission(BITS, ook(2_000.0), START_S, -25.0, 40e3),
        Emission(other, ook(2_000.0), START_S, -25.0, 160e3),
    ]
    assert len(_paired(air, sent, [_tone(40e3), _tone(160e3)])) == 2


@pytest.mark.parametrize(
    "other",
    [
        _tone(160e3, rssi_dbfs=-45.0),
        _tone(160e3, 0.062, 0.07),
        _tone(400e3),
        _tone(42e3),
    ],
    ids=["too weak", "too late", "too far", "too near"],
)
def test_what_cannot_be_a_tone_is_not_tried(air: Air, other: Heard) -> None:
    """Level, time and distance decide before anything is listened to."""
    sent = [Emission(BITS, fsk(2_000.0, 60e3), START_S, -25.0, 100e3)]
    assert len(_paired(air, sent, [_tone(40e3), other])) == 2


def test_nothing_gives_nothing(air: Air) -> None:
    """An empty list stays empty."""
    assert _paired(air, [], []) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("1111111000", "1110000111"), ("1111000000", "0000111000"), ("1111111111", "1000000000")],
    ids=["often both", "often neither", "never the other alone"],
)
def test_each_sign_of_two_senders_is_enough(air: Air, one: str, other: str) -> None:
    """Of ten chips three have both, or neither, or the other is never on alone: two senders."""
    sent = [
        Emission(chips_from_text(one * 8), ook(2_000.0), START_S, -25.0, 40e3),
        Emission(chips_from_text(other * 8), ook(2_000.0), START_S, -25.0, 160e3),
    ]
    assert len(_paired(air, sent, [_tone(40e3), _tone(160e3)])) == 2
