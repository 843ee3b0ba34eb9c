"""Chips of continuous-phase packets, with everything known but the chips."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import ndtr

from medmon.phy.phase_fit import PhaseModel
from medmon.phy.phase_trellis import Survivors, correlations, searched
from medmon.records import Modem
from signal_fixtures.waveform import ChipArray, fsk, modulate

if TYPE_CHECKING:
    from tests.phy.conftest import Air

KNOWN = 2


def _chips(count: int, seed: int = 2) -> ChipArray:
    chips = np.random.default_rng(seed).integers(0, 2, count).astype(np.uint8)
    chips[:KNOWN] = (1, 0)
    return chips


def _searched(
    air: Air, chips: ChipArray, modem: Modem, *, index: float = 0.5, snr: float = 1e6,
    gain: float = 0.03, drift: float = 0.0, seed: int = 3,
) -> Survivors:  # fmt: skip
    """Send chips at 8 samples each with 4 empty chips behind, and search all of them."""
    bandwidth_time = 0.5 if modem.modulation == "gfsk" else None
    keying = fsk(1.0, index / 2, gaussian_bt=bandwidth_time, rise_us=0.0)
    iq = modulate(chips, keying, 8.0, offset_hz=drift, start_fraction=4.0)[: 4 + 8 * chips.size]
    iq = np.pad(iq, (0, 40))
    hiss = np.random.default_rng(seed).standard_normal((2, iq.size)) * np.sqrt(8 / snr / 2)
    band = air.baseband(iq + hiss[0] + 1j * hiss[1], 8.0)
    phase = np.pi * index * (2.0 * chips[:KNOWN] - 1.0).sum()
    model = PhaseModel(4.0 + 8 * KNOWN, 8.0, phase, 0.0, index)
    matched = correlations(band, model, modem, -1, chips.size - KNOWN + 5)
    return searched(matched, (bool(chips[0]), bool(chips[1])), index, gain)


@pytest.mark.parametrize("index", [0.45, 0.5, 0.55])
def test_clean_chips_are_what_was_sent(air: Air, ble_modem: Modem, index: float) -> None:
    """Any index that Bluetooth allows, through its filter."""
    chips = _chips(300)
    found = _searched(air, chips, ble_modem, index=index).path(298)
    assert np.array_equal(found.signs > 0, chips[KNOWN:] > 0)
    # The last one ends half a sample before what was sent does.
    assert found.strength[:-1] == pytest.approx(np.ones(297), abs=0.05)


def test_a_carrier_that_is_not_quite_known_is_followed(air: Air, g4: Modem) -> None:
    """Preamble and sync word leave an error of a few milliradians a chip: two turns in 1,500."""
    chips = _chips(1_500)
    found = _searched(air, chips, g4, drift=2 / 1_500, gain=0.12).path(1_498)
    assert np.array_equal(found.signs > 0, chips[KNOWN:] > 0)


def test_errors_are_as_few_as_theory_allows(air: Air, g4: Modem) -> None:
    """MSK by coherent detection: pairs of chips, each with Q(sqrt(2 Eb/N0))."""
    ratio = 10**0.5
    chips = _chips(6_002)
    found = _searched(air, chips, g4, snr=ratio).path(6_000)
    wrong = int(np.count_nonzero((found.signs > 0) != (chips[KNOWN:] > 0)))
    expected = 6_000 * float(ndtr(-np.sqrt(2 * ratio)))
    assert wrong / 2 == pytest.approx(expected, abs=3.5 * np.sqrt(expected))


def test_noise_behind_the_end_does_not_turn_the_last_chip_over(air: Air, g4: Modem) -> None:
    """The last chip of a check must hold: it has only itself, with Q(sqrt(Eb/N0)).

    At 9 dB that is 1 in 400; decided with the noise behind it, it would be 1 in 20.
    """
    chips = _chips(22)
    wrong = 0
    for seed in range(200):
        found = _searched(air, chips, g4, snr=10**0.9, seed=seed).path(20)
        wrong += bool(found.signs[-1] > 0) != bool(chips[-1])
    assert wrong <= 3


def test_strength_tells_where_the_signal_ends(air: Air, g4: Modem) -> None:
    """Chips of silence have next to none."""
    found = _searched(air, _chips(60), g4)
    assert found.chips == 62
    assert found.path(58).strength.min() > 0.9
    assert np.abs(found.path(62).strength[58:]).max() < 0.2
