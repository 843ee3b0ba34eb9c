"""Nothing is read before enough is known to read it rightly."""

from __future__ import annotations

import pytest

from medmon.capture.facts import Facts
from medmon.capture.layout import layout_from_facts
from medmon.errors import InputError


def test_a_layout_holds_the_checked_facts() -> None:
    """Bytes of a frame follow from format and antennas: 2 x 2 bytes x 3."""
    facts = Facts(916.5e6, 250e3, 7, "cs16", 3)
    layout = layout_from_facts("x", facts, 10)
    assert (layout.rate_hz, layout.freq_hz, layout.start_ns) == (250e3, 916.5e6, 7)
    assert layout.frame_bytes == 12
    assert layout.block_samples == 10


def test_what_nobody_said_has_a_plain_default() -> None:
    """One antenna, no frequency, 1970."""
    layout = layout_from_facts("x", Facts(rate_hz=1e6, sample_format="cu8"), 1)
    assert (layout.antenna_count, layout.freq_hz, layout.start_ns) == (1, 0.0, 0)


@pytest.mark.parametrize("antenna_count", [0, -1, 65, 10**9])
def test_impossible_antennas_are_refused(antenna_count: int) -> None:
    """A billion interleaved channels would ask for a block of 16 TB."""
    facts = Facts(rate_hz=1e6, sample_format="cu8", antenna_count=antenna_count)
    with pytest.raises(InputError, match="x: expected 1 to 64 antennas"):
        layout_from_facts("x", facts, 1)


def test_a_block_of_no_samples_is_a_programming_mistake() -> None:
    """It would never end."""
    with pytest.raises(AssertionError):
        layout_from_facts("x", Facts(rate_hz=1e6, sample_format="cu8"), 0)
