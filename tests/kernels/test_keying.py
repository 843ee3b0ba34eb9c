"""When a carrier is on, and how strong it is then."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels.keying import (
    crossings,
    level_over,
    mean_powers,
    plain_crossings,
    plain_level_over,
    plain_powers,
)
from medmon.records import ComplexArray, FloatArray

SEEDS = st.integers(0, 2**32 - 1)


def _noise(count: int, seed: int = 5) -> ComplexArray:
    parts = np.random.default_rng(seed).standard_normal(2 * count, dtype=np.float32)
    return parts.view(np.complex64)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 8, 31, 64, 65, 300])
def test_it_is_the_power_of_the_mean_around_each_sample(length: int) -> None:
    """In double precision, by the definition, whatever the window; outside is silence."""
    iq = _noise(700)
    padded = np.concatenate((np.zeros(length // 2), iq, np.zeros(length))).astype(np.complex128)
    expected = [abs(padded[i : i + length].mean()) ** 2 for i in range(iq.size)]
    for found in (mean_powers(iq, length), plain_powers(iq, length)):
        assert found.dtype == np.float32
        assert found == pytest.approx(np.array(expected), rel=1e-4, abs=1e-6)


def test_steady_carrier_keeps_its_power() -> None:
    """A window of any length inside a carrier of amplitude 3 sees the power 9."""
    power = mean_powers(np.full(100, 3j, dtype=np.complex64), 8)
    assert power[4:97] == pytest.approx(9.0)
    assert power[0] == pytest.approx(9.0 / 4)


def test_window_of_no_samples_is_an_error() -> None:
    """It has no mean."""
    with pytest.raises((ValueError, ZeroDivisionError)):
        mean_powers(_noise(10), 0)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_short_signals_are_answered(count: int) -> None:
    """A place at the end of a recording may hold next to nothing."""
    assert mean_powers(_noise(count), 8).size == count
    assert crossings(np.zeros(count, dtype=np.float32), 1.0).size == 0


def test_edges_are_interpolated_in_amplitude() -> None:
    """From amplitude 1 to 3, amplitude 2 (power 4) lies in the middle; the same on the way down."""
    power = np.array([1, 9, 9, 1, 1], dtype=np.float32)
    for found in (crossings(power, 4.0), plain_crossings(power, 4.0)):
        assert found.tolist() == [0.5, 2.5]


def test_signal_that_is_on_at_the_ends() -> None:
    """Silence stands outside: amplitude 2 is crossed half a sample away from amplitude 4."""
    power = np.full(3, 16.0, dtype=np.float32)
    for found in (crossings(power, 4.0), plain_crossings(power, 4.0)):
        assert found.tolist() == [-0.5, 2.5]


@given(count=st.integers(0, 300), threshold=st.floats(0.0, 3.0), seed=SEEDS)
def test_c_and_numpy_cross_at_the_same_places(count: int, threshold: float, seed: int) -> None:
    """Both find every edge, rises and falls in turns, to a thousandth of a millionth."""
    power: FloatArray = np.abs(_noise(count, seed)) ** 2
    found = crossings(power, threshold)
    assert found.size % 2 == 0
    assert found == pytest.approx(plain_crossings(power, threshold), rel=1e-9, abs=1e-9)


@given(count=st.integers(0, 300), threshold=st.floats(0.0, 3.0, width=32), seed=SEEDS)
def test_level_is_the_mean_of_what_is_on(count: int, threshold: float, seed: int) -> None:
    """By hand in double precision; nothing on means no level."""
    iq = _noise(count, seed)
    power: FloatArray = np.abs(_noise(count, seed ^ 1)) ** 2
    on = [abs(complex(one)) ** 2 for one, at in zip(iq, power, strict=True) if at > threshold]
    expected = sum(on) / len(on) if on else 0.0
    assert level_over(iq, power, threshold) == pytest.approx(expected, rel=1e-5)
    assert plain_level_over(iq, power, threshold) == pytest.approx(expected, rel=1e-5)
