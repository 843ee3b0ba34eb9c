"""The samples of all channels are kept while somebody may ask for them, and not longer."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.phy.array.tape import Tape

IQ = (np.arange(100) + 1j * np.array([[1], [2]])).astype(np.complex64)


@pytest.mark.parametrize("size", [1, 7, 50, 100])
def test_any_stretch_for_any_blocks(size: int) -> None:
    """What is cut out does not depend on how the samples came."""
    tape = Tape()
    for start in range(0, 100, size):
        tape.feed(IQ[:, start : start + size])
    assert np.array_equal(tape.cut(13, 61), IQ[:, 13:61])
    assert np.array_equal(tape.cut(-5, 500), IQ)
    tape.forget(20)
    assert np.array_equal(tape.cut(0, 30), IQ[:, 20:30])


def test_blocks_are_dropped_whole_when_nobody_needs_them() -> None:
    """Memory is flat: a year of samples leaves the last blocks."""
    tape = Tape()
    for index in range(1_000):
        tape.feed(IQ)
        tape.forget(100 * index - 250)
        assert len(tape._pieces) <= 4
    assert np.array_equal(tape.cut(99_950, 100_000), IQ[:, 50:])
