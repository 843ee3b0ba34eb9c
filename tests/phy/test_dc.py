"""The receiver's own carrier is taken off, other people's are not."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.phy.dc import SETTLED_CHUNKS, DcEstimate
from medmon.records import ComplexArray

ROW, ROWS = 128, 64


def _noise(seed: int) -> ComplexArray:
    rng = np.random.default_rng(seed)
    pair = rng.standard_normal((2, ROW * ROWS)) * 0.01
    return np.asarray(pair[0] + 1j * pair[1], dtype=np.complex64)


def test_a_constant_is_known_once_it_has_been_seen_long_enough() -> None:
    """An RTL-SDR's line at the tuned frequency must not hide a pump beside it."""
    estimate, offset = DcEstimate(ROW), np.complex64(0.05 - 0.02j)
    found = [estimate.feed(_noise(seed) + offset) for seed in range(SETTLED_CHUNKS + 2)]
    assert complex(found[-1]) == pytest.approx(complex(offset), abs=1e-3)


def test_bursts_at_the_tuned_frequency_stay_whole() -> None:
    """A pump exactly on the tuned frequency speaks for a third of the time and must be heard."""
    estimate = DcEstimate(ROW)
    burst = np.zeros(ROW * ROWS, dtype=np.complex64)
    burst[: burst.size // 3] = 0.3
    for seed in range(SETTLED_CHUNKS + 2):
        found = estimate.feed(_noise(seed) + burst)
    assert abs(complex(found)) < 0.01


def test_a_short_recording_of_one_burst_is_left_alone() -> None:
    """A file cut to one keyed burst at the tuned frequency holds nothing but that burst."""
    chips = np.random.default_rng(5).integers(0, 2, ROW * ROWS // 16)
    burst = np.asarray(_noise(1) + 0.3 * np.repeat(chips, 16), dtype=np.complex64)
    assert DcEstimate(ROW).start([burst, burst, burst]) == 0


def test_a_short_recording_is_freed_of_its_own_carrier() -> None:
    """The receiver's own carrier is in the pauses of a packet too, and is known from there."""
    offset = np.complex64(0.05 - 0.02j)
    chunks = [_noise(seed) + offset for seed in range(3)]
    chunks[1][: ROW * ROWS // 2] += 0.4
    found = DcEstimate(ROW).start(chunks)
    assert complex(found) == pytest.approx(complex(offset), abs=2e-3)


def test_half_a_second_is_judged_as_a_whole() -> None:
    """What the first chunks of a stream agree on is taken off from the first sample on."""
    offset = np.complex64(0.05 - 0.02j)
    found = DcEstimate(ROW).start([_noise(seed) + offset for seed in range(SETTLED_CHUNKS)])
    assert complex(found) == pytest.approx(complex(offset), abs=1e-3)
