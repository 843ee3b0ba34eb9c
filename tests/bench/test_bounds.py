"""The bounds against published points and against decisions drawn here in another way."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from medmon.bench.bounds import (
    SymbolError,
    level_for,
    manchester_joint,
    ook_hard,
    ook_soft,
    packets_right,
)


@pytest.mark.parametrize(
    ("symbol_error", "symbols", "half_db", "ninety_db"),
    [(ook_hard, 840, 13.7, 14.9), (manchester_joint, 560, 8.5, 9.7)],
)
def test_closed_forms_meet_the_published_points(
    symbol_error: SymbolError, symbols: int, half_db: float, ninety_db: float
) -> None:
    """A bound that is off by half a decibel would make a poor receiver look good."""
    right = partial(packets_right, symbol_error, symbols)
    assert level_for(right, 0.5) == pytest.approx(half_db, abs=0.06)
    assert level_for(right, 0.9) == pytest.approx(ninety_db, abs=0.13)


@pytest.mark.parametrize(("share", "published_db"), [(0.5, 11.3), (0.9, 12.5)])
def test_soft_words_are_a_little_better_than_a_receiver_that_sums_powers(
    share: float, published_db: float
) -> None:
    """The published points are those of summed powers, which the likeliest word must beat."""
    level_db = level_for(partial(packets_right, ook_soft, 140), share)
    assert published_db - 0.35 < level_db < published_db


def test_soft_words_agree_with_a_drawing_of_their_own() -> None:
    """Words written out by hand, their likelihood with numpy's own Bessel function."""
    words = bytes.fromhex("15 31 32 23 34 25 26 16 1a 19 2a 0b 2c 0d 0e 1c")
    marks = np.array([[word >> bit & 1 for bit in range(5, -1, -1)] for word in words])
    generator, draws, energy = np.random.default_rng(7), 40_000, 10 ** (9.0 / 10)
    sent = generator.integers(16, size=draws)
    noise = generator.standard_normal((draws, 6)) + 1j * generator.standard_normal((draws, 6))
    heard = np.abs(np.sqrt(2 * energy) * marks[sent] + noise)
    best = (np.log(np.i0(np.sqrt(2 * energy) * heard)) @ marks.T).argmax(axis=1)
    wrong = float(np.mean(best != sent))
    assert ook_soft(9.0) == pytest.approx(wrong, abs=4 * np.sqrt(wrong / draws))


@pytest.mark.parametrize("symbol_error", [ook_hard, ook_soft, manchester_joint])
def test_more_energy_never_hurts(symbol_error: SymbolError) -> None:
    """A curve with a bump would have two levels for one share."""
    shares = [packets_right(symbol_error, 100, level_db) for level_db in np.arange(-5, 25, 0.5)]
    assert np.all(np.diff(shares) >= 0)
    assert shares[0] < 1e-6
    assert shares[-1] > 1 - 1e-6
