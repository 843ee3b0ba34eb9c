"""Quantisation: byte layouts worked out by hand, clipping, and size of the rounding error."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest

from signal_fixtures.adc import SampleFormat, bytes_from_iq, clipped


@pytest.mark.parametrize(
    ("sample_format", "expected_hex"),
    [
        # 0.5 + 127.5/127.5j ... by hand: I = 0.5, Q = -1, then I = 2 (clips), Q = 0.25.
        ("cu8", "bf00ff9f"),
        ("cs8", "40807f20"),
        ("cs16", "00400080ff7f0020"),
        ("cf32", "0000003f000080bf000000400000803e"),
    ],
)
def test_layout_of_each_format(sample_format: SampleFormat, expected_hex: str) -> None:
    """Recordings of any SDR tool must read back: order, scale, zero and clipping by hand."""
    iq = np.array([0.5 - 1j, 2 + 0.25j], np.complex64)
    assert bytes_from_iq(iq, sample_format).hex() == expected_hex


def test_zero_of_cu8_lies_between_two_values() -> None:
    """cu8 has no zero: 127.5; a silent input takes one of its two neighbours."""
    assert set(bytes_from_iq(np.zeros(4, np.complex64), "cu8")) <= {127, 128}


@pytest.mark.parametrize(("sample_format", "step"), [("cs8", 1 / 128), ("cs16", 1 / 32768)])
def test_rounding_error_has_the_power_of_a_uniform_one(
    sample_format: SampleFormat, step: float
) -> None:
    """Quantisation noise of a good converter: step squared over 12 in each component."""
    rng = np.random.default_rng(2)
    iq = (rng.uniform(-0.9, 0.9, 20_000) + 1j * rng.uniform(-0.9, 0.9, 20_000)).astype(np.complex64)
    kind = {"cs8": "i1", "cs16": "<i2"}[sample_format]
    parts = np.frombuffer(bytes_from_iq(iq, sample_format), kind) * step
    error = parts - iq.view(np.float32)
    assert np.mean(error**2) == pytest.approx(step**2 / 12, rel=0.05)


def test_clipping_limits_each_component() -> None:
    """An overdriven receiver limits I and Q, not the magnitude."""
    iq = np.array([0.9 + 0.2j, -3 - 0.5j], np.complex64)
    assert clipped(iq, 0.4).tolist() == pytest.approx([0.4 + 0.2j, -0.4 - 0.4j])


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    """The message lists what can be asked for."""
    with pytest.raises(ValueError, match=r"cu8, cs8, cs16 or cf32.*'ci12'"):
        bytes_from_iq(np.zeros(1, np.complex64), cast(SampleFormat, "ci12"))
