"""Every nth of a convolution, sum by sum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import decimate
from medmon.kernels.decimation import plain_decimate

SEEDS = st.integers(0, 2**32 - 1)


def _noise(count: int, seed: int = 1) -> npt.NDArray[np.complex64]:
    pair = np.random.default_rng(seed).standard_normal((2, count), dtype=np.float32)
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


@given(
    count=st.integers(0, 300),
    taps=st.integers(1, 8).map(lambda quads: 4 * quads),
    factor=st.integers(1, 9),
    seed=SEEDS,
)
def test_decimation_keeps_every_nth_of_a_convolution(
    count: int, taps: int, factor: int, seed: int
) -> None:
    """By hand, sum by sum; nothing where there are fewer samples than taps."""
    iq, weights = _noise(count, seed), _noise(taps, seed + 1)
    places = range(0, count - taps + 1, factor)
    expected = [np.sum(iq[place : place + taps].astype(complex) * weights) for place in places]
    found = decimate(iq, weights, factor)
    by_plain = plain_decimate(iq, weights, factor)
    assert found.dtype == by_plain.dtype == np.complex64
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_allclose(by_plain, expected, atol=1e-4)
