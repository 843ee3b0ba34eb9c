"""What stands at the end of the scale, and receivers that did not run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from medmon.kernels import Codes
from medmon.playback.clipping import Clipping
from medmon.records import Block, Span


def _clipping(*pieces: Sequence[complex]) -> Clipping:
    clipping, start = Clipping(), 0
    for piece in pieces:
        iq = np.array([piece], dtype=np.complex64)
        clipping.feed(Block(Span("t", start, iq.size), 0, 1e5, 0.0, iq))
        start += iq.size
    return clipping


@pytest.mark.parametrize("full", [1.0, -1.0, 1j, -127j / 128])
def test_the_end_of_the_scale_is_clipped(full: complex) -> None:
    """I or Q, above or below, is enough; 127/128 is the end of eight bits."""
    clipping = _clipping([full, 0.1, 0.2, 0.3])
    assert (clipping.clipped, clipping.clipped_share) == (1, 0.25)
    assert "25 % of the samples are clipped" in clipping.remark()
    assert _clipping([full * 0.99, 0.1, 0.2]).clipped == 0


def test_a_few_clipped_samples_are_no_remark() -> None:
    """A near pump may clip for a moment."""
    assert _clipping([1.0] + [0.1, 0.2] * 20).remark() == ""


def test_a_receiver_that_did_not_run_is_remarked_on() -> None:
    """Zeros, or the same value in every block, even at full scale."""
    assert "every sample is zero" in _clipping([0j, 0j], [0j]).remark()
    assert "every sample is the same" in _clipping([1 + 1j, 1 + 1j], [1 + 1j]).remark()
    assert _clipping([0.1, 0.1], [0.2]).remark() == ""


def test_bytes_clip_at_their_ends() -> None:
    """Codes 0 and 255 are the ends of eight bits, their neighbours 1 and 254 are not."""
    codes = np.array([0, 128, 255, 128, 1, 254, 128, 128], dtype=np.uint8)
    clipping = Clipping()
    clipping.feed(Block(Span("t", 0, 4), 0, 1e5, 0.0, Codes(codes, 127.5, 127.5)))
    assert (clipping.samples, clipping.clipped, clipping.peak) == (4, 2, 1.0)


def test_nothing_is_not_constant() -> None:
    """An empty recording divides by nothing."""
    assert not Clipping().is_constant
    assert Clipping().remark() == ""
    assert Clipping().clipped_share == 0.0
