"""Sync words in soft waveforms that are drawn chip by chip."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy.baseband import Place
from medmon.phy.sync import SAMPLES_A_CHIP, Sync, Trial, best, find, levels, places, template
from medmon.records import FloatArray, Modem

if TYPE_CHECKING:
    from tests.phy.conftest import Air

MODEM = Modem("x", (1e6,), "ook", 10e3, None, "10", "1100010111010001", "nrz", 8, 80)
LEAD = "10" * 40


def _soft(
    text: str, *, mark: float = 1.0, space: float = 0.0, seed: int | None = None
) -> FloatArray:
    """Waveform behind a matched filter: sample i is the middle of the window around it."""
    chips = np.array([mark if chip == "1" else space for chip in text])
    wave = np.repeat(chips, SAMPLES_A_CHIP)
    smooth = np.convolve(wave, np.ones(SAMPLES_A_CHIP) / SAMPLES_A_CHIP)[: wave.size]
    if seed is not None:
        smooth = smooth + np.random.default_rng(seed).standard_normal(wave.size) * 0.2
    return smooth.astype(np.float32)


def _end(text_before: str) -> int:
    """Middle of the first chip after some text: its filter is full at its last sample."""
    return (len(text_before) + 1) * SAMPLES_A_CHIP - 1


def test_template_ends_with_the_sync_word() -> None:
    """48 chips: what of the preamble fits before it, its last chip before the word."""
    expected = ("10" * 16 + MODEM.sync)[-48:]
    assert template(MODEM).tolist() == [1.0 if chip == "1" else -1.0 for chip in expected]


def test_template_of_a_long_sync_word() -> None:
    """A word longer than the template needs no preamble."""
    long = Modem("y", (1e6,), "ook", 10e3, None, "10", "1100010111010001" * 4, "nrz", 8, 80)
    assert template(long).size == 64
    (hit,) = find(_soft(long.sync + "10110100" * 3), long)
    assert hit.match == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(("mark", "space"), [(1.0, 0.0), (0.01, 0.008), (5.0, -5.0)])
def test_word_is_found_at_any_level(mark: float, space: float) -> None:
    """Level and threshold do not matter, only the shape does."""
    text = LEAD + MODEM.sync
    (hit,) = find(_soft(text + "0110100110010110" * 2, mark=mark, space=space), MODEM)
    assert hit.end == pytest.approx(_end(text), abs=0)
    assert hit.match == pytest.approx(1.0, abs=1e-3)
    assert hit.mark == pytest.approx(mark, rel=1e-3)
    assert hit.space == pytest.approx(space, abs=1e-3)
    assert hit.errors == 0


def test_two_words_in_order_of_time() -> None:
    """Two packets in one place are two."""
    once = "0" * 60 + LEAD + MODEM.sync + "0110100110010110" * 2
    ends = [hit.end for hit in find(_soft(once + once, seed=1), MODEM)]
    assert ends == pytest.approx(
        [_end(once[: 60 + 80 + 16]), _end(once + once[: 60 + 80 + 16])], abs=1
    )


def test_wrong_chips_are_counted() -> None:
    """A decoder may refuse a word that is too doubtful."""
    wrong = MODEM.sync[:5] + ("0" if MODEM.sync[5] == "1" else "1") + MODEM.sync[6:]
    (hit,) = find(_soft(LEAD + wrong + "01101001" * 2), MODEM)
    assert hit.errors == 1
    assert hit.match < 0.97


def test_noise_and_other_senders_have_no_word() -> None:
    """Nor has a stretch that is too short for one, or a constant."""
    rng = np.random.default_rng(3)
    assert find(rng.standard_normal(60_000).astype(np.float32), MODEM) == []
    assert find(np.ones(4_000, dtype=np.float32), MODEM) == []
    assert find(np.ones(48 * SAMPLES_A_CHIP, dtype=np.float32), MODEM) == []


def test_word_without_its_preamble_is_refused() -> None:
    """Slow senders have runs that look like a sync word, but not the preamble before it."""
    text = "0" * 80 + "11110000" * 2
    runs = Modem("z", (1e6,), "ook", 10e3, None, "10", "1111111100000000" * 2, "nrz", 8, 80)
    assert find(_soft(text + runs.sync + "10" * 20), runs) == []


def test_levels_are_measured_again() -> None:
    """A better waveform of the same burst has other levels in the same place."""
    text = LEAD + MODEM.sync
    tail = "0110100110010110" * 2
    (hit,) = find(_soft(text + tail), MODEM)
    again = levels(_soft(text + tail, mark=4.0, space=1.0), hit, MODEM)
    assert (again.end, again.match) == (hit.end, hit.match)
    assert [again.mark, again.space] == pytest.approx([4.0, 1.0])
    scaled = again.scaled(np.array([1.0, 2.5, 4.0], dtype=np.float32))
    assert scaled.tolist() == pytest.approx([-1.0, 0.0, 1.0])


@pytest.mark.parametrize("moved", [-1, 0, 1, 7])
def test_levels_at_the_ends_of_a_waveform(moved: int) -> None:
    """Rounding may put a word a sample beyond a waveform that ends or begins with it."""
    whole = _soft(LEAD + MODEM.sync)
    (hit,) = find(_soft(LEAD + MODEM.sync + "10"), MODEM)
    length = template(MODEM).size * SAMPLES_A_CHIP
    ends = levels(whole[: hit.end - 7], replace(hit, end=hit.end + moved), MODEM)
    begins = levels(whole[hit.end - length :], replace(hit, end=length - moved), MODEM)
    for again in (ends, begins):
        assert again.mark == pytest.approx(1.0, abs=0.3)
        assert again.space == pytest.approx(0.0, abs=0.3)


@pytest.mark.parametrize("end", [100, 383, 4_000, 7_990, 8_050])
def test_place_of_a_packet_holds_its_word(air: Air, end: int) -> None:
    """Words are also found in what filters hear beyond the place that was asked for."""
    band = air.baseband(np.zeros(8_000, np.complex64), 80e3)
    trial = Trial(Sync(end, 0.9, 1.0, 0.0, 0), band, _soft(LEAD), 0.0)
    around = Place(0.0, 1e3, band.sample_at(400), band.sample_at(8_000))
    (place,) = places([trial], MODEM, around)
    length = template(MODEM).size * SAMPLES_A_CHIP
    assert place.start_sample <= band.sample_at(end - length)
    assert place.stop_sample >= band.sample_at(end)
    assert place.offset_hz == around.offset_hz


def test_places_of_words_in_turn(air: Air) -> None:
    """Each begins with the word before, and none is longer than a packet."""
    band = air.baseband(np.zeros(40_000, np.complex64), 80e3)
    trials = [Trial(Sync(end, 0.9, 1.0, 0.0, 0), band, _soft(LEAD), 0.0) for end in (4_000, 12_000)]
    around = Place(0.0, 1e3, band.sample_at(0), band.sample_at(40_000))
    first, second = places(trials, MODEM, around)
    assert first.start_sample == around.start_sample
    assert second.start_sample == band.sample_at(4_000)
    longest = (MODEM.max_bits + 64) * SAMPLES_A_CHIP
    assert first.stop_sample == band.sample_at(4_000 + longest)


def test_best_trial_of_each_word(air: Air) -> None:
    """Several tunings find the same word; the best match stands for it."""
    band = air.baseband(np.zeros(10, np.complex64), 80e3)

    def trial(end: int, match: float) -> Trial:
        return Trial(Sync(end, match, 1.0, 0.0, 0), band, _soft(LEAD), 0.0)

    chosen = best([trial(5_000, 0.9), trial(1_003, 0.8), trial(1_000, 0.95)], MODEM)
    assert [(one.sync.end, one.sync.match) for one in chosen] == [(1_000, 0.95), (5_000, 0.9)]


def test_preamble_must_match_by_itself() -> None:
    """10 of 16 preamble chips and the whole word: 0.75 of all chips, but 0.25 of the preamble."""
    runs = Modem("z", (1e6,), "ook", 10e3, None, "10", "1111111100000000" * 2, "nrz", 8, 80)
    text = "0" * 40 + "1100110011001010" + runs.sync + "10" * 20
    assert find(_soft(text), runs) == []


def test_a_preamble_that_is_all_alike_is_like_nothing() -> None:
    """A plugin may declare one: it has no shape, and no division by it."""
    flat = Modem("z", (1e6,), "ook", 10e3, None, "1", "1010011001011010", "nrz", 8, 80)
    assert find(_soft("0" * 40 + "1" * 40 + flat.sync + "10" * 20), flat) == []


def test_errors_are_those_of_the_word() -> None:
    """A wrong chip of the preamble says nothing about the packet behind the word."""
    lead = LEAD[:-6] + "00" + LEAD[-4:]
    (hit,) = find(_soft(lead + MODEM.sync + "01101001" * 2), MODEM)
    assert hit.errors == 0
    assert hit.match < 0.97


def test_ripple_of_a_steady_carrier_is_no_word() -> None:
    """A ten-thousandth of ripple is rounding, whatever its shape."""
    text = LEAD + MODEM.sync + "01101001" * 2
    assert find(_soft(text, mark=1.0001, space=1.0)[400:], MODEM) == []
