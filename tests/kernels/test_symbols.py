"""The best word of each symbol, by hand, with the loop in C and in numpy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medmon.kernels import IS_COMPILED, symbols
from medmon.kernels.choice import compiled
from medmon.kernels.symbols import best_words
from medmon.phy.linecode import code_words
from medmon.records import LineCode

CODES: list[LineCode] = ["4b6b", "manchester-802.3", "nrz"]


@pytest.fixture(params=[True, False], ids=["compiled", "numpy"], autouse=True)
def _way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symbols, "IS_COMPILED", IS_COMPILED and request.param)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(code=st.sampled_from(CODES), count=st.integers(0, 60), seed=st.integers(0, 2**32 - 1))
def test_word_is_the_best_by_hand(code: LineCode, count: int, seed: int) -> None:
    """Largest sum of products, the chip that agrees least, the middle distance from agreeing."""
    words = code_words(code)
    width = words.shape[1]
    rng = np.random.default_rng(seed)
    chips = (words[rng.integers(0, len(words), count)].ravel()
             + rng.normal(0.0, 0.6, count * width)).astype(np.float32)  # fmt: skip
    found = best_words(chips, words)
    distances = []
    for number in range(count):
        part = chips[number * width : (number + 1) * width].astype(float)
        sums = [float(part @ word) for word in words]
        value = int(found.values[number])
        assert sums[value] == pytest.approx(max(sums), abs=1e-5)
        assert found.fits[number] == pytest.approx(max(sums) / width, abs=1e-5)
        agreed = part * words[value]
        assert found.weakest[number] == pytest.approx(min(1.0, agreed.min()), abs=1e-5)
        distances += np.abs(agreed - 1).tolist()
    expected = sorted(distances)[len(distances) // 2] if distances else 0.0
    assert found.usual == pytest.approx(expected, abs=1e-5)


def test_of_words_that_fit_alike_the_first_is_taken() -> None:
    """Silence is the same data on every machine."""
    found = best_words(np.zeros(12, np.float32), code_words("4b6b"))
    assert found.values.tolist() == [0, 0]
    assert found.fits.tolist() == [0.0, 0.0]


@pytest.mark.skipif(not IS_COMPILED, reason="nothing was compiled")
def test_loop_refuses_what_does_not_fit() -> None:
    """A wrong length is an error with figures and never a crash."""
    chips, words = np.zeros(8, np.float32), np.ones(2, np.float32)
    values, fits = np.zeros(5, np.uint8), np.zeros(5, np.float32)
    with pytest.raises(ValueError, match="1 to 256 words"):
        compiled.best_words(chips, words, 3, values, fits, fits)
    with pytest.raises(ValueError, match="chips holds 8 floats where 10 are needed"):
        compiled.best_words(chips, words, 2, values, fits, fits)
    with pytest.raises(ValueError, match="fits holds 4 floats"):
        compiled.best_words(chips, words, 1, values, fits[:4], fits)
    with pytest.raises(ValueError, match="weakest holds 4 floats"):
        compiled.best_words(chips, words, 1, values, fits, fits[:4])
