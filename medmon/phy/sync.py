"""A soft waveform and a modem come in, the places where its sync word ends go out.

The waveform is correlated with the last chips of the preamble and the sync word, as a Pearson
coefficient: level, threshold and slow drift do not matter, only the shape does. Noise reaches
the threshold once in about 1e7 places, and nothing that starts there passes the line code and
the check as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from medmon.kernels import sync_matches
from medmon.phy.baseband import Baseband, Place
from medmon.phy.linecode import bits_each, chips_each
from medmon.records import FloatArray, Modem

SAMPLES_A_CHIP = 8
"""Samples a chip of every soft waveform; a whole number, so that a template is a strided view."""
THRESHOLD = 0.72
PART_THRESHOLD = 0.5
"""What preamble and sync word must reach each by themselves: a slow sender whose symbols look like
the long runs of a sync word does not send the preamble before it."""
TEMPLATE_CHIPS = 48
"""Chips of preamble and sync that are correlated: enough that noise does not imitate them."""
LEAD_CHIPS = 400
"""A preamble is looked for at least so far before the end of its sync word, even where another
sync word stands: two senders may speak at once."""
FLAT = 1e-12
"""A variance less than this part of the power is rounding."""
FILTER_CHIPS = 2
"""Chips that two narrowings in turn may take off the beginning of a place: 1.23 was the most."""
TAIL_CHIPS = 64
"""Chips behind the longest packet, in which its end shows."""


@dataclass(frozen=True, slots=True)
class Sync:
    """One place where a sync word was heard.

    Attributes
    ----------
    end : int
        Index into the soft waveform of the middle of the first chip after the sync word.
    match : float
        Correlation coefficient.
    mark, space : float
        Level of the waveform for a chip 1 and a chip 0.
    errors : int
        Chips of the sync word on the wrong side of the middle.
    """

    end: int
    match: float
    mark: float
    space: float
    errors: int

    def scaled(self, soft: FloatArray) -> FloatArray:
        """Scale a waveform by the levels of the sync word.

        Parameters
        ----------
        soft : ndarray of float32, shape (n,)
            Waveform behind the matched filter.

        Returns
        -------
        ndarray of float32, shape (n,)
            +1 for a full mark, -1 for a full space.
        """
        half = np.float32((self.mark - self.space) / 2)
        return (soft - np.float32((self.mark + self.space) / 2)) / half


def template(modem: Modem) -> FloatArray:
    """Give the chips that are looked for: the end of the preamble, then the sync word.

    Parameters
    ----------
    modem : Modem
        How the device sounds.

    Returns
    -------
    ndarray of float32, shape (n_chips,)
        +1 for a mark, -1 for a space; read-only.
    """
    return _template(modem.preamble, modem.sync)


@lru_cache(maxsize=64)
def _template(preamble: str, sync: str) -> FloatArray:
    lead = max(0, TEMPLATE_CHIPS - len(sync))
    periods = -(-lead // len(preamble))
    text = ((preamble * periods)[-lead:] if lead else "") + sync
    chips = np.array([1.0 if chip == "1" else -1.0 for chip in text], dtype=np.float32)
    chips.flags.writeable = False
    return chips


def find(soft: FloatArray, modem: Modem) -> list[Sync]:
    """Look for the sync word everywhere in a soft waveform.

    Parameters
    ----------
    soft : ndarray of float32, shape (n,)
        Waveform behind the matched filter, `SAMPLES_A_CHIP` samples a chip.
    modem : Modem
        Whose sync word.

    Returns
    -------
    list of Sync
        In order of time, never closer than a sync word.
    """
    chips = template(modem)
    reach = (chips.size - 1) * SAMPLES_A_CHIP + 1
    if soft.size <= reach + SAMPLES_A_CHIP:
        return []
    match = sync_matches(soft, chips, SAMPLES_A_CHIP)
    apart = len(modem.sync) * SAMPLES_A_CHIP
    word = _word(modem.preamble, modem.sync)
    found = []
    for start in _peaks(match, apart):
        heard = soft[start : start + reach : SAMPLES_A_CHIP].astype(np.float64)
        if word.likeness(heard) >= PART_THRESHOLD:
            end = start + chips.size * SAMPLES_A_CHIP
            found.append(word.measured(heard, end, float(match[start])))
    return found


def levels(soft: FloatArray, sync: Sync, modem: Modem) -> Sync:
    """Measure the levels of a sync word again, on a better waveform of the same burst.

    Parameters
    ----------
    soft : ndarray of float32, shape (n,)
        The better waveform.
    sync : Sync
        Where the word was found.
    modem : Modem
        Whose sync word.

    Returns
    -------
    Sync
        The same place with the new levels; where the waveform begins some samples behind the word
        or ends before it, the nearest place that has all of it.

    Raises
    ------
    ValueError
        If the waveform is shorter than the word.
    """
    # The sample that is nearest in one waveform may be one too far in another.
    length = template(modem).size * SAMPLES_A_CHIP
    end = max(length, min(sync.end, soft.size + SAMPLES_A_CHIP - 1))
    heard = soft[end - length : end : SAMPLES_A_CHIP].astype(np.float64)
    return _word(modem.preamble, modem.sync).measured(heard, end, sync.match)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A sync word, and the tuning with which it was heard.

    Attributes
    ----------
    sync : Sync
        The word.
    band : Baseband
        The narrow signal.
    soft : ndarray of float32, shape (n,)
        Its waveform behind the matched filter.
    tone_hz : float
        What was tried: the carrier in the band for OOK, the deviation for FSK.
    """

    sync: Sync
    band: Baseband
    soft: FloatArray
    tone_hz: float

    @property
    def end_sample(self) -> float:
        """Where the sync word ended, in samples since the start of the stream."""
        return self.band.sample_at(self.sync.end)

    def sync_in(self, band: Baseband) -> Sync:
        """Put the sync word into another narrow signal of the same rate, for a part of the time.

        Parameters
        ----------
        band : Baseband
            The other signal.

        Returns
        -------
        Sync
            The word, to the nearest sample.
        """
        return replace(self.sync, end=round((self.end_sample - band.first_sample) / band.step))


def places(trials: Sequence[Trial], modem: Modem, around: Place) -> list[Place]:
    """Give the time in which each packet may stand, so that one does not cost the work of all.

    Parameters
    ----------
    trials : sequence of Trial
        Sync words in order of time.
    modem : Modem
        Whose.
    around : Place
        Where they were found.

    Returns
    -------
    list of Place
        One for each: from the sync word before, or the beginning of the place, to the end of the
        longest packet, or of the place; the word itself is always inside.
    """
    chips = modem.max_bits * chips_each(modem.line_code) // bits_each(modem.line_code)
    found: list[Place] = []
    earlier = around.start_sample
    for trial in trials:
        chip = SAMPLES_A_CHIP * trial.band.step
        start = min(earlier, trial.end_sample - LEAD_CHIPS * chip)
        stop = trial.end_sample + (chips + TAIL_CHIPS) * chip
        # Filters hear a little more than the place, and a word may stand across its ends.
        first = trial.end_sample - (template(modem).size + FILTER_CHIPS) * chip
        start = min(max(around.start_sample, start), first)
        stop = max(min(around.stop_sample, stop), trial.end_sample + chip)
        found.append(Place(around.offset_hz, around.reach_hz, start, stop))
        earlier = trial.end_sample
    return found


def best(trials: Iterable[Trial], modem: Modem) -> list[Trial]:
    """Choose the best trial for each sync word.

    Parameters
    ----------
    trials : iterable of Trial
        What several tunings of the same place and rate gave.
    modem : Modem
        Whose sync word.

    Returns
    -------
    list of Trial
        In order of time.
    """
    apart = len(modem.sync) * SAMPLES_A_CHIP
    chosen: list[Trial] = []
    for trial in sorted(trials, key=lambda trial: -trial.sync.match):
        if all(abs(trial.sync.end - other.sync.end) >= apart for other in chosen):
            chosen.append(trial)
    return sorted(chosen, key=lambda trial: trial.sync.end)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """Chips without their mean, and the sum of their squares."""

    chips: npt.NDArray[np.float64]
    squares: float

    def likeness(self, heard: npt.NDArray[np.float64]) -> float:
        """Give the Pearson coefficient; 1 for no chips at all, 0 where either is flat."""
        if not heard.size:
            return 1.0
        total, power = float(np.add.reduce(heard)), float(np.dot(heard, heard))
        spread = power - total * total / heard.size
        if not self.squares or spread <= FLAT * power:
            return 0.0
        return float(np.dot(heard, self.chips)) / math.sqrt(spread * self.squares)


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    """A preamble and a sync word, ready to be compared with what was heard."""

    lead: _Shape
    word: _Shape
    is_mark: npt.NDArray[np.bool_]
    of_marks: npt.NDArray[np.float64]
    of_spaces: npt.NDArray[np.float64]

    def likeness(self, heard: npt.NDArray[np.float64]) -> float:
        """Give the likeness of the preamble or that of the word, whichever is less."""
        lead = self.lead.chips.size
        return min(self.lead.likeness(heard[:lead]), self.word.likeness(heard[lead:]))

    def measured(self, heard: npt.NDArray[np.float64], end: int, match: float) -> Sync:
        """Measure levels and wrong chips; the means are products with weights that add up to 1."""
        mark, space = float(np.dot(heard, self.of_marks)), float(np.dot(heard, self.of_spaces))
        wrong = (heard[self.lead.chips.size :] > (mark + space) / 2) != self.is_mark
        return Sync(end, match, mark, space, int(np.count_nonzero(wrong)))


@lru_cache(maxsize=64)
def _word(preamble: str, sync: str) -> _Word:
    chips = _template(preamble, sync).astype(np.float64)
    lead = chips.size - len(sync)
    marks, spaces = chips > 0, chips < 0
    return _Word(
        lead=_shape(chips[:lead]),
        word=_shape(chips[lead:]),
        is_mark=marks[lead:],
        of_marks=marks / marks.sum(),
        of_spaces=spaces / spaces.sum(),
    )


def _shape(chips: npt.NDArray[np.float64]) -> _Shape:
    centred = chips - chips.mean() if chips.size else chips
    return _Shape(centred, float(np.dot(centred, centred)))


def _peaks(match: FloatArray, apart: int) -> list[int]:
    """List the highest places over the threshold, best first taken, none closer than `apart`."""
    (over,) = (match > THRESHOLD).nonzero()
    left = match[over]
    chosen: list[int] = []
    while left.any():
        top = int(left.argmax())
        chosen.append(int(over[top]))
        left[np.abs(over - over[top]) < apart] = 0.0
    return sorted(chosen)
