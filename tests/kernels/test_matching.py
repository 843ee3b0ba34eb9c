"""Likeness to a sync word, against numpy's own coefficient."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels.matching import plain_matches, sync_matches

WORD = np.array([1, -1, 1, 1, -1, -1, 1, -1, -1, 1, 1], dtype=np.float32)


@given(
    places=st.integers(1, 600), apart=st.integers(1, 9), level=st.floats(-3, 3), seed=st.integers(0)
)
def test_coefficient_is_that_of_pearson(places: int, apart: int, level: float, seed: int) -> None:
    """At every place, whatever the level; blocks and their ends included."""
    rng = np.random.default_rng(seed % 2**32)
    count = places + (WORD.size - 1) * apart
    wave = (rng.standard_normal(count) + level).astype(np.float32)
    for matches in (sync_matches, plain_matches):
        found = matches(wave, WORD, apart)
        assert found.shape == (places,)
        for place in {0, places // 2, places - 1}:
            heard = wave[place::apart][: WORD.size].astype(float)
            expected = np.corrcoef(heard, WORD)[0, 1]
            assert found[place] == pytest.approx(expected, abs=2e-4)


def test_word_itself_matches_by_one_and_a_steady_carrier_not_at_all() -> None:
    """Scaled and shifted it is the same word; rounding of a flat wave is no shape."""
    wave = np.concatenate((np.repeat(3 + 0.5 * WORD, 8), np.full(400, 7.0))).astype(np.float32)
    for matches in (sync_matches, plain_matches):
        found = matches(wave, WORD, 8)
        assert found[0] == pytest.approx(1.0, abs=1e-5)
        assert np.abs(found[100:]).max() < 0.1
