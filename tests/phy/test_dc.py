"""The receiver's own carrier is taken off, other people's are not."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.phy.dc import SETTLED_CHUNKS, DcBlock
from medmon.records import ComplexArray

ROW, ROWS = 128, 64


def _noise(seed: int) -> ComplexArray:
    rng = np.random.default_rng(seed)
    pair = rng.standard_normal((2, ROW * ROWS)) * 0.01
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


def test_a_constant_is_taken_off_once_it_has_been_seen_long_enough() -> None:
    """An RTL-SDR's line at the tuned frequency must not hide a pump beside it."""
    block, offset = DcBlock(ROW), np.complex64(0.05 - 0.02j)
    chunks = [block.feed(_noise(seed) + offset) for seed in range(SETTLED_CHUNKS + 2)]
    assert complex(chunks[0].mean()) == pytest.approx(complex(offset), abs=1e-3)
    assert abs(complex(chunks[-1].mean())) < 1e-3


def test_bursts_at_the_tuned_frequency_stay_whole() -> None:
    """A pump exactly on the tuned frequency speaks for a third of the time and must be heard."""
    block = DcBlock(ROW)
    burst = np.zeros(ROW * ROWS, dtype=np.complex64)
    burst[: burst.size // 3] = 0.3
    for seed in range(SETTLED_CHUNKS + 2):
        out = block.feed(_noise(seed) + burst)
    assert float(np.abs(out[: burst.size // 3]).mean()) == pytest.approx(0.3, abs=0.01)


def test_a_short_recording_is_left_alone() -> None:
    """A file cut to one burst at the tuned frequency holds nothing but that burst."""
    chunk = np.full(ROW * ROWS, 0.3, dtype=np.complex64)
    np.testing.assert_array_equal(DcBlock(ROW).feed(chunk), chunk)
