"""The phase of known chips, against the other side of the air."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from medmon.phy.phase_pulse import PATTERNS, Turns, index_of, pattern_turns, signs_from_text
from medmon.records import Modem
from signal_fixtures.waveform import Keying, Waveform

WORD = "0110100111010001011"


@pytest.mark.parametrize("kind", ["msk", "gfsk"])
def test_phase_is_that_of_the_sender(g4: Modem, ble_modem: Modem, kind: str) -> None:
    """A receiver that expects another phase loses the packet; the sender was written separately."""
    modem, bandwidth_time = (g4, None) if kind == "msk" else (ble_modem, 0.5)
    chips = np.array([int(chip) for chip in WORD], np.uint8)
    places = np.linspace(0.05, chips.size - 0.05, 400)
    sent = Waveform(chips, Keying("fsk", 1.0, 0.25, bandwidth_time, rise_us=0.0)).at(places)
    phase, _ = Turns(signs_from_text(WORD), modem).at(places)
    turned = np.angle(sent * np.exp(-1j * np.pi / 2 * phase) * np.conj(sent[0]))
    # The sender's phase starts at zero where the filter has already begun to turn.
    assert np.ptp(turned) < 1e-4


def test_speed_is_the_slope_of_the_phase(ble_modem: Modem) -> None:
    """The clock is fitted by it."""
    turns = Turns(signs_from_text(WORD), ble_modem)
    places = np.linspace(1.0, 17.0, 3_201)
    phase, speed = turns.at(places)
    assert np.diff(phase) / np.diff(places) == pytest.approx((speed[1:] + speed[:-1]) / 2, abs=1e-2)


def test_patterns_are_pieces_of_longer_runs(ble_modem: Modem) -> None:
    """Three chips tell all about the phase inside the middle one."""
    inside = (np.arange(8) + 0.5) / 8
    patterns = pattern_turns(ble_modem, 8)
    signs = signs_from_text(WORD)
    turns = Turns(signs, ble_modem)
    for chip in range(1, len(WORD) - 1):
        whole, _ = turns.at(chip + inside)
        piece = patterns[int(WORD[chip - 1 : chip + 2], 2)]
        assert whole - signs[:chip].sum() == pytest.approx(piece, abs=1e-4)
    assert len(patterns) == PATTERNS


def test_msk_pattern_is_a_straight_line(g4: Modem) -> None:
    """Without a filter the neighbours do not matter."""
    inside = (np.arange(4) + 0.5) / 4
    for pattern, turned in enumerate(pattern_turns(g4, 4)):
        assert turned == pytest.approx(inside if pattern & 2 else -inside)


def test_index_is_twice_the_deviation_over_the_rate(g4: Modem, ble_modem: Modem) -> None:
    """Nothing declared is one half, as MSK has by its definition."""
    assert index_of(g4) == pytest.approx(0.5)
    assert index_of(replace(ble_modem, deviation_hz=225e3)) == pytest.approx(0.45)
    assert index_of(replace(g4, deviation_hz=None)) == 0.5
