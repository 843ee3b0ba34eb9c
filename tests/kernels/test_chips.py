"""What a waveform holds at its chips, by hand, with the loops in C and in numpy."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, chips
from medmon.kernels.chips import chips_back, mark_power, tone_turns, train_chips, worst_scatter
from medmon.kernels.choice import compiled
from medmon.records import FloatArray

SEEDS = st.integers(0, 2**32 - 1)
ways = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)


@pytest.fixture(params=[True, False], ids=["compiled", "numpy"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chips, "IS_COMPILED", IS_COMPILED and request.param)


def _wave(count: int, seed: int = 1) -> FloatArray:
    return np.random.default_rng(seed).standard_normal(count, dtype=np.float32)


def _iq(count: int, seed: int = 1) -> npt.NDArray[np.complex64]:
    pair = _wave(2 * count, seed)
    return pair.view(np.complex64)


def _marks(count: int, seed: int = 1) -> npt.NDArray[np.bool_]:
    return np.random.default_rng(seed).random(count) > 0.5


@ways
@given(count=st.integers(0, 50), first=st.floats(0.0, 10.0), step=st.floats(0.5, 9.0), seed=SEEDS)
def test_chips_stand_between_samples(count: int, first: float, step: float, seed: int) -> None:
    """On the line through the two nearest samples, as `numpy.interp` says."""
    wave = _wave(470, seed)
    expected = np.interp(first + step * np.arange(count), np.arange(470), wave.astype(float))
    np.testing.assert_allclose(train_chips(wave, first, step, count), expected, atol=3e-6)


def test_chips_before_and_behind_the_wave() -> None:
    """They go on along the line through the last two samples: a clock may run out of a signal."""
    wave = np.linspace(-1, 1, 21, dtype=np.float32)
    found = train_chips(wave, -2.0, 5.0, 6)
    np.testing.assert_allclose(found, -1 + (-2 + 5 * np.arange(6)) / 10, atol=1e-6)


def _back_by_hand(levels: list[float], is_mark: list[bool], worth: float | None) -> int:
    """Follow back chip by chip, the nearest first, until six chips' worth of evidence is lost."""
    gathered, sums = 0.0, [0.0]
    for level, mark in zip(levels, is_mark, strict=True):
        chip = min(max(level, -1.5), 1.5)
        if worth is None:
            gathered += chip if mark else 0.0
        else:
            gathered += (chip if mark else -chip) - worth
        sums.append(gathered)
        if max(sums) - gathered > 6.0:
            break
    return sums.index(max(sums))


@ways
@given(count=st.integers(1, 120), worth=st.sampled_from([None, 0.25]), seed=SEEDS)
def test_preamble_is_followed_back(count: int, worth: float | None, seed: int) -> None:
    """Any waveform, of which the last third is like the pattern; how it is read between samples is
    tested with `train_chips`."""
    pattern, step = _marks(count, seed), 2.0
    like = np.where(np.arange(count) < count - count // 3, 0.0, np.where(pattern, 1.0, -1.0))
    wave = np.repeat(like, 2).astype(np.float32) + _wave(2 * count, seed)
    last = 2.0 * (count - 1)
    levels = [float(wave[2 * k]) for k in reversed(range(count))]
    expected = _back_by_hand(levels, pattern[::-1].tolist(), worth)
    assert chips_back(wave, last, step, pattern, worth, 6.0) == expected


def test_nothing_is_followed_behind_a_silence() -> None:
    """100 marks, seven spaces of silence, three marks: the 100 are another burst's."""
    levels = np.concatenate((np.ones(100), -np.ones(7), np.ones(3))).astype(np.float32)
    every = np.ones(110, np.bool_)
    assert chips_back(levels, 109.0, 1.0, every, None, 6.0) == 3
    assert chips_back(levels, 109.0, 1.0, every, None, 8.0) == 110
    assert chips_back(levels, 109.0, 1.0, every[:0], None, 6.0) == 0


@ways
@given(count=st.integers(0, 90), seed=SEEDS)
def test_scatter_is_that_of_the_worst_block(count: int, seed: int) -> None:
    """Distance from the mean of the kind, over half that of the means, block by block."""
    marks, wave = _marks(count, seed), _wave(4 * count + 8, seed)
    wave[1 : 4 * count : 4][marks[: len(wave[1 : 4 * count : 4])]] += 2.0
    chip = wave[1 : 1 + 4 * count : 4].astype(float)
    worst = 0.0
    for start in range(0, count - 15, 16):
        part, kind = chip[start : start + 16], marks[start : start + 16]
        high = part[kind].mean() if kind.any() else 0.0
        low = part[~kind].mean() if not kind.all() else 0.0
        off = part - np.where(kind, high, low)
        worst = max(worst, math.sqrt(np.mean(off**2)) / max((high - low) / 2, 0.25))
    assert worst_scatter(wave, 1.0, 4.0, marks, 16, 0.25) == pytest.approx(worst, rel=1e-5)


@ways
@given(count=st.integers(0, 60), reach=st.integers(0, 4), seed=SEEDS)
def test_power_is_that_around_the_marks(count: int, reach: int, seed: int) -> None:
    """Squared magnitudes of the samples around each mark that has as many to either side."""
    iq, marks = _iq(300, seed), _marks(count, seed)
    heard = []
    for number in np.flatnonzero(marks).tolist():
        place = round(2.3 + 5.6 * number)
        if place >= reach and place + reach < 300:
            heard += [abs(complex(iq[k])) ** 2 for k in range(place - reach, place + reach + 1)]
    expected = sum(heard) / len(heard) if heard else 0.0
    assert mark_power(iq, 2.3, 5.6, marks, reach) == pytest.approx(expected, rel=1e-5)


def test_no_signal_has_no_power() -> None:
    """A packet whose samples are gone is no error."""
    marks = np.ones(3, np.bool_)
    assert mark_power(_iq(0), 0.0, 1.0, marks, 4) == 0.0
    assert tone_turns(_iq(0), 0.0, 1.0, marks, 2, 8) == (0.0, 0.0)


@ways
@given(count=st.integers(0, 60), seed=SEEDS)
def test_turns_of_both_tones(count: int, seed: int) -> None:
    """Later sample times conjugate of the earlier one, marks and spaces for themselves."""
    iq, marks = _iq(300, seed), _marks(count, seed)
    sums = {True: 0j, False: 0j}
    for number in range(count):
        place = round(2.3 + 5.6 * number)
        if 8 <= place < 292:
            sums[bool(marks[number])] += complex(iq[place + 2]) * complex(iq[place - 2]).conjugate()
    low, high = tone_turns(iq, 2.3, 5.6, marks, 2, 8)
    assert low == pytest.approx(sums[False], abs=1e-4)
    assert high == pytest.approx(sums[True], abs=1e-4)


@pytest.mark.skipif(not IS_COMPILED, reason="nothing was compiled")
def test_loops_refuse_what_does_not_fit() -> None:
    """A wrong figure is an error and never a crash."""
    one, marks = np.zeros(1, np.float32), np.ones(4, np.bool_)
    few = np.zeros(4, np.complex64)
    with pytest.raises(ValueError, match="two samples at least"):
        compiled.train_chips(one, 0.0, 1.0, one)
    with pytest.raises(ValueError, match="two samples at least"):
        compiled.chips_back(one, 0.0, 1.0, marks, True, 0.0, 6.0)
    with pytest.raises(ValueError, match="one to 64 chips"):
        compiled.worst_scatter(few, 0.0, 1.0, marks, 65, 0.25)
    with pytest.raises(ValueError, match="two samples at least"):
        compiled.worst_scatter(one, 0.0, 1.0, marks, 4, 0.25)
    with pytest.raises(ValueError, match="from 0 to 65536"):
        compiled.mark_power(few, 0.0, 1.0, marks, -1)
    with pytest.raises(ValueError, match="from 0 to the margin"):
        compiled.tone_turns(few, 0.0, 1.0, marks, 3, 2)
    # No number is a place, and no place outside is read.
    assert compiled.mark_power(few, math.nan, math.inf, marks, 0) == 0.0
