"""How loud samples are, in double precision by hand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import level, peak
from medmon.kernels.loudness import plain_level

SEEDS = st.integers(0, 2**32 - 1)


def _noise(count: int, seed: int = 1) -> npt.NDArray[np.complex64]:
    pair = np.random.default_rng(seed).standard_normal((2, count), dtype=np.float32)
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


@given(count=st.integers(1, 5_000), seed=SEEDS)
def test_level_is_peak_sum_and_energy(count: int, seed: int) -> None:
    """In double precision by hand, for any length."""
    iq = _noise(count, seed)
    exact = iq.astype(np.complex128)
    parts = np.abs(iq.view(np.float32))
    assert peak(iq) == float(parts.max())
    for found in (level(iq), plain_level(iq)):
        assert found.peak == float(parts.max())
        assert abs(found.total - exact.sum()) < 1e-4 * max(1.0, float(parts.sum()))
        assert found.energy == pytest.approx(float(np.sum(np.abs(exact) ** 2)), rel=1e-5)
