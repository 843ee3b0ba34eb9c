"""The nouns of the air."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from medmon.records import Block, Gap, Span


def test_a_gap_says_how_many_samples_are_missing() -> None:
    """The contract's gap record has samples_lost; it is the length of the gap's span."""
    gap = Gap(Span("x.cu8", 1_000, 250), 0, 1e6, "overrun")
    assert gap.samples_lost == 250


def test_blocks_do_not_compare_by_their_samples() -> None:
    """Comparing arrays has no single answer; two blocks are equal only if they are the same."""
    iq = np.zeros((1, 4), dtype=np.complex64)
    one, other = (Block(Span("x", 0, 4), 0, 1e6, 0.0, iq) for _ in range(2))
    assert one != other
    assert len({one, other}) == 2


def test_records_do_not_change() -> None:
    """A record that a later room could alter would make replay differ from live."""
    names = [field.name for field in fields(Span)]
    for name in names:
        with pytest.raises(FrozenInstanceError):
            setattr(Span("x", 0, 4), name, 1)
