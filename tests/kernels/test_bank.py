"""The filter bank, against scipy; what was compiled does the same."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal

from medmon.kernels import IS_COMPILED, FilterBank, Rows
from medmon.kernels.bank import plain_powers

compiled_only = pytest.mark.skipif(
    not IS_COMPILED, reason="nothing was compiled: no C compiler at installation"
)

SEEDS = st.integers(0, 2**32 - 1)


def _noise(count: int, seed: int = 1) -> npt.NDArray[np.complex64]:
    pair = np.random.default_rng(seed).standard_normal((2, count), dtype=np.float32)
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


def _window(channels: int) -> npt.NDArray[np.float32]:
    return np.hanning(2 * channels).astype(np.float32)


@pytest.mark.parametrize("channels", [4, 8, 32, 128, 256, 1024])
def test_rows_are_those_of_scipy(channels: int) -> None:
    """Every channel of every row, against an independent short-time transform."""
    iq, dc = _noise(12 * channels), complex(np.complex64(0.2 - 0.1j))
    rows = Rows(2, channels, 4 * channels, each=3, hop=channels)
    transform = signal.ShortTimeFFT(
        _window(channels).astype(np.float64), hop=channels, fs=1.0, fft_mode="twosided"
    )
    frames = np.abs(transform.stft(iq.astype(np.complex128) - dc, p0=1, p1=12).T[:, ::2]) ** 2
    # Frame p of scipy's is centred at p * channels.
    expected = np.stack([frames[1:4].mean(axis=0), frames[5:8].mean(axis=0)])
    for powers in (
        plain_powers(iq, dc, rows, _window(channels)),
        FilterBank(_window(channels)).row_powers(iq, dc, rows),
    ):
        np.testing.assert_allclose(powers, expected, rtol=1e-4, atol=1e-4 * expected.max())


@compiled_only
@given(
    channels=st.sampled_from([4, 16, 64, 512]),
    count=st.integers(0, 19),
    each=st.integers(1, 9),
    start=st.integers(0, 7),
    seed=SEEDS,
)
def test_compiled_rows_are_the_plain_ones(
    channels: int, count: int, each: int, start: int, seed: int
) -> None:
    """For any number of rows and frames, whatever is left over by the vector units."""
    rows = Rows(count, start, 2 * channels + 1, each=each, hop=channels // 2)
    needed = start + count * (2 * channels + 1) + each * channels // 2 + 2 * channels
    iq = _noise(needed, seed)
    expected = plain_powers(iq, 0.1j, rows, _window(channels))
    found = FilterBank(_window(channels)).row_powers(iq, 0.1j, rows)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5 * expected.max(initial=1.0))


@pytest.mark.parametrize("short_of", [0, 1])
def test_a_frame_beyond_the_samples_is_an_error(short_of: int) -> None:
    """Never a look at memory that belongs to somebody else."""
    rows = Rows(3, 0, 16, each=2, hop=8)
    iq = _noise(2 * 16 + 8 + 16 - short_of)
    measures: list[Callable[[], npt.NDArray[np.float32]]] = [
        lambda: plain_powers(iq, 0j, rows, _window(8)),
        lambda: FilterBank(_window(8)).row_powers(iq, 0j, rows),
    ]
    for measure in measures:
        if short_of:
            with pytest.raises(ValueError, match="iq holds 55 samples where 56 are needed"):
                measure()
        else:
            assert measure().shape == (3, 8)
