"""The middle of some numbers, against a sort."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medmon.kernels import upper_median


@given(count=st.integers(1, 60), seed=st.integers(0, 2**32 - 1))
def test_it_is_the_one_that_stands_there_in_order(count: int, seed: int) -> None:
    """Of an even number the greater one; the values stay as they were."""
    values = np.random.default_rng(seed).standard_normal(count)
    before = values.tolist()
    assert upper_median(values) == sorted(before)[count // 2]
    assert values.tolist() == before


def test_nothing_has_no_middle() -> None:
    """Whatever is compared with it is not less."""
    assert math.isnan(upper_median(np.empty(0)))
