"""Preambles followed back from a sync word."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.phy.preamble import LONGEST_CHIPS, Tone, lead_chips, pattern
from medmon.phy.timing import Clock
from medmon.records import FloatArray, Modem

OOK = Modem("o", (1e6,), "ook", 10e3, None, "10", "11110000", "nrz", 8, 80)
FSK = Modem("f", (1e6,), "fsk", 10e3, 5e3, "0110", "11110000", "nrz", 8, 80)
STEP = 4.0


def _scaled(modem: Modem, lead: int, silence: int, quiet: float, seed: int = 1) -> FloatArray:
    """Silence, the end of a preamble, the sync word: each chip as four equal samples."""
    text = (modem.preamble * lead)[-lead:] if lead else ""
    chips = [1.0 if chip == "1" else -1.0 for chip in text + modem.sync]
    noise = np.random.default_rng(seed).standard_normal(silence * 4) * 0.1 + quiet
    wave = np.repeat(chips, 4) + np.random.default_rng(seed).standard_normal(4 * len(chips)) * 0.1
    return np.concatenate((noise, wave, np.zeros(8))).astype(np.float32)


def _counted(modem: Modem, lead: int, silence: int = 100) -> int:
    quiet = -1.0 if modem.modulation == "ook" else 0.0
    scaled = _scaled(modem, lead, silence, quiet)
    start = (silence + lead + len(modem.sync)) * STEP + 1.5
    return lead_chips(scaled, Clock(start, STEP), modem, 1 if modem is OOK else 0)


@pytest.mark.parametrize("lead", [0, 2, 16, 128, 800])
def test_every_chip_of_a_preamble_is_counted(lead: int) -> None:
    """The arrival time of a burst is the beginning of the first one."""
    assert _counted(OOK, lead) == pytest.approx(lead, abs=0)
    assert _counted(FSK, lead) == pytest.approx(lead, abs=0)


def test_preamble_that_began_before_the_recording() -> None:
    """What was not recorded is not counted."""
    assert _counted(OOK, 40, silence=0) <= 40
    assert _counted(OOK, 0, silence=0) == 0


def test_search_is_bounded() -> None:
    """Somebody who sends a preamble for ever costs bounded time."""
    assert _counted(OOK, LONGEST_CHIPS + 500) == LONGEST_CHIPS


def test_burst_before_is_another_one() -> None:
    """The preamble of the copy before, behind a silence, is not this packet's."""
    first = _scaled(OOK, 60, 20, -1.0)
    silence = np.full(120 * 4, -1.0, dtype=np.float32)
    second = _scaled(OOK, 32, 0, -1.0)
    start = first.size + silence.size + (32 + 8) * STEP + 1.5
    scaled = np.concatenate((first, silence, second))
    assert lead_chips(scaled, Clock(start, STEP), OOK, 1) == 32


def test_pattern_ends_before_the_sync_word() -> None:
    """Its last chip is the last of a period."""
    assert pattern(FSK, 6).tolist() == [True, False, False, True, True, False]
    assert pattern(FSK, 0).tolist() == []


def test_long_preamble_behind_a_short_silence() -> None:
    """100 chips of the copy before outweigh 40 chips of silence, and still are not this one's."""
    first = _scaled(OOK, 100, 20, -1.0)
    silence = np.full(40 * 4, -1.0, dtype=np.float32)
    second = _scaled(OOK, 32, 0, -1.0)
    start = (20 + 100 + 8 + 2 + 40 + 32 + 8) * STEP + 1.5
    assert lead_chips(np.concatenate((first, silence, second)), Clock(start, STEP), OOK, 1) == 32


def test_weak_first_chip_of_a_shifted_preamble_counts() -> None:
    """Half a chip's worth is twice what noise reaches; without it arrival slips by a chip."""
    scaled = _scaled(FSK, 16, 100, 0.0)
    scaled[400:404] *= 0.5
    assert lead_chips(scaled, Clock((100 + 16 + 8) * STEP + 1.5, STEP), FSK, 0) == 16


@pytest.mark.parametrize("tone", [1, -1])
def test_one_tone_alone_tells_where_a_preamble_begins(tone: Tone) -> None:
    """While the other tone is on, and before the burst, that one is off: both look alike."""
    scaled = _scaled(FSK, 16, 100, quiet=-float(tone))
    lead = lead_chips(scaled, Clock((100 + 16 + 8) * STEP + 1.5, STEP), FSK, tone)
    # The period is 0110, and of its first chip, a space, only the lower tone knows.
    assert lead == (15 if tone == 1 else 16)
